"""Scores readings of messages whose right reading is known, each figure with its 95 % interval."""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from frontdesk.model.shares import wilson

NONE = "none"
BINS, DRAWS, DIGITS = 10, 400, 4


@dataclass(frozen=True, slots=True)
class Judged:
    """A reading beside its labels: None where the message has no such label.

    `intents` are all that would be right, the first is the label; `best` is the most probable one with its
    probability, `intent` the chosen one or "none". `read` and `has` are the signals' probabilities and names.
    """

    language: str
    intents: tuple[str, ...] | None
    intent: str
    best: tuple[str, float]
    sentiment: str | None
    felt: tuple[str, float]
    has: frozenset[str] | None
    read: Mapping[str, float]


def scores(judged: Sequence[Judged], limits: Mapping[str, float]) -> dict[str, Any]:
    """Accuracy, macro-F1 and calibration of intent and sentiment, recall and false alarms of each signal.

    Calibration is the expected error over ten bins (ECE); of signals, where present and absent are both foreseen.
    """
    meant = [(e.intents[0], e.intent if e.intent not in e.intents else e.intents[0]) for e in judged if e.intents]
    felt = [(each.sentiment, each.felt[0]) for each in judged if each.sentiment]
    told = {
        "messages": len(judged),
        "intent": _classes(meant) | {"ece": _by_language(judged, _intent)},
        "sentiment": _classes(felt) | {"ece": _by_language(judged, _sentiment)},
        "signals": {name: found for name in limits if (found := _signal(judged, name, limits[name]))},
        "signals_ece": _by_language(judged, lambda each: _signals(each, limits)),
    }
    return {name: value for name, value in told.items() if value not in ({}, {"ece": {}})}


def _classes(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    if not pairs:
        return {}
    drawn = random.Random(0)  # noqa: S311  # a bootstrap, no secret
    f1s = sorted(_f1(drawn.choices(pairs, k=len(pairs))) for _ in range(DRAWS))
    interval = (f1s[int(0.025 * DRAWS)], f1s[int(0.975 * DRAWS)])
    mistaken: dict[str, int] = {}
    for wanted, got in pairs:
        if wanted != got:
            mistaken[f"{wanted} as {got}"] = mistaken.get(f"{wanted} as {got}", 0) + 1
    return {
        "accuracy": _share(sum(wanted == got for wanted, got in pairs), len(pairs)),
        "macro_f1": _figure(_f1(pairs), len(pairs), interval),
        "mistaken": dict(sorted(mistaken.items(), key=lambda each: -each[1])),
    }


def _f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Mean over the labels of the harmonic mean of precision and recall."""
    each = []
    for label in {wanted for wanted, _ in pairs}:
        both = sum(wanted == got == label for wanted, got in pairs)
        each.append(2 * both / sum((wanted == label) + (got == label) for wanted, got in pairs))
    return sum(each) / len(each)


def _signal(judged: Sequence[Judged], name: str, limit: float) -> dict[str, Any]:
    rows = [(name in each.has, each.read.get(name, 0.0)) for each in judged if each.has is not None]
    has = [p >= limit for present, p in rows if present]
    others = [p >= limit for present, p in rows if not present]
    if not has:
        return {}
    ece = _error([(p, float(present)) for present, p in rows])
    return {"recall": _share(sum(has), len(has)), "false_alarms": _share(sum(others), len(others)), "ece": ece}


def _by_language(
    judged: Sequence[Judged], said: Callable[[Judged], Collection[tuple[float, float]]]
) -> dict[str, float]:
    """The calibration error of all messages, and of each language."""
    groups: dict[str, list[tuple[float, float]]] = {"all": []}
    for each in judged:
        found = said(each)
        groups["all"] += found
        if found:
            groups.setdefault(each.language, []).extend(found)
    return {language: _error(found) for language, found in groups.items() if found}


def _intent(each: Judged) -> list[tuple[float, float]]:
    return [(each.best[1], float(each.best[0] in each.intents))] if each.intents else []


def _sentiment(each: Judged) -> list[tuple[float, float]]:
    return [(each.felt[1], float(each.felt[0] == each.sentiment))] if each.sentiment else []


def _signals(each: Judged, limits: Mapping[str, float]) -> list[tuple[float, float]]:
    return [] if each.has is None else [(each.read.get(name, 0.0), float(name in each.has)) for name in limits]


def _error(said: Sequence[tuple[float, float]]) -> float:
    bins: dict[int, list[tuple[float, float]]] = {}
    for each in said:
        bins.setdefault(min(int(each[0] * BINS), BINS - 1), []).append(each)
    gaps = (abs(sum(p - right for p, right in each)) for each in bins.values())
    return round(sum(gaps) / len(said), DIGITS)


def _share(hits: int, of: int) -> dict[str, float]:
    return _figure(hits / of if of else 0.0, of, wilson(hits, of))


def _figure(value: float, of: int, interval: tuple[float, float]) -> dict[str, float]:
    return {
        "value": round(value, DIGITS),
        "of": of,
        "from": round(interval[0], DIGITS),
        "to": round(interval[1], DIGITS),
    }
