"""Rule sets: versions of the business rules, who published which, and what is found in them before they act."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from frontdesk.model.decision import Decision


class RuleSetState(StrEnum):
    """Where a version stands: a draft can be changed, all others never again."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class RuleSetVersion:
    """One version of the rules; `content` is the JSON text of a GoRules decision model, kept as it came.

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
    """A version came into force; rolling back is a publication too."""

    id: int
    version: int
    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision comes to, in the parts that people compare."""

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
    """A decision that was made, with the reference of the interaction that it was made in."""

    reference: str
    decision: Decision


class Severity(StrEnum):
    """How bad a finding is; an error stops publishing."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was found in a table: of which kind, in which rows (from 1) and which column."""

    severity: Severity
    kind: str
    message: str
    rows: tuple[int, ...] = ()
    column: str = ""
