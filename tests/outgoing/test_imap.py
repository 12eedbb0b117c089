"""Mailboxes over IMAP, against a real Dovecot."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from frontdesk.interfaces.mail import MailFailed, MailServer
from frontdesk.outgoing import Outgoing
from tests.channels.email.mails import raw
from tests.dovecot import PASSWORD, Dovecot, dovecot
from tests.outgoing.wires import CERTIFICATE

pytestmark = pytest.mark.timing

LONG = 60.0


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


def login(server: Dovecot, user: str, **more: object) -> MailServer:
    return MailServer("127.0.0.1", server.imap, "none", user, PASSWORD, **more)  # type: ignore[arg-type]


async def test_a_mailbox_tells_what_it_holds_and_hands_it_out_unseen(server: Dovecot) -> None:
    mail = raw("It leaks.")
    for _ in range(2):
        server.deliver(mail, "reader@desk.example")
    async with Outgoing().mailbox(login(server, "reader"), "INBOX") as box:
        assert await box.after(0) == [1, 2]
        assert (await box.after(1), await box.after(2)) == ([2], [])
        assert box.next_uid == 3
        [first, _] = await box.listed([1, 2, 99], ["Message-ID"])
        assert b"<m1@customer.example>" in first.header
        assert (datetime.now(UTC) - first.arrived_at).total_seconds() < 60
        assert await box.since(datetime.now(UTC)) == [1, 2]
        whole = await box.mail(1, 1_000_000)
        assert whole is not None
        assert whole.endswith(mail.split(b"\r\n\r\n", 1)[1])
        assert len(await box.mail(1, 100) or b"") == 100
        assert await box.mail(99, 100) is None
        assert not (await box.listed([1]))[0].is_seen
        await box.flag([1], ["\\Seen"])
        assert (await box.listed([1]))[0].is_seen


async def test_mails_are_moved_to_a_folder_that_is_made(server: Dovecot) -> None:
    server.deliver(raw(), "mover@desk.example")
    async with Outgoing().mailbox(login(server, "mover"), "INBOX") as box:
        await box.move([1], "Erledigt.Übrig")
        assert await box.after(0) == []
    async with Outgoing().mailbox(login(server, "mover"), "Erledigt.Übrig") as box:
        assert await box.after(0) == [1]


async def test_a_new_mail_ends_the_waiting(server: Dovecot) -> None:
    async with Outgoing().mailbox(login(server, "idler"), "INBOX") as box:
        waiting = asyncio.create_task(box.wait(120))
        await asyncio.sleep(0.5)
        server.deliver(raw(), "idler@desk.example")
        await asyncio.wait_for(waiting, LONG)
        assert await box.after(0) == [1]


async def test_whoever_waits_can_be_stopped_at_once(server: Dovecot) -> None:
    async def wait() -> None:
        async with Outgoing().mailbox(login(server, "stopper"), "INBOX") as box:
            await box.wait(120)

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0.5)
    began = time.monotonic()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert time.monotonic() - began < LONG


async def test_a_server_that_goes_away_is_noticed_while_waiting() -> None:
    with dovecot() as going:
        async with Outgoing().mailbox(login(going, "kim"), "INBOX") as box:
            waiting = asyncio.create_task(box.wait(120))
            await asyncio.sleep(0.5)
            await asyncio.to_thread(going.stop)
            with contextlib.suppress(MailFailed):  # either the waiting ends, or it says so
                await asyncio.wait_for(waiting, LONG)
            with pytest.raises(MailFailed):
                await box.after(0)


async def test_a_wrong_password_and_a_missing_folder_or_server_are_said_in_words(server: Dovecot) -> None:
    wrong = MailServer("127.0.0.1", server.imap, "none", "kim", "guess")
    with pytest.raises(MailFailed, match="signing in was refused") as caught:
        async with Outgoing().mailbox(wrong, "INBOX"):
            pass
    assert caught.value.is_ours
    assert "guess" not in str(caught.value)
    with pytest.raises(MailFailed, match=r"(?i)doesn't exist"):
        async with Outgoing().mailbox(login(server, "kim"), "Nowhere"):
            pass
    with pytest.raises(MailFailed, match="refused"):
        async with Outgoing().mailbox(MailServer("127.0.0.1", 1, "none", "kim", PASSWORD), "INBOX"):
            pass


async def test_a_server_that_speaks_something_else_is_said_to_be_unintelligible() -> None:
    async def nonsense(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 I am a mail exchanger\r\n" * 3)
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening:
        with pytest.raises(MailFailed):
            async with Outgoing().mailbox(MailServer("127.0.0.1", port, "none", "kim", "x", seconds=60), "INBOX"):
                pass


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_mailboxes_are_read_over_tls_from_servers_that_prove_who_they_are(security: str) -> None:
    with dovecot(CERTIFICATE) as secure:
        port = secure.imaps if security == "tls" else secure.imap
        there = MailServer("127.0.0.1", port, security, "kim", PASSWORD)  # type: ignore[arg-type]
        async with Outgoing(ca_file=str(CERTIFICATE)).mailbox(there, "INBOX") as box:
            waiting = asyncio.create_task(box.wait(120))
            await asyncio.sleep(0.5)
            secure.deliver(raw(), "kim@desk.example")
            await asyncio.wait_for(waiting, LONG)
            assert await box.after(0) == [1]
        with pytest.raises(MailFailed, match="certificate"):
            async with Outgoing().mailbox(there, "INBOX"):
                pass
