"""Compares routes over many texts: which ones answer, how often they agree, how long they take and what they cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import Any

from frontdesk.model.llm import UseCaseOutcome

LONG_TEXT = 40


@dataclass(frozen=True, slots=True)
class Tried:
    """The result of one route for one input: an outcome, or the reason why there is none."""

    route: str
    outcome: UseCaseOutcome | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RouteSummary:
    """One route over all inputs. Times in milliseconds; `cost` in millionths."""

    route: str
    answered: int
    asked: int
    median_milliseconds: float
    slowest_milliseconds: float
    input_tokens: int
    output_tokens: int
    cost: int
    retries: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two routes gave the same value of a field, where both answered."""

    one: str
    other: str
    field: str
    same: int
    compared: int


def summaries(tried: Sequence[Sequence[Tried]]) -> list[RouteSummary]:
    """One summary for each route; `tried` holds for each input what each route made of it, in the same order."""
    return [_summary([row[place] for row in tried]) for place in range(len(tried[0]) if tried else 0)]


def agreements(tried: Sequence[Sequence[Tried]]) -> list[Agreement]:
    """For each two routes and each field of their answers that can be compared: choices, numbers that round alike,
    sets of values; not free text."""
    found: list[Agreement] = []
    for one, other in combinations(range(len(tried[0]) if tried else 0), 2):
        pairs = [(row[one], row[other]) for row in tried]
        both = [(a.outcome.value, b.outcome.value) for a, b in pairs if a.outcome and b.outcome]
        for field in _fields([value for pair in both for value in pair]):
            same = sum(_form(a.get(field)) == _form(b.get(field)) for a, b in both)
            found.append(Agreement(tried[0][one].route, tried[0][other].route, field, same, len(both)))
    return found


def _summary(tried: Sequence[Tried]) -> RouteSummary:
    outcomes = [each.outcome for each in tried if each.outcome]
    times = [outcome.milliseconds for outcome in outcomes] or [0.0]
    return RouteSummary(
        route=tried[0].route,
        answered=len(outcomes),
        asked=len(tried),
        median_milliseconds=round(median(times), 1),
        slowest_milliseconds=round(max(times), 1),
        input_tokens=sum(outcome.input_tokens for outcome in outcomes),
        output_tokens=sum(outcome.output_tokens for outcome in outcomes),
        cost=sum(outcome.cost for outcome in outcomes),
        retries=sum(outcome.retries for outcome in outcomes),
    )


def _fields(values: Sequence[Mapping[str, Any]]) -> list[str]:
    """Fields that all answers can be compared by: none that is a confidence, a vector or a longer text."""
    names = {name for value in values for name in value}
    return sorted(name for name in names if all(_comparable(name, value.get(name)) for value in values))


def _comparable(name: str, value: Any) -> bool:
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, str):
        return len(value) <= LONG_TEXT and " " not in value.strip()
    if isinstance(value, list):
        return all(isinstance(each, Mapping) and {"field", "value"} <= each.keys() for each in value)
    return isinstance(value, int) and "confidence" not in name


def _form(value: Any) -> Any:
    if isinstance(value, list):
        return {(each["field"], each["value"]) for each in value}
    return value
