"""What a bench reports, and how figures of several runs are boiled down."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured value; `target` is what it is held against, in words."""

    name: str
    value: float
    unit: str
    target: str = ""

    def __str__(self) -> str:
        """`name: value unit`."""
        return f"{self.name}: {round_off(self.value)} {self.unit}"


def round_off(value: float) -> str:
    """Three significant digits."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which that share of all lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)
