"""Case: everything that is known about a message while it is handled."""

from dataclasses import dataclass, replace

from frontdesk.model.analysis import Analysis
from frontdesk.model.decision import Decision, Effect
from frontdesk.model.interaction import Interaction
from frontdesk.model.messages import InboundMessage
from frontdesk.model.work import Lease


@dataclass(frozen=True, slots=True)
class MessageContext:
    """The texts of the conversation up to this message, and of earlier messages; oldest first.

    `customer_id` is the sender's customer, as far as the message tells.
    """

    texts: tuple[str, ...]
    before: tuple[str, ...]
    customer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A message with its results so far. A part that is None has not been done yet.

    `lease` fences every write. `repeated`: an earlier attempt may have called other systems. `attempt` counts the
    attempts at the next step. `ended`: nothing is left to do.
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
    ended: bool = False

    def with_effect(self, effect: Effect) -> "Case":
        """The case with this effect as it is now."""
        return replace(self, effects=tuple(effect if each.key == effect.key else each for each in self.effects))
