"""What may be asked of the insights, as parameters: a period, filters, measures and dimensions."""

from dataclasses import dataclass
from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation

from frontdesk.insights.dimensions import DIMENSIONS
from frontdesk.insights.periods import PERIODS
from frontdesk.insights.questions import Keys, Question
from frontdesk.insights.reporting import PeriodRequest as Period

LONGEST = 100
MOST = 100
Values = Annotated[
    list[Annotated[str, QueryParameter(max_length=LONGEST)]] | None,
    QueryParameter(max_items=MOST, description="Codes; give it several times for any of them, empty for none."),
]
Moment = Annotated[
    str, QueryParameter(max_length=40, description="A date (of the configured time zone) or a time with zone.")
]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which rows: of a period, and with these values."""

    since: str
    until: str
    period_name: str
    values: dict[str, Keys]

    def where(self) -> dict[str, Keys]:
        """The filters by dimension."""
        return self.values

    def period(self) -> Period:
        """The period in words."""
        return Period(self.period_name, self.since, self.until)


@dataclass(frozen=True, slots=True)
class FigureSelection:
    """Which figures of them."""

    measures: Keys
    by: Keys
    top: int

    def question(self, filters: Filters) -> Question:
        """The question, still without its period."""
        return Question(self.measures, self.by, filters.where(), top=self.top)


Asked = NamedDependency[SkipValidation[Filters]]
Figures = NamedDependency[SkipValidation[FigureSelection]]


def asked_filters(
    since: Moment = "",
    until: Moment = "",
    period: Annotated[str, QueryParameter(max_length=20, description=f"One of {', '.join(PERIODS)}.")] = "",
    customer: Values = None,
    priority: Values = None,
    category: Values = None,
    intent: Values = None,
    channel: Values = None,
    status: Values = None,
    sentiment: Values = None,
    type: Values = None,
    language: Values = None,
    route: Values = None,
    team: Values = None,
    tier: Values = None,
    answer_time: Values = None,
    hour_of_day: Values = None,
    weekday: Values = None,
) -> Filters:
    """The filters of a request."""
    given = locals()
    values = {name: tuple(given[name]) for name in DIMENSIONS if given.get(name)}
    return Filters(since, until, period, values)


def asked_figures(
    measure: Annotated[
        list[Annotated[str, QueryParameter(max_length=40)]] | None,
        QueryParameter(max_items=6, description="Measures; `inbound` without any."),
    ] = None,
    by: Annotated[
        list[Annotated[str, QueryParameter(max_length=40)]] | None,
        QueryParameter(max_items=2, description="Dimensions to split by; `bucket` is the hour, day, week or month."),
    ] = None,
    top: Annotated[int, QueryParameter(ge=0, le=5000, description="Only the largest so many cells.")] = 0,
) -> FigureSelection:
    """The figures that a request is for."""
    return FigureSelection(tuple(measure or ("inbound",)), tuple(by or ()), top)
