"""Case: everything that is known about a message while it is handled."""

from dataclasses import dataclass, replace

from frontdesk.model.analysis import Analysis, Turn
from frontdesk.model.decision import Decision, Effect
from frontdesk.model.interaction import Interaction
from frontdesk.model.messages import InboundMessage
from frontdesk.model.work import Lease


@dataclass(frozen=True, slots=True)
class MessageContext:
    """The customer's texts up to this message, and what both sides wrote before it; oldest first.

    `customer_id` is the sender's customer, as far as the message tells; `customer_proven`: it is more than a claim.
    `is_latest`: of the messages that were read none was written later. `acknowledged` are the matters (see
    orchestrator.planning) that were automatically answered since a person last wrote. `open_service_call` is
    the key of one that is not done, empty without one. `days_since_same`: since they wrote about this intent in another
    interaction.
    """

    texts: tuple[str, ...]
    before: tuple[Turn, ...]
    customer_id: str | None = None
    customer_proven: bool = False
    is_latest: bool = True
    acknowledged: tuple[str, ...] = ()
    open_service_call: str = ""
    days_since_same: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A message with its results so far. A part that is None has not been done yet.

    `lease` fences every write. `repeated`: an earlier attempt may have called other systems. `attempt` counts the
    attempts at the next step. `ended`: nothing is left to do. `proven_customer` is the sender's customer where both are
    proven: only that one's orders are told about. `asked_by_team`: no customer hears of it. `is_latest`: no message of
    the interaction was written later.
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
    proven_customer: str | None = None
    asked_by_team: bool = False
    is_latest: bool = True

    def with_effect(self, effect: Effect) -> "Case":
        """The case with this effect as it is now."""
        return replace(self, effects=tuple(effect if each.key == effect.key else each for each in self.effects))
