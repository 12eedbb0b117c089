"""Display names of keys, and the query that leads from a cell to the rows behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from frontdesk.insights.calendar import Calendar
from frontdesk.insights.dimensions import DIMENSIONS, SPAN_CODES, SPAN_TITLES, TIMES
from frontdesk.insights.questions import Cell, Question
from frontdesk.model import Code, CodeList

NONE, ALL = "none", "all"


@dataclass(frozen=True, slots=True)
class DisplayNames:
    """Names of codes and customers."""

    codes: Mapping[CodeList, Mapping[str, str]]
    customers: Mapping[str, str]

    @classmethod
    def of(cls, lists: Mapping[CodeList, Iterable[Code]], customers: Mapping[str, str]) -> "DisplayNames":
        """From the code lists as they are stored."""
        return cls({which: {each.code: each.name for each in entries} for which, entries in lists.items()}, customers)

    def name(self, dimension: str, key: str) -> str:
        """The name of a key; an unknown key is its own name."""
        which = DIMENSIONS[dimension].codes
        if dimension == "answer_time":
            return dict(zip(SPAN_CODES, SPAN_TITLES, strict=True)).get(key, key)
        if dimension == "customer":
            return self.customers.get(key, key) or "unknown"
        if which is None:
            return key or NONE
        return self.codes.get(which, {}).get(key, key) or NONE


def customers_in(by: Sequence[str], cells: Iterable[Cell]) -> list[str]:
    """The customer numbers among the keys of cells."""
    places = [at for at, name in enumerate(by) if name == "customer"]
    return sorted({cell.keys[at] for cell in cells for at in places} - {""})


def narrowed(question: Question, cell: Sequence[str], calendar: Calendar) -> Question:
    """The question narrowed to the rows of one cell."""
    since, until, where = question.since, question.until, dict(question.where)
    for name, key in zip(question.by, cell, strict=True):
        if name not in TIMES:
            where[name] = (key,)
            continue
        begin, end = calendar.span_of(name, key)
        since = max(begin, since) if since else begin
        until = min(end, until) if until else end
    return replace(question, by=(), where=where, since=since, until=until, top=0)


def query_pairs(question: Question) -> list[tuple[str, str]]:
    """The filters of a question as the pairs of a query: what REST and the pages take."""
    pairs: list[tuple[str, str]] = []
    if question.since is None and question.until is None:
        pairs.append(("period", ALL))  # without a period the default one would apply
    for name, at in (("since", question.since), ("until", question.until)):
        if at is not None:
            pairs.append((name, at.strftime("%Y-%m-%dT%H:%M:%SZ")))
    pairs += [(name, value) for name in DIMENSIONS for value in question.where.get(name, ())]
    return pairs
