"""Insights as JSON: the catalogue, figures with names and the query of their rows, rows, cards, changes."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from urllib.parse import urlencode

from frontdesk.edges.rest.answers import InteractionAnswer, show
from frontdesk.edges.rest.api_answer import ApiAnswer, shows
from frontdesk.insights.cards import CARDS, Card
from frontdesk.insights.changes import Changed
from frontdesk.insights.changing import Difference
from frontdesk.insights.dimensions import DIMENSIONS, Dimension
from frontdesk.insights.measures import MEASURES
from frontdesk.insights.naming import DisplayNames, narrowed, query_pairs
from frontdesk.insights.periods import PERIODS
from frontdesk.insights.reporting import Named, Report, Shown
from frontdesk.insights.service import Rows
from frontdesk.interfaces.insights import MessageRow


class MeasureAnswer(ApiAnswer, frozen=True):
    """A measure; `good` tells whether more of it is good, null where neither."""

    name: str
    title: str
    meaning: str
    rows: str
    unit: str
    good: bool | None
    target: float | None


@shows(Dimension, without=("codes", "own"))
class DimensionAnswer(ApiAnswer, frozen=True):
    """A dimension; those of kind `time` are filtered by since and until."""


@shows(Card, without=("measures", "by", "top"))
class CardNameAnswer(ApiAnswer, frozen=True):
    """A card that can be read."""


class PeriodAnswer(ApiAnswer, frozen=True):
    """A period that has a name."""

    name: str
    title: str


class CatalogueAnswer(ApiAnswer, frozen=True):
    """What can be asked."""

    time_zone: str
    measures: list[MeasureAnswer]
    dimensions: list[DimensionAnswer]
    cards: list[CardNameAnswer]
    periods: list[PeriodAnswer]


class CellAnswer(ApiAnswer, frozen=True):
    """The figures of one combination; `query` are the filters that lead to its rows."""

    keys: list[str]
    names: list[str]
    figures: dict[str, float | None]
    query: str


class FiguresAnswer(ApiAnswer, frozen=True):
    """Figures; `since` and `until` are null where open, `left_out` counts cells beyond the most that are told."""

    measures: list[str]
    by: list[str]
    since: datetime | None
    until: datetime | None
    cells: list[CellAnswer]
    totals: dict[str, float | None]
    query: str
    left_out: int
    stamp: int


@shows(MessageRow)
class MessageRowAnswer(ApiAnswer, frozen=True):
    """A message or reply behind a figure; `text` is its beginning."""


class RowsAnswer(ApiAnswer, frozen=True):
    """A page of the rows behind a figure; `rows` says whether they are interactions, messages or replies."""

    rows: str
    total: int
    offset: int
    limit: int
    interactions: list[InteractionAnswer]
    messages: list[MessageRowAnswer]


@shows(Changed)
class ChangeAnswer(ApiAnswer, frozen=True):
    """A value then and now. `about` says of what the share is: `share` of all, `negative` of the value's own.

    `low` and `high` are the 95 % interval of the difference, `p` is as tested, `q` corrected for all the tests.
    """

    about: str
    name: str


class CardAnswer(ApiAnswer, frozen=True):
    """A card with what it shows; `targets` and `before` are there for key figures."""

    name: str
    title: str
    shape: str
    figures: FiguresAnswer
    before: dict[str, float | None]
    targets: dict[str, float]
    changes: list[ChangeAnswer]
    threads: list[InteractionAnswer]

    @classmethod
    def of(cls, report: Report, shown: Shown) -> "CardAnswer":
        """What a card shows, as JSON."""
        aims = {name: aim for name in shown.card.measures if (aim := report.targets.of(name)) is not None}
        return cls(
            name=shown.card.name,
            title=shown.card.title,
            shape=shown.card.shape.value,
            figures=show_figures(report, shown.named),
            before=dict(shown.before),
            targets=aims,
            changes=_changes(shown.named.names, shown.changes),
            threads=_interactions(shown.rows) if shown.rows else [],
        )


def catalogue(report: Report) -> CatalogueAnswer:
    """All that can be asked."""
    return CatalogueAnswer(
        time_zone=str(report.service.calendar.zone),
        measures=[
            MeasureAnswer(m.name, m.title, m.meaning, m.grain.value, m.unit.value, m.good, report.targets.of(m.name))
            for m in MEASURES.values()
        ],
        dimensions=[show(each, DimensionAnswer) for each in DIMENSIONS.values()],
        cards=[show(each, CardNameAnswer) for each in CARDS.values()],
        periods=[PeriodAnswer(name, title) for name, title in PERIODS.items()],
    )


def show_figures(report: Report, named: Named) -> FiguresAnswer:
    """Figures with names, each cell with the way to its rows."""
    answer, calendar = named.answer, report.service.calendar
    asked = answer.question
    cells = [
        CellAnswer(
            keys=list(cell.keys),
            names=[named.names.name(name, key) for name, key in zip(asked.by, cell.keys, strict=True)],
            figures=dict(cell.figures),
            query=urlencode(query_pairs(narrowed(asked, cell.keys, calendar))),
        )
        for cell in answer.cells
    ]
    return FiguresAnswer(
        measures=list(asked.measures),
        by=list(asked.by),
        since=asked.since,
        until=asked.until,
        cells=cells if asked.by else [],
        totals=dict(answer.totals),
        query=urlencode(query_pairs(asked)),
        left_out=answer.left_out,
        stamp=answer.stamp,
    )


def show_rows(rows: Rows, limit: int, offset: int) -> RowsAnswer:
    """A page of rows."""
    messages = [show(row, MessageRowAnswer) for row in rows.rows if isinstance(row, MessageRow)]
    return RowsAnswer(rows.grain.value, rows.total, offset, limit, _interactions(rows), messages)


async def changes_named(report: Report, found: list[Difference]) -> list[ChangeAnswer]:
    """Changes with the names of their values."""
    return _changes(await report.names(()), found)


def _changes(names: DisplayNames, found: Sequence[Difference]) -> list[ChangeAnswer]:
    return [
        ChangeAnswer(
            about=each.about, name=names.name(each.changed.dimension, each.changed.key), **asdict(each.changed)
        )
        for each in found
    ]


def _interactions(rows: Rows) -> list[InteractionAnswer]:
    return [show(row, InteractionAnswer) for row in rows.rows if not isinstance(row, MessageRow)]
