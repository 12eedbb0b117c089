"""What figures can be split and filtered by; REST, pages, command line and docs are made from this list."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from frontdesk.interfaces import Invalid
from frontdesk.model import CodeList


class Kind(StrEnum):
    """How values of a dimension look: a code with a name, a customer, a place on the calendar, a span."""

    CODE = "code"
    CUSTOMER = "customer"
    TIME = "time"
    CYCLE = "cycle"
    SPAN = "span"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One of them. `codes` names the list that its codes come from; `own` ones are each message's, not its matter's."""

    name: str
    title: str
    kind: Kind
    codes: CodeList | None = None
    own: bool = False


DIMENSIONS: Mapping[str, Dimension] = {
    each.name: each
    for each in (
        Dimension("hour", "Hour", Kind.TIME),
        Dimension("day", "Day", Kind.TIME),
        Dimension("week", "Week", Kind.TIME),
        Dimension("month", "Month", Kind.TIME),
        Dimension("quarter", "Quarter", Kind.TIME),
        Dimension("year", "Year", Kind.TIME),
        Dimension("hour_of_day", "Hour of day", Kind.CYCLE),
        Dimension("weekday", "Weekday", Kind.CYCLE),
        Dimension("customer", "Customer", Kind.CUSTOMER),
        Dimension("priority", "Priority", Kind.CODE, CodeList.PRIORITY),
        Dimension("category", "Category", Kind.CODE, CodeList.CATEGORY),
        Dimension("intent", "Intent", Kind.CODE, CodeList.INTENT, own=True),
        Dimension("channel", "Channel", Kind.CODE, CodeList.CHANNEL, own=True),
        Dimension("status", "Status", Kind.CODE, CodeList.STATUS),
        Dimension("sentiment", "Sentiment", Kind.CODE, own=True),
        Dimension("type", "Message type", Kind.CODE, CodeList.MESSAGE_TYPE, own=True),
        Dimension("language", "Language", Kind.CODE, own=True),
        Dimension("route", "Route", Kind.CODE),
        Dimension("team", "Team", Kind.CODE, CodeList.TEAM),
        Dimension("tier", "Tier", Kind.CODE, own=True),
        Dimension("answer_time", "Time to first answer", Kind.SPAN),
    )
}
TIMES = tuple(name for name, each in DIMENSIONS.items() if each.kind is Kind.TIME)
CYCLES = tuple(name for name, each in DIMENSIONS.items() if each.kind is Kind.CYCLE)
# What can be a filter by value; times filter by since and until.
FILTERS = tuple(name for name, each in DIMENSIONS.items() if each.kind is not Kind.TIME)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Upper ends in seconds of the spans of answer_time; the last has none, and nobody has answered yet in "none".
SPANS = (10, 60, 300, 900, 3600, 14_400, 28_800, 86_400, 172_800, 604_800)
SPAN_CODES = ("none", *(f"lt{end}" for end in SPANS), "longer")
SPAN_TITLES = (
    *("not answered", "under 10 s", "under 1 min", "under 5 min", "under 15 min", "under 1 h", "under 4 h"),
    *("under 8 h", "under 1 day", "under 2 days", "under 7 days", "7 days or more"),
)


def dimension(name: str, field: str = "by") -> Dimension:
    """The dimension with this name. Raises Invalid that lists those that there are."""
    if name not in DIMENSIONS:
        raise Invalid(f"there is no dimension {name!r}: use one of {', '.join(DIMENSIONS)}", field)
    return DIMENSIONS[name]
