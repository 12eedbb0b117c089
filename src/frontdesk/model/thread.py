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


@dataclass(frozen=True, slots=True)
class Thread:
    """One interaction with all that belongs to it, each part oldest first; `work` is by message id."""

    interaction: Interaction
    messages: tuple[InboundMessage, ...]
    answers: tuple[OutboundMessage, ...]
    analyses: tuple[Analysis, ...]
    decisions: tuple[Decision, ...]
    effects: tuple[Effect, ...]
    audit_events: tuple[AuditEvent, ...]
    work: Mapping[str, Work]


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
