"""The audit trail: who came in, who was refused, who took data out, who changed what others may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One line of the audit trail. `digest` covers all of it and the digest of the line before."""

    id: int
    at: datetime
    kind: str
    by: str = ""
    place: str = ""
    subject: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines are wanted; what is empty is not asked for. `since` is included, `until` is not."""

    kind: str = ""
    by: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What a check of the whole trail found: how many lines, the digest of the last, and the first that is broken."""

    lines: int
    digest: str
    broken: int | None = None
    reason: str = ""
