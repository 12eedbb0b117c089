"""The differences between two decision tables, row by row and cell by cell."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from frontdesk.orchestrator.table import Column, Row, Table, parse


class Fate(StrEnum):
    """What happened to a row. `moved` rows have the same content at another place, which can change decisions."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class CellChange:
    """A changed cell. An empty condition matches anything; an empty result sets nothing."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """A changed row. Numbers count from 1; 0 means that the row is not in that table."""

    fate: Fate
    title: str
    number_before: int
    number_after: int
    cells: tuple[CellChange, ...]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[RowChange, ...]:
    """The changes between two decision models, in the order of the new one; removed rows last. Raises Refused."""
    old, new = parse(before), parse(after)
    known = _by_key(old)
    pairs = [(known.get(key), row) for key, row in _by_key(new).items()]
    gone = [row for key, row in known.items() if key not in _by_key(new)]
    order = _kept_order(pairs)
    changes = [_change(one, other, old, new, order) for one, other in pairs]
    return (*(each for each in changes if each), *(_removed(row, old) for row in gone))


def _by_key(table: Table) -> dict[str, Row]:
    """Rows by their id, or by their title where they have none; repeated keys also get their place."""
    found: dict[str, Row] = {}
    for row in table.rows:
        key = row.id or row.title
        found[key if key not in found else f"{key} {row.number}"] = row
    return found


def _kept_order(pairs: list[tuple[Row | None, Row]]) -> frozenset[int]:
    """The numbers (in the new table) of the largest set of rows that kept their order.

    That is a longest increasing subsequence, found by patience sorting (Fredman 1975).
    """
    numbers = [(old.number, new.number) for old, new in pairs if old]
    ends: list[int] = []  # for each length, the least old number that a run of it ends with
    last: list[int] = []  # and the place in `numbers` where it does
    before: list[int] = []  # for each place, the place before it in its run
    for at, (number, _) in enumerate(numbers):
        length = bisect_left(ends, number)
        ends[length:] = [number, *ends[length + 1 :]]
        before.append(last[length - 1] if length else -1)
        last[length:] = [at, *last[length + 1 :]]
    kept, at = set(), last[-1] if last else -1
    while at >= 0:
        kept.add(numbers[at][1])
        at = before[at]
    return frozenset(kept)


def _change(old: Row | None, new: Row, old_table: Table, new_table: Table, order: frozenset[int]) -> RowChange | None:
    if old is None:
        cells = tuple(CellChange(c.name, "", new.cell(c)) for c in _columns(new_table) if new.cell(c))
        return RowChange(Fate.ADDED, new.title, 0, new.number, cells)
    cells = tuple(_cells(old, new, old_table, new_table))
    if not cells and new.number in order:
        return None
    return RowChange(Fate.CHANGED if cells else Fate.MOVED, new.title, old.number, new.number, cells)


def _removed(row: Row, table: Table) -> RowChange:
    cells = tuple(CellChange(c.name, row.cell(c), "") for c in _columns(table) if row.cell(c))
    return RowChange(Fate.REMOVED, row.title, row.number, 0, cells)


def _cells(old: Row, new: Row, old_table: Table, new_table: Table) -> list[CellChange]:
    """Columns are the same where they read or yield the same."""
    before = {_meaning(c, old_table): (c.name, old.cell(c)) for c in _columns(old_table)}
    after = {_meaning(c, new_table): (c.name, new.cell(c)) for c in _columns(new_table)}
    found = [CellChange("", old.description, new.description)] if old.description != new.description else []
    for key in dict.fromkeys([*before, *after]):
        was, becomes = before.get(key, ("", "")), after.get(key, ("", ""))
        if was[1] != becomes[1]:
            found.append(CellChange(becomes[0] or was[0], was[1], becomes[1]))
    return found


def _columns(table: Table) -> tuple[Column, ...]:
    return (*table.inputs, *table.outputs)


def _meaning(column: Column, table: Table) -> tuple[bool, str]:
    return column in table.inputs, column.field or column.id
