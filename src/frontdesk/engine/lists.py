"""Reads the lists of words and patterns that lie beside these modules."""

import tomllib
from importlib import resources
from typing import Any


def read(file: str) -> dict[str, Any]:
    """A file of lists, by its path within this package."""
    return tomllib.loads((resources.files(__package__) / file).read_text(encoding="utf-8"))


def any_of(patterns: str | list[str]) -> str:
    """A pattern for the first that fits of these."""
    return "(?:" + (patterns if isinstance(patterns, str) else "|".join(patterns)) + ")"
