"""Settings that map one thing to another, written as `A=1 B=2`."""

from collections.abc import Callable
from typing import TypeVar

from frontdesk.interfaces import Invalid

T = TypeVar("T")


def pairs(text: str, setting: str, read: Callable[[str], T]) -> dict[str, T]:
    """The pairs of a setting. Raises Invalid that names it."""
    found: dict[str, T] = {}
    for pair in text.split():
        name, equals, value = pair.partition("=")
        try:
            found[name] = read(value)
        except ValueError:
            equals = ""
        if not (name and equals and value):
            raise Invalid(f"{setting}: {pair!r} is not a pair like A=1", setting)
    return found
