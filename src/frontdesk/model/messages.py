"""Messages: what customers write, what we answer, and what interfaces hand in."""

from dataclasses import dataclass, field
from datetime import datetime

from frontdesk.model.codes import DeliveryState, Identity


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender as the channel names it; every part may be empty. `identity` says how address and phone are proven."""

    name: str = ""
    address: str = ""
    phone: str = ""
    customer_no: str = ""
    identity: Identity = Identity.UNPROVEN


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message as an interface hands it in: parsed and within limits, not yet stored.

    `provider_id` is the sender's own id of the message: the same (channel, provider_id) is stored once.
    `joins` is the id of the interaction that it continues, None opens a new one. `if_participant`: only where its
    sender takes part in that one; else a new one is opened, and `may_belong_to` is the reference of the named one.
    `unless_repeated`: not stored again where the same sender said the same minutes ago.
    """

    text: str
    channel: str
    sender: Sender = Sender()
    provider_id: str = ""
    joins: int | None = None
    received_at: datetime | None = None
    raw: bytes | None = None
    may_belong_to: str = ""
    if_participant: bool = False
    unless_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The receipt of a stored message. `duplicate`: it had been stored before.

    `replayed`: an earlier request with the same idempotency key got this receipt.
    """

    reference: str
    interaction_id: int
    message_id: str
    sequence: int
    duplicate: bool = False
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A stored customer message; `sequence` counts within its interaction from 1.

    `erased_at` is when its words and its sender were erased. `merged_from` is the number of the interaction in which it
    was written, where that was merged into this one, else 0. `quoted` are the words of earlier messages that were cut
    out of `text`; `automatic` says why a machine wrote it, empty where a person did.
    """

    id: str
    interaction_id: int
    sequence: int
    channel: str
    text: str
    sender: Sender
    received_at: datetime
    contact_id: int | None = None
    analysis_id: str | None = None
    merged_from: int = 0
    erased_at: datetime | None = None
    quoted: str = field(default="", repr=False)
    automatic: str = ""

    @property
    def written_in(self) -> int:
        """The number of the interaction in which it was written."""
        return self.merged_from or self.interaction_id


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message of the service. `effect_key` makes an automatic reply unique; `remark` is for the team only."""

    id: str
    interaction_id: int
    sequence: int
    type: str
    channel: str
    recipient: str
    text: str
    processed_by: str
    created_at: datetime
    remark: str = ""
    reply_to: str | None = None
    effect_key: str | None = None
    state: DeliveryState = DeliveryState.PENDING
    provider_id: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class AudioRecording:
    """The sound of a phone message."""

    id: str
    message_id: str
    media_type: str
    created_at: datetime
    content: bytes = field(default=b"", repr=False)
