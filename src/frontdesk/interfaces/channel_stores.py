"""What the workflows and the outbox of channels need stored; `storage` satisfies it. Each `keep_…` is fenced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from frontdesk.interfaces.channels import Fetched
from frontdesk.interfaces.reading import IdempotencyKey, StoredAnswer
from frontdesk.model import Analysis, Case, Change, Lease, OutboundMessage, Receipt, Work
from frontdesk.model.channels import (
    Attachment,
    AttachmentState,
    EventState,
    Found,
    LedgerLine,
    RawEvent,
    StoredEvent,
)


class Events(Protocol):
    """Raw events on their way into messages."""

    async def load(self, event_id: str) -> RawEvent:
        """Raises NotFound."""
        ...

    async def keep_found(self, event: RawEvent, code: str, found: Sequence[Found], lease: Lease) -> None:
        """Store what was found, each thing once, and end the work, in one transaction. `code` is the channel's."""
        ...

    async def keep_failed(self, event: RawEvent, reason: str) -> None:
        """The event cannot be read: show that; the work is failed by the runner."""
        ...


@dataclass(frozen=True, slots=True)
class PendingMedia:
    """An attachment that is still to be fetched, and by which channel code."""

    id: str
    code: str
    name: str
    media_type: str
    remote: Mapping[str, str]


class Media(Protocol):
    """Attachments on their way in."""

    async def load(self, attachment_id: str) -> PendingMedia:
        """Raises NotFound."""
        ...

    async def keep(self, attachment_id: str, lease: Lease, state: AttachmentState, got: Fetched, reason: str) -> None:
        """Store it, or why it is not stored, and end the work."""
        ...

    async def keep_failed(self, attachment_id: str, reason: str) -> None:
        """It cannot be had: show that; the work is failed by the runner."""
        ...


@dataclass(frozen=True, slots=True)
class PartFact:
    """A part of an answer that was begun; `is_sent` when the vendor took it, `is_cleared` when a person says again."""

    provider_id: str
    begun_at: datetime
    is_sent: bool
    is_cleared: bool


@dataclass(frozen=True, slots=True)
class SendingFacts:
    """What must be known before an answer goes out.

    `heard_at` is when the customer last wrote by this channel; `automatic_before` counts automatic answers to them
    since the time asked about; `answers_before` those to the same message that left.
    """

    provider_id: str = ""
    thread: str = ""
    context: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""
    subject: str = ""
    machine: str = ""
    heard_at: datetime | None = None
    automatic_before: int = 0
    answers_before: int = 0
    earlier: tuple[str, ...] = ()
    parts: Mapping[int, PartFact] = field(default_factory=dict)


class DeliveryParts(Protocol):
    """What is known of answers on their way out."""

    async def facts(self, message: OutboundMessage, since: datetime) -> SendingFacts:
        """All that bears on sending this message."""
        ...

    async def begin(self, message: OutboundMessage, part: int, key: str) -> None:
        """A part is about to be handed to the vendor."""
        ...

    async def end(self, message: OutboundMessage, part: int, receipt: Receipt) -> None:
        """The vendor took it."""
        ...

    async def undo(self, message: OutboundMessage, part: int) -> None:
        """It certainly did not arrive."""
        ...

    async def clear(self, message: OutboundMessage, part: int) -> None:
        """Nobody knows whether it arrived; the next attempt is a person's."""
        ...

    async def note_waiting(self, message: OutboundMessage, reason: str) -> None:
        """It waits, and why."""
        ...


class Transcriber(Protocol):
    """Writes down what is said in a recording."""

    async def words(self, audio: bytes, media_type: str) -> str | None:
        """The words; None where no speech service is set up. Raises Failed, permanent where no try will help."""
        ...


class Edits(Protocol):
    """Messages that customers changed."""

    async def load(self, work: Work, lease: Lease) -> tuple[Case, str | None, int]:
        """The case of the message, its newest text (None: as it is) and how many analyses it has. Raises NotFound."""
        ...

    async def inbound_texts(self, interaction_id: int) -> tuple[str, ...]:
        """The texts of all its inbound messages, oldest first."""
        ...

    async def keep_text(self, case: Case, text: str, analysis: Analysis, change: Change | None) -> None:
        """Store text and reading together, the interaction refreshed, the work ended. Raises Stale."""
        ...

    async def keep_over(self, lease: Lease) -> None:
        """Nothing to do any more: end the work."""
        ...


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """A channel as people see it; `is_on` when it is set up, `address` is what its vendor calls, empty: nothing."""

    name: str
    code: str
    title: str
    is_on: bool
    address: str
    length: int
    window_hours: float


class ChannelDesk(Protocol):
    """Channels as people see them."""

    async def events(
        self, state: EventState | None, channel: str, limit: int, before: str = ""
    ) -> tuple[StoredEvent, ...]:
        """Raw events, newest first; those before an id."""
        ...

    async def event(self, event_id: str) -> RawEvent:
        """Raises NotFound."""
        ...

    async def take(self, event: RawEvent) -> bool:
        """Store an event that is handed in by hand; False where it was there before."""
        ...

    async def confirm_numbers(self, message_id: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[str]:
        """A person has listened: the numbers of a recording are right. Raises NotFound, Conflict."""
        ...

    async def replay(
        self, ids: Sequence[str], *, channel: str = "", failed_only: bool = True, since: datetime | None = None
    ) -> int:
        """Have events read again: these, or all that fit; how many."""
        ...

    async def ledger(self, since: date, until: date) -> tuple[LedgerLine, ...]:
        """One line per channel and day (UTC), days included."""
        ...

    async def attachments(self, message_id: str) -> tuple[Attachment, ...]:
        """What came with a message, without contents."""
        ...

    async def attachment(self, attachment_id: str) -> Attachment:
        """With its content. Raises NotFound."""
        ...
