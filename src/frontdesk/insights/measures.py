"""The measures (measures.toml): what can be counted, added up or averaged, and over which rows."""

from dataclasses import dataclass
from enum import StrEnum

from frontdesk.insights.dimensions import declared
from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import tr


class Grain(StrEnum):
    """The rows that a measure is of; each is placed on the calendar by its own time (opened, received, written)."""

    INTERACTION = "interaction"
    MESSAGE = "message"
    REPLY = "reply"


class How(StrEnum):
    """How a measure is computed: count, sum, share or mean of the rows that have a value, percentile."""

    COUNT = "count"
    SUM = "sum"
    SHARE = "share"
    MEAN = "mean"
    RANK = "rank"


class Unit(StrEnum):
    """The unit of a measure."""

    NUMBER = "number"
    SHARE = "share"
    SECONDS = "seconds"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure. `column` holds its values, `rank` is the percentile. `good`: whether more is good (None: neither)."""

    name: str
    title: str
    grain: Grain
    how: How
    unit: Unit
    meaning: str
    column: str = ""
    rank: float = 0.0
    good: bool | None = None


MEASURES = declared("measures.toml", Measure)


def measure(name: str, field: str = "measure") -> Measure:
    """The measure with this name. Raises Invalid that lists those that there are."""
    if name not in MEASURES:
        raise Invalid(
            tr("there is no measure {name!r}: use one of {known}", name=name, known=", ".join(MEASURES)), field
        )
    return MEASURES[name]
