"""The dimensions that figures can be split and filtered by (dimensions.toml)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import TypeVar

import msgspec

from frontdesk.interfaces import Invalid
from frontdesk.model import CodeList
from frontdesk.model.translatable import tr

T = TypeVar("T")


class DimensionKind(StrEnum):
    """The kinds of dimensions: a code with a name, a customer, a place on the calendar, a span."""

    CODE = "code"
    CUSTOMER = "customer"
    TIME = "time"
    CYCLE = "cycle"
    SPAN = "span"


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension. `codes` names its code list. `own`: the value belongs to each message, not to the interaction."""

    name: str
    title: str
    kind: DimensionKind
    codes: CodeList | None = None
    own: bool = False


def declared(file: str, kind: type[T]) -> Mapping[str, T]:
    """The entries of a file by name, in its order."""
    written = tomllib.loads((files(__package__) / file).read_text("utf-8"))
    return {name: msgspec.convert({"name": name, **values}, kind) for name, values in written.items()}


DIMENSIONS = declared("dimensions.toml", Dimension)
TIMES = tuple(name for name, each in DIMENSIONS.items() if each.kind is DimensionKind.TIME)
CYCLES = tuple(name for name, each in DIMENSIONS.items() if each.kind is DimensionKind.CYCLE)
# Dimensions that can be filtered by value; times are filtered by since and until.
FILTERS = tuple(name for name, each in DIMENSIONS.items() if each.kind is not DimensionKind.TIME)
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
        raise Invalid(
            tr("there is no dimension {name!r}: use one of {known}", name=name, known=", ".join(DIMENSIONS)), field
        )
    return DIMENSIONS[name]
