"""Lists that stay fast whatever is in them, for people and programs; views that people saved, merging."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from frontdesk.model import Interaction, InteractionFilter, Page


class ListSort(StrEnum):
    """Orders of the list; those with a minus begin at the end that people look at first."""

    ID_FIRST = "-id"
    ID = "id"
    UPDATED_FIRST = "-updated"
    UPDATED = "updated"
    CREATED_FIRST = "-created"
    CREATED = "created"
    PRIORITY_FIRST = "-priority"
    PRIORITY = "priority"
    STATUS = "status"
    STATUS_LAST = "-status"
    CONFIDENCE = "confidence"
    CONFIDENCE_FIRST = "-confidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow(Interaction):
    """One line of the list: an interaction, and how its latest message reads.

    `customer` is a name, `messages` counts the customer's.
    """

    customer: str
    messages: int
    confidence: float | None
    tier: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, or (`more`) that there are more than that. `cut`: a frequent word hid older hits."""

    number: int
    more: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True)
class SavedView:
    """A filter under a name; `query` is the part of the address behind the question mark."""

    id: str
    owner: str
    name: str
    query: str
    shared: bool
    created_at: datetime


class InteractionLists(Protocol):
    """Lists of interactions."""

    async def page(self, wanted: InteractionFilter, sort: ListSort, limit: int, cursor: str = "") -> Page[ListRow]:
        """Up to `limit`; rows that arrive meanwhile neither repeat nor hide others. Raises Invalid (cursor)."""
        ...

    async def count(self, wanted: InteractionFilter) -> Count:
        """How many fit, counted up to ten thousand."""
        ...


class SavedViews(Protocol):
    """Views that people saved."""

    async def of(self, owner: str) -> tuple[SavedView, ...]:
        """Those of this person and those that others share, by name."""
        ...

    async def save(self, owner: str, name: str, query: str, *, shared: bool) -> SavedView:
        """Keep it, in place of an older one with the same name. Raises Conflict when they have too many."""
        ...

    async def remove(self, owner: str, view_id: str) -> None:
        """Forget one's own view. Raises NotFound."""
        ...


class Merging(Protocol):
    """Two interactions that are one matter."""

    async def merge(self, into: Interaction, other: Interaction, by: str) -> Interaction:
        """Move all that belongs to `other` to `into`; its reference leads there from now on. Raises Stale, Conflict."""
        ...

    async def leads_to(self, reference: str) -> str:
        """The reference of the interaction that this one was merged into; itself where it was not."""
        ...


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """How many there are, and the oldest of them: reference, title, what it is about, since when."""

    number: int
    first: tuple[tuple[str, str, str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Spike:
    """An intent that comes more often than usual: how often in the last day, and on a day of the week before."""

    intent: str
    today: int
    usual: float


@dataclass(frozen=True, slots=True)
class AttentionNow:
    """What needs a person now."""

    waiting: AttentionItem
    failed: AttentionItem
    stuck: AttentionItem
    unanswered: AttentionItem
    spikes: tuple[Spike, ...]


class Attention(Protocol):
    """What needs a person."""

    async def now(self) -> AttentionNow:
        """As things stand."""
        ...


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A customer's message with its reading as codes; `beginning` is its first part."""

    id: str
    reference: str
    title: str
    customer_id: str | None
    who: str
    channel: str
    beginning: str
    is_cut: bool
    sentiment: str | None
    intent: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Mood:
    """How many messages of a month were of which sentiment."""

    month: str
    negative: int
    neutral: int
    positive: int


class History(Protocol):
    """Messages over all customers."""

    async def messages(self, customer_id: str, sentiments: Sequence[str], limit: int, cursor: str) -> Page[HistoryRow]:
        """The newest first, of one customer or (empty) all, of these sentiments or (none) any. Raises Invalid."""
        ...

    async def moods(self, customer_id: str) -> tuple[Mood, ...]:
        """The sentiments of a customer's messages month by month, the oldest first."""
        ...
