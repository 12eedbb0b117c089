"""What is particular to each vendor: handshakes, known signatures, threads, receipts, refusals."""

import asyncio
import base64
import hashlib
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from frontdesk.channels import wechat
from frontdesk.channels.oauth1 import Keys, signature
from frontdesk.channels.slack import Slack, SlackSettings
from frontdesk.channels.twilio import verify as verify_twilio
from frontdesk.interfaces import Invalid
from frontdesk.interfaces.channels import Forged, WebhookRequest
from frontdesk.model.channels import CustomerMessage, RawEvent
from frontdesk.simulators.serving import Told, told
from tests.channels import signers
from tests.channels.channel_house import ChannelHouse
from tests.channels.sample import recorded, sample_of
from tests.channels.test_contract import Stage
from tests.channels.vendor import Vendor, running


@pytest.fixture
async def stage(request: Any, open_channels: Any) -> AsyncIterator[Stage]:
    name, more = request.param if isinstance(request.param, tuple) else (request.param, {})
    sample = sample_of(name)
    async with AsyncExitStack() as stack:
        vendor = sample.vendor()
        url = await stack.enter_async_context(running(vendor)) if sample.vendor is not Vendor else ""
        section = {**sample.section, **(sample.urls(url) if url else {}), **more}
        yield Stage(name, sample, vendor, await open_channels(**{name: section}))


def on(*names: Any) -> Any:
    return pytest.mark.parametrize("stage", names, indirect=True, ids=str)


def path(name: str, query: str) -> str:
    return f"/webhooks/channels/{name}?{query}"


def tools(seconds: float) -> Any:
    """Enough for what is asked of a channel without its vendor."""
    clock = SimpleNamespace(reach=lambda url, **how: None, public_url="", seconds=time.monotonic)
    clock.clock = lambda: datetime.fromtimestamp(seconds, UTC)
    return clock


# Slack


async def test_slacks_own_example_of_a_signature_is_good(settings: Any) -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&"
        b"channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&"
        b"response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    channel = Slack(SlackSettings("8f742231b10e8888abcd99yyyzzz85a5", "x"), tools(1531420618))
    headers = {
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    assert await channel.verify(WebhookRequest("POST", "", {}, headers, body))
    with pytest.raises(Forged):
        await channel.verify(WebhookRequest("POST", "", {}, headers, body + b"x"))


@on("slack")
async def test_slack_checks_the_address_by_a_signed_challenge(stage: Stage) -> None:
    body = json.dumps({"type": "url_verification", "token": "x", "challenge": "3eZbrw1aBm"}).encode()
    answer = await stage.desk.hand_in("slack", body, dict(stage.sample.sign(body).headers))
    assert (answer.status_code, answer.text) == (200, "3eZbrw1aBm")
    assert await stage.desk.events() == []


@on("slack")
async def test_slacks_marks_become_plain_words_and_our_own_messages_are_left_alone(stage: Stage) -> None:
    await stage.receive("text")
    [message] = await stage.desk.messages()
    assert message.text.endswith("Please help.  see the manual (https://example.com/e18) & reply")
    await stage.receive("echo")
    assert len(await stage.desk.messages()) == 1


@on("slack")
async def test_in_a_direct_message_the_answer_goes_into_the_conversation(stage: Stage) -> None:
    await stage.receive("direct")
    assert [("thread_ts" in sent, sent["channel"]) for sent in stage.vendor.sent] == [(False, "D1")]


@on("slack")
async def test_slack_is_asked_whether_an_answer_arrived_before_it_is_sent_again(stage: Stage) -> None:
    stage.vendor.failures.append(Told(200, b"", cut_after=0))
    await stage.receive("text")
    await stage.desk.work_all()
    assert len(stage.vendor.sent) == 1
    assert [(answer.state, answer.provider_id) for answer in await stage.desk.answers()] == [
        ("delivered", "C1:1764120100.000001")
    ]


@on("slack")
async def test_a_refusal_by_slack_with_status_200_is_one(stage: Stage) -> None:
    stage.vendor.failures.append(told({"ok": False, "error": "is_archived"}))
    await stage.receive("text")
    assert [(a.state, a.error) for a in await stage.desk.answers()] == [("failed", "Slack refused: is_archived")]


# Messenger, Instagram


@on("messenger", "instagram")
async def test_meta_shakes_hands_by_our_word(stage: Stage) -> None:
    query = "hub.mode=subscribe&hub.challenge=42&hub.verify_token="
    good = await stage.desk.client.get(path(stage.name, f"{query}word"))
    assert (good.status_code, good.text) == (200, "42")
    assert (await stage.desk.client.get(path(stage.name, f"{query}guess"))).status_code == 401


@on("messenger", "instagram")
async def test_a_comment_is_answered_privately_once(stage: Stage) -> None:
    await stage.receive("comment")
    [sent] = stage.vendor.sent
    assert set(sent["recipient"]) == {"comment_id"}


@on("messenger")
async def test_a_watermark_counts_for_everything_until_then_and_for_nothing_after(stage: Stage) -> None:
    await stage.receive("text")
    for moment, state in ((1, "sent"), (int(time.time() * 1000) + 60_000, "read")):
        event = json.loads(recorded("messenger", "status"))
        messaging = event["entry"][0]["messaging"][0]
        del messaging["delivery"]
        messaging["read"] = {"watermark": moment}
        await stage.receive(json.dumps(event).encode())
        assert [answer.state for answer in await stage.desk.answers()] == [state]


@on("messenger")
async def test_an_echo_finds_an_answer_whose_sending_broke_off(stage: Stage) -> None:
    stage.vendor.failures.append(Told(200, b"", cut_after=0))
    await stage.receive("text")
    [answer] = await stage.desk.answers()
    await stage.receive(recorded("messenger", "echo").replace(b"KEY", answer.id.encode()))
    await stage.desk.work_all()
    assert len(stage.vendor.sent) == 1
    assert [(a.state, a.provider_id) for a in await stage.desk.answers()] == [("sent", "m_OUT1")]


# X, LinkedIn


@on("x")
async def test_x_checks_the_address_by_a_challenge(stage: Stage) -> None:
    answer = await stage.desk.client.get(path("x", "crc_token=abc"))
    right = signers.base64_of(stage.sample.section["consumer_secret"], b"abc")
    assert answer.json() == {"response_token": f"sha256={right}"}
    assert (await stage.desk.client.get(path("x", "other=1"))).status_code == 401


@on("x")
async def test_a_direct_message_is_answered_directly_and_our_own_is_left_alone(stage: Stage) -> None:
    await stage.receive("own")
    assert await stage.desk.messages() == []
    await stage.receive("direct")
    assert {sent["to"] for sent in stage.vendor.sent} == {"771"}


def test_the_oauth_signature_is_that_of_xs_documentation(settings: Any) -> None:
    keys = Keys(
        "xvz1evFS4wEEPTGEFPHBog",
        "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
        "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
        "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
    )
    fields = {
        "status": "Hello Ladies + Gentlemen, a signed OAuth request!",
        "include_entities": "true",
        "oauth_consumer_key": keys.consumer,
        "oauth_nonce": "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "1318622958",
        "oauth_token": keys.token,
        "oauth_version": "1.0",
    }
    url = "https://api.twitter.com/1.1/statuses/update.json"
    assert signature("POST", url, fields, keys) == "hCtSmYh+iHYCEqBWrE7C7hYmtUk="


@on("linkedin")
async def test_linkedin_challenges_the_address(stage: Stage) -> None:
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    answer = await stage.desk.client.get(path("linkedin", f"challengeCode={code}"))
    right = signers.mac(stage.sample.section["client_secret"], code.encode()).hexdigest()
    assert answer.json() == {"challengeCode": code, "challengeResponse": right}


@pytest.mark.parametrize(
    "token", ['{"data":{}}', "[1]", '"x"', "a b", "a\n", "hmacsha256={}", "a" * 121, "ä", "", "%00"]
)
@on("x", "linkedin")
async def test_a_challenge_that_could_be_an_event_is_not_signed(stage: Stage, token: str) -> None:
    field = {"x": "crc_token", "linkedin": "challengeCode"}[stage.name]
    answer = await stage.desk.client.get(f"/webhooks/channels/{stage.name}", params={field: token})
    assert answer.status_code == 401


@on("x", "linkedin")
async def test_a_stranger_cannot_have_an_event_of_their_own_signed(stage: Stage) -> None:
    body = recorded(stage.name, "text").decode()
    field, prefix = {"x": ("crc_token", ""), "linkedin": ("challengeCode", "hmacsha256=")}[stage.name]
    answer = await stage.desk.client.get(f"/webhooks/channels/{stage.name}", params={field: prefix + body})
    right = stage.sample.sign(body.encode()).headers
    assert answer.status_code == 401
    assert not any(value.removeprefix("sha256=") in answer.text for value in right.values())


@pytest.mark.parametrize("token", ["abc", "null", "123"])
@on("x")
async def test_what_was_signed_as_a_challenge_is_no_event(stage: Stage, token: str) -> None:
    answer = await stage.desk.client.get(path("x", f"crc_token={token}"))
    headers = {"x-twitter-webhooks-signature": answer.json()["response_token"]}
    assert (await stage.desk.hand_in("x", token.encode(), headers)).status_code == 401
    assert await stage.desk.events() == []


# WeChat

AES = base64.b64encode(bytes(range(32))).decode().rstrip("=")


def sealed(xml: bytes, app_id: str = "wx1") -> str:
    key = base64.b64decode(AES + "=")
    plain = b"r" * 16 + len(xml).to_bytes(4, "big") + xml + app_id.encode()
    plain += bytes([32 - len(plain) % 32]) * (32 - len(plain) % 32)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def encrypted(text: str) -> tuple[bytes, str]:
    """An encrypted event and the query that signs it."""
    stamp = str(int(time.time()))
    mac = signers.sha1("our token", stamp, "n1", text)
    body = f"<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[{text}]]></Encrypt></xml>".encode()
    return body, f"?msg_signature={mac}&timestamp={stamp}&nonce=n1&encrypt_type=aes"


@on(("wechat", {"aes_key": AES}))
async def test_encrypted_events_of_wechat_are_stored_in_plain_and_answered(stage: Stage) -> None:
    body, query = encrypted(sealed(recorded("wechat", "text")))
    assert (await stage.desk.hand_in("wechat", body, {"content-type": "text/xml"}, query)).status_code == 200
    [event] = await stage.desk.events()
    assert event.body == recorded("wechat", "text")
    assert len(stage.vendor.sent) == 1


async def test_wechat_takes_unencrypted_events_only_where_that_is_chosen() -> None:
    with pytest.raises(Invalid, match="aes_key"):
        wechat.WeChat(wechat.WeChatSettings("wx1", "s", "t"), tools(0))
    assert wechat.WeChat(wechat.WeChatSettings("wx1", "s", "t", AES), tools(0))


@on(("wechat", {"aes_key": AES}))
@pytest.mark.parametrize("text", [sealed(b"<xml/>", "another account"), "bm90aGluZw==", "!", "A" * 64])
async def test_what_is_not_encrypted_for_us_is_refused(stage: Stage, text: str) -> None:
    body, query = encrypted(text)
    assert (await stage.desk.hand_in("wechat", body, {"content-type": "text/xml"}, query)).status_code == 401
    plain = stage.sample.sign(recorded("wechat", "text"))
    assert (await stage.desk.hand_in("wechat", recorded("wechat", "text"), {}, plain.query)).status_code == 401


@on("wechat")
async def test_wechat_shakes_hands(stage: Stage) -> None:
    query = stage.sample.sign(b"").query.removeprefix("?")
    assert (await stage.desk.client.get(path("wechat", f"{query}&echostr=hello"))).text == "hello"


@on("wechat")
async def test_a_token_that_wechat_does_not_take_any_more_is_replaced(stage: Stage) -> None:
    await stage.receive("text")
    stage.vendor.tokens += 1  # type: ignore[attr-defined]
    other = recorded("wechat", "text").replace(b"23456789012345678", b"23456789012349999")
    await stage.receive(re.sub(rb"My washing machine.*help\.", b"How many litres does the kettle hold?", other))
    assert [answer.state for answer in await stage.desk.answers()] == ["delivered", "delivered"]


@on("wechat")
async def test_after_48_hours_the_answer_waits(stage: Stage) -> None:
    stage.vendor.failures.append(told({"errcode": 45015, "errmsg": "response out of time limit"}))
    await stage.receive("text")
    [answer] = await stage.desk.answers()
    assert (answer.state, "until the customer writes again" in answer.error) == ("pending", True)


def test_entities_in_xml_are_not_expanded(settings: Any) -> None:
    bomb = b"<!DOCTYPE a [<!ENTITY b 'x'>]><xml><MsgType>&b;</MsgType></xml>"
    channel = wechat.WeChat(wechat.WeChatSettings("wx1", "s", "t", plain_mode=True), tools(0))
    [found] = channel.read(RawEvent("wechat", "1", bomb))
    assert not isinstance(found, CustomerMessage)


# Teams, LINE


@on("teams")
async def test_a_mention_of_the_bot_is_no_part_of_the_message(stage: Stage) -> None:
    await stage.receive("text")
    assert (await stage.desk.messages())[0].text.startswith("My washing machine")


@on("teams")
async def test_calls_that_come_while_microsofts_keys_are_fetched_wait_for_them(stage: Stage) -> None:
    bodies = [stage.recorded("text").replace(b"1481567603816", b"148156760381%d" % n) for n in range(8)]
    assert await asyncio.gather(*(stage.receive(body, work=False) for body in bodies)) == [200] * 8


@on("line")
async def test_line_is_answered_by_the_free_reply_token_while_it_is_young(stage: Stage) -> None:
    event = json.loads(recorded("line", "text"))
    event["events"][0]["timestamp"] = int(time.time() * 1000)
    await stage.receive(json.dumps(event).encode())
    assert [sent.get("replyToken") for sent in stage.vendor.sent] == ["rt1"]


@on("line")
async def test_a_reply_token_that_was_used_gives_way_to_a_push(stage: Stage) -> None:
    stage.vendor.failures.append(told({"message": "Invalid reply token"}, 400))
    event = json.loads(recorded("line", "text"))
    event["events"][0]["timestamp"] = int(time.time() * 1000)
    await stage.receive(json.dumps(event).encode())
    assert [sent.get("to") for sent in stage.vendor.sent] == ["Ukim"]


@on("line")
async def test_line_checks_the_address_with_no_events(stage: Stage) -> None:
    assert await stage.receive(b'{"destination":"Ux","events":[]}') == 200
    assert [event.state for event in await stage.desk.events()] == ["read"]


# Twilio


def test_twilios_own_example_of_a_signature_is_good(settings: Any) -> None:
    body = b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    headers = {"x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}
    assert verify_twilio(WebhookRequest("POST", url, {}, headers, body), "12345", "")
    with_port = url.replace("mycompany.com", "mycompany.com:443")
    assert verify_twilio(WebhookRequest("POST", with_port, {}, headers, body), "12345", "")
    with pytest.raises(Forged):
        verify_twilio(WebhookRequest("POST", url, {}, headers, body), "12346", "")


def test_the_newer_signature_of_twilio_needs_the_keys_secret(settings: Any) -> None:
    url, body = "https://desk.example/webhooks/channels/sms", b"MessageSid=SM1&Body=x"
    signed = signers.base64_of("key secret", f"{url}BodyxMessageSidSM1".encode())
    headers = {"x-twilio-signature": signed, "x-twilio-webhooks-signature-settings": "key=SK1,algorithm=HMAC_SHA256"}
    assert verify_twilio(WebhookRequest("POST", url, {}, headers, body), "token", "key secret")
    with pytest.raises(Forged, match="shared key"):
        verify_twilio(WebhookRequest("POST", url, {}, headers, body), "token", "")


def test_a_json_body_of_twilio_is_bound_by_its_digest(settings: Any) -> None:
    body = b'{"a":1}'
    digest = hashlib.sha256(body).hexdigest()
    url = f"https://desk.example/webhooks/channels/sms?bodySHA256={digest}"
    headers = {
        "content-type": "application/json",
        "x-twilio-signature": signers.base64_of("token", url.encode(), "sha1"),
    }
    request = WebhookRequest("POST", url, {"bodySHA256": [digest]}, headers, body)
    assert verify_twilio(request, "token", "")
    with pytest.raises(Forged):
        verify_twilio(WebhookRequest("POST", url, {"bodySHA256": [digest]}, headers, body + b" "), "token", "")


@on("sms")
async def test_twilio_is_told_to_tell_and_stop_is_not_answered(stage: Stage) -> None:
    await stage.receive(b"MessageSid=SM9&From=%2B15550002222&To=%2B15550001111&Body=STOP")
    assert (stage.vendor.sent, [answer.state for answer in await stage.desk.answers()]) == ([], ["withheld"])


# Website, readers that fail


@on("web")
async def test_the_website_tells_when_an_answer_was_seen(stage: Stage) -> None:
    await stage.receive("text")
    [answer] = await stage.desk.answers()
    await stage.receive(json.dumps({"type": "seen", "message": answer.id}).encode())
    assert [answer.state for answer in await stage.desk.answers()] == ["read"]


async def test_an_event_that_a_reader_failed_at_is_read_again_when_the_reader_is_repaired(
    open_channels: Any, settings: Any
) -> None:
    desk: ChannelHouse = await open_channels(web=sample_of("web").section)
    channel = desk.container.customer_channels.open["web"].channel
    repaired = channel.read

    def broken(event: RawEvent) -> Any:
        raise KeyError("text")

    channel.read = broken  # type: ignore[method-assign]
    body = recorded("web", "text")
    answer = await desk.hand_in("web", body, dict(sample_of("web").sign(body).headers))
    assert answer.status_code == 200
    assert [(event.state, event.error) for event in await desk.events()] == [
        ("failed", "the reader of web failed: KeyError")
    ]
    channel.read = repaired  # type: ignore[method-assign]
    await desk.container.channels.events.replay([])
    await desk.work()
    assert [event.state for event in await desk.events()] == ["read"]
    assert len(await desk.messages()) == 1
