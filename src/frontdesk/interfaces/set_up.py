"""The sockets of the pages for setting up: what needs a person, and how people judged analyses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from frontdesk.interfaces.plugs import Catalogue, ReaderAnswer
from frontdesk.model import Effect, EffectState, Page
from frontdesk.model.llm import CallReport


@dataclass(frozen=True, slots=True)
class EffectForPerson:
    """An effect with the interaction that it belongs to."""

    effect: Effect
    reference: str
    title: str


@dataclass(frozen=True, slots=True)
class AccuracyFigure:
    """Messages of one group that a person looked at: how many, and in how many the field was left as it was read."""

    group: str
    reviewed: int
    agreed: int


class EffectInbox(Protocol):
    """Effects that are not over."""

    async def effects(self, states: Sequence[EffectState], limit: int, cursor: str = "") -> Page[EffectForPerson]:
        """Oldest first. Raises Invalid (cursor)."""
        ...

    async def counts(self) -> dict[EffectState, int]:
        """How many there are in each state but done."""
        ...


class Accuracy(Protocol):
    """Analyses against what people made of them.

    A person looked at a message when they corrected anything of it or wrote an answer to it; what they did not correct
    they agreed with. The last correction of a field counts.
    """

    async def of_field(self, field: str, by: str, since: datetime | None) -> tuple[AccuracyFigure, ...]:
        """For intent, message_type, sentiment or language: by `all`, `value` (as read), `language` or `channel`."""
        ...


class CallReports(Protocol):
    """The record of model calls, added up."""

    async def report(
        self, groups: Sequence[str], since: datetime | None = None, until: datetime | None = None
    ) -> tuple[CallReport, ...]:
        """By day, use_case, service, model, caller, tier or outcome. Raises Invalid."""
        ...


@dataclass(frozen=True, slots=True)
class ChannelUse:
    """What went through a channel, by its code: messages of the day, the latest in and out, the last error."""

    code: str
    messages_of_day: int
    last_in: datetime | None
    last_out: datetime | None
    last_error: str
    last_error_at: datetime | None


class Traffic(Protocol):
    """What goes through channels, and the newest texts."""

    async def channels(self, day_began: datetime) -> tuple[ChannelUse, ...]:
        """Every channel that anything ever went through."""
        ...

    async def newest_texts(self, limit: int) -> tuple[tuple[str, str], ...]:
        """Reference and text of the newest messages of customers."""
        ...


@dataclass(frozen=True, slots=True)
class OutsideSystem:
    """A way to the outside as the set-up page shows it: a channel (with its code) or a back end (with its actions)."""

    name: str
    code: str
    is_set_up: bool
    actions: tuple[str, ...] = ()


class Engine(Protocol):
    """Reads many texts at once against any catalogue."""

    async def read_many(self, texts: Sequence[str], catalogue: Catalogue) -> list[ReaderAnswer]:
        """The answers keep the order."""
        ...
