"""Answers questions over a snapshot: rows are filtered by masks, numbered by cell, and summed (numpy.bincount)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from frontdesk.insights.calendar import Calendar
from frontdesk.insights.columns import Array, Columns, Snapshot
from frontdesk.insights.dimensions import CYCLES, DIMENSIONS, SPAN_CODES, SPANS, TIMES, WEEKDAYS, DimensionKind
from frontdesk.insights.measures import MEASURES, Grain, How, Measure, Unit
from frontdesk.insights.questions import MOST_CELLS, Cell, FigureAnswer, Question, checked

MILLIONTHS = 1_000_000
# Up to so many cells, a dense array is used; beyond that, the cells that occur are found by sorting.
DENSE = 4_000_000
NEGATIVE = "Negative"


class Asking:
    """A snapshot and its calendar, ready for questions."""

    def __init__(self, snapshot: Snapshot, calendar: Calendar) -> None:
        """Read the local hours once: all times of day, week and month come from them."""
        self.snapshot, self.calendar = snapshot, calendar
        self._tables: dict[Grain, Columns] = {
            Grain.INTERACTION: _with_span(snapshot.interactions),
            Grain.MESSAGE: snapshot.messages,
            Grain.REPLY: snapshot.replies,
        }
        self._hours = {grain: calendar.hours(table["at"]) for grain, table in self._tables.items()}
        every = [hours for hours in self._hours.values() if hours.size]
        self._first = min((int(hours.min()) for hours in every), default=0)
        self._last = max((int(hours.max()) for hours in every), default=0)

    def answer(self, question: Question) -> FigureAnswer:
        """All figures. Raises Invalid."""
        question = checked(question)
        measures = [MEASURES[name] for name in question.measures]
        domains = [self._domain(name) for name in question.by]
        figures, seen = self._figures(question, measures, domains)
        order = self._order(question, figures, seen, domains)
        most = question.top or MOST_CELLS
        cells = [self._cell(question, figures, seen, place, domains) for place in order[:most]]
        totals = _first(self._figures(question, measures, ())[0]) if domains else _first(figures)
        return FigureAnswer(question, cells, totals, self.snapshot.stamp, max(0, len(order) - most))

    def words(self, name: str) -> Sequence[str]:
        """The values that a dimension of codes has in these facts."""
        return self.snapshot.words[name].words

    def behind(self, question: Question, limit: int, offset: int = 0) -> tuple[Grain, list[Any], int]:
        """The rows behind the first measure, newest first: their grain, the numbers or ids of one page, and how many
        there are.

        For a share these are the rows that it is a share of; for a mean, the rows with a value; for a sum, the rows
        that add to it.
        """
        asked = MEASURES[checked(question).measures[0]]
        table, rows = self._tables[asked.grain], self._rows(question, asked.grain)
        rows = rows[self._is_part(asked, table, rows)]
        total, wanted = int(rows.size), min(offset + limit, int(rows.size))
        at = table["at"][rows]
        if 0 < wanted < total:
            newest = np.argpartition(at, total - wanted)[total - wanted :]
            rows, at = rows[newest], at[newest]
        rows = rows[np.lexsort((rows, at))[::-1]][offset : offset + limit]
        if asked.grain is Grain.INTERACTION:
            return asked.grain, table["interaction_id"][rows].tolist(), total
        return asked.grain, [each.decode() for each in table["message_id"][rows].tolist()], total

    def _figures(
        self, question: Question, measures: Sequence[Measure], domains: Sequence["_Domain"]
    ) -> tuple[dict[str, Array], Array]:
        """The figures of each measure, and the numbers of the cells that occur."""
        grains = {each.grain for each in measures}
        rows = {grain: self._rows(question, grain) for grain in grains}
        numbers = {grain: self._numbers(grain, rows[grain], domains) for grain in grains}
        size = int(np.prod([domain.size for domain in domains])) if domains else 1
        seen = _occurring(list(numbers.values()), size)
        places = {grain: _places(each, seen, size) for grain, each in numbers.items()}
        return {
            each.name: self._figure(each, rows[each.grain], places[each.grain], len(seen)) for each in measures
        }, seen

    def _figure(self, asked: Measure, rows: Array, places: Array, cells: int) -> Array:
        table = self._tables[asked.grain]
        if asked.how is How.COUNT:
            return np.bincount(places, minlength=cells).astype(np.float64)
        values = self._values(asked, table, rows)
        if asked.how is How.SUM:
            sums = np.bincount(places, weights=values, minlength=cells)
            return sums / MILLIONTHS if asked.unit is Unit.MONEY else sums
        there = values >= 0
        places, values = places[there], values[there]
        if asked.how is How.RANK:
            return _ranks(places, values, cells, asked.rank)
        count = np.bincount(places, minlength=cells)
        with np.errstate(invalid="ignore"):
            return np.bincount(places, weights=values, minlength=cells) / np.where(count, count, np.nan)

    def _values(self, asked: Measure, table: Columns, rows: Array) -> Array:
        """The values of these rows; -1 where one has none."""
        if asked.column != "negative":
            return table[asked.column][rows]
        words, sentiment = self.snapshot.words["sentiment"], table["sentiment"][rows]
        known = np.where(sentiment == words[""], -1, 0)
        return np.where(sentiment == words[NEGATIVE], 1, known)

    def _is_part(self, asked: Measure, table: Columns, rows: Array) -> Array:
        if asked.how is How.COUNT:
            return np.ones(rows.size, np.bool_)
        values = self._values(asked, table, rows)
        return values >= 0 if asked.how in (How.MEAN, How.RANK) else values > 0

    def _rows(self, question: Question, grain: Grain) -> Array:
        """The rows of this grain that fit."""
        table, fits = self._tables[grain], []
        if grain is Grain.INTERACTION:
            fits.append(~table["gone"])
        if question.since is not None:
            fits.append(table["at"] >= int(question.since.timestamp()))
        if question.until is not None:
            fits.append(table["at"] < int(question.until.timestamp()))
        for name, values in question.where.items():
            fits.append(self._fit(name, values, grain))
        if not fits:
            return np.arange(table["at"].size)
        mask = fits[0]
        for each in fits[1:]:
            mask = mask & each
        return np.flatnonzero(mask)

    def _fit(self, name: str, values: Sequence[str], grain: Grain) -> Array:
        """Whether each row has one of the values."""
        domain = self._domain(name)
        wanted = np.zeros(domain.size, np.bool_)
        for value in values:
            if (place := domain.place(value)) is not None:
                wanted[place] = True
        column, owner = self._column(name, grain)
        return wanted[column] if owner is None else wanted[column][owner]

    def _column(self, name: str, grain: Grain) -> tuple[Array, Array | None]:
        """The numbers of a dimension for each row, or for each interaction with the rows that they belong to."""
        if DIMENSIONS[name].kind in (DimensionKind.TIME, DimensionKind.CYCLE):
            return self.calendar.buckets(name, self._hours[grain]), None
        table = self._tables[grain]
        if grain is Grain.INTERACTION or name in table:
            return table[name], None
        return self._tables[Grain.INTERACTION][name], table["owner"]

    def _numbers(self, grain: Grain, rows: Array, domains: Sequence["_Domain"]) -> Array:
        """The number of the cell that each row is in."""
        number = np.zeros(rows.size, np.int64)
        for domain in domains:
            if DIMENSIONS[domain.name].kind in (DimensionKind.TIME, DimensionKind.CYCLE):
                places = self.calendar.buckets(domain.name, self._hours[grain][rows]) - domain.first
            else:
                column, owner = self._column(domain.name, grain)
                places = column[rows] if owner is None else column[owner[rows]]
            number = number * domain.size + places
        return number

    def _domain(self, name: str) -> "_Domain":
        """All values that a dimension has in this snapshot."""
        if name in CYCLES:
            return _Domain(name, 0, 24 if name == "hour_of_day" else 7, words=None)
        if name in TIMES:
            ends = self.calendar.buckets(name, np.array([self._first, self._last], np.int64))
            return _Domain(name, int(ends[0]), int(ends[1] - ends[0]) + 1, words=None)
        if name == "answer_time":
            return _Domain(name, 0, len(SPAN_CODES), SPAN_CODES)
        words = self.snapshot.words[name].words
        return _Domain(name, 0, len(words), words)

    def _order(
        self, question: Question, figures: Mapping[str, Array], seen: Array, domains: Sequence["_Domain"]
    ) -> Array:
        """Cells on the calendar in its order, others the largest first; with `top` the largest always."""
        first = np.nan_to_num(figures[question.measures[0]], nan=-1.0)
        if domains and domains[0].words is None and not question.top:
            return np.arange(seen.size)
        if question.by == ("answer_time",) and not question.top:
            return np.arange(seen.size)
        return np.lexsort((seen, -first))

    def _cell(
        self, question: Question, figures: Mapping[str, Array], seen: Array, place: int, domains: Sequence["_Domain"]
    ) -> Cell:
        number, keys = int(seen[place]), []
        for domain in reversed(domains):
            number, at = divmod(number, domain.size)
            keys.append(domain.words[at] if domain.words else self.calendar.key(domain.name, at + domain.first))
        return Cell(tuple(reversed(keys)), {name: _plain(values[place]) for name, values in figures.items()})


@dataclass(frozen=True, slots=True)
class _Domain:
    """The values of a dimension, numbered from 0; `words` is None on the calendar, where `first` is the first."""

    name: str
    first: int
    size: int
    words: Sequence[str] | None

    def place(self, value: str) -> int | None:
        """The number of a value that is a filter; None where no row has it."""
        if self.words is not None:
            return self.words.index(value) if value in self.words else None
        if self.name == "weekday":
            return WEEKDAYS.index(value) if value in WEEKDAYS else None
        return int(value) if value.isdecimal() and int(value) < self.size else None


def _with_span(table: Columns) -> Columns:
    """Interactions with the span of their first answer: 0 for none yet, then one for each end of SPANS."""
    seconds = table["answer_seconds"]
    span = np.where(seconds < 0, 0, np.searchsorted(np.array(SPANS), seconds, "right") + 1).astype(np.int16)
    return {**table, "answer_time": span}


def _occurring(numbers: Sequence[Array], size: int) -> Array:
    """The numbers of the cells that have rows, in order."""
    if size <= DENSE:
        there = np.zeros(size, np.bool_)
        for each in numbers:
            there[each] = True
        return np.flatnonzero(there)
    return np.unique(np.concatenate(numbers))


def _places(numbers: Array, seen: Array, size: int) -> Array:
    """The position of each row's cell among those that occur."""
    if size <= DENSE:
        place = np.zeros(size, np.int32)
        place[seen] = np.arange(seen.size, dtype=np.int32)
        return place[numbers]
    return np.searchsorted(seen, numbers)


def _ranks(places: Array, values: Array, cells: int, rank: float) -> Array:
    """The nearest-rank percentile of each cell: the smallest value that so large a share does not exceed."""
    found = np.full(cells, np.nan)
    if not values.size:
        return found
    order = np.lexsort((values, places))
    count = np.bincount(places, minlength=cells)
    ends = np.cumsum(count)
    there = count > 0
    at = (ends - count + np.maximum(np.ceil(rank * count).astype(np.int64) - 1, 0))[there]
    found[there] = values[order][at]
    return found


def _plain(value: float) -> float | None:
    """A number for JSON: whole ones without a fraction, none for what is not there."""
    if np.isnan(value):
        return None
    return int(value) if float(value).is_integer() else float(value)


def _first(figures: Mapping[str, Array]) -> dict[str, float | None]:
    """The figures of the one cell that there is without dimensions."""
    return {name: _plain(values[0]) if len(values) else _nothing(MEASURES[name]) for name, values in figures.items()}


def _nothing(asked: Measure) -> float | None:
    return 0 if asked.how in (How.COUNT, How.SUM) else None
