"""What comes in and goes out by channels: raw events, what is found in them, answers on their way, limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from frontdesk.model.codes import DeliveryState
from frontdesk.model.messages import Sender

CHAT = "CHT"  # the widget's channel; it has no vendor, so the registry of channels does not name it


class EventState(StrEnum):
    """Where a raw event stands; `failed` ones wait for a person (or a repaired reader) and can be replayed."""

    NEW = "new"
    READ = "read"
    FAILED = "failed"


class AttachmentState(StrEnum):
    """Where an attachment stands: still to be fetched, here, refused by our rules, or not to be had."""

    PENDING = "pending"
    STORED = "stored"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RawEvent:
    """What a channel handed in, byte for byte. The same (channel, provider_id) is stored once.

    `channel` is the channel's name ("whatsapp"), not its code. `content_type` is the header of that name.
    """

    channel: str
    provider_id: str
    body: bytes = field(repr=False)
    content_type: str = ""
    received_at: datetime | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class IncomingAttachment:
    """Something that came with a message: `content` where the event holds it, else `remote`, by which it is fetched.

    `is_speech`: its words are the message; they are written down before the message is analysed.
    """

    name: str = ""
    media_type: str = "application/octet-stream"
    content: bytes | None = field(default=None, repr=False)
    remote: Mapping[str, str] = field(default_factory=dict)
    is_speech: bool = False


@dataclass(frozen=True, slots=True)
class CustomerMessage:
    """A customer's message found in a raw event.

    `provider_id` is the vendor's id of the message, unique within the channel. `thread` is the vendor's id of the
    conversation, empty where there is none; `answers` are the vendor's ids of messages that this one answers;
    `interaction_id` or `reference` are those of an interaction which the channel has proved it belongs to; `mentions`
    is a reference that the customer wrote, which counts after all these. `joins_by_sender`: without any of these it
    joins what the same sender has open. `context` is kept and handed back with the answer. `automatic` says
    why the message was written by a machine (RFC 3834), empty where a person wrote it: no machine answers it.
    """

    provider_id: str
    text: str
    sender: Sender
    at: datetime | None = None
    thread: str = ""
    answers: tuple[str, ...] = ()
    reference: str = ""
    interaction_id: int | None = None
    mentions: str = ""
    joins_by_sender: bool = True
    context: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[IncomingAttachment, ...] = ()
    automatic: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryNotice:
    """What became of an answer: of the one with this `provider_id` or `key`, or of all to `recipient` until `until`."""

    state: DeliveryState
    provider_id: str = ""
    key: str = ""
    recipient: str = ""
    until: datetime | None = None
    at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """A customer changed a message that came before; `text` None: they took it back. `edit_id` tells edits apart."""

    provider_id: str
    text: str | None
    edit_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something that needs nothing: our own echo, a typing notice, a member who joined. `reason` is kept."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of an event that could not be read: the rest counts, and the event waits for a person."""

    reason: str


Found = CustomerMessage | DeliveryNotice | Edit | Ignored | Unread


class LengthUnit(StrEnum):
    """In what a vendor counts the length of a text."""

    CHARACTERS = "characters"
    BYTES = "bytes"
    UTF16 = "utf16"


@dataclass(frozen=True, slots=True)
class ChannelLimits:
    """What a channel takes. 0 and None set no limit.

    `length` of one message, counted in `measure`; a longer answer is split into up to `most_parts`, else refused.
    `window`: answers are taken only so long after the customer's last message. `per_message`: how many answers one
    message may get at all. `picked_up`: customers come for their answers, so none needs an address.
    """

    length: int = 0
    measure: LengthUnit = LengthUnit.CHARACTERS
    most_parts: int = 5
    window: timedelta | None = None
    per_message: int = 0
    picked_up: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryPart:
    """An answer on its way out, or one part of it, as a channel's `send` is handed it.

    `key` is the same over retries. `recipient` is the sender's address; `thread`, `answers` and `context` are those of
    the message that is answered; `earlier` are the vendor's ids of the messages of the thread, oldest first.
    `repeated`: an earlier attempt may have arrived.
    """

    key: str
    message_id: str
    recipient: str
    text: str
    interaction_id: int = 0
    reference: str = ""
    subject: str = ""
    thread: str = ""
    answers: str = ""
    context: Mapping[str, str] = field(default_factory=dict)
    earlier: tuple[str, ...] = ()
    part: int = 1
    parts: int = 1
    automatic: bool = False
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that came with a message, as it is kept. `content` is empty in lists."""

    id: str
    message_id: str
    name: str
    media_type: str
    size: int
    state: AttachmentState
    created_at: datetime
    reason: str = ""
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A raw event as people see it; what was found in it is counted. `error` says why it could not be read."""

    id: str
    channel: str
    provider_id: str
    state: EventState
    received_at: datetime
    size: int
    messages: int = 0
    duplicates: int = 0
    notices: int = 0
    edits: int = 0
    ignored: int = 0
    unread: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One channel on one day (UTC): what was seen must be stored, analysed, decided, and answered or closed.

    `seen` counts messages that the channel handed in, each once. `unread` are raw events (or parts) nobody could read.
    `answered` have an answer that left; `closed` need none; `under_way` are younger than the ledger's patience and not
    at their end yet. `held` is what the vendor says it holds, messages or events (a report on a mail is an event
    without a message), None where it cannot be asked.
    """

    channel: str
    day: str
    events: int
    unread: int
    seen: int
    stored: int
    analysed: int
    decided: int
    answered: int
    closed: int
    waiting: int
    held: int | None = None

    @property
    def differs(self) -> bool:
        """Whether something is missing; messages that wait for a person are not."""
        most = max(self.seen, self.events)
        chain = (self.seen, self.stored, self.analysed, self.decided)
        return self.unread > 0 or len(set(chain)) > 1 or (self.held is not None and self.held > most)


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
