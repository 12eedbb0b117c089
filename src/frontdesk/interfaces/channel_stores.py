"""What the workflows and the outbox of channels need stored; `storage` satisfies it. Each `keep_…` is fenced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from frontdesk.interfaces.channels import EventSink, Fetched
from frontdesk.model import Analysis, Case, Change, Lease, OutboundMessage, Receipt, Work
from frontdesk.model.channels import AttachmentState, Found, RawEvent


class Events(Protocol):
    """Raw events on their way into messages."""

    async def load(self, event_id: str) -> RawEvent:
        """Raises NotFound."""
        ...

    async def keep_failed(self, event: RawEvent, reason: str) -> None:
        """The event cannot be read: show that; the work is failed by the runner."""
        ...


class WatchLeases(Protocol):
    """Which process watches which channel, and where it hands in what it finds."""

    async def begin_watch(self, channel: str, owner: str, seconds: float) -> bool:
        """Become or stay the one who watches this channel; False while another is."""
        ...

    async def end_watch(self, channel: str, owner: str) -> None:
        """Let another watch at once."""
        ...

    def taker(self, channel: str) -> EventSink:
        """Where the watcher of this channel hands in what it finds."""
        ...


class EventResults(Protocol):
    """What raw events turned into."""

    async def keep_found(self, event: RawEvent, code: str, found: Sequence[Found], lease: Lease) -> None:
        """Store what was found, each thing once, and end the work, in one transaction. `code` is the channel's."""
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


class Scanner(Protocol):
    """Looks through files that strangers send."""

    async def finding(self, content: bytes) -> str:
        """What is wrong with it, empty where nothing is. Raises Failed where that cannot be told."""
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
