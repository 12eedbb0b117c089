"""Reads mailboxes over IMAP. The client library blocks, so each connection has a thread of its own."""

import asyncio
import contextlib
import logging
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from typing_extensions import override

from frontdesk.interfaces.mail import Mailbox, MailboxEntry, MailFailed, MailServer

T = TypeVar("T")
SEEN = b"\\Seen"
# IDLE is ended and begun again so often: routers forget connections that are silent for longer (RFC 2177 allows 29).
LONGEST_IDLE = 300.0
# How often a server without IDLE is asked.
POLL = 15.0
CHUNK = 500
logging.getLogger("imapclient").setLevel(logging.WARNING)  # its finer levels write whole mails


class Imap(Mailbox):
    """A folder of a mailbox."""

    def __init__(self, client: Any, pool: ThreadPoolExecutor, where: str, selected: dict[bytes, Any]) -> None:
        """Made by `opened`."""
        self._client, self._pool, self._where = client, pool, where
        self.validity = int(selected.get(b"UIDVALIDITY", 0))
        self.next_uid = int(selected.get(b"UIDNEXT", 0))

    @override
    async def after(self, uid: int) -> Sequence[int]:
        found = await self._run(lambda c: c.search(["UID", f"{uid + 1}:*"]))
        return sorted(each for each in found if each > uid)  # "n:*" holds the last mail even where it is below n

    @override
    async def named(self, message_id: str) -> Sequence[int]:
        return sorted(await self._run(lambda c: c.search(["HEADER", "Message-ID", f"<{message_id}>"])))

    @override
    async def since(self, day: datetime) -> Sequence[int]:
        # Servers compare by days of their own time zone: one day more than asked for is on the safe side.
        earlier = (day - timedelta(days=1)).date()
        return sorted(await self._run(lambda c: c.search(["SINCE", earlier])))

    @override
    async def listed(self, uids: Sequence[int], fields: Sequence[str] = ()) -> Sequence[MailboxEntry]:
        wanted = [b"INTERNALDATE", b"RFC822.SIZE", b"FLAGS"]
        if fields:
            wanted.append(b"BODY.PEEK[HEADER.FIELDS (" + " ".join(fields).upper().encode() + b")]")
        found: list[MailboxEntry] = []
        for start in range(0, len(uids), CHUNK):
            part = list(uids[start : start + CHUNK])
            rows: Any = await self._run(lambda c: c.fetch(part, wanted))  # noqa: B023 - awaited at once
            found += [_held(uid, rows[uid]) for uid in part if uid in rows]
        return found

    @override
    async def mail(self, uid: int, most_bytes: int) -> bytes | None:
        rows = await self._run(lambda c: c.fetch([uid], [b"BODY.PEEK[]<0.%d>" % most_bytes]))
        found = [value for key, value in rows.get(uid, {}).items() if key.startswith(b"BODY[]")]
        return found[0] if found and isinstance(found[0], bytes) else None

    @override
    async def flag(self, uids: Sequence[int], flags: Sequence[str]) -> None:
        await self._run(lambda c: c.add_flags(list(uids), [each.encode() for each in flags], silent=True))

    @override
    async def move(self, uids: Sequence[int], folder: str) -> None:

        def work(client: Any) -> None:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            if client.has_capability("MOVE"):
                client.move(list(uids), folder)
                return
            client.copy(list(uids), folder)
            client.delete_messages(list(uids), silent=True)
            if client.has_capability("UIDPLUS"):  # else only flagged: a bare EXPUNGE would take others' mails
                client.uid_expunge(list(uids))

        await self._run(work)

    @override
    async def wait(self, seconds: float) -> None:
        if not await self._run(lambda c: c.has_capability("IDLE")):
            await asyncio.sleep(min(seconds, POLL))
            await self._run(lambda c: c.noop())
            return
        await self._run(lambda c: _idle(c, min(seconds, LONGEST_IDLE)))

    async def _run(self, work: Callable[[Any], T]) -> T:
        return await _in_thread(self._pool, self._client, self._where, lambda: work(self._client))


@contextlib.asynccontextmanager
async def opened(server: MailServer, folder: str, tls: ssl.SSLContext | None) -> AsyncIterator[Imap]:
    """A folder of a mailbox, signed in and selected; signed out in the end. Raises MailFailed."""
    where = f"{server.user}@{server.host}"
    token = await server.token() if server.token else ""
    pool, client = ThreadPoolExecutor(1, "imap"), None
    try:
        client = await _in_thread(pool, None, where, lambda: _connected(server, tls))
        await _in_thread(pool, client, where, lambda: _sign_in(client, server, token, tls))
        selected = await _in_thread(pool, client, where, lambda: _selected(client, folder))
        yield Imap(client, pool, where, selected)
        with contextlib.suppress(MailFailed):
            await _in_thread(pool, client, where, client.logout)
    finally:
        if client is not None:
            _cut(client)
        pool.shutdown(wait=False)  # its socket is closed: nothing would have to wait for it


async def _in_thread(pool: ThreadPoolExecutor, client: Any, where: str, work: Callable[[], T]) -> T:
    """Run blocking work in the thread. A cancellation closes the connection, so that the thread returns."""
    running = asyncio.get_running_loop().run_in_executor(pool, _translated(where, work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        if client is not None:
            _cut(client)
        with contextlib.suppress(asyncio.CancelledError, MailFailed, TimeoutError):
            await asyncio.wait_for(running, 5)
        raise


def _translated(where: str, work: Callable[[], T]) -> Callable[[], T]:
    from imapclient.exceptions import IMAPClientError, LoginError

    def run() -> T:
        try:
            return work()
        except LoginError as error:
            raise _refused(where, error) from None
        except ssl.SSLCertVerificationError as error:
            raise MailFailed(f"{where}: the certificate is not valid: {error.verify_message}") from None
        except TimeoutError:
            raise MailFailed(f"{where}: the mail server does not answer in time") from None
        except (OSError, IMAPClientError) as error:
            raise MailFailed(f"{where}: {_words(error)}") from None
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:  # what no server should send
            raise MailFailed(f"{where}: the mail server's answer is not understood: {_words(error)}") from None

    return run


def _refused(where: str, error: Exception) -> MailFailed:
    failed = MailFailed(f"{where}: signing in was refused: {_words(error)}")
    failed.is_ours = True
    return failed


def _connected(server: MailServer, tls: ssl.SSLContext | None) -> Any:
    from imapclient import IMAPClient, SocketTimeout

    timeout = SocketTimeout(connect=server.seconds, read=server.seconds)
    secure = server.security == "tls"
    client = IMAPClient(server.host, server.port, ssl=secure, ssl_context=tls if secure else None, timeout=timeout)
    client.normalise_times = False
    return client


def _sign_in(client: Any, server: MailServer, token: str, tls: ssl.SSLContext | None) -> None:
    if server.security == "starttls":
        client.starttls(tls)
    if token:
        client.oauth2_login(server.user, token)
    else:
        client.login(server.user, server.password)


def _selected(client: Any, folder: str) -> dict[bytes, Any]:
    """The server's answer to SELECT; old servers do not send UIDNEXT."""
    told: dict[bytes, Any] = client.select_folder(folder)
    if b"UIDNEXT" not in told:
        told[b"UIDNEXT"] = max(client.search(["UID", "1:*"]), default=0) + 1
    return told


def _idle(client: Any, seconds: float) -> None:
    """Wait until the server reports a change: a number of mails, or removed mails."""
    client.idle()
    try:
        deadline = seconds
        while deadline > 0:
            slice_ = min(deadline, 30.0)
            told = client.idle_check(slice_)
            if any(len(each) > 1 and each[1] == b"EXISTS" for each in told) or (told and told[0][:1] == (b"BYE",)):
                return
            if not told and _is_closed(client):
                raise OSError("the connection was closed")
            deadline -= slice_
    finally:
        client.idle_done()


def _is_closed(client: Any) -> bool:
    """Whether the server closed the connection, which `idle_check` does not report."""
    sock = client.socket()
    if isinstance(sock, ssl.SSLSocket):
        return False  # found out by `idle_done`
    try:
        sock.setblocking(False)
        return bool(sock.recv(1, socket.MSG_PEEK) == b"")
    except (BlockingIOError, InterruptedError):
        return False
    finally:
        sock.setblocking(True)
        sock.settimeout(client._timeout.read)


def _held(uid: int, row: dict[bytes, Any]) -> MailboxEntry:
    arrived = row.get(b"INTERNALDATE")
    at = arrived.astimezone(UTC) if isinstance(arrived, datetime) else datetime.fromtimestamp(0, UTC)
    header = next((value for key, value in row.items() if key.startswith(b"BODY[HEADER")), b"")
    return MailboxEntry(uid, at, int(row.get(b"RFC822.SIZE", 0)), SEEN in row.get(b"FLAGS", ()), header)


def _cut(client: Any) -> None:
    """Close the socket, whatever the thread is doing with it."""
    with contextlib.suppress(Exception):  # it may be closed already, in any of several ways
        client.socket().shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(Exception):
        client.shutdown()


def _words(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    printable = re.sub(r"\s+", " ", re.sub(r"^b'|'$", "", text)).strip()
    return printable[:300] or type(error).__name__
