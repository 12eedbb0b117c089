"""Rule sets: versions of the business rules, their publications, and the findings of checks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from frontdesk.model.decision import Decision


class RuleSetState(StrEnum):
    """The state of a version. Only a draft can be changed."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class RuleSetVersion:
    """One version of the rules. `content` is the JSON text of a GoRules decision model, stored unchanged.

    `revision` rises with every change of a draft and is its ETag. `content` is empty in lists.
    """

    version: int
    name: str
    state: RuleSetState
    content: str
    note: str
    created_by: str
    created_at: datetime
    revision: int
    published_at: datetime | None = None
    published_by: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """The record that a version came into force; a rollback is a publication too."""

    id: int
    version: int
    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a decision, in the parts that people compare."""

    rule: str
    route: str
    priority: str
    team: str
    status: str
    category: str
    template: str
    actions: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Past:
    """A past decision, with the reference of its interaction."""

    reference: str
    decision: Decision


class Severity(StrEnum):
    """How bad a finding is; an error stops publishing."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding in a table: its kind, rows (from 1) and column."""

    severity: Severity
    kind: str
    message: str
    rows: tuple[int, ...] = ()
    column: str = ""
