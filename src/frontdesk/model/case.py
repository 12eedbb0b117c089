"""Case: everything that is known about a message while it is handled."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from frontdesk.model.analysis import Analysis, Signal, Turn
from frontdesk.model.decision import Decision, Effect
from frontdesk.model.interaction import Interaction
from frontdesk.model.messages import InboundMessage
from frontdesk.model.work import Lease

# Signals of a message that says nothing else.
WHOLE = frozenset({"thanks_only", "no_words"})
FEW_WORDS = 2


@dataclass(frozen=True, slots=True)
class MessageContext:
    """The customer's texts up to this message, and what both sides wrote before it; oldest first.

    `customer_id` is the sender's customer, as far as the message tells; `customer_proven`: it is more than a claim.
    `is_latest`: of the messages that were read none was written later. `acknowledged` are the matters (see
    orchestrator.planning) that were automatically answered since a person last wrote. `open_service_call` is
    the key of one that is not done, empty without one. `days_since_same`: since they wrote about this intent in another
    interaction. `is_followed`: more of the same burst came, and this one is decided with the last of it.
    """

    texts: tuple[str, ...]
    before: tuple[Turn, ...]
    customer_id: str | None = None
    customer_proven: bool = False
    is_latest: bool = True
    acknowledged: tuple[str, ...] = ()
    open_service_call: str = ""
    days_since_same: float | None = None
    is_followed: bool = False


def joined_reading(parts: Sequence[tuple[InboundMessage, Analysis]]) -> Analysis:
    """The readings of several messages as one of their texts, one a line.

    Thanks count where all of them thank, and a word or two ("Hello,") is a matter of its own only beside its like.
    """
    long = {message.id for message, _ in parts if len(message.text.split()) > FEW_WORDS}
    shift, entities, concerns, reads = 0, [], [], []
    signals: dict[str, Signal] = {}
    for message, read in parts:
        entities += [replace(each, start=each.start + shift, end=each.end + shift) for each in read.entities]
        if not long or message.id in long:
            concerns += [replace(each, start=each.start + shift, end=each.end + shift) for each in read.concerns]
        reads += [(start + shift, end + shift) for start, end in read.reads or ((0, len(message.text)),)]
        for each in read.signals:
            here = replace(each, spans=tuple((start + shift, end + shift) for start, end in each.spans))
            signals[each.name] = max(here, signals.get(each.name, here), key=lambda one: one.probability)
        shift += len(message.text) + 1
    said = [s for s in signals.values() if s.name not in WHOLE or all(read.signal(s.name) for _, read in parts)]
    last = parts[-1][1]
    main = next((read for each, read in reversed(parts) if read.intent and (not long or each.id in long)), last)
    return replace(
        main,
        id=last.id,
        message_id=last.message_id,
        run=last.run,
        created_at=last.created_at,
        entities=tuple(entities),
        concerns=tuple(concerns),
        reads=tuple(reads),
        signals=tuple(said),
    )


@dataclass(frozen=True, slots=True)
class Case:
    """A message with its results so far. A part that is None has not been done yet.

    `lease` fences every write. `repeated`: an earlier attempt may have called other systems. `attempt` counts the
    attempts at the next step. `ended`: nothing is left to do. `proven_customer` is the sender's customer where both are
    proven: only that one's orders are told about. `asked_by_team`: no customer hears of it. `is_latest`: no message of
    the interaction was written later. `burst` are earlier messages that are answered with it, with their readings;
    `joined` are the ids of those whose words are in it already.
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
    burst: tuple[tuple[InboundMessage, Analysis], ...] = ()
    joined: tuple[str, ...] = ()

    def together(self) -> "Case":
        """The case of the whole burst, as if all of it had been written in one message."""
        if not self.burst or self.analysis is None:
            return self
        parts = (*self.burst, (self.message, self.analysis))
        text = "\n".join(each.text for each, _ in parts)
        ids = tuple(each.id for each, _ in self.burst)
        message = replace(self.message, text=text)
        return replace(self, message=message, analysis=joined_reading(parts), burst=(), joined=ids)

    def with_effect(self, effect: Effect) -> "Case":
        """The case with this effect as it is now."""
        return replace(self, effects=tuple(effect if each.key == effect.key else each for each in self.effects))
