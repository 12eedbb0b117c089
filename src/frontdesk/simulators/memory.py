"""The rows of a simulator by id, in memory and optionally in a file that survives restarts."""

from pathlib import Path
from typing import Any

import msgspec


class Memory:
    """Rows by id. In the file every change is a line; the last one of an id counts."""

    def __init__(self, file: Path | None = None) -> None:
        """Read what `file` holds, if it is there."""
        self._file = file
        self.rows: dict[str, dict[str, Any]] = {}
        if file is not None and file.exists():
            for line in file.read_bytes().splitlines():
                row = msgspec.json.decode(line, type=dict[str, Any])
                self.rows[row["id"]] = row

    def put(self, row: dict[str, Any]) -> None:
        """Keep a row; it must have an `id`."""
        self.rows[row["id"]] = row
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("ab") as written:
                written.write(msgspec.json.encode(row) + b"\n")

    def first(self, field: str, value: Any) -> dict[str, Any] | None:
        """The first row whose field has this value."""
        return next((row for row in self.rows.values() if row.get(field) == value), None)
