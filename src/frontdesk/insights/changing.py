"""Finds what changed since the previous period: every value of some dimensions, tested together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from frontdesk.insights.calendar import Period
from frontdesk.insights.changes import Changed, adjusted, compare, compare_shares
from frontdesk.insights.questions import FigureAnswer, Question
from frontdesk.insights.service import InsightService
from frontdesk.model import Sentiment

COMPARED = ("intent", "channel", "category", "priority", "language", "route", "type")
NEGATIVE_OF = "intent"


@dataclass(frozen=True, slots=True)
class Difference:
    """A tested change. `about` says what the share refers to: all interactions, or the value's own (negative ones)."""

    about: str
    changed: Changed


async def changes(service: InsightService, question: Question, now: Period, before: Period) -> list[Difference]:
    """The shares of values among interactions, and of negative ones within each intent; the surest first.

    Interactions are counted, not messages: those of one thread are no independent observations.
    """
    found: list[tuple[str, Changed]] = []
    for dimension in COMPARED:
        if dimension in question.where:
            continue  # a filter leaves one value, whose share is always the same
        counts = [_counts(answer) for answer in await _both(service, question, (dimension,), now, before)]
        found += [("share", each) for each in compare(dimension, counts[1], counts[0])]
    if "sentiment" not in question.where:
        crossed = await _both(service, question, (NEGATIVE_OF, "sentiment"), now, before)
        negative = [_negative(answer) for answer in crossed]
        found += [("negative", each) for each in compare_shares(NEGATIVE_OF, negative[1], negative[0])]
    return _adjusted(found)


def _adjusted(found: Sequence[tuple[str, Changed]]) -> list[Difference]:
    """Adjust all of them as one family of tests."""
    marked = [replace(each, dimension=f"{about} {each.dimension}") for about, each in found]
    answers = []
    for each in adjusted(marked):
        about, _, dimension = each.dimension.partition(" ")
        answers.append(Difference(about, replace(each, dimension=dimension)))
    return answers


async def _both(
    service: InsightService, question: Question, by: tuple[str, ...], now: Period, before: Period
) -> list[FigureAnswer]:
    asked = replace(question, measures=("interactions",), by=by, top=0)
    return [await service.answer(replace(asked, since=period.since, until=period.until)) for period in (now, before)]


def _counts(answer: FigureAnswer) -> dict[str, int]:
    return {cell.keys[0]: int(cell.figures["interactions"] or 0) for cell in answer.cells}


def _negative(answer: FigureAnswer) -> dict[str, tuple[int, int]]:
    counts: dict[str, tuple[int, int]] = {}
    for cell in answer.cells:
        value, sentiment = cell.keys
        hits, of = counts.get(value, (0, 0))
        number = int(cell.figures["interactions"] or 0)
        counts[value] = (hits + number * (sentiment == Sentiment.NEGATIVE), of + number * (sentiment != ""))
    return counts
