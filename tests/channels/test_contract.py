"""What every channel must do, over all of them: each with its recordings against a fake of its vendor."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from frontdesk.channels.registry import KINDS
from frontdesk.model.channels import CustomerMessage, DeliveryNotice, Edit, Ignored, RawEvent, Unread
from frontdesk.simulators.serving import Told, told
from tests.channels.channel_house import ChannelHouse
from tests.channels.hostile import hostile
from tests.channels.sample import HERE, RECORDINGS, Sample, recorded, sample_of
from tests.channels.vendor import BUSY, Vendor, running

FOUND = CustomerMessage | DeliveryNotice | Edit | Ignored | Unread
CALLED = [kind.name for kind in KINDS if kind.has_webhook]
NAMES = [kind.name for kind in KINDS]
SENDING = [name for name in CALLED if sample_of(name).vendor is not Vendor]


@dataclass
class Stage:
    """A channel, its vendor and a container."""

    name: str
    sample: Sample
    vendor: Vendor
    desk: ChannelHouse

    def recorded(self, what: str) -> bytes:
        """A recording, with the vendor's address put in."""
        return recorded(self.name, what).replace(b"VENDOR", self.vendor.url.encode())

    async def receive(self, what: str | bytes, work: bool = True) -> int:
        """The vendor hands in a recording; the status of our answer."""
        body = self.recorded(what) if isinstance(what, str) else what
        signed = self.sample.sign(body)
        headers = {"content-type": self.sample.content_type, **signed.headers}
        answer = await self.desk.hand_in(self.name, body, headers, signed.query, work)
        return answer.status_code


@pytest.fixture
async def stage(request: Any, open_channels: Any) -> AsyncIterator[Stage]:
    name = request.param
    sample = sample_of(name)
    async with AsyncExitStack() as stack:
        vendor = sample.vendor(media=dict(sample.media))
        url = await stack.enter_async_context(running(vendor)) if sample.vendor is not Vendor else ""
        section = {**sample.section, **(sample.urls(url) if url else {})}
        yield Stage(name, sample, vendor, await open_channels(**{name: section}))


def channels(names: list[str]) -> Any:
    return pytest.mark.parametrize("stage", names, indirect=True, ids=str)


def having(what: str) -> Any:
    return channels([name for name in CALLED if what not in sample_of(name).without])


@pytest.mark.parametrize("name", NAMES)
def test_a_channel_has_every_recording_or_says_why_not(name: str, settings: Any) -> None:
    sample = sample_of(name)
    for what in RECORDINGS:
        there = (HERE / name / f"{what}.{sample.suffix}").exists()
        assert there != (what in sample.without), f"tests/channels/{name}: {what} is missing, or not and excused"


@channels(CALLED)
async def test_a_message_is_stored_analysed_and_decided(stage: Stage) -> None:
    assert await stage.receive("text") == 200
    [message] = await stage.desk.messages()
    kind = next(kind for kind in KINDS if kind.name == stage.name)
    assert (message.channel, message.sender_address) == (kind.code, stage.sample.sender)
    assert message.analysis_id
    assert await stage.desk.effects()
    assert [event.state for event in await stage.desk.events()] == ["read"]


@channels(SENDING)
async def test_the_answer_leaves_by_the_same_channel_in_the_right_thread(stage: Stage) -> None:
    await stage.receive("text")
    [(text, place)] = stage.sample.answered(stage.vendor)
    [answer] = await stage.desk.answers()
    assert (text, place, answer.state) == (answer.text, stage.sample.place, stage.sample.sent_state)
    assert answer.provider_id


@channels(CALLED)
async def test_the_same_event_any_number_of_times_has_one_effect(stage: Stage) -> None:
    assert [await stage.receive("text") for _ in range(3)] == [200, 200, 200]
    assert len(await stage.desk.messages()) == 1
    assert len(stage.sample.answered(stage.vendor)) == (stage.name in SENDING)


@channels(CALLED)
async def test_reading_an_event_again_changes_nothing(stage: Stage) -> None:
    await stage.receive("text")
    assert await stage.desk.container.channels.events.replay([], failed_only=False) == 1
    await stage.desk.work()
    assert len(await stage.desk.messages()) == 1
    assert [(event.state, event.duplicates) for event in await stage.desk.events()] == [("read", 1)]


@channels(CALLED)
async def test_what_the_vendor_did_not_send_is_refused_and_not_stored(stage: Stage) -> None:
    body = stage.recorded("text")
    for wrong, forge in stage.sample.forgeries.items():
        forged = forge(body)
        headers = {"content-type": stage.sample.content_type, **forged.headers}
        answer = await stage.desk.hand_in(stage.name, body, headers, forged.query)
        assert (wrong, answer.status_code) == (wrong, 401)
        assert answer.headers["content-type"] == "application/problem+json"
    assert await stage.desk.events() == []


@channels(CALLED)
def test_every_channel_has_forgeries(stage: Stage) -> None:
    assert {"nothing"} <= set(stage.sample.forgeries)


@having("malformed")
async def test_a_malformed_event_is_answered_kept_and_shown(stage: Stage) -> None:
    assert await stage.receive("malformed") == 200
    [event] = await stage.desk.events()
    assert (event.state, event.unread, bool(event.error)) == ("failed", 1, True)
    assert event.body == recorded(stage.name, "malformed")


@having("unknown_type")
async def test_a_message_of_an_unknown_type_is_a_message_or_said_to_be_ignored(stage: Stage) -> None:
    assert await stage.receive("unknown_type") == 200
    [event] = await stage.desk.events()
    assert (event.state, event.messages + event.ignored) == ("read", 1)
    assert all(message.text.strip() for message in await stage.desk.messages())


@having("media")
async def test_media_is_kept(stage: Stage) -> None:
    assert await stage.receive("media") == 200
    attachments = await stage.desk.attachments()
    assert [(each.state, each.reason) for each in attachments] == [("stored", "")] * len(attachments)
    assert attachments


@having("status")
async def test_what_becomes_of_an_answer_is_recorded(stage: Stage) -> None:
    await stage.receive("text")
    assert await stage.receive("status") == 200
    assert [answer.state for answer in await stage.desk.answers()] == [stage.sample.status_becomes]


@having("edit")
async def test_an_edited_message_is_read_again_and_not_answered_again(stage: Stage) -> None:
    await stage.receive("text")
    before = (await stage.desk.messages())[0].text
    assert await stage.receive("edit") == 200
    [message] = await stage.desk.messages()
    lines = [line.kind for line in await stage.desk.container.work.journal.since(0)]
    assert message.text != before or "taken_back" in lines
    assert len(stage.sample.answered(stage.vendor)) <= 1


@channels(SENDING)
async def test_an_answer_that_the_vendor_refuses_for_good_is_shown_as_failed_and_not_repeated(stage: Stage) -> None:
    stage.vendor.failures += [told({"error": {"message": "no such recipient"}}, 400)] * 3
    await stage.receive("text")
    await stage.desk.work_all()
    [answer] = await stage.desk.answers()
    assert (answer.state, "400" in answer.error) == ("failed", True)


@channels(SENDING)
async def test_an_answer_that_the_vendor_cannot_take_now_goes_later_once(stage: Stage) -> None:
    stage.vendor.failures.append(BUSY)
    await stage.receive("text")
    await stage.desk.work_all()
    assert len(stage.sample.answered(stage.vendor)) == 1
    assert [answer.state for answer in await stage.desk.answers()] == [stage.sample.sent_state]


@channels(SENDING)
async def test_an_answer_whose_sending_broke_off_is_never_sent_twice(stage: Stage) -> None:
    for _ in range(3):
        stage.vendor.failures.append(Told(200, b"", cut_after=0))
    await stage.receive("text")
    await stage.desk.work_all()
    assert len(stage.sample.answered(stage.vendor)) <= 1


@channels(CALLED)
async def test_hostile_events_end_in_no_error_of_ours_and_lose_no_good_message(stage: Stage) -> None:
    good = stage.recorded("text")
    dice = random.Random(stage.name)
    for number, body in enumerate(hostile(good, dice, 60)):
        assert await stage.receive(body, work=False) < 500
        if number == 30:
            assert await stage.receive("text", work=False) == 200
    await stage.desk.work_all()
    assert any(message.sender_address == stage.sample.sender for message in await stage.desk.messages())
    assert all(event.state in ("read", "failed") for event in await stage.desk.events())


@channels(CALLED)
def test_reading_never_raises(stage: Stage) -> None:
    channel = stage.desk.container.customer_channels.open[stage.name].channel
    dice = random.Random(stage.name)
    for what in RECORDINGS:
        if what in stage.sample.without:
            continue
        for body in hostile(recorded(stage.name, what), dice, 150):
            found = channel.read(RawEvent(stage.name, "1", body, stage.sample.content_type))
            assert all(isinstance(each, FOUND) for each in found)
