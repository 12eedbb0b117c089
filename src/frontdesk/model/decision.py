"""Decision: what the rules chose for a message. Effects: the actions of a decision on their way, each done once."""

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

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Action":
        """As rules write one, in one object: what is not its kind are its parameters."""
        return cls(told["kind"], {name: value for name, value in told.items() if name != "kind"})


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules decided for a message, with the facts that they saw and the row that matched."""

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
    """The result of a completed action: the other system's reference and details worth keeping."""

    reference: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """An action on its way. `key` stays the same over retries and is sent to the other system.

    `waits_for` holds the keys of effects that must be settled first. `apart`: it is no longer carried out with its
    message, but has (or will get) its own work row.
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
