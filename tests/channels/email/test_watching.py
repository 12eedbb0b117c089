"""Mailboxes that are watched: nothing is missed and nothing comes twice, whatever breaks meanwhile."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from frontdesk.channels.email.settings import MailboxSettings
from frontdesk.interfaces.mail import MailServer
from frontdesk.outgoing import Outgoing
from frontdesk.storage.pipeline.work_queue import own_prefix
from frontdesk.storage.schema.channels import channel_event, channel_held
from frontdesk.wiring.current import Current
from frontdesk.wiring.working import run_work
from tests.channels.email.conftest import LONG, MailDesk, section
from tests.channels.email.mails import mail, raw
from tests.channels.email.test_bounces import dsn
from tests.dovecot import PASSWORD, Dovecot, dovecot
from tests.smtp_server import Taken

pytestmark = pytest.mark.timing

Opening = Callable[..., Any]


@pytest.fixture
def mailbox() -> Iterator[Dovecot]:
    """A Dovecot of the test's own, that it may stop."""
    with dovecot() as running:
        yield running


def numbered(*numbers: int) -> list[bytes]:
    return [raw(f"Mail number {n}.", message_id=f"<n{n}@x>", subject=f"Number {n}") for n in numbers]


async def numbers_of(desk: MailDesk) -> list[str]:
    """The ids of all messages, in the order in which they were stored."""
    return [row.provider_id.partition("@")[0] for row in await desk.channels.events()]


async def until_events(desk: MailDesk, count: int) -> None:
    async with asyncio.timeout(LONG):
        while len(await desk.channels.events()) < count:
            await asyncio.sleep(0.05)


async def test_an_outage_of_days_is_caught_up_without_a_gap_or_a_duplicate(mail_desk: Opening) -> None:
    desk = await mail_desk()
    async with desk.reading():
        for each in numbered(*range(5)):
            desk.deliver(each)
        await until_events(desk, 5)
    for each in numbered(*range(3, 40)):  # some that are known come once more
        desk.deliver(each)
    async with desk.reading():
        await until_events(desk, 40)
        desk.deliver(numbered(40)[0])
        await until_events(desk, 41)
    assert await numbers_of(desk) == [f"n{n}" for n in range(41)]
    await desk.until_messages(41)
    assert len(await desk.channels.messages()) == 41


async def test_a_mailbox_whose_numbers_begin_anew_loses_and_repeats_nothing(mail_desk: Opening) -> None:
    desk = await mail_desk()
    user = desk.address.partition("@")[0]
    async with desk.reading():
        for each in numbered(*range(4)):
            desk.deliver(each)
        await until_events(desk, 4)
    for each in numbered(*range(4, 8)):
        desk.deliver(each)
    desk.mailbox.stop()
    desk.mailbox.renumber(user)
    desk.mailbox.start()
    async with desk.reading():
        await until_events(desk, 8)
        desk.deliver(numbered(8)[0])
        await until_events(desk, 9)
    marks = await desk.channels.container.channels.events.taker("email").marks()
    assert sorted(await numbers_of(desk)) == sorted(f"n{n}" for n in range(9))
    assert len({value for key, value in marks.items() if key.endswith("validity")}) == 1


async def test_a_server_that_restarts_while_it_is_read_is_read_on(mail_desk: Opening) -> None:
    desk = await mail_desk()
    for each in numbered(*range(120)):
        desk.deliver(each)
    async with desk.reading():
        await until_events(desk, 3)
        await asyncio.to_thread(desk.mailbox.crash)
        before = len(await desk.channels.events())
        await asyncio.to_thread(desk.mailbox.start)
        await until_events(desk, 120)
    assert before < 120
    assert await numbers_of(desk) == [f"n{n}" for n in range(120)]


async def test_a_reader_that_is_stopped_anywhere_is_followed_by_one_that_goes_on_there(mail_desk: Opening) -> None:
    desk = await mail_desk()
    for each in numbered(*range(40)):
        desk.deliver(each)
    for stop_at in (1, 7, 20, 33):
        async with desk.reading():
            await until_events(desk, stop_at)
    async with desk.reading():
        await until_events(desk, 40)
    assert await numbers_of(desk) == [f"n{n}" for n in range(40)]


async def test_what_was_there_before_is_taken_where_nobody_saw_it(mail_desk: Opening, mailbox: Dovecot) -> None:
    desk = await mail_desk()
    for each in numbered(0, 1, 2):
        desk.deliver(each)
    there = MailServer("127.0.0.1", mailbox.imap, "none", desk.address.partition("@")[0], PASSWORD)
    async with Outgoing().mailbox(there, "INBOX") as box:
        await box.flag([2], ["\\Seen"])
    await asyncio.sleep(1.1)  # mailboxes tell times in whole seconds
    async with desk.reading():
        desk.deliver(numbered(3)[0])
        await until_events(desk, 3)
    assert await numbers_of(desk) == ["n0", "n2", "n3"]


async def test_nothing_in_the_mailbox_changes_but_that_handled_mails_are_seen(mail_desk: Opening) -> None:
    desk = await mail_desk()
    async with desk.reading():
        for each in numbered(0, 1):
            desk.deliver(each)
        await until_events(desk, 2)
        await _until_flags(desk, ["S", "S"])


async def test_handled_mails_are_moved_where_that_is_wanted(mail_desk: Opening) -> None:
    desk = await mail_desk(move_to="Handled", mark_seen=False)
    async with desk.reading():
        desk.deliver(numbered(0)[0])
        await until_events(desk, 1)
        await _until_flags(desk, [])
    user = desk.address.partition("@")[0]
    moved = desk.mailbox.folder / "mail" / user / ".Handled"
    assert len([*(moved / "cur").iterdir(), *(moved / "new").iterdir()]) == 1


async def test_several_mailboxes_are_read_and_one_that_fails_does_not_hold_up_the_others(
    mail_desk: Opening, mailbox: Dovecot, post_office: Taken
) -> None:
    more = {
        name: MailboxSettings("127.0.0.1", mailbox.imap, "none", user=name, password=password)
        for name, password in (("returns", "sesame"), ("locked", "wrong"))
    }
    desk = await mail_desk(mailboxes=more)
    async with desk.reading():
        desk.deliver(numbered(0)[0])
        mailbox.deliver(numbered(1)[0], "returns@desk.example")
        await until_events(desk, 2)


async def test_a_mail_larger_than_is_taken_comes_without_its_files(mail_desk: Opening) -> None:
    desk = await mail_desk(most_megabytes=1)
    made = mail("See the film.")
    made.add_attachment(b"x" * 1_500_000, maintype="video", subtype="mp4", filename="film.mp4")
    async with desk.reading():
        desk.deliver(made.as_bytes())
        await desk.until_messages(1)
    [message] = await desk.channels.messages()
    assert "See the film." in message.text
    assert "[not taken: this mail of 2 MB" in message.text
    assert await desk.channels.attachments() == []


async def test_the_mailbox_is_counted_and_what_is_missing_is_taken(mail_desk: Opening) -> None:
    desk = await mail_desk()
    async with desk.reading():
        for each in numbered(0, 1, 1, 2):
            desk.deliver(each)
        desk.deliver(raw("No id.", message_id=""))
        await until_events(desk, 4)
    database = desk.channels.container.database
    lost = delete(channel_event).where(channel_event.c.provider_id == "n1@x")
    await database.write(lambda c: c.execute(lost).rowcount)
    assert await desk.channels.container.watch.count() == {}
    assert len(await desk.channels.events()) == 4
    [held] = await desk.channels.rows(channel_held)
    assert held.messages == 4


async def test_a_mailbox_that_cannot_be_counted_says_why(mail_desk: Opening) -> None:
    desk = await mail_desk(password="wrong")
    troubles = await desk.channels.container.watch.count()
    assert "signing in was refused" in troubles["email"]


async def test_the_ledger_comes_out_even_also_where_mails_are_reports_and_shows_what_is_missing(
    mail_desk: Opening,
) -> None:
    desk = await mail_desk()
    channels, clock = desk.channels.container.channels, datetime.now(UTC)
    async with desk.reading():
        desk.deliver(raw("Thank you."))
        await desk.until_answers(1)
        desk.deliver(dsn("delivered").replace(b"<k1@desk.example>", desk.out.mails[0]["Message-ID"].encode()))
        await until_events(desk, 2)
        await desk.channels.work()
    await desk.channels.container.watch.count()
    names = {"email": "EMI"}
    days = (clock.date(), clock.date() + timedelta(days=1))
    [line] = await channels.ledger.lines(*days, names, timedelta(0))
    assert (line.events, line.seen, line.held, line.differs) == (2, 1, 2, False)
    [line] = await channels.ledger.lines(*days, names)  # messages of the last minutes are not counted yet
    assert (line.events, line.seen, line.held, line.differs) == (2, 0, 2, False)
    await channels.events.taker("email").keep_held(clock.date(), 3)
    [line] = await channels.ledger.lines(*days, names, timedelta(0))
    assert line.differs


async def test_two_processes_that_watch_the_same_mailbox_take_each_mail_once(
    mail_desk: Opening, open_channels: Opening, mailbox: Dovecot, post_office: Taken
) -> None:
    desk = await mail_desk()
    second = await open_channels(email=section(mailbox, post_office, desk.address))
    other = MailDesk(second, mailbox, post_office, desk.address)
    async with desk.reading(), other.reading():
        for each in numbered(*range(10)):
            desk.deliver(each)
        await until_events(desk, 10)
    async with other.reading():
        desk.deliver(numbered(10)[0])
        await until_events(desk, 11)
    assert await numbers_of(desk) == [f"n{n}" for n in range(11)]


async def _until_flags(desk: MailDesk, flags: list[str]) -> None:
    async with asyncio.timeout(LONG):
        while desk.mailbox.flags(desk.address.partition("@")[0]) != flags:
            await asyncio.sleep(0.05)


async def test_the_mailbox_of_a_process_that_died_is_read_on_at_once(mail_desk: Opening) -> None:
    desk = await mail_desk()
    dead = f"{own_prefix(2**22 + 1)}1"  # above the highest process number
    assert await desk.channels.container.channels.events.begin_watch("email", dead, 3600)
    working = asyncio.create_task(run_work(Current(desk.channels.container)))
    desk.deliver(numbered(0)[0])
    try:
        await until_events(desk, 1)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
