"""What the insights are made of, as TOML files declare it: measures, dimensions, cards."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import TypeVar

import msgspec

T = TypeVar("T")


def declared(file: str, kind: type[T]) -> Mapping[str, T]:
    """The entries of a file by name, in its order."""
    written = tomllib.loads((files(__package__) / file).read_text("utf-8"))
    return {name: msgspec.convert({"name": name, **values}, kind) for name, values in written.items()}
