"""How the demo's desk is set up: its calendar, its service levels, its canned answers and macros."""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import msgspec

from frontdesk.model.desk import Macro


def demo_timing() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Kind, name and fields of each entry of time."""
    for kind, entries in _read()["timing"].items():
        for name, entry in entries.items():
            yield kind, name, entry


def demo_macros() -> tuple[Macro, ...]:
    """Everybody's; their ids are always the same."""
    usual = {"owner": "", "team": "", "text": "", "changes": {}}
    return tuple(
        msgspec.convert({**usual, "id": f"demo-{number}", **each, "text": each.get("text", "").strip()}, Macro)
        for number, each in enumerate(_read()["macros"], 1)
    )


def _read() -> dict[str, Any]:
    return tomllib.loads((files("frontdesk.demo") / "set_up.toml").read_text("utf-8"))
