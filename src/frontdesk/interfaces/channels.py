"""The socket of channels: one Protocol for every way a customer reaches us, and what it is handed.

A channel is one file in `channels/` and one line in its registry; see docs/how-to/add-a-channel.md. What it must
satisfy is `Channel`; one that fetches media apart is also a `Fetching`, one that goes and looks (a mailbox, a feed)
instead of being told is also a `Watching`, one that can ask its vendor what has been sent a `Finding`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, runtime_checkable

from frontdesk.interfaces.errors import FrontdeskError, Held
from frontdesk.model import Receipt
from frontdesk.model.channels import ChannelLimits, DeliveryPart, Found, RawEvent


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A request of a vendor, as it came. `url` is the one that the vendor called; header names are lower case.

    `query` holds every field with all its values. `body` is byte for byte what was signed.
    """

    method: str
    url: str
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def first(self, name: str) -> str:
        """The first value of a query field, empty where there is none."""
        values = self.query.get(name, ())
        return values[0] if values else ""


@dataclass(frozen=True, slots=True)
class Handshake:
    """A vendor asks whether we are who it was told: what to answer. Nothing is stored."""

    body: bytes
    media_type: str = "text/plain"
    status: int = 200


@dataclass(frozen=True, slots=True)
class Genuine:
    """The vendor sent this. `provider_id` is the same for the same event, however often it comes.

    `body` None: what came is the event; else this is (a channel that decrypts stores what it decrypted).
    `answer` is what the vendor wants to hear once the event is stored.
    """

    provider_id: str
    body: bytes | None = field(default=None, repr=False)
    answer: Handshake = field(default_factory=lambda: Handshake(b""))


class Forged(FrontdeskError):
    """A request that is not the vendor's: wrong signature, stale, or without one. Its text never holds a secret."""


class OutsideWindow(Held):
    """The channel takes no answer until the customer writes again; the answer waits."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Media that a channel fetched."""

    content: bytes = field(repr=False)
    media_type: str = ""
    name: str = ""


class Channel(Protocol):
    """A way a customer reaches us, in and out. Holds no state that a restart would lose.

    `limits` is what the vendor takes.
    """

    limits: ChannelLimits

    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        """Whether the vendor sent this, by the raw bytes only; parses no more than that needs. Raises Forged."""
        ...

    def read(self, event: RawEvent) -> Sequence[Found]:
        """What is in an event, in its order. Pure. A part that cannot be read becomes `Unread`, never an exception."""
        ...

    async def send(self, delivery: DeliveryPart) -> Receipt:
        """Hand an answer to the vendor; the receipt's reference is the vendor's id of it, which notices name.

        Raises DeliveryFailed (permanent or not), OutsideWindow, NoAnswer.
        """
        ...


@runtime_checkable
class Admitting(Protocol):
    """A channel whose vendor shows by headers or address who it is: nobody else's body is read."""

    async def admit(self, request: WebhookRequest) -> None:
        """Look at everything but the body, which is empty yet; `verify` follows. Raises Forged."""
        ...


@runtime_checkable
class Fetching(Protocol):
    """A channel whose media are not in the event."""

    async def fetch(self, remote: Mapping[str, str], most_bytes: int) -> Fetched:
        """What an Enclosure's `remote` leads to. Raises DeliveryFailed, NoAnswer; permanent when it is gone."""
        ...


@runtime_checkable
class Finding(Protocol):
    """A channel whose vendor can be asked what an earlier attempt did."""

    async def find(self, delivery: DeliveryPart) -> Receipt | None:
        """The receipt of a delivery with this key, None where it never arrived. Raises DeliveryFailed, NoAnswer."""
        ...


@runtime_checkable
class Idempotent(Protocol):
    """A channel whose vendor sends a delivery with the same key once, however often it is asked."""

    repeats_safely: bool


class EventSink(Protocol):
    """Where a watching channel hands in what it finds; all of it is durable when the call returns."""

    async def take(self, event: RawEvent, marks: Mapping[str, str] | None = None) -> bool:
        """Store an event, and in the same transaction how far the channel has come. False: it was there before."""
        ...

    async def mark(self, marks: Mapping[str, str]) -> None:
        """Store how far the channel has come."""
        ...

    async def marks(self) -> Mapping[str, str]:
        """How far this channel has come, by its own keys; empty at first."""
        ...

    async def known(self, provider_ids: Sequence[str]) -> frozenset[str]:
        """Which of these events have been handed in, now or earlier."""
        ...

    async def keep_held(self, day: date, messages: int) -> None:
        """Note what the vendor says it holds of a day (UTC), for the ledger."""
        ...


@runtime_checkable
class Counting(Protocol):
    """A channel whose vendor can be asked what it holds."""

    async def count(self, taker: EventSink) -> None:
        """Note for the ledger what the vendor holds of the last days, and hand in what is missing. Raises Failed."""
        ...


@runtime_checkable
class Trying(Protocol):
    """A channel that can show whether it is set up well, without touching a customer."""

    async def try_out(self, to: str) -> str:
        """Sign in wherever it will, and send a message to an address where one is given; what answered.

        Raises Failed in words for who set it up.
        """
        ...


@runtime_checkable
class Watching(Protocol):
    """A channel that goes and looks. Run beside the work, in one process at a time, and begun again when it fails."""

    async def watch(self, taker: EventSink) -> None:
        """Look, and hand in, until cancelled. Raises what went wrong (Failed); whoever runs it begins it again."""
        ...
