"""The measures: what can be counted, added up or averaged, and over which rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

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


I, M, R = Grain.INTERACTION, Grain.MESSAGE, Grain.REPLY  # noqa: E741 - short only here
MEASURES: Mapping[str, Measure] = {
    each.name: each
    for each in (
        Measure("interactions", "Interactions", I, How.COUNT, Unit.NUMBER, "opened"),
        Measure("inbound", "Messages received", M, How.COUNT, Unit.NUMBER, "messages of customers"),
        Measure("outbound", "Messages sent", R, How.COUNT, Unit.NUMBER, "replies; memos are not counted"),
        Measure(
            "negative_share",
            "Negative messages",
            M,
            How.SHARE,
            Unit.SHARE,
            "share of the messages with a sentiment that are negative",
            "negative",
            good=False,
        ),
        Measure(
            "first_answer",
            "First answer, mean",
            I,
            How.MEAN,
            Unit.SECONDS,
            "mean time from opening to the first answer, over those answered; an acknowledgement is none",
            "answer_seconds",
            good=False,
        ),
        Measure(
            "first_answer_median",
            "First answer, median",
            I,
            How.RANK,
            Unit.SECONDS,
            "half of those answered were answered within",
            "answer_seconds",
            0.5,
            good=False,
        ),
        Measure(
            "first_answer_p90",
            "First answer, 90 %",
            I,
            How.RANK,
            Unit.SECONDS,
            "nine of ten of those answered were answered within",
            "answer_seconds",
            0.9,
            good=False,
        ),
        Measure(
            "first_acknowledgement",
            "First acknowledgement, mean",
            I,
            How.MEAN,
            Unit.SECONDS,
            "mean time from opening to the first automatic reply, over those that got one",
            "acknowledge_seconds",
            good=False,
        ),
        Measure(
            "time_to_close",
            "Time to close, mean",
            I,
            How.MEAN,
            Unit.SECONDS,
            "mean time from opening to closing, over those closed",
            "close_seconds",
            good=False,
        ),
        Measure(
            "automation_rate",
            "Answered without a person",
            I,
            How.SHARE,
            Unit.SHARE,
            "share of those that got a reply to whom no person had to write",
            "automated",
            good=True,
        ),
        Measure(
            "service_calls", "Service calls", M, How.SUM, Unit.NUMBER, "opened because of a message", "service_calls"
        ),
        Measure("corrections", "Corrections", M, How.SUM, Unit.NUMBER, "of readings, by people", "corrections"),
        Measure(
            "cost",
            "LLM cost",
            M,
            How.SUM,
            Unit.MONEY,
            "of the model calls for messages, in the price table's currency",
            "cost",
        ),
    )
}


def measure(name: str, field: str = "measure") -> Measure:
    """The measure with this name. Raises Invalid that lists those that there are."""
    if name not in MEASURES:
        raise Invalid(
            tr("there is no measure {name!r}: use one of {known}", name=name, known=", ".join(MEASURES)), field
        )
    return MEASURES[name]
