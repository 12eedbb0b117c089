"""The cards of the dashboard (cards.toml), declared once for REST, the page and the command line."""

from dataclasses import dataclass
from enum import StrEnum

from frontdesk.insights.dimensions import declared
from frontdesk.interfaces import NotFound
from frontdesk.model.translatable import tr

BUCKET = "bucket"  # stands for the hour, day, week or month that suits the period


class Shape(StrEnum):
    """How a card shows its figures."""

    FIGURES = "figures"
    COLUMN = "column"
    DONUT = "donut"
    BAR = "bar"
    LINE = "line"
    STACK = "stack"
    HEAT = "heat"
    CHANGES = "changes"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Card:
    """A card: its question without filters. `wide` ones take the whole row."""

    name: str
    title: str
    shape: Shape
    measures: tuple[str, ...]
    by: tuple[str, ...] = ()
    top: int = 0
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Targets:
    """Targets of measures, from the settings. Means and shares can have one, counts cannot."""

    negative_share: float
    first_answer_median: float
    time_to_close: float
    automation_rate: float

    def of(self, measure: str) -> float | None:
        """The target of a measure, None where it has none."""
        return getattr(self, measure, None)


CARDS = declared("cards.toml", Card)


def card(name: str) -> Card:
    """The card with this name. Raises NotFound that lists those that there are."""
    if name not in CARDS:
        raise NotFound(tr("there is no card {name!r}: use one of {known}", name=name, known=", ".join(CARDS)))
    return CARDS[name]
