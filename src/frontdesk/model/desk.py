"""The agents' desk: what each team wants of the assignment, who is there, canned answers and macros."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta


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
    most_open: Annotated[int, Meta(ge=0, le=9999)] = 0
    when_absent: WhenAbsent = WhenAbsent.KEPT
    returns_after_hours: Annotated[int, Meta(ge=0, le=9999)] = 0


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


class Then(StrEnum):
    """Where its user goes on: in the same interaction, in the list, or in the next one."""

    STAY = "stay"
    CLOSE = "close"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Macro:
    """A text for the composer and what it changes (see ticketing.changes.change_of); without changes a canned answer.

    It is `owner`'s alone; where that is empty, it is for interactions of `team`, or of all.
    """

    id: str
    owner: str
    team: str
    name: str
    text: str
    changes: Mapping[str, str]
    goes_on: Then = Then.STAY

    @property
    def own(self) -> bool:
        """Whether it is one person's."""
        return bool(self.owner)

    @property
    def is_answer(self) -> bool:
        """Whether it is a text and nothing else."""
        return not self.changes and self.goes_on is Then.STAY
