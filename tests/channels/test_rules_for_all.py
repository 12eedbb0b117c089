"""Rules that hold for all channels: threads, contacts, loops, windows, splitting, attachments, the ledger."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from frontdesk.model import Change, Role, Status
from frontdesk.storage.schema.interactions import inbound_message, outbound_message
from tests.channels.channel_house import BROKEN, ChannelHouse
from tests.channels.telegram.sample import SAMPLE
from tests.channels.telegram.vendor import BotApi
from tests.channels.vendor import running
from tests.web_client import key_of


@pytest.fixture
async def bot() -> AsyncIterator[BotApi]:
    vendor = BotApi()
    async with running(vendor):
        yield vendor


@pytest.fixture
async def desk(bot: BotApi, open_channels: Any) -> ChannelHouse:
    opened: ChannelHouse = await open_channels(telegram={**SAMPLE.section, "api_url": bot.url})
    return opened


async def say(desk: ChannelHouse, number: int, text: str = BROKEN, **more: Any) -> None:
    author = {"id": 4242, "is_bot": False, "first_name": "Kim", "last_name": "Doe"}
    message = {"message_id": number, "from": author, "chat": {"id": 4242, "type": "private"}, "text": text, **more}
    body = json.dumps({"update_id": number, "message": message}).encode()
    answer = await desk.hand_in("telegram", body, dict(SAMPLE.sign(body).headers))
    assert answer.status_code == 200


async def age(desk: ChannelHouse, hours: float) -> None:
    """Make all messages so much older."""
    past = datetime.now(UTC) - timedelta(hours=hours)
    await desk.container.database.write(lambda c: c.execute(update(inbound_message).values(received_at=past)).rowcount)


async def matters(desk: ChannelHouse) -> list[int]:
    return [message.interaction_id for message in await desk.messages()]


async def test_a_sender_speaks_of_the_same_matter_within_the_window(desk: ChannelHouse) -> None:
    await say(desk, 1)
    await age(desk, 71)
    await say(desk, 2, "Any news?")
    assert len(set(await matters(desk))) == 1


async def test_after_the_window_it_is_another_matter(desk: ChannelHouse) -> None:
    await say(desk, 1)
    await age(desk, 73)
    await say(desk, 2, "Another thing")
    assert len(set(await matters(desk))) == 2


async def test_a_closed_matter_is_not_joined_but_an_answer_to_its_message_opens_it_again(desk: ChannelHouse) -> None:
    await say(desk, 1)
    [first] = await desk.messages()
    reference = (await desk.container.messages.readings.message(first.id)).reference
    matter = await desk.container.interactions.records.get(reference)
    await desk.container.interactions.records.change(matter, Change(status=Status.CLOSED), "ada")
    await say(desk, 2, "Another thing is broken")
    await say(desk, 3, "It is broken again", reply_to_message={"message_id": 1})
    assert (await matters(desk))[1] != first.interaction_id
    assert (await matters(desk))[2] == first.interaction_id
    assert (await desk.container.interactions.records.get(reference)).status is not Status.CLOSED


async def test_an_answer_to_what_we_wrote_joins_its_matter(desk: ChannelHouse) -> None:
    await say(desk, 1)
    await age(desk, 1000)
    await say(desk, 2, "Thank you, it still leaks", reply_to_message={"message_id": 101})
    assert len(set(await matters(desk))) == 1


async def test_a_channel_that_knows_who_writes_proves_it(desk: ChannelHouse) -> None:
    await say(desk, 1)
    assert [message.identity for message in await desk.messages()] == ["channel"]


async def test_somebody_else_who_answers_a_message_of_a_group_opens_a_matter_of_their_own(desk: ChannelHouse) -> None:
    await say(desk, 1)
    stranger = {"id": 666, "is_bot": False, "first_name": "Mal"}
    await say(desk, 2, "And what of mine?", reply_to_message={"message_id": 1}, **{"from": stranger})
    first, second = await desk.messages()
    assert first.interaction_id != second.interaction_id


async def test_one_person_is_one_contact_and_learns_new_addresses(desk: ChannelHouse) -> None:
    contact = {"phone_number": "+15550002222", "first_name": "Kim", "user_id": 4242}
    await say(desk, 1)
    await say(desk, 2, contact=contact)
    [found] = (await desk.container.people.contacts.page(10)).rows
    assert found.identities == {"TEL": "4242", "PHC": "+15550002222"}


async def test_two_contacts_are_merged_with_all_that_is_theirs(desk: ChannelHouse) -> None:
    await say(desk, 1)
    accepted = await desk.container.messages.inbox.accept(_mail())
    await desk.work()
    first, second = (await desk.container.people.contacts.page(10)).rows
    headers = await key_of(desk.container, Role.AGENT)
    answer = await desk.client.post(f"/api/v1/contacts/{first.id}/merge", json={"other": second.id}, headers=headers)
    assert answer.status_code == 200
    assert answer.json()["identities"] == {"TEL": "4242", "EMI": "kim@example.com"}
    assert [contact.id for contact in (await desk.container.people.contacts.page(10)).rows] == [first.id]
    assert {message.contact_id for message in await desk.messages()} == {first.id}
    assert accepted.message_id


def _mail() -> Any:
    from frontdesk.model import NewMessage, Sender

    return NewMessage("Where is my order?", "EMI", Sender("Kim Doe", "kim@example.com"), "mail1")


async def test_merging_with_itself_or_nobody_is_refused(desk: ChannelHouse) -> None:
    await say(desk, 1)
    [contact] = (await desk.container.people.contacts.page(10)).rows
    headers = await key_of(desk.container, Role.AGENT)
    path = f"/api/v1/contacts/{contact.id}/merge"
    assert (await desk.client.post(path, json={"other": contact.id}, headers=headers)).status_code == 400
    assert (await desk.client.post(path, json={"other": 999}, headers=headers)).status_code == 404
    assert (await desk.container.people.contacts.page(10)).rows == (contact,)


# A topic is acknowledged once, so a conversation of machines would have to be about more and more.
OTHER_TOPICS = (
    "My order was due on Monday and has still not arrived.",
    "Your hotline kept me waiting for an hour and then hung up on me.",
    "I would like to send the toaster back and get my money returned.",
)


async def test_machines_that_answer_each_other_stop(bot: BotApi, open_channels: Any) -> None:
    section = {**SAMPLE.section, "api_url": bot.url}
    desk: ChannelHouse = await open_channels(rules={"most_automatic_answers": 2}, telegram=section)
    for number, text in enumerate((BROKEN, BROKEN, *OTHER_TOPICS)):
        await say(desk, number + 1, text)
    assert len(bot.sent) == 2
    assert [answer.state for answer in await desk.answers()] == ["delivered"] * 2 + ["withheld"] * 2
    assert "had 2 automatic answers within 60 minutes" in (await desk.answers())[-1].error
    assert all(effect.state == "done" for effect in await desk.effects() if effect.kind == "reply")


async def test_what_a_person_writes_is_never_withheld(bot: BotApi, open_channels: Any) -> None:
    section = {**SAMPLE.section, "api_url": bot.url}
    desk: ChannelHouse = await open_channels(rules={"most_automatic_answers": 1}, telegram=section)
    await say(desk, 1)
    [message] = await desk.messages()
    reference = (await desk.container.messages.readings.message(message.id)).reference
    matter = await desk.container.interactions.records.get(reference)
    await desk.container.messages.replies.add(matter, "A technician calls you today.", "HA", "ada", None)
    await desk.work()
    assert bot.sent[-1]["text"] == "A technician calls you today."


async def test_a_long_answer_is_split_and_each_part_sent_once(desk: ChannelHouse, bot: BotApi) -> None:
    await say(desk, 1)
    [message] = await desk.messages()
    matter = await desk.container.interactions.records.get(
        (await desk.container.messages.readings.message(message.id)).reference
    )
    text = "\n\n".join(f"Step {number}. " + "Turn the screw. " * 60 for number in range(8))
    bot.sent.clear()
    await desk.container.messages.replies.add(matter, text, "HA", "ada", None)
    await desk.work()
    assert len(bot.sent) == 2
    assert " ".join(" ".join(part["text"] for part in bot.sent).split()) == " ".join(text.split())
    assert ["reply_parameters" in part for part in bot.sent] == [True, False]
    assert (await desk.answers())[-1].state == "delivered"


async def test_after_a_failure_in_the_middle_only_the_rest_is_sent(desk: ChannelHouse, bot: BotApi) -> None:
    await say(desk, 1)
    [message] = await desk.messages()
    matter = await desk.container.interactions.records.get(
        (await desk.container.messages.readings.message(message.id)).reference
    )
    text = "\n\n".join(f"Step {number}. " + "Turn the screw. " * 60 for number in range(8))
    bot.sent.clear()
    await desk.container.messages.replies.add(matter, text, "HA", "ada", None)
    bot.busy_after = 1
    await desk.work()
    assert [part["text"][:6] for part in bot.sent] == ["Step 0"]
    bot.busy_after = None
    await desk.work_all()
    assert [answer.state for answer in await desk.answers()][-1] == "delivered"
    assert " ".join(" ".join(part["text"] for part in bot.sent).split()) == " ".join(text.split())


async def test_too_long_an_answer_is_refused_with_the_reason(desk: ChannelHouse, bot: BotApi) -> None:
    await say(desk, 1)
    [message] = await desk.messages()
    matter = await desk.container.interactions.records.get(
        (await desk.container.messages.readings.message(message.id)).reference
    )
    bot.sent.clear()
    await desk.container.messages.replies.add(matter, "word " * 6000, "HA", "ada", None)
    await desk.work()
    answer = (await desk.answers())[-1]
    assert (answer.state, bot.sent) == ("failed", [])
    assert "write a shorter one" in answer.error


async def test_an_attachment_is_served_to_be_saved_and_only_to_the_team(desk: ChannelHouse) -> None:
    photo = [{"file_id": "large", "width": 9, "height": 9}]
    await say(desk, 1, caption="The display", photo=photo)
    [kept] = await desk.attachments()
    path = f"/api/v1/attachments/{kept.id}"
    assert (await desk.client.get(path)).status_code == 401
    assert (await desk.client.get(path, headers=await key_of(desk.container, Role.CUSTOMER))).status_code == 403
    agent = await key_of(desk.container, Role.AGENT)
    got = await desk.client.get(path, headers=agent)
    assert got.headers["content-disposition"].startswith('attachment; filename="photo.jpg"')
    assert got.headers["x-content-type-options"] == "nosniff"
    for word in ("default-src 'none'", "sandbox", "base-uri 'none'", "frame-ancestors 'none'"):
        assert word in got.headers["content-security-policy"]
    assert got.content.startswith(b"\xff\xd8\xff")
    listed = await desk.client.get(f"/api/v1/messages/{kept.message_id}/attachments", headers=agent)
    assert [each["media_type"] for each in listed.json()] == ["image/jpeg"]


async def test_the_ledger_agrees_and_shows_what_is_missing(desk: ChannelHouse) -> None:
    await say(desk, 1)
    today = datetime.now(UTC).date()
    ledger, names = desk.container.channels.ledger, {"telegram": "TEL"}
    [line] = await ledger.lines(today, today, names, timedelta(0))
    counts = (line.events, line.seen, line.stored, line.analysed, line.decided, line.answered, line.waiting)
    assert (counts, line.differs) == ((1, 1, 1, 1, 1, 1, 0), False)
    body = b'{"update_id": 9, "message": {"message_id":'
    await desk.hand_in("telegram", body, dict(SAMPLE.sign(body).headers))
    await say(desk, 2, "Another thing")
    later = update(inbound_message).where(inbound_message.c.provider_id == "4242:2").values(analysis_id=None)
    await desk.container.database.write(lambda c: c.execute(later).rowcount)
    [line] = await ledger.lines(today, today, names, timedelta(0))
    assert (line.unread, line.seen, line.analysed, line.differs) == (1, 2, 1, True)


async def test_the_ledger_counts_what_was_withheld_as_closed_and_what_failed_as_waiting(desk: ChannelHouse) -> None:
    await say(desk, 1)
    today = datetime.now(UTC).date()
    for state, expected in (("withheld", (0, 1, 0)), ("failed", (0, 0, 1))):
        changed = update(outbound_message).values(state=state)
        await desk.container.database.write(lambda c, changed=changed: c.execute(changed).rowcount)
        [line] = await desk.container.channels.ledger.lines(today, today, {"telegram": "TEL"}, timedelta(0))
        assert (line.answered, line.closed, line.waiting) == expected


async def test_channels_ledger_and_events_are_told_by_rest(desk: ChannelHouse) -> None:
    await say(desk, 1)
    boss = await key_of(desk.container, Role.SUPERVISOR)
    listed = (await desk.client.get("/api/v1/channels", headers=boss)).json()
    assert {each["name"]: each["is_on"] for each in listed}["telegram"] is True
    [event] = (await desk.client.get("/api/v1/channels/events?channel=telegram", headers=boss)).json()
    assert (event["state"], event["messages"]) == ("read", 1)
    again = await desk.client.post(f"/api/v1/channels/events/{event['id']}/replay", headers=boss)
    assert again.status_code == 202
    assert (await desk.client.get("/api/v1/channels/ledger", headers=boss)).status_code == 200
    bad = await desk.client.get("/api/v1/channels/ledger?since=yesterday", headers=boss)
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (400, "since")


async def test_an_event_is_handed_in_by_hand_once(desk: ChannelHouse) -> None:
    agent = await key_of(desk.container, Role.AGENT)
    told = {"id": "p1", "text": BROKEN, "name": "Kim Doe", "phone": "+15550002222"}
    first = await desk.client.post("/api/v1/channels/in_person/events", json=told, headers=agent)
    second = await desk.client.post("/api/v1/channels/in_person/events", json=told, headers=agent)
    await desk.work()
    assert (first.status_code, first.json(), second.json()) == (202, {"duplicate": False}, {"duplicate": True})
    assert [message.channel for message in await desk.messages()] == ["IPC"]
    assert (await desk.client.post("/api/v1/channels/slack/events", json=told, headers=agent)).status_code == 400
    assert (await desk.client.post("/api/v1/channels/phone/events", json={}, headers=agent)).status_code == 400


async def test_numbers_that_were_heard_name_no_customer_until_a_person_confirms_them(desk: ChannelHouse) -> None:
    await desk.container.people.customers.add("0000012345", "Doe Ltd", None)
    agent = await key_of(desk.container, Role.AGENT)
    told = {"id": "c1", "audio": "UklGRg==", "media_type": "audio/wav", "caller": "+15550002222"}
    await desk.client.post("/api/v1/channels/phone/events", json=told, headers=agent)
    await desk.work()
    [message] = await desk.messages()
    assert message.context["heard"] == "unconfirmed"
    path = f"/api/v1/messages/{message.id}/confirm-numbers"
    assert (await desk.client.post(path, headers=agent)).status_code == 204
    assert (await desk.client.post(path, headers=agent)).status_code == 409
    assert (await desk.messages())[0].context["heard"] == "confirmed"


async def test_an_event_of_a_channel_that_is_not_set_up_any_more_is_kept_for_replay(desk: ChannelHouse) -> None:
    from frontdesk.model.channels import RawEvent

    await desk.container.channels.events.take(RawEvent("gone", "1", b"{}"))
    await desk.work()
    [event] = await desk.events()
    assert (event.state, "is not set up" in event.error) == ("failed", True)
    assert [row.kind for row in await desk.open_work()] == ["event"]
