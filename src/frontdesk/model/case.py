"""Case: all that is known of one message while it is handled."""

from dataclasses import dataclass

from frontdesk.model.analysis import Analysis
from frontdesk.model.decision import Decision, Effect
from frontdesk.model.interaction import Interaction
from frontdesk.model.messages import InboundMessage
from frontdesk.model.work import Lease


@dataclass(frozen=True, slots=True)
class Case:
    """A message with what was stored of it so far; what is None has not been done yet.

    `lease` fences every write. `repeated` tells that an earlier life may have touched the outside, `attempt` counts
    the attempts at the step that comes next.
    """

    message: InboundMessage
    interaction: Interaction
    lease: Lease
    repeated: bool
    attempt: int = 1
    analysis: Analysis | None = None
    recorded: bool = False
    decision: Decision | None = None
    effects: tuple[Effect, ...] = ()
