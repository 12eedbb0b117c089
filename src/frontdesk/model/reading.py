"""What callers are told: messages with what became of them, pages in an order, answers that are given once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from frontdesk.model import Analysis, AuditEvent, Correction, Decision, Effect, InboundMessage, OutboundMessage

T = TypeVar("T")


Written = InboundMessage | OutboundMessage | Analysis | Correction | Decision | Effect | AuditEvent


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A caller's key for one request: whoever repeats it gets the first answer and changes nothing.

    `fingerprint` is made of the whole request, so that a key used for another request is noticed.
    """

    caller: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class StoredAnswer(Generic[T]):
    """An answer; `replayed` tells that an earlier request with the same key made it."""

    value: T
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A message with what became of it so far."""

    message: InboundMessage
    reference: str
    analysis: Analysis | None
    corrections: tuple[Correction, ...]
    decision: Decision | None
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One thing that happened to an interaction."""

    at: datetime
    item: Written
