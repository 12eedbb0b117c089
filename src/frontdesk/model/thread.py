"""One interaction with all that belongs to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from frontdesk.model import (
    Analysis,
    AuditEvent,
    Correction,
    Decision,
    Effect,
    InboundMessage,
    Interaction,
    OutboundMessage,
    Work,
)
from frontdesk.model.analysis import Turn

# The type of notes for the team, which no customer sees.
INTERNAL_MEMO = "IM"


@dataclass(frozen=True, slots=True)
class Thread:
    """One interaction with all that belongs to it, each part oldest first.

    `work` is by the id of a message or the key of an effect.
    """

    interaction: Interaction
    messages: tuple[InboundMessage, ...]
    answers: tuple[OutboundMessage, ...]
    analyses: tuple[Analysis, ...]
    decisions: tuple[Decision, ...]
    effects: tuple[Effect, ...]
    audit_events: tuple[AuditEvent, ...]
    work: Mapping[str, Work]

    def conversation(self, until: InboundMessage | None = None) -> tuple[Turn, ...]:
        """What was said, oldest first, without memos; before a message, where one is given."""
        said = [
            (each.received_at, Turn("customer", each.text))
            for each in self.messages
            if not until or each.id != until.id
        ]
        said += [(each.created_at, Turn("service", each.text)) for each in self.answers if each.type != INTERNAL_MEMO]
        kept = [each for each in said if until is None or each[0] <= until.received_at]
        return tuple(turn for _, turn in sorted(kept, key=lambda each: each[0]))


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What models were asked for one message: how many calls, tokens in and out, cost in millionths."""

    calls: int = 0
    tokens: int = 0
    cost: int = 0


@dataclass(frozen=True, slots=True)
class ThreadDetails:
    """A thread with what only the team sees of it: `corrections` oldest first, `model_use` by message id.

    `recorded` are the messages that can be heard; `customer_name` is empty where no customer is known.
    """

    thread: Thread
    corrections: tuple[Correction, ...]
    model_use: Mapping[str, ModelUse]
    recorded: frozenset[str]
    customer_name: str
