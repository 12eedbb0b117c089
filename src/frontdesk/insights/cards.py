"""The cards of the dashboard, declared once for REST, the page and the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

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


FIGURES = ("inbound", "interactions", "negative_share", "first_answer_median", "time_to_close", "automation_rate")
CARDS: Mapping[str, Card] = {
    each.name: each
    for each in (
        Card("figures", "Key figures", Shape.FIGURES, FIGURES, wide=True),
        Card("trend", "Messages over time", Shape.LINE, ("inbound", "outbound"), (BUCKET,), wide=True),
        Card("priority", "By priority", Shape.COLUMN, ("interactions",), ("priority",)),
        Card("priority-share", "Share of priorities", Shape.DONUT, ("interactions",), ("priority",)),
        Card("intents", "Messages by intent", Shape.BAR, ("inbound", "negative_share"), ("intent",)),
        Card("categories", "By category", Shape.COLUMN, ("interactions",), ("category",)),
        Card("sentiments", "By sentiment", Shape.DONUT, ("inbound",), ("sentiment",)),
        Card("customers", "Top customers", Shape.BAR, ("inbound", "negative_share"), ("customer",), top=10),
        Card("sentiment-trend", "Sentiment over time", Shape.STACK, ("inbound",), (BUCKET, "sentiment"), wide=True),
        Card("heat", "Intent and channel", Shape.HEAT, ("inbound",), ("intent", "channel"), wide=True),
        Card("answer-times", "Time to first answer", Shape.COLUMN, ("interactions",), ("answer_time",)),
        Card("changes", "What changed", Shape.CHANGES, ("interactions",)),
        Card("threads", "Latest threads", Shape.LIST, ("interactions",), wide=True),
    )
}


def card(name: str) -> Card:
    """The card with this name. Raises NotFound that lists those that there are."""
    if name not in CARDS:
        raise NotFound(tr("there is no card {name!r}: use one of {known}", name=name, known=", ".join(CARDS)))
    return CARDS[name]
