"""Data of channels: raw events, what is found in them, deliveries of answers, limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from frontdesk.model.codes import DeliveryState
from frontdesk.model.messages import Sender

# How the reason begins why a message is automatic that says: the sender wants no more of our mails.
COMPLAINT = "a complaint"
CHAT = "CHT"  # the widget's channel; it has no vendor, so the registry of channels does not name it


class EventState(StrEnum):
    """The state of a raw event. A `failed` one waits for a person or a repaired reader and can be replayed."""

    NEW = "new"
    READ = "read"
    FAILED = "failed"


class AttachmentState(StrEnum):
    """The state of an attachment: to be fetched, stored, refused by our rules, not available, or no longer kept."""

    PENDING = "pending"
    STORED = "stored"
    REFUSED = "refused"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class RawEvent:
    """An event as a channel received it, byte for byte. The same (channel, provider_id) is stored once.

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
    """An attachment in a raw event: `content` if the event holds it, else `remote`, the reference to fetch it by.

    `is_speech`: the recording is the message; it is transcribed before the message is analysed. `refused` is why it is
    not kept, though it is here.
    """

    name: str = ""
    media_type: str = "application/octet-stream"
    content: bytes | None = field(default=None, repr=False)
    remote: Mapping[str, str] = field(default_factory=dict)
    is_speech: bool = False
    refused: str = ""


@dataclass(frozen=True, slots=True)
class CustomerMessage:
    """A customer's message found in a raw event.

    `provider_id` is the vendor's id of the message, unique within the channel. `thread` is the vendor's id of the
    conversation, empty where there is none; `answers` are the vendor's ids of messages that this one answers;
    `interaction_id` or `reference` name an interaction that the channel has proved it belongs to; `mentions` is a
    reference that the customer wrote, which is tried last. Of `thread`, `answers` and `mentions` only what the sender
    takes part in counts, as these can be guessed; `has_own_thread`: the channel vouches that the thread is this
    sender's alone. `is_disproved`: the sender is found not to be who they say. `joins_by_sender`: without any of these
    the message joins an open interaction of the same sender. `context` is stored and handed back with the answer.
    `automatic` says why the message was written by a machine (RFC 3834), so that no automatic answer is sent; it is
    empty where a person wrote it. `quoted` are the words of earlier messages that were cut out of `text`.
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
    has_own_thread: bool = False
    is_disproved: bool = False
    context: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[IncomingAttachment, ...] = ()
    automatic: str = ""
    quoted: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DeliveryNotice:
    """What happened to an answer: the one with this `provider_id` or `key`, or all to `recipient` up to `until`."""

    state: DeliveryState
    provider_id: str = ""
    key: str = ""
    recipient: str = ""
    until: datetime | None = None
    at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """A customer changed an earlier message, or took it back (`text` is None). `edit_id` tells edits apart."""

    provider_id: str
    text: str | None
    edit_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """A part of an event that needs no handling: our own echo, a typing notice, a new member. `reason` is stored."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of an event that could not be read. The rest is used, and the event waits for a person."""

    reason: str


Found = CustomerMessage | DeliveryNotice | Edit | Ignored | Unread


class LengthUnit(StrEnum):
    """In what a vendor counts the length of a text."""

    CHARACTERS = "characters"
    BYTES = "bytes"
    UTF16 = "utf16"


@dataclass(frozen=True, slots=True)
class ChannelLimits:
    """The limits of a channel. 0 and None mean no limit.

    `length` of one message, counted in `measure`; a longer answer is split into at most `most_parts` parts, else
    refused. `window`: how long after the customer's last message answers are accepted. `per_message`: how many answers
    a message may get. `picked_up`: customers come for their answers, so no address is needed.
    """

    length: int = 0
    measure: LengthUnit = LengthUnit.CHARACTERS
    most_parts: int = 5
    window: timedelta | None = None
    per_message: int = 0
    picked_up: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryPart:
    """An answer or a part of it, as a channel's `send` gets it.

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
    """A stored attachment of a message. `content` is empty in lists."""

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
    """A raw event as people see it, with counts of what was found in it.

    `error` says why it, or a part of it, could not be read or was ignored.
    """

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
    """The ledger of a channel for one day (UTC): every message seen must be stored, analysed, decided, and answered or
    closed.

    `seen` counts the messages that the channel received, each once. `unread` counts raw events (or parts) that could
    not be read. `answered` have a sent answer; `closed` need none; `under_way` are recent and not finished yet. `held`
    is the number of messages or events that the vendor says it holds; None where it cannot be asked.
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
        """Whether a message is missing. Messages that wait for a person are not missing."""
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
