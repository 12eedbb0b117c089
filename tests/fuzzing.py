"""What all of `bin/fuzz` take: how many, how long at most, and where chance begins."""

import argparse
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def arguments(name: str, about: str | None, count: int) -> argparse.ArgumentParser:
    """`--count`, `--seconds` and `--seed`."""
    parser = argparse.ArgumentParser(prog=f"bin/fuzz {name}", description=about)
    parser.add_argument("--count", type=int, default=count, help="so many at most")
    parser.add_argument("--seconds", type=float, default=900.0, help="hand in for so long at most")
    parser.add_argument("--seed", type=int, default=1)
    return parser


def within(seconds: float, items: Iterable[T]) -> Iterator[T]:
    """Of these, as many as can be tried in time."""
    until = time.monotonic() + seconds
    for each in items:
        if time.monotonic() > until:
            return
        yield each
