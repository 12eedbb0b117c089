"""Watches one folder of a mailbox: every mail that arrives is handed in once, also after days without a connection.

How far it has come are two numbers that are stored in one transaction with each mail: UIDVALIDITY and the highest uid
(RFC 3501, 2.3.1.1). When UIDVALIDITY changes (a mailbox that was moved or restored), the numbers mean nothing any more:
all mails since the first start are handed in again, and those that are known are known by their identity.
"""

import contextlib
import logging
import random
from asyncio import sleep
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from frontdesk.channels.email.parsing import CUT, identity
from frontdesk.interfaces import Clock, Failed
from frontdesk.interfaces.channels import EventSink
from frontdesk.interfaces.mail import Mailbox, MailboxEntry, MailReach, MailServer
from frontdesk.model.channels import RawEvent

log = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
CHUNK = 25
IDLE_SECONDS = 240.0
COUNT_EVERY = timedelta(hours=1)
COUNTED = timedelta(days=3)
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 120.0
IDENTIFYING = ("Message-ID",)


@dataclass(frozen=True, slots=True)
class Watched:
    """A watched folder. `name` identifies it in the database.

    `first_days`: how far back unseen mails are taken at the first start. Handled mails are marked seen and with `flag`,
    or moved to a folder, where that is wanted.
    """

    name: str
    server: MailServer
    folder: str = "INBOX"
    first_days: float = 14.0
    mark_seen: bool = True
    flag: str = ""
    move_to: str = ""
    most_bytes: int = 50 * MEGABYTE


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a folder was read. Mails below `filtered` were there before we could know them: not all are taken.

    Mailboxes tell times in whole seconds, so `begun` is one too.
    """

    validity: int
    uid: int
    filtered: int
    begun: datetime

    def takes(self, mail: MailboxEntry, first_days: float) -> bool:
        """Whether to take a mail: all that arrived since the start, and unseen ones of the days before."""
        if mail.uid >= self.filtered or mail.arrived_at >= self.begun:
            return True
        return not mail.is_seen and mail.arrived_at >= self.begun - timedelta(days=first_days)


class Watch:
    """The watching of one folder."""

    def __init__(
        self, watched: Watched, channel: str, reach: MailReach, clock: Clock, seconds: Callable[[], float]
    ) -> None:
        """`seconds` only goes forward."""
        self._watched, self._channel, self._reach = watched, channel, reach
        self._clock, self._seconds = clock, seconds
        self._counted_at: datetime | None = None

    @property
    def place(self) -> str:
        """Which folder it is, for a person."""
        return f"{self._watched.server.host}:{self._watched.server.port} {self._watched.folder}"

    async def open_once(self) -> None:
        """Open the folder and leave it as it is. Raises MailFailed."""
        async with self._open():
            pass

    async def tend(self, taker: EventSink) -> None:
        """Watch until cancelled; begin again, ever later, when the server fails.

        Each folder is begun again by itself, so that one that cannot be had does not hold up the others.
        """
        pause = FIRST_PAUSE
        while True:
            began = self._seconds()
            try:
                await self.attend(taker)
            except Failed as error:  # the server, or our database
                log.warning("the mailbox cannot be read now, trying again in %.0f s: %s", pause, error)
            if self._seconds() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            await sleep(pause * random.uniform(0.75, 1.25))  # noqa: S311 - spreads load, guards nothing
            pause = min(pause * 2, LONGEST_PAUSE)

    async def attend(self, taker: EventSink) -> None:
        """Catch up, then take what arrives, as long as the connection lasts. Raises MailFailed."""
        async with self._open() as box:
            place = await self._place(box, taker)
            while True:
                place = await self._catch_up(box, place, taker)
                await self._count_now_and_then(box, place, taker)
                await box.wait(IDLE_SECONDS)

    async def count(self, taker: EventSink) -> None:
        """Compare with the mails in the mailbox and take missing ones. Raises MailFailed."""
        async with self._open() as box:
            await self._count(box, await self._place(box, taker), taker)

    def _open(self) -> contextlib.AbstractAsyncContextManager[Mailbox]:
        return self._reach.mailbox(self._watched.server, self._watched.folder)

    async def _place(self, box: Mailbox, taker: EventSink) -> _Place:
        """Where to go on: at the watermark, or from the beginning where the uids mean other mails now."""
        marks = await taker.marks()
        begun = marks.get(self._key("begun"))
        stored = _Place(
            validity=int(marks.get(self._key("validity"), 0)),
            uid=int(marks.get(self._key("uid"), 0)),
            filtered=int(marks.get(self._key("filtered"), 0)),
            begun=datetime.fromisoformat(begun) if begun else self._clock().replace(microsecond=0),
        )
        if begun and stored.validity == box.validity:
            return stored
        fresh = _Place(box.validity, 0, box.next_uid, stored.begun)
        await taker.mark(self._marks(fresh))
        return fresh

    async def _catch_up(self, box: Mailbox, place: _Place, taker: EventSink) -> _Place:
        """Hand in all mails above the watermark, oldest first; it moves with each of them."""
        waiting = await box.after(place.uid)
        for start in range(0, len(waiting), CHUNK):
            part = waiting[start : start + CHUNK]
            listed = {mail.uid: mail for mail in await box.listed(part)}
            handled = []
            for uid in part:
                marks = self._marks(place := _Place(place.validity, uid, place.filtered, place.begun))
                mail = listed.get(uid)
                if mail is not None and place.takes(mail, self._watched.first_days):
                    handled += await self._take(box, mail, taker, marks)
            await taker.mark(self._marks(place))
            await self._close(box, handled)
        return place

    async def _take(
        self, box: Mailbox, mail: MailboxEntry, taker: EventSink, marks: Mapping[str, str] | None
    ) -> list[int]:
        """Hand in one mail; its uid where it was still there. Durable when this returns."""
        too_large = mail.size > self._watched.most_bytes
        data = await box.mail(mail.uid, MEGABYTE if too_large else self._watched.most_bytes)
        if data is None:
            return []  # somebody deleted it meanwhile
        if too_large:
            data = f"{CUT}: {mail.size}\r\n".encode() + data
        await taker.take(RawEvent(self._channel, identity(data), data, "message/rfc822", mail.arrived_at), marks)
        return [mail.uid]

    async def _close(self, box: Mailbox, uids: Sequence[int]) -> None:
        """Mark or move handled mails, as configured."""
        if not uids:
            return
        flags = [*(["\\Seen"] if self._watched.mark_seen else []), *filter(None, [self._watched.flag])]
        if flags:
            await box.flag(uids, flags)
        if self._watched.move_to:
            await box.move(uids, self._watched.move_to)

    async def _count_now_and_then(self, box: Mailbox, place: _Place, taker: EventSink) -> None:
        if self._counted_at is None or self._clock() >= self._counted_at + COUNT_EVERY:
            await self._count(box, place, taker)
            self._counted_at = self._clock()

    async def _count(self, box: Mailbox, place: _Place, taker: EventSink) -> None:
        """What the mailbox holds of the last days, for the ledger. What should be known and is not is taken now."""
        since = max(place.begun, self._clock() - COUNTED)
        listed = [mail for mail in await box.listed(await box.since(since), IDENTIFYING) if mail.arrived_at >= since]
        identities = {mail.uid: await self._identity(box, mail) for mail in listed}
        known = await taker.known([each for each in identities.values() if each])
        missing = [mail for mail in listed if mail.uid <= place.uid and identities[mail.uid] not in known]
        for mail in missing:
            log.warning("a mail that arrived at %s was not taken before: taking it now", mail.arrived_at)
            await self._take(box, mail, taker, None)
        days: Counter[datetime] = Counter()
        for mail in {identities[mail.uid]: mail for mail in listed if mail.uid <= place.uid}.values():
            days[mail.arrived_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)] += 1
        for day, mails in days.items():
            await taker.keep_held(day.date(), mails)

    async def _identity(self, box: Mailbox, mail: MailboxEntry) -> str:
        """By its header where that names it, else by the whole mail."""
        if b"<" in mail.header:
            return identity(mail.header)
        data = await box.mail(mail.uid, self._watched.most_bytes)
        return identity(data) if data else ""

    def _marks(self, place: _Place) -> Mapping[str, str]:
        return {
            self._key("validity"): str(place.validity),
            self._key("uid"): str(place.uid),
            self._key("filtered"): str(place.filtered),
            self._key("begun"): place.begun.isoformat(),
        }

    def _key(self, what: str) -> str:
        return f"{self._watched.name}:{what}"
