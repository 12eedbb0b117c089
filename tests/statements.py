"""What the databases are told while a test looks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

Told = list[tuple[str, Any]]


@contextmanager
def told() -> Iterator[Told]:
    """Every statement that goes to any database, with its parameters."""
    heard: Told = []

    def hear(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        heard.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
