"""Who gets which interaction: what each team wants, and who is there."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AssignmentMode(StrEnum):
    """How a team's interactions get an owner: not by themselves, in turn, or to who has the fewest open ones."""

    OFF = "off"
    ROUND_ROBIN = "round_robin"
    FEWEST_OPEN = "fewest_open"


class WhenAbsent(StrEnum):
    """What becomes of an interaction whose customer writes while its owner is away."""

    KEPT = "kept"
    DEPUTY = "deputy"
    QUEUE = "queue"


class Availability(StrEnum):
    """Whether somebody is there, and gets new interactions."""

    AVAILABLE = "available"
    BUSY = "busy"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class TeamAssignment:
    """What a team wants. `most_open` is the limit per person; an interaction whose owner was silent for
    `returns_after_hours` goes back to the team. 0 stands for neither."""

    team: str
    mode: AssignmentMode = AssignmentMode.OFF
    most_open: int = 0
    when_absent: WhenAbsent = WhenAbsent.KEPT
    returns_after_hours: int = 0


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who can own interactions: how many are open (and not set aside), and when they got one last.

    `absent_since` is None for who is there. `deputy` is the name of who stands in.
    """

    id: str
    name: str
    teams: frozenset[str]
    availability: Availability
    absent_since: datetime | None = None
    deputy: str = ""
    open: int = 0
    assigned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Owned:
    """An interaction that waits for its owner: since when, and when the customer wrote last.

    `owned_since` is when it became theirs, `returned_at` when it was taken from an owner who was silent.
    """

    id: int
    reference: str
    team: str
    owner: str
    waiting_since: datetime
    asked_at: datetime
    owned_since: datetime | None = None
    returned_at: datetime | None = None
