"""WhatsApp end to end, against a fake Graph API: in, understood, decided, answered, delivered; and every odd case."""

import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.channels.channel_house import ChannelHouse
from tests.channels.vendor import BUSY, LOST, running
from tests.channels.whatsapp.vendor import OUTSIDE_WINDOW, SETTINGS, Meta

pytestmark = pytest.mark.both_databases

HERE = Path(__file__).parent


def recorded(name: str) -> bytes:
    return (HERE / f"{name}.json").read_bytes()


def signed(body: bytes, secret: str = SETTINGS["app_secret"]) -> dict[str, str]:
    return {"x-hub-signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


@pytest.fixture
async def meta() -> AsyncIterator[Meta]:
    vendor = Meta()
    async with running(vendor):
        yield vendor


@pytest.fixture
async def desk(meta: Meta, open_channels: Any) -> ChannelHouse:
    opened: ChannelHouse = await open_channels(whatsapp={**SETTINGS, "api_url": f"{meta.url}/v26.0"})
    return opened


async def say(desk: ChannelHouse, name: str, **changes: str) -> Any:
    body = recorded(name)
    for old, new in changes.items():
        body = body.replace(old.replace("_", ".").encode(), new.encode())
    return await desk.hand_in("whatsapp", body, signed(body))


async def test_a_message_is_understood_decided_answered_in_its_thread_and_seen_delivered(
    desk: ChannelHouse, meta: Meta
) -> None:
    assert (await say(desk, "text")).status_code == 200
    [message] = await desk.messages()
    assert (message.channel, message.sender_address, message.sender_phone) == (
        "WTA",
        "US.13491208655302741918",
        "+15550002222",
    )
    [sent] = meta.sent
    assert sent["recipient"] == "US.13491208655302741918"
    assert sent["context"] == {"message_id": "wamid.IN1"}
    assert "service call" in sent["text"]["body"]
    [answer] = await desk.answers()
    assert (answer.state, answer.provider_id) == ("sent", "wamid.OUT1")
    await say(desk, "status")
    [answer] = await desk.answers()
    assert answer.state == "delivered"
    await say(desk, "status_read")
    assert (await desk.answers())[0].state == "read"


async def test_notices_count_whatever_their_order(desk: ChannelHouse) -> None:
    await say(desk, "status_read")
    await say(desk, "text")
    await say(desk, "status")
    assert (await desk.answers())[0].state == "read"


async def test_an_answer_that_could_not_be_delivered_says_why(desk: ChannelHouse) -> None:
    await say(desk, "text")
    await say(desk, "status_failed")
    [answer] = await desk.answers()
    assert (answer.state, answer.error) == ("failed", "(131026) Message Undeliverable.")


async def test_the_same_event_again_has_no_effect(desk: ChannelHouse, meta: Meta) -> None:
    await say(desk, "text")
    assert (await say(desk, "text")).status_code == 200
    assert len(meta.sent) == len(await desk.messages()) == len(await desk.events()) == 1


async def test_the_same_message_in_another_batch_has_no_effect(desk: ChannelHouse, meta: Meta) -> None:
    await say(desk, "text")
    await say(desk, "text", Kim_Doe="Kim")
    body = recorded("text").replace(b"Kim Doe", b"Kim")
    await desk.hand_in("whatsapp", body, signed(body))
    assert len(meta.sent) == len(await desk.messages()) == 1
    assert [event.duplicates for event in await desk.events()] == [0, 1]


async def test_good_messages_between_bad_ones_are_kept_and_the_bad_are_shown(desk: ChannelHouse) -> None:
    await say(desk, "batch")
    assert [m.provider_id for m in await desk.messages()] == ["wamid.IN6", "wamid.IN7"]
    [event] = await desk.events()
    assert (event.state, event.messages, event.unread) == ("failed", 2, 2)
    assert "id is missing" in event.error


async def test_two_messages_of_one_sender_are_one_interaction(desk: ChannelHouse) -> None:
    await say(desk, "batch")
    assert {m.interaction_id for m in await desk.messages()} == {(await desk.messages())[0].interaction_id}


async def test_an_image_is_fetched_and_kept(desk: ChannelHouse, meta: Meta) -> None:
    meta.media["2754859441498128"] = (b"\xff\xd8\xff" + b"x" * 100, "image/jpeg")
    await say(desk, "media")
    [kept] = await desk.attachments()
    assert (kept.state, kept.media_type, kept.size) == ("stored", "image/jpeg", 103)
    assert (await desk.messages())[0].text == "This is the display"


async def test_a_program_that_says_it_is_an_image_is_not_kept(desk: ChannelHouse, meta: Meta) -> None:
    meta.media["2754859441498128"] = (b"MZ" + b"x" * 100, "image/jpeg")
    await say(desk, "media")
    [kept] = await desk.attachments()
    assert (kept.state, kept.reason, kept.content) == ("refused", "it is a program", None)


async def test_media_that_is_gone_does_not_hide_the_message(desk: ChannelHouse) -> None:
    await say(desk, "media")
    assert (await desk.attachments())[0].state == "failed"
    assert len(await desk.messages()) == 1


async def test_a_voice_message_without_a_speech_service_is_still_a_message(desk: ChannelHouse, meta: Meta) -> None:
    meta.media["2754859441498129"] = (b"OggS" + b"x" * 100, "audio/ogg")
    await say(desk, "voice")
    [message] = await desk.messages()
    assert (message.text, message.context) == ("[recording without a transcript]", {"heard": "unconfirmed"})
    assert (await desk.attachments())[0].state == "stored"


async def test_a_message_of_an_unknown_type_is_shown_as_what_it_is(desk: ChannelHouse) -> None:
    await say(desk, "unknown_type")
    assert (await desk.messages())[0].text == "[hologram]"


async def test_an_edited_message_is_read_again_and_not_answered_again(desk: ChannelHouse, meta: Meta) -> None:
    await say(desk, "text")
    await say(desk, "edit")
    [message] = await desk.messages()
    assert message.text == "My dishwasher is broken: it shows error E24."
    assert len(meta.sent) == 1
    assert len(await desk.container.messages.readings.analyses(message.id)) == 2


async def test_an_edit_that_comes_before_its_message_counts(desk: ChannelHouse) -> None:
    await say(desk, "edit")
    await say(desk, "text")
    assert [m.text for m in await desk.messages()] == ["My dishwasher is broken: it shows error E24."]


async def test_a_malformed_event_is_kept_and_shown(desk: ChannelHouse) -> None:
    assert (await say(desk, "malformed")).status_code == 200
    [event] = await desk.events()
    assert event.state == "failed"
    assert event.error.startswith("it is not JSON")


async def test_outside_the_window_the_answer_waits_and_goes_when_the_customer_writes_again(
    desk: ChannelHouse, meta: Meta
) -> None:
    meta.failures.append(OUTSIDE_WINDOW)
    await say(desk, "text")
    [answer] = await desk.answers()
    assert (answer.state, meta.sent) == ("pending", [])
    assert "until the customer writes again" in answer.error
    reply = next(e for e in await desk.effects() if e.kind == "reply")
    assert (reply.state, "until the customer writes again" in reply.error) == ("pending", True)
    other = recorded("text").replace(b"wamid.IN1", b"wamid.IN9")
    body = re.sub(rb'"body": "[^"]*"', b'"body": "How many litres does the kettle hold?"', other)
    await desk.hand_in("whatsapp", body, signed(body))
    assert [a.state for a in await desk.answers()] == ["sent", "sent"]


async def test_a_busy_vendor_is_asked_again(desk: ChannelHouse, meta: Meta) -> None:
    meta.failures.append(BUSY)
    await say(desk, "text")
    await desk.work_all()
    assert len(meta.sent) == 1
    assert (await desk.answers())[0].state == "sent"


async def test_an_answer_that_nobody_knows_of_is_not_sent_twice_but_found_by_its_notice(
    desk: ChannelHouse, meta: Meta
) -> None:
    meta.failures.append(LOST)
    await say(desk, "text")
    await desk.work_all()
    assert len(meta.sent) == 1
    key = meta.sent[0]["biz_opaque_callback_data"]
    status = json.loads(recorded("status"))
    status["entry"][0]["changes"][0]["value"]["statuses"][0]["biz_opaque_callback_data"] = key
    body = json.dumps(status).encode()
    await desk.hand_in("whatsapp", body, signed(body))
    await desk.work_all()
    assert len(meta.sent) == 1
    assert [(a.state, a.provider_id) for a in await desk.answers()] == [("delivered", "wamid.OUT1")]


async def test_the_handshake_echoes_the_challenge_to_whoever_knows_the_word(desk: ChannelHouse) -> None:
    path = "/webhooks/channels/whatsapp?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    good = await desk.client.get(path + "our%20word")
    assert (good.status_code, good.text) == (200, "1158201444")
    assert (await desk.client.get(path + "guessed")).status_code == 401


@pytest.mark.parametrize(
    "headers", [{}, {"x-hub-signature-256": "sha256=00"}, signed(b"other"), signed(recorded("text"), "wrong")]
)
async def test_what_meta_did_not_sign_is_refused_and_not_stored(desk: ChannelHouse, headers: dict[str, str]) -> None:
    assert (await desk.hand_in("whatsapp", recorded("text"), headers)).status_code == 401
    assert await desk.events() == []


def test_the_signature_is_that_of_the_documentation() -> None:
    # RFC 4231, test case 2: key "Jefe", data "what do ya want for nothing?".
    right = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert signed(b"what do ya want for nothing?", "Jefe") == {"x-hub-signature-256": f"sha256={right}"}
