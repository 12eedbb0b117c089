"""Mail servers as channels see them: a mailbox that is watched (IMAP), and a server that takes mails (SMTP)."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from frontdesk.interfaces.errors import Failed

Security = Literal["tls", "starttls", "none"]
Word = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where a mail server is and how one signs in. An empty user signs in nowhere.

    `token`: makes an OAuth access token, which is used instead of the password. `seconds` is the patience with each
    answer of the server.
    """

    host: str
    port: int
    security: Security = "tls"
    user: str = ""
    password: str = field(default="", repr=False)
    token: Word | None = field(default=None, repr=False)
    seconds: float = 30.0


class MailFailed(Failed):
    """A mail server cannot be reached, does not let us in, or breaks off. `is_ours`: signing in was refused."""

    is_ours = False


@dataclass(frozen=True, slots=True)
class MailboxEntry:
    """A mail as the mailbox lists it: its number, when it arrived there, its size in bytes, whether it was seen."""

    uid: int
    arrived_at: datetime
    size: int
    is_seen: bool
    header: bytes = field(default=b"", repr=False)


class Mailbox(Protocol):
    """One folder of a mailbox over one connection. Everything raises MailFailed.

    `validity` is the folder's UIDVALIDITY: when it changes, all uids mean other mails (RFC 3501, 2.3.1.1). `next_uid`
    is the one that the next mail was to have when the folder was opened.
    """

    validity: int
    next_uid: int

    async def after(self, uid: int) -> Sequence[int]:
        """The uids above this one, ascending."""
        ...

    async def named(self, message_id: str) -> Sequence[int]:
        """The uids of mails with this Message-ID, given without brackets."""
        ...

    async def since(self, day: datetime) -> Sequence[int]:
        """The uids of mails that arrived on this day or later, ascending."""
        ...

    async def listed(self, uids: Sequence[int], fields: Sequence[str] = ()) -> Sequence[MailboxEntry]:
        """What the mailbox tells of these mails, with these header fields; those that are gone are left out."""
        ...

    async def mail(self, uid: int, most_bytes: int) -> bytes | None:
        """A mail as it is, cut after `most_bytes`; None where it is gone. Leaves it unseen."""
        ...

    async def flag(self, uids: Sequence[int], flags: Sequence[str]) -> None:
        """Add flags."""
        ...

    async def move(self, uids: Sequence[int], folder: str) -> None:
        """Move mails to another folder, which is made where there is none."""
        ...

    async def wait(self, seconds: float) -> None:
        """Until the server tells of something new (IDLE), or so many seconds have passed."""
        ...


class MailReach(Protocol):
    """Opens connections to mail servers."""

    def mailbox(self, server: MailServer, folder: str) -> AbstractAsyncContextManager[Mailbox]:
        """A folder of a mailbox. Raises MailFailed."""
        ...

    async def sign_in(self, server: MailServer) -> None:
        """Sign in at a server that takes mails, and leave again. Raises MailFailed."""
        ...

    async def post(self, server: MailServer, mail: "OutgoingMail") -> str:
        """Hand in a mail; the answer. Raises MailRefused, MailFailed; NoAnswer where it may have been taken."""
        ...


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A mail on its way to a server. `envelope_id` asks for reports on delivery where the server offers them.

    `is_automatic`: nobody is to be told that it could not be delivered, so it has no sender on its envelope (RFC 3834).
    """

    sender: str
    recipient: str
    content: bytes = field(repr=False)
    envelope_id: str = ""
    notify: tuple[str, ...] = ()
    is_automatic: bool = False


class MailRefused(Failed):
    """A mail server does not take this mail. `code` is its answer's, `place` the command that it refused."""

    def __init__(self, message: str, *, permanent: bool, code: int = 0) -> None:
        """Say what the server said."""
        super().__init__(message, permanent=permanent)
        self.code = code
