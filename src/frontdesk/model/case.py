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

    `lease` fences every write; `repeated` tells that an earlier attempt may have touched the outside.
    """

    message: InboundMessage
    interaction: Interaction
    lease: Lease
    repeated: bool
    analysis: Analysis | None = None
    recorded: bool = False
    decision: Decision | None = None
    effects: tuple[Effect, ...] = ()
