"""Filters of interactions, and pages of results."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows and, where there are more, the cursor of the next page."""

    rows: tuple[T, ...]
    next_cursor: str | None = None


class Confidence(StrEnum):
    """How sure the analysis is of its intent: below 0.5, up to 0.8, or above."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


SURE = {Confidence.LOW: (0.0, 0.5), Confidence.MEDIUM: (0.5, 0.8), Confidence.HIGH: (0.8, 1.01)}


class DeskView(StrEnum):
    """What is to be done, as agents sort it; `due`: a target of its service level is near or missed.

    All but `snoozed` leave out what is set aside; `proposals` does not.
    """

    MINE = "mine"
    UNASSIGNED = "unassigned"
    TEAMS = "teams"
    WAITING = "waiting"
    MENTIONED = "mentioned"
    SNOOZED = "snoozed"
    PROPOSALS = "proposals"
    UNSURE = "unsure"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class InteractionFilter:
    """Which interactions; empty fields do not filter. `text` is what a person searches for; `since` and `until` are
    about the last change, `opened_since` and `opened_until` about when they began. With `merged` also those that were
    merged into another. `view` is as the caller of now has it.
    """

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
    text: str = ""
    tier: tuple[str, ...] = ()
    confidence: tuple[Confidence, ...] = ()
    language: tuple[str, ...] = ()
    message_type: tuple[str, ...] = ()
    route: tuple[str, ...] = ()
    opened_since: datetime | None = None
    opened_until: datetime | None = None
    view: DeskView | None = None
    merged: bool = False
