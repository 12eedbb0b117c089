"""What is kept about a person, what became of it, and how long each kind of data is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What rows about a person are counted as, for people who look before they erase."""

    PEOPLE = "people"
    ACCOUNTS = "accounts"
    INTERACTIONS = "interactions"
    MESSAGES = "messages"
    ANSWERS = "answers"
    FILES = "files"
    EVENTS = "events"
    READINGS = "readings"
    EXAMPLES = "examples"
    ACTIONS = "actions"
    ORDERS = "orders"
    CALLS = "calls"
    JOURNAL = "journal"


class Category(StrEnum):
    """What has a retention of its own."""

    MESSAGES = "messages"
    ATTACHMENTS = "attachments"
    EVENTS = "events"
    CALLS = "calls"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class PersonFound:
    """Who a person is to us, and how much there is about them.

    `shared` counts interactions in which others wrote too: there only what is the person's goes. `outside` are the
    references of what was done in other systems, which keep data of their own.
    """

    contacts: tuple[int, ...] = ()
    customers: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    counts: Mapping[Kind, int] = field(default_factory=dict)
    shared: int = 0
    outside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is left of an erasure: that it happened, when, by whom, how much went, and the numbers of the contacts."""

    id: str
    at: datetime
    by: str
    contacts: tuple[int, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days a category is kept (0: for ever), and how many rows would go now."""

    category: Category
    days: int
    due: int
