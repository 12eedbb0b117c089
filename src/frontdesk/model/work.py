"""Durable work: work rows with leases, and the journal of what happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class WorkState(StrEnum):
    """The state of a work row. `open` rows are claimed when due; `failed` ones wait for a person."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write results of a work row until `until`. `owner` is the fencing token, new with each claim."""

    work_id: str
    owner: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Work:
    """A work row. `due_at` is when it may next be claimed; a lease moves it to the lease's end."""

    id: str
    kind: str
    subject: str
    step: str
    state: WorkState
    due_at: datetime
    attempts: int
    created_at: datetime
    lease_owner: str = ""
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One line of the journal: what happened when, to which interaction and message. Appended, never changed."""

    id: int
    at: datetime
    kind: str
    interaction_id: int | None = None
    message_id: str | None = None
    by: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
