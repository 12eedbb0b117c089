"""Interaction: one conversation with a customer about one subject, under one reference."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from frontdesk.model.codes import Status


class WaitingOn(StrEnum):
    """Whose turn it is in an interaction; a third party's where a person says so."""

    NOBODY = ""
    US = "us"
    CUSTOMER = "customer"
    THIRD = "third"


@dataclass(frozen=True, slots=True)
class Interaction:
    """An interaction. `version` rises with every change and is its ETag; `intent` and `sentiment` are the latest.

    `merged_to` is the reference of the one that it was merged into, `may_belong_to` that of one which its sender named
    without taking part in it; both may be empty. `customer_proven`: the customer is more than the sender's claim.
    `acknowledged_at` is the first automatic reply, `first_answer_at` the first one that answers, by a person or out of
    data. `assignee` is the person who has taken it over (`assigned_at`), so that nothing is answered automatically;
    empty where nobody has. `waiting_since` is when the oldest customer message came that nobody has answered, None
    where nobody waits. `reopened` counts how often it was opened again. Until `snoozed_until` it is left out of what
    is to be done, unless the customer writes before.
    """

    id: int
    reference: str
    title: str
    summary: str
    category: str
    channel: str
    status: Status
    priority: str
    created_at: datetime
    updated_at: datetime
    version: int
    customer_id: str | None = None
    team: str = ""
    route: str = ""
    tags: str = ""
    intent: str | None = None
    sentiment: str | None = None
    created_by: str = ""
    modified_by: str = ""
    assignee: str = ""
    first_answer_at: datetime | None = None
    acknowledged_at: datetime | None = None
    first_person_answer_at: datetime | None = None
    waiting_since: datetime | None = None
    waiting_on: WaitingOn = WaitingOn.NOBODY
    snoozed_until: datetime | None = None
    assigned_at: datetime | None = None
    closed_at: datetime | None = None
    merged_to: str = ""
    may_belong_to: str = ""
    customer_proven: bool = False
    reopened: int = 0

    def after(self, change: "Change") -> "Interaction":
        """A copy with these fields set, at the same version."""
        fields: dict[str, Any] = dict(change.fields())
        return replace(self, **fields)


@dataclass(frozen=True, slots=True)
class Change:
    """Fields of an interaction to set; None leaves one as it is."""

    title: str | None = None
    summary: str | None = None
    category: str | None = None
    status: Status | None = None
    priority: str | None = None
    team: str | None = None
    route: str | None = None
    tags: str | None = None
    customer_id: str | None = None
    intent: str | None = None
    sentiment: str | None = None
    customer_proven: bool | None = None
    assignee: str | None = None
    waiting_on: WaitingOn | None = None
    snoozed_until: datetime | None = None

    def fields(self) -> dict[str, str | bool | datetime]:
        """Only what is set."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}

    def then(self, later: "Change") -> "Change":
        """Both changes as one."""
        fields: dict[str, Any] = dict(later.fields())
        return replace(self, **fields)
