"""Reports for interfaces and pages: figures with names, cards with targets and the previous period, tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any

from frontdesk.insights.cards import BUCKET, Card, Shape, Targets
from frontdesk.insights.changing import Difference, changes
from frontdesk.insights.dimensions import DIMENSIONS
from frontdesk.insights.measures import MEASURES
from frontdesk.insights.naming import DisplayNames, customers_in
from frontdesk.insights.periods import Span, moment_of, span_of
from frontdesk.insights.questions import FigureAnswer, Keys, Question
from frontdesk.insights.service import InsightService, Rows
from frontdesk.interfaces import Clock, CodeLists
from frontdesk.interfaces.insights import MessageRow

Where = Mapping[str, Keys]
Table = tuple[Sequence[str], Sequence[Sequence[Any]]]
LISTED = 12
# The columns of rows: what they show, with their titles.
OF_MESSAGES = {"id": "Id", "reference": "Reference", "at": "Time", "channel": "Channel", "name": "Name", "text": "Text"}
OF_INTERACTIONS = {
    "reference": "Reference",
    "created_at": "Opened",
    **{name: name.capitalize() for name in ("title", "status", "priority", "category", "channel")},
    **{"intent": "Intent", "sentiment": "Sentiment", "customer_id": "Customer", "team": "Team"},
}


@dataclass(frozen=True, slots=True)
class PeriodRequest:
    """A period as a caller gives it; empty parts get defaults."""

    period: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """An answer with the names of its keys and its period."""

    answer: FigureAnswer
    names: DisplayNames
    span: Span


@dataclass(frozen=True, slots=True)
class Shown:
    """What a card shows: figures, and besides or instead the totals before, rows, or changes."""

    card: Card
    named: Named
    before: Mapping[str, float | None] = field(default_factory=dict)
    rows: Rows | None = None
    changes: Sequence[Difference] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The insights for interfaces and pages."""

    service: InsightService
    codes: CodeLists
    targets: Targets
    clock: Clock

    def span(self, asked: PeriodRequest) -> Span:
        """The requested period. Raises Invalid."""
        calendar = self.service.calendar
        since = moment_of(asked.since, calendar, "since")
        until = moment_of(asked.until, calendar, "until")
        return span_of(asked.period, since, until, self.clock(), calendar)

    async def figures(self, question: Question, asked: PeriodRequest) -> Named:
        """A question over a period. Raises Invalid."""
        span = self.span(asked)
        by = tuple(span.bucket if each == BUCKET else each for each in question.by)
        question = replace(question, by=by, since=span.now.since, until=span.now.until)
        answer = await self.service.answer(question)
        return Named(answer, await self.names(customers_in(answer.question.by, answer.cells)), span)

    async def rows(self, question: Question, asked: PeriodRequest, limit: int, offset: int = 0) -> Rows:
        """The rows behind a question's first measure. Raises Invalid."""
        span = self.span(asked)
        question = replace(question, by=(), since=span.now.since, until=span.now.until)
        return await self.service.behind(question, limit, offset)

    async def changes(self, where: Where, asked: PeriodRequest) -> list[Difference]:
        """What changed; empty where there is no previous period. Raises Invalid."""
        span = self.span(asked)
        if span.before is None:
            return []
        return await changes(self.service, Question(("interactions",), (), where), span.now, span.before)

    async def card(self, card: Card, where: Where, asked: PeriodRequest) -> Shown:
        """What a card shows under these filters. Raises Invalid."""
        named = await self.figures(Question(card.measures, card.by, where, top=card.top), asked)
        if card.shape is Shape.FIGURES:
            return Shown(card, named, before=await self._before(named))
        if card.shape is Shape.LIST:
            return Shown(card, named, rows=await self.service.behind(named.answer.question, LISTED))
        if card.shape is Shape.CHANGES:
            found = await self.changes(where, asked)
            return Shown(card, replace(named, names=await self.names(())), changes=found)
        return Shown(card, named)

    async def names(self, customers: Sequence[str]) -> DisplayNames:
        """Names of all codes and of these customers."""
        known = await self.service.facts.customer_names(customers) if customers else {}
        return DisplayNames.of(await self.codes.all(), known)

    def table(self, named: Named) -> Table:
        """A line for each cell: keys, their names where they differ, figures."""
        by, measures = named.answer.question.by, named.answer.question.measures
        head = [title for name in by for title in (DIMENSIONS[name].title, f"{DIMENSIONS[name].title} (name)")]
        lines = [
            [
                *(part for name, key in zip(by, cell.keys, strict=True) for part in (key, named.names.name(name, key))),
                *(cell.figures[name] for name in measures),
            ]
            for cell in named.answer.cells
        ]
        if not by:
            lines = [[named.answer.totals[name] for name in measures]]
        return [*head, *(MEASURES[name].title for name in measures)], lines

    def row_table(self, rows: Rows) -> Table:
        """A line for each row; moments are in the desk's zone."""
        zone = self.service.calendar.zone
        columns = OF_MESSAGES if rows.rows and isinstance(rows.rows[0], MessageRow) else OF_INTERACTIONS
        head = [f"{title} ({zone})" if name in ("at", "created_at") else title for name, title in columns.items()]
        return head, [[_told(getattr(row, name), zone) for name in columns] for row in rows.rows]

    async def _before(self, named: Named) -> Mapping[str, float | None]:
        before = named.span.before
        if before is None:
            return {}
        question = replace(named.answer.question, by=(), since=before.since, until=before.until)
        return (await self.service.answer(question)).totals


def _told(value: Any, zone: tzinfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone)
    return "" if value is None else value
