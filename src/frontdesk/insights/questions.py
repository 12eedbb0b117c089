"""Questions about the facts: measures, split by dimensions, over rows that match filters and a period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from frontdesk.insights.dimensions import FILTERS, DimensionKind, dimension
from frontdesk.insights.measures import measure
from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import tr

MOST_BY, MOST_MEASURES, MOST_VALUES, MOST_CELLS = 2, 6, 100, 5_000
Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """`where` maps dimensions to values of which any may be there; times are UTC; `top` keeps the largest cells."""

    measures: Keys
    by: Keys = ()
    where: Mapping[str, Keys] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None
    top: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """The figures of one combination of values; None where there is nothing to divide by."""

    keys: Keys
    figures: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class FigureAnswer:
    """Cells in the order of their keys on the calendar, else the largest first; totals are over all rows, not cells."""

    question: Question
    cells: Sequence[Cell]
    totals: Mapping[str, float | None]
    stamp: int
    left_out: int = 0


def checked(question: Question) -> Question:
    """The question, if it can be asked. Raises Invalid that says what is wrong."""
    if not question.measures or len(question.measures) > MOST_MEASURES:
        raise Invalid(tr("ask for 1 to {most} measures", most=MOST_MEASURES), "measure")
    for name in question.measures:
        measure(name)
    if len(question.by) > MOST_BY or len(set(question.by)) < len(question.by):
        raise Invalid(tr("split by at most {most} different dimensions", most=MOST_BY), "by")
    for name in question.by:
        dimension(name)
    for name, values in question.where.items():
        if dimension(name, name).kind is DimensionKind.TIME:
            raise Invalid(
                tr(
                    "{name} is no filter: use since and until; filters are {filters}",
                    name=name,
                    filters=", ".join(FILTERS),
                ),
                name,
            )
        if len(values) > MOST_VALUES:
            raise Invalid(tr("give at most {most} values", most=MOST_VALUES), name)
    if question.since and question.until and question.since >= question.until:
        raise Invalid(tr("until is not after since"), "until")
    return question
