"""The chat's side of the server: one conversation per token, nothing twice or left out, no site but those allowed."""

import asyncio
import hmac
import itertools
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from httpx import Response

from frontdesk.interfaces import Invalid
from frontdesk.model import DeliveryState, Direction, Identity, NewMessage, Sender
from frontdesk.model.chat import ChatMessage, Conversation
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import Settings
from frontdesk.storage.channels.chats import StoredChats
from frontdesk.storage.interactions.merging import StoredMerging
from frontdesk.storage.schema.interactions import inbound_message
from frontdesk.ui.chat.origins import Origins
from frontdesk.ui.chat.signed_users import SignedUsers
from frontdesk.ui.chat.stream import StreamPosition, Streams, events, news
from frontdesk.ui.chat.tokens import ChatTokens
from frontdesk.ui.live import Live
from frontdesk.wiring.container import Container, now, open_container
from tests.counting import rows_of
from tests.fakes import ManualClock
from tests.web_client import BASE, HTML, Client, web_client

pytestmark = pytest.mark.both_databases

SHOP = "https://shop.example"
BROKEN = "My coffee machine (order 4500017342) is broken and does not start any more."


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, chat=msgspec.structs.replace(settings.chat, origins=SHOP))


async def say(client: Client, text: str = BROKEN, token: str = "", id: str = "", **more: str) -> Response:
    body = {"id": id or f"a random word of the widget {text}"[:100], "text": text, **more}
    return await client.post("/chat/messages", json=body, headers=bearer(token))


def bearer(token: str) -> dict[str, str]:
    return {"Origin": SHOP, **({"Authorization": f"Bearer {token}"} if token else {})}


async def heard(container: Container, reference: str, last_event_id: str = "") -> list[tuple[str, dict[str, Any]]]:
    """What a stream tells at once: event ids with their data."""
    chats, live = StoredChats(container.database, now), Live(container.work.journal)
    conversation = await chats.conversation(reference)
    assert conversation
    stream = events(live, chats, conversation, last_event_id)
    await anext(stream)
    live.close()  # so that it ends when it has told what there is
    found = []
    async for part in stream:
        if part.startswith(b"id: "):
            lines = part.decode().splitlines()
            found.append((lines[0].removeprefix("id: "), msgspec.json.decode(lines[2].removeprefix("data: "))))
    return found


def signed(user: str, secret: str = "the shop's own word, long enough") -> dict[str, str]:
    return {"user": user, "identity": hmac.digest(secret.encode(), user.encode(), "sha256").hex()}


@pytest.fixture
def with_secret(settings: Settings) -> Settings:
    return msgspec.structs.replace(
        settings, chat=msgspec.structs.replace(settings.chat, identity_secret="the shop's own word, long enough")
    )


async def test_a_user_that_the_shop_signed_for_is_proven_and_one_that_is_only_named_is_refused(
    with_secret: Settings, builtin: Builtin
) -> None:
    async with open_container(with_secret, builtin) as container, web_client(container, "192.0.2.9") as shopper:
        await container.people.customers.add("10002", "Maya Ltd", None)
        for forged in ({"user": "10002"}, signed("10002", "guessed"), {**signed("10002"), "user": "10003"}):
            assert (await say(shopper, **forged)).status_code == 400
        said = (await say(shopper, email="victim@example.com", customer_no="10003", **signed("10002"))).json()
        await container.runner.run_until_idle()
        reading = await container.messages.readings.message(said["message"])
        assert (reading.message.sender.identity, reading.message.sender.address) == (Identity.SIGNED, "10002")
        matter = await container.interactions.records.get(said["reference"])
        assert (matter.customer_id, matter.customer_proven) == ("10002", True)


async def test_another_user_at_the_same_browser_does_not_go_on_in_the_conversation(
    with_secret: Settings, builtin: Builtin
) -> None:
    async with open_container(with_secret, builtin) as container, web_client(container, "192.0.2.9") as shopper:
        token = (await say(shopper, **signed("10002"))).json()["token"]
        assert (await say(shopper, "more", token, **signed("10002"))).status_code == 202
        assert (await say(shopper, "mine", token, **signed("10003"))).status_code == 401
        assert (await say(shopper, "mine", token)).status_code == 401


async def test_where_no_secret_is_set_nobody_can_be_named(customer: Client) -> None:
    assert (await say(customer, **signed("10002"))).status_code == 400


async def test_a_chat_that_was_merged_streams_on_and_keeps_its_own_token(
    customer: Client, container: Container
) -> None:
    chat = (await say(customer)).json()
    other = await container.messages.inbox.accept(
        NewMessage("Our secret is 4711", "EMI", Sender("", "victim@example.com"))
    )
    await container.runner.run_until_idle()
    into, gone = [await container.interactions.records.get(each) for each in (other.reference, chat["reference"])]
    chats, live = StoredChats(container.database, now), Live(container.work.journal)
    conversation = await chats.conversation(chat["reference"])
    assert conversation
    stream, told = events(live, chats, conversation, ""), b""
    try:
        async with asyncio.timeout(30):
            while b"coffee machine" not in told:
                told += await anext(stream)
            await StoredMerging(container.database, now).merge(into, gone, "ada")
            further = (await say(customer, "And one more thing", chat["token"])).json()
            while b"And one more thing" not in told:
                told += await anext(stream)
    finally:
        await stream.aclose()
        live.close()
    assert b"4711" not in told
    assert further["reference"] == chat["reference"]
    assert not any("4711" in data["text"] for _, data in await heard(container, further["reference"]))


async def test_the_first_message_opens_a_conversation_and_the_next_goes_on_in_it(
    customer: Client, container: Container
) -> None:
    first = (await say(customer, name="Maya Thornbury", email="maya@example.com")).json()
    second = (await say(customer, "And it is loud.", first["token"])).json()
    assert second["reference"] == first["reference"]
    matter = await container.interactions.records.get(first["reference"])
    assert matter.channel == "CHT"


async def test_a_message_sent_again_is_stored_once_and_gets_the_same_conversation(customer: Client) -> None:
    first, again = await say(customer), await say(customer)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["message"] == again.json()["message"]
    assert first.json()["reference"] == again.json()["reference"]


async def test_the_same_words_twice_in_a_row_are_one_message_of_a_conversation(customer: Client) -> None:
    token = (await say(customer)).json()["token"]
    first, again = [await say(customer, "Hello?", token, id=f"a random word no {n}") for n in (1, 2)]
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json()["message"] == first.json()["message"]


async def test_who_guesses_an_id_does_not_get_into_anothers_conversation(customer: Client) -> None:
    theirs = (await say(customer, "A secret", id="the same random word")).json()
    mine = (await say(customer, "What did they write?", id="the same random word")).json()
    assert mine["reference"] != theirs["reference"]


async def test_the_reply_is_heard_and_its_arrival_recorded(customer: Client, container: Container) -> None:
    begun = (await say(customer)).json()
    await container.runner.run_until_idle()
    told = [data for _, data in await heard(container, begun["reference"])]
    assert [each["direction"] for each in told] == ["in", "out"]
    assert "SC-000001" in told[1]["text"]
    for read, state in ((False, DeliveryState.DELIVERED), (True, DeliveryState.READ), (False, DeliveryState.READ)):
        body = {"messages": [told[1]["id"]], "read": read}
        answer = await customer.post("/chat/seen", json=body, headers=bearer(begun["token"]))
        assert answer.status_code == 200
        assert (await container.messages.replies.load(told[1]["id"])).state is state


async def test_nobody_notes_anothers_answers_as_read(customer: Client, container: Container) -> None:
    begun = (await say(customer)).json()
    other = (await say(customer, "Another matter")).json()
    await container.runner.run_until_idle()
    answer = next(d for _, d in await heard(container, begun["reference"]) if d["direction"] == "out")
    told = await customer.post("/chat/seen", json={"messages": [answer["id"]]}, headers=bearer(other["token"]))
    assert told.json() == {"noted": 0}
    assert (await container.messages.replies.load(answer["id"])).state is DeliveryState.SENT


async def test_memos_and_answers_that_were_not_sent_are_not_told(customer: Client, container: Container) -> None:
    begun = (await say(customer)).json()
    await container.runner.run_until_idle()
    matter = await container.interactions.records.get(begun["reference"])
    await container.messages.replies.add(matter, "only for the team", "IM", "Ada", None)
    await container.messages.replies.add(matter, "not sent yet", "HA", "Ada", None)
    texts = [data["text"] for _, data in await heard(container, begun["reference"])]
    assert "only for the team" not in texts
    assert "not sent yet" not in texts
    await container.runner.run_until_idle()
    assert "not sent yet" in [data["text"] for _, data in await heard(container, begun["reference"])]


async def test_a_stream_goes_on_behind_the_last_event(customer: Client, container: Container) -> None:
    begun = (await say(customer)).json()
    await container.runner.run_until_idle()
    places = [place for place, _ in await heard(container, begun["reference"])]
    await say(customer, "And it is loud.", begun["token"])
    after_one = [data["direction"] for _, data in await heard(container, begun["reference"], places[0])]
    assert after_one[:2] == ["out", "in"]
    assert [data["text"] for _, data in await heard(container, begun["reference"], places[1])] == ["And it is loud."]
    assert len(await heard(container, begun["reference"], "no id of ours")) == 3


def message(direction: Direction, sequence: int) -> ChatMessage:
    return ChatMessage(f"{direction}{sequence}", direction, sequence, "text", "", now())


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_answers_that_are_sent_out_of_order_are_told_once_each_over_any_cut(order: tuple[int, ...]) -> None:
    answers, told = (1, 2, 3), []
    place = StreamPosition()
    for up_to in range(1, 4):
        sent = tuple(message(Direction.OUT, number) for number in sorted(order[:up_to]))
        conversation = Conversation(1, "R", (message(Direction.IN, 1), *sent), answers, 1)
        for fresh in news(conversation, StreamPosition.parse(str(place))):
            told.append(fresh.id)
            place = place.behind(fresh, answers)
    assert sorted(told) == ["in1", "out1", "out2", "out3"]


@pytest.mark.parametrize("token", ["", "x", "AAAA0000.1.", "AAAA0000.99999999999.AAAA", "é.é.é", "a" * 5000])
async def test_without_its_token_a_conversation_is_closed(customer: Client, container: Container, token: str) -> None:
    reference = (await say(customer)).json()["reference"]
    for forged in {token, token.replace("AAAA0000", reference)}:
        value = {"Authorization": b"Bearer " + forged.encode("latin-1")}
        assert (await customer.get("/chat/events", headers=value)).status_code == 401
        assert (await customer.post("/chat/seen", json={"messages": ["x"]}, headers=value)).status_code == 401
        body = {"id": "a random word of the widget", "text": "hello"}
        assert (await customer.post("/chat/messages", json=body, headers=value)).status_code == 401
    assert await rows_of(container, inbound_message) == 1


def test_a_token_is_over_after_its_days() -> None:
    hand = ManualClock()
    tokens = ChatTokens(b"secret", hand, 1)
    token = tokens.token("AAAA0000")
    hand.move(timedelta(hours=23).total_seconds())
    assert tokens.reference(token) == "AAAA0000"
    hand.move(timedelta(hours=2).total_seconds())
    assert tokens.reference(token) == ""
    assert ChatTokens(b"another", hand, 1).reference(tokens.token("AAAA0000")) == ""


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"id": "a random word of the widget", "text": 1}', 400),
        (b'{"id": "short", "text": "hello"}', 400),
        (b'{"id": "a random word of the widget", "text": ""}', 400),
        (b'{"id": "a random word of the widget", "text": " \\u200b "}', 400),
        (b'{"id": "a random word of the widget", "text": "hello", "admin": true}', 400),
        (b'{"id": "a random word of the widget", "text": "\\ud800 half"}', 400),
        (b'{"id": "a random word of the widget", "text": "\\u0000\\u0007 controls"}', 202),
        (b'{"id": "a random word of the widget", "text": "hello", "name": "' + b"x" * 201 + b'"}', 400),
        (b"x" * 2_000_000, 413),
    ],
)
async def test_odd_bodies_are_taken_or_refused_with_a_reason(customer: Client, body: bytes, status: int) -> None:
    headers = {"Origin": SHOP, "Content-Type": "application/json"}
    answer = await customer.post("/chat/messages", content=body, headers=headers)
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["detail"]
        assert answer.headers["access-control-allow-origin"] == SHOP


async def test_only_sites_that_are_allowed_may_use_it_and_read_its_answers(customer: Client) -> None:
    body = {"id": "a random word of the widget", "text": "hello"}
    for origin, status, told in (
        (SHOP, 202, SHOP),
        (SHOP.upper(), 200, SHOP.upper()),
        (BASE, 200, BASE),
        ("https://evil.example", 403, None),
        ("https://shop.example.evil.example", 403, None),
        ("http://shop.example", 403, None),
        ("null", 403, None),
    ):
        answer = await customer.post("/chat/messages", json=body, headers={"Origin": origin})
        assert (answer.status_code, answer.headers.get("access-control-allow-origin")) == (status, told), origin
        asked = await customer.options("/chat/messages", headers={"Origin": origin})
        assert (asked.status_code == 204) is (told is not None)
        assert asked.headers.get("access-control-allow-origin") == told
        assert ("authorization" in asked.headers.get("access-control-allow-headers", "")) is (told is not None)


async def test_no_other_page_is_opened_to_other_sites(customer: Client) -> None:
    for path in ("/", "/console", "/api/v1/interactions", "/static/main.css"):
        assert "access-control-allow-origin" not in (await customer.get(path, headers={"Origin": SHOP})).headers
    refused = await customer.post("/messages", data={"text": "hello"}, headers=HTML | {"Origin": SHOP})
    assert refused.status_code == 403


async def test_the_chat_knows_nobody_by_cookie(agent: Client, container: Container) -> None:
    begun = (await say(agent)).json()
    matter = await container.interactions.records.get(begun["reference"])
    assert matter.created_by == ""


async def test_the_script_may_be_loaded_by_any_site(customer: Client) -> None:
    answer = await customer.get("/widget.js", headers={"Origin": "https://any.example"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers.get_list("cross-origin-resource-policy") == ["cross-origin"]
    assert answer.headers["access-control-allow-origin"] == "*"
    again = await customer.get("/widget.js", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_too_many_messages_from_one_place_are_held_back(settings: Settings, builtin: Builtin) -> None:
    security = msgspec.structs.replace(settings.security, submissions_per_minute=2)
    changed = msgspec.structs.replace(settings, security=security)
    async with open_container(changed, builtin) as container, web_client(container) as client:
        answers = [await say(client, f"message {number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert int(answers[2].headers["retry-after"]) > 0
    assert "retry-after" in answers[2].headers["access-control-expose-headers"]


async def test_only_so_many_streams_are_open_from_one_place() -> None:
    async def silence() -> Any:
        while True:
            yield b""

    streams = Streams(2)
    opened = [streams.admitted("192.0.2.8", silence()) for _ in range(2)]
    for each in opened:
        await anext(each)
    assert streams.is_full("192.0.2.8")
    assert not streams.is_full("192.0.2.9")
    await opened[0].aclose()
    assert not streams.is_full("192.0.2.8")
    await opened[1].aclose()


def test_a_secret_that_a_user_could_guess_from_their_own_signature_is_refused_at_start() -> None:
    with pytest.raises(Invalid, match=r"chat\.identity_secret"):
        SignedUsers("x" * 31)
    assert SignedUsers("x" * 32).proven("", "") == SignedUsers("").proven("", "") == ""


@pytest.mark.parametrize("text", ["shop.example", "https://shop.example/", "https://*.example", "*", "ftp://a", "null"])
def test_an_origin_that_is_none_is_refused_at_start(text: str) -> None:
    with pytest.raises(Invalid, match=r"chat\.origins"):
        Origins.of(text)
