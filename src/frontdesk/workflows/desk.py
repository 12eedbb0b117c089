"""The desk: everyone that handling a message needs."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from frontdesk.interfaces import Analyst, Cases, Clock, NewId, Performer, RuleBook
from frontdesk.orchestrator.templates import ReplyTemplates

Ladder = Callable[[], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Desk:
    """Who does what. `ladder` tells the priorities from low to high.

    `patience` is how long a reply waits for what it states before it goes without; `retry_after` the seconds
    before an effect is tried a second time.
    """

    cases: Cases
    analyst: Analyst
    rules: RuleBook
    templates: ReplyTemplates
    performers: Mapping[str, Performer]
    ladder: Ladder
    clock: Clock
    new_id: NewId
    patience: timedelta = timedelta(seconds=60)
    retry_after: float = 0.5
