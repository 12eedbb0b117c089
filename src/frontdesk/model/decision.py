"""Decision: what the rules chose for a message; effects: what was done about it, each once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from frontdesk.model.codes import EffectState


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do, by kind, with its parameters (plain JSON values)."""

    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules said of a message, with the facts they saw and the row that matched."""

    id: str
    message_id: str
    rule_set: str
    rule_set_version: int
    rule: str
    route: str
    actions: tuple[Action, ...]
    facts: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a plug tells of a thing done: the other side's reference and details worth keeping."""

    reference: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """An action on its way. `key` is stable over retries and travels to the outside.

    `waits_for` holds the keys of effects that must be settled first. `apart`: it is no longer done in turn with its
    message, it has (or will get) work of its own.
    """

    key: str
    message_id: str
    interaction_id: int
    decision_id: str
    position: int
    action: Action
    state: EffectState
    attempts: int
    created_at: datetime
    reference: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    done_at: datetime | None = None
    waits_for: tuple[str, ...] = ()
    apart: bool = False


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A job for the field service, kept by the built-in service desk; `key` is the effect's."""

    code: str
    key: str
    subject: str
    remarks: str
    priority: str
    status: str
    interaction_id: int
    created_at: datetime
    customer_id: str | None = None
    contact_id: int | None = None
