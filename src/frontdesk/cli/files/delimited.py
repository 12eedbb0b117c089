"""Reads rows of delimited text (RFC 4180 and its variants); an unclosed quote costs one line, not the rest."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# A record that goes on longer than this has lost its closing quote.
MOST_LINES_OF_RECORD = 10_000
csv.field_size_limit(2**31 - 1)
# A spreadsheet runs a cell that begins so as a formula; a customer must not be able to write one.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a record that begins at `line`; a problem in place of cells."""

    line: int
    cells: tuple[str, ...] = ()
    problem: str = ""


def guarded(cell: str) -> str:
    """The cell with an apostrophe before it where a spreadsheet would run it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def unguarded(cell: str) -> str:
    """Takes `guarded` back."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


class _Lines:
    """Lines that can be given back, and which of them the current record took."""

    def __init__(self, lines: Iterable[str], before: int) -> None:
        self._lines, self._again = iter(lines), deque[str]()
        self.number, self.taken = before, list[str]()

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MOST_LINES_OF_RECORD:
            raise csv.Error("endless record")
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        self.number += 1
        return line

    def give_back(self, lines: list[str]) -> None:
        """Offer these again, before the others."""
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)


def rows_of(lines: Iterable[str], delimiter: str, before: int = 0) -> Iterator[Row]:
    """The rows that are not blank. `before` is how many lines came before the first of `lines`."""
    source = _Lines(lines, before)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        source.taken.clear()
        line = source.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield _mend(source, delimiter, line)
            continue
        if any(cells) or len(cells) > 1:
            yield Row(line, tuple(cells))


def _mend(source: _Lines, delimiter: str, line: int) -> Row:
    """Accept a stray quote within one line; give back the lines that an unclosed quote has swallowed."""
    first, *others = source.taken
    source.give_back(others)
    cells = next(csv.reader([first], delimiter=delimiter))
    if others or first.count('"') % 2:
        return Row(line, problem="a quote is opened and not closed")
    return Row(line, tuple(cells))
