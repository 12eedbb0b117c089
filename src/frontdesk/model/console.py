"""Interactions as lists show them, for people and programs; saved views, what needs a person, moods."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from frontdesk.model.interaction import Interaction


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
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow(Interaction):
    """One line of the list: an interaction, and how its latest message reads.

    `customer` is a name, `messages` counts the customer's. `due_at` is when the next target of its service level is
    due, `is_due` whether one is near or missed.
    """

    customer: str
    messages: int
    confidence: float | None
    tier: str | None
    language: str | None
    due_at: datetime | None = None
    is_due: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, or (`more`) that there are more than that. `cut`: a frequent word hid older hits."""

    number: int
    more: bool = False
    cut: bool = False


MOST_IN_VIEW = 1000


@dataclass(frozen=True, slots=True)
class ViewCounts:
    """How many interactions each view holds, exact up to 999 (1000: that or more); `turn`: mine that wait for us."""

    turn: int
    mine: int
    unassigned: int
    teams: int
    waiting: int
    mentioned: int
    snoozed: int
    proposals: int
    unsure: int
    due: int


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody else who has an interaction open, and whether they write."""

    name: str
    writing: bool


@dataclass(frozen=True, slots=True)
class PersonalState:
    """What one person has of an interaction: whether it is unread, unsent texts, and who else is there."""

    unread: bool = True
    reply: str = ""
    memo: str = ""
    others: tuple[Presence, ...] = ()


class Telling(StrEnum):
    """What people are told: that an interaction became theirs, they were mentioned, or its customer wrote."""

    ASSIGNED = "assigned"
    MENTIONED = "mentioned"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody is told of an interaction; `told_by` is empty for customers and the assignment."""

    reference: str
    title: str
    told: Telling
    told_by: str
    told_at: datetime


@dataclass(frozen=True, slots=True)
class SavedView:
    """A filter under a name; `query` is the part of the address behind the question mark."""

    id: str
    owner: str
    name: str
    query: str
    shared: bool
    created_at: datetime


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
