"""The services that handling a message needs."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from frontdesk.interfaces import ActionHandler, Analyst, Cases, Clock, NewId, RuleBook
from frontdesk.orchestrator.gathering import Desk
from frontdesk.orchestrator.templates import ReplyTemplates

PriorityOrder = Callable[[], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class PipelineDependencies:
    """The services of the pipeline. `priorities` holds the priorities from low to high.

    `patience` is how long a reply waits for the receipt that it states; then it is sent without. `retry_after` is the
    number of seconds before an effect is tried a second time.
    """

    cases: Cases
    analyst: Analyst
    rules: RuleBook
    templates: ReplyTemplates
    action_handlers: Mapping[str, ActionHandler]
    priorities: PriorityOrder
    clock: Clock
    new_id: NewId
    desk: Desk = field(default_factory=Desk)
    patience: timedelta = timedelta(seconds=60)
    retry_after: float = 0.5
