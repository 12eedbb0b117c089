"""A portion of made rows: for each table its columns, and rows in their order."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

COLUMNS: Mapping[str, tuple[str, ...]] = {
    table: tuple(columns.split())
    for table, columns in tomllib.loads((files(__package__) / "columns.toml").read_text("utf-8")).items()
}


@dataclass(slots=True)
class Portion:
    """Rows by table, in an order in which foreign keys are satisfied."""

    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    messages: int = 0

    def tables(self) -> list[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
        """Each table with its columns and rows; those that others point to come first."""
        return [(name, columns, self.rows[name]) for name, columns in COLUMNS.items() if self.rows[name]]
