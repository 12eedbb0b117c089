"""The sockets of the pages for setting up: what needs a person, and how people judged analyses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from frontdesk.model import Effect, EffectState, Page
from frontdesk.model.llm import CallReport


@dataclass(frozen=True, slots=True)
class NeedsPerson:
    """An effect with the interaction that it belongs to."""

    effect: Effect
    reference: str
    title: str


@dataclass(frozen=True, slots=True)
class Judged:
    """Messages of one group that a person looked at: how many, and in how many the field was left as it was read."""

    group: str
    reviewed: int
    agreed: int


class Attention(Protocol):
    """Effects that are not over."""

    async def effects(self, states: Sequence[EffectState], limit: int, cursor: str = "") -> Page[NeedsPerson]:
        """Oldest first. Raises Invalid (cursor)."""
        ...

    async def counts(self) -> dict[EffectState, int]:
        """How many there are in each state but done."""
        ...


class Judgements(Protocol):
    """Analyses against what people made of them.

    A person looked at a message when they corrected anything of it or wrote an answer to it; what they did not correct
    they agreed with. The last correction of a field counts.
    """

    async def of_field(self, field: str, by: str, since: datetime | None) -> tuple[Judged, ...]:
        """For intent, message_type, sentiment or language: by `all`, `value` (as read), `language` or `channel`."""
        ...


class CallReports(Protocol):
    """The record of model calls, added up."""

    async def report(
        self, groups: Sequence[str], since: datetime | None = None, until: datetime | None = None
    ) -> tuple[CallReport, ...]:
        """By day, use_case, service, model, caller, tier or outcome. Raises Invalid."""
        ...
