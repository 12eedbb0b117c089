"""What may be asked of stored interactions, and the page that comes back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows and, where there are more, the cursor of the next page."""

    rows: tuple[T, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class InteractionFilter:
    """Which interactions; empty fields do not filter."""

    status: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    intent: tuple[str, ...] = ()
    sentiment: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    customer_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
