"""The socket of the insights: the facts that figures are made of, and the rows behind a figure."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from frontdesk.model import Interaction

# The order of the columns in each kind of fact. Codes are '' for none; times and spans are whole seconds, -1 for none.
INTERACTION = (
    *("interaction_id", "gone", "at", "customer", "priority", "category", "intent", "channel", "status", "sentiment"),
    *("type", "language", "route", "team", "tier", "answer_seconds", "acknowledge_seconds", "close_seconds"),
    *("automated", "person_seconds", "person_worked", "close_worked", "level_kept", "reopened", "one_touch", "open"),
)
MESSAGE = (
    *("message_id", "interaction_id", "at", "intent", "channel", "sentiment", "type", "language", "tier"),
    *("service_calls", "corrections", "cost"),
)
REPLY = ("message_id", "interaction_id", "at", "channel")


@dataclass(frozen=True, slots=True)
class FactState:
    """How far the facts are: `stamp` rises with each fold, `epoch` when all must be read anew."""

    epoch: int
    stamp: int
    pending: bool


@dataclass(frozen=True, slots=True)
class FactPortion:
    """Facts of some interactions with all their messages and replies, as rows in the columns' order above."""

    interactions: Sequence[Sequence[Any]]
    messages: Sequence[Sequence[Any]]
    replies: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Wrong:
    """Where facts differ from what the other tables say."""

    what: str
    interaction_id: int
    kept: str
    counted: str


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message or reply behind a figure."""

    id: str
    reference: str
    at: datetime
    channel: str
    name: str
    text: str


class Facts(Protocol):
    """The stored facts."""

    async def state(self) -> FactState:
        """How far they are; one small query."""
        ...

    async def fold(self, limit: int = 2000) -> int:
        """Fold changes that were noted, at most so many; how many. 0 when there is none."""
        ...

    def load(self) -> AsyncIterator[FactPortion]:
        """All facts in portions, by rising interaction."""
        ...

    async def changed(self, since: int) -> tuple[int, FactPortion]:
        """The facts of interactions folded after a stamp, and the stamp that this reaches."""
        ...

    async def interactions(self, ids: Sequence[int]) -> tuple[Interaction, ...]:
        """These, in this order."""
        ...

    async def messages(self, ids: Sequence[str]) -> tuple[MessageRow, ...]:
        """These inbound messages, in this order."""
        ...

    async def replies(self, ids: Sequence[str]) -> tuple[MessageRow, ...]:
        """These outbound messages, in this order."""
        ...

    async def customer_names(self, ids: Sequence[str]) -> dict[str, str]:
        """Number to name of those that exist."""
        ...
