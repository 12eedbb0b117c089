"""What changed between two periods, and whether it is more than chance.

For each value of a dimension, its share of all interactions before and now is compared: two proportions, tested with
Pearson's chi-square (one degree of freedom, pooled; K. Pearson 1900) where every expected count is at least 5, else
with Fisher's exact test (R. A. Fisher 1922, two-sided by summing all tables that are no more probable). Since many
values are tested at once, p-values are adjusted by Benjamini and Hochberg's step-up procedure (J. R. Statist. Soc. B
57, 1995), which holds the expected share of false finds at the level. The interval of a difference is Newcombe's hybrid
score interval without continuity correction (Statistics in Medicine 17, 1998, method 10), made of Wilson's (JASA 22,
1927).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from frontdesk.model.shares import wilson

LEVEL = 0.05
FEW = 5.0
AS_PROBABLE = 1e-7


@dataclass(frozen=True, slots=True)
class Changed:
    """One value: its count before and now, out of how many; p as tested and as adjusted (`q`)."""

    dimension: str
    key: str
    before: int
    before_of: int
    now: int
    now_of: int
    difference: float
    low: float
    high: float
    p: float
    q: float = 1.0
    is_significant: bool = False


Counts = Mapping[str, int]


def compare(dimension: str, before: Counts, now: Counts) -> list[Changed]:
    """Each value's share of all, before and now, tested but not yet adjusted."""
    all_before, all_now = sum(before.values()), sum(now.values())
    return [
        _tested(dimension, key, before.get(key, 0), all_before, now.get(key, 0), all_now)
        for key in sorted(before.keys() | now.keys())
    ]


def compare_shares(
    dimension: str, before: Mapping[str, tuple[int, int]], now: Mapping[str, tuple[int, int]]
) -> list[Changed]:
    """For each value how many of its own (hits, of) there were, before and now."""
    return [
        _tested(dimension, key, *before.get(key, (0, 0)), *now.get(key, (0, 0)))
        for key in sorted(before.keys() | now.keys())
    ]


def adjusted(found: Sequence[Changed], level: float = LEVEL) -> list[Changed]:
    """With q and significance, the surest first (Benjamini-Hochberg)."""
    ordered = sorted(found, key=lambda each: (each.p, -abs(each.difference), each.dimension, each.key))
    least, answers = 1.0, []
    for rank in range(len(ordered), 0, -1):
        each = ordered[rank - 1]
        least = min(least, each.p * len(ordered) / rank)
        answers.append(replace(each, q=least, is_significant=least <= level))
    return answers[::-1]


def p_value(hits: int, of: int, other_hits: int, other_of: int) -> float:
    """How probable a difference at least so large is where both have the same share; 1 where nothing can be told."""
    if not of or not other_of:
        return 1.0
    pooled = (hits + other_hits) / (of + other_of)
    if pooled in (0.0, 1.0):
        return 1.0
    least = min(of, other_of) * min(pooled, 1 - pooled)
    if least < FEW:
        return fisher(hits, of - hits, other_hits, other_of - other_hits)
    z = (hits / of - other_hits / other_of) / math.sqrt(pooled * (1 - pooled) * (1 / of + 1 / other_of))
    return math.erfc(abs(z) / math.sqrt(2))


def fisher(a: int, b: int, c: int, d: int) -> float:
    """Fisher's exact test of a 2 by 2 table, two-sided."""
    row, column, every = a + b, a + c, a + b + c + d
    seen = _log_table(a, row, column, every)
    total = 0.0
    for x in range(max(0, row + column - every), min(row, column) + 1):
        log = _log_table(x, row, column, every)
        if log <= seen + AS_PROBABLE:
            total += math.exp(log)
    return min(1.0, total)


def newcombe(hits: int, of: int, other_hits: int, other_of: int) -> tuple[float, float]:
    """The 95 % interval of the difference share - other share."""
    if not of or not other_of:
        return -1.0, 1.0
    share, other = hits / of, other_hits / other_of
    (low, high), (other_low, other_high) = wilson(hits, of), wilson(other_hits, other_of)
    difference = share - other
    return (
        difference - math.hypot(share - low, other_high - other),
        difference + math.hypot(high - share, other - other_low),
    )


def _tested(dimension: str, key: str, before: int, before_of: int, now: int, now_of: int) -> Changed:
    difference = (now / now_of if now_of else 0.0) - (before / before_of if before_of else 0.0)
    low, high = newcombe(now, now_of, before, before_of)
    p = p_value(now, now_of, before, before_of)
    return Changed(dimension, key, before, before_of, now, now_of, difference, low, high, p)


def _log_table(x: int, row: int, column: int, every: int) -> float:
    return _log_choose(row, x) + _log_choose(every - row, column - x) - _log_choose(every, column)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
