"""The values that a table can tell apart: each column's range, cut at the literals that its cells compare with.

Between two cuts every cell gives the same result, so one value (an atom) stands for the whole stretch. zen-engine
itself says which atoms match a cell. A row is then a box: the atoms that it matches on each axis. Cells that do more
than compare with literals (functions, other facts) cannot be treated this way; they are opaque, and their rows count
as unsure.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import zen

from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import Joined, tr
from frontdesk.orchestrator.expressions import is_comparison, literals, names_read
from frontdesk.orchestrator.facts import FactKind, fact_at
from frontdesk.orchestrator.table import Column, Row, Table

Box = tuple[int, ...]

MOST_BOXES = 5_000
MOST_EVALUATIONS = 2_000_000
OTHER_TEXT = "\u2026"


class TooLarge(Invalid):
    """The table has more cases than can be gone through."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A value that stands for all that the table cannot tell from it; for a stretch of numbers also its ends."""

    value: Any
    words: str
    ends: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """The atoms of a fact. Columns that read the same fact share an axis."""

    field: str
    atoms: tuple[Atom, ...]

    @property
    def whole(self) -> int:
        """All atoms."""
        return (1 << len(self.atoms)) - 1

    def words(self, mask: int) -> Joined:
        """A set of atoms for a person."""
        told: list[str | Joined] = []
        for wanted, run in itertools.groupby(
            enumerate(self.atoms), lambda pair: (mask >> pair[0] & 1, pair[1].ends is None)
        ):
            atoms = [atom for _, atom in run]
            if wanted[0]:
                told += [atom.words for atom in atoms] if wanted[1] else [_stretch(atoms)]
        return Joined(tuple(told), tr(" or "))

    def mask_of(self, value: Any) -> int:
        """The atom of a value that a decision sets; the atom for "any other text" where no cell names the value."""
        names = [atom.value for atom in self.atoms]
        named = value if value in names else OTHER_TEXT
        return 1 << names.index(named) if named in names else 0


@dataclass(frozen=True, slots=True)
class Space:
    """A table's axes, the box of each row, and the numbers of rows with an opaque cell."""

    axes: tuple[Axis, ...]
    boxes: tuple[Box, ...]
    unsure: frozenset[int]

    @property
    def whole(self) -> Box:
        """All facts that there can be."""
        return tuple(axis.whole for axis in self.axes)

    def words(self, box: Box) -> str | Joined:
        """A box for a person: the axes that it does not take whole."""
        told = [
            tr("{fact} is {values}", fact=axis.field, values=axis.words(mask))
            for axis, mask in zip(self.axes, box, strict=True)
            if mask != axis.whole
        ]
        return Joined(tuple(told)) if told else tr("anything")


def space_of(table: Table) -> Space:
    """Cut the table's facts into atoms. Raises TooLarge."""
    fields = list(dict.fromkeys(column.field for column in table.inputs if column.field))
    axes = tuple(_axis(field, _cells(table, field)) for field in fields)
    distinct = sum(len(axis.atoms) * len(set(_cells(table, axis.field))) for axis in axes)
    if distinct > MOST_EVALUATIONS:
        raise TooLarge(
            tr("the table has {cases:,} cases to look at, more than {most:,}", cases=distinct, most=MOST_EVALUATIONS)
        )
    known: dict[tuple[str, str], int] = {}
    boxes = tuple(tuple(_mask(row, axis, table, known) for axis in axes) for row in table.rows)
    return Space(axes, boxes, frozenset(row.number for row in table.rows if _opaque(row, table)))


def opaque_cells(table: Table) -> list[tuple[Row, Column]]:
    """The cells that the analysis cannot look into."""
    return [(row, column) for row in table.rows for column in table.inputs if _is_opaque(row.cell(column), column)]


def common(one: Box, other: Box) -> Box | None:
    """The intersection of two boxes; None where it is empty."""
    shared = tuple(a & b for a, b in zip(one, other, strict=True))
    return shared if all(shared) else None


def holds(outer: Box, inner: Box) -> bool:
    """Whether `outer` has all of `inner`."""
    return all(b & ~a == 0 for a, b in zip(outer, inner, strict=True))


def without(boxes: Iterable[Box], taken: Box) -> list[Box]:
    """The boxes without another box. If the boxes do not overlap, neither does the result. Raises TooLarge."""
    left: list[Box] = []
    for box in boxes:
        left += _split(box, taken)
        if len(left) > MOST_BOXES:
            raise TooLarge(tr("the table's rows cut each other into more than {most:,} pieces", most=MOST_BOXES))
    return left


def _split(box: Box, taken: Box) -> list[Box]:
    if common(box, taken) is None:
        return [box]
    left = []
    rest = list(box)
    for axis, mask in enumerate(taken):
        if outside := rest[axis] & ~mask:
            left.append((*rest[:axis], outside, *rest[axis + 1 :]))
        rest[axis] &= mask
    return left


def _cells(table: Table, field: str) -> list[str]:
    """The cells that can be analysed, of all columns that read `field`."""
    columns = [column for column in table.inputs if column.field == field]
    cells = [row.cell(column) for row in table.rows for column in columns]
    return [cell for cell in cells if cell and is_comparison(cell)]


def _is_opaque(cell: str, column: Column) -> bool:
    return bool(cell) and (not column.field or not is_comparison(cell))


def _opaque(row: Row, table: Table) -> bool:
    return any(_is_opaque(row.cell(column), column) for column in table.inputs)


def _mask(row: Row, axis: Axis, table: Table, known: dict[tuple[str, str], int]) -> int:
    mask = axis.whole
    for column in table.inputs:
        cell = row.cell(column)
        if column.field != axis.field or not cell or _is_opaque(cell, column):
            continue
        key = (axis.field, cell)
        if key not in known:
            known[key] = _taken(cell, axis)
        mask &= known[key]
    return mask


def _taken(cell: str, axis: Axis) -> int:
    test = zen.compile_unary_expression(cell)
    return sum(1 << bit for bit, atom in enumerate(axis.atoms) if _takes(test, atom.value))


def _takes(test: Any, value: Any) -> bool:
    try:
        return test.evaluate({"$": value}) is True
    except RuntimeError:  # a comparison of different types: zen-engine skips such a row
        return False


def _axis(field: str, cells: Sequence[str]) -> Axis:
    values = [value for cell in cells for value in literals(cell)]
    texts = sorted({value for value in values if isinstance(value, str)})
    numbers = sorted({value for value in values if isinstance(value, float)})
    return Axis(field, tuple(_atoms(field, texts, numbers)))


def _atoms(field: str, texts: Sequence[str], numbers: Sequence[float]) -> list[Atom]:
    paths = names_read(field)
    fact = fact_at(paths[0]) if len(paths) == 1 and ".".join(paths[0]) == field else None
    if fact is None or fact.kind is FactKind.PARTS:
        return _anything(texts, numbers)
    return {
        FactKind.LIST: lambda: _LIST,
        FactKind.TEXT: lambda: [_text(value) for value in fact.closed] or _texts(texts),
        FactKind.YES_NO: lambda: _YES_NO,
        FactKind.NUMBER: lambda: _numbers(numbers, fact.least, fact.most, _between),
        FactKind.WHOLE_NUMBER: lambda: _numbers(numbers, fact.least, fact.most, _whole_between),
    }[fact.kind]()


_YES_NO = [Atom(True, "true"), Atom(False, "false")]
_NOTHING = Atom(None, tr("nothing"))
_LIST = [_NOTHING, Atom(["x"], tr("a list"))]


def _anything(texts: Sequence[str], numbers: Sequence[float]) -> list[Atom]:
    """For an expression whose value is unknown."""
    return [_NOTHING, *_YES_NO, *_texts(texts), *_numbers(numbers, None, None, _between)]


def _text(value: str) -> Atom:
    return Atom(value, repr(value))


def _texts(texts: Sequence[str]) -> list[Atom]:
    other = tr("any other text") if texts else tr("any text but ''")
    return [*map(_text, sorted({"", *texts})), Atom(OTHER_TEXT, other)]


def _numbers(
    cuts: Sequence[float], least: float | None, most: float | None, between: Callable[[float, float], float | None]
) -> list[Atom]:
    """Each cut, and one number for each stretch between two cuts, below the first and above the last."""
    inside = [cut for cut in cuts if (least is None or cut >= least) and (most is None or cut <= most)]
    low, high = (-math.inf if least is None else least), (math.inf if most is None else most)
    points = sorted({*inside, *(edge for edge in (low, high) if math.isfinite(edge))})
    edges = [*([] if least is not None else [low]), *points, *([] if most is not None else [high])]
    atoms: list[Atom] = []
    for at, edge in enumerate(edges):
        if math.isfinite(edge) and between(edge - 0.5, edge + 0.5) is not None:
            atoms.append(Atom(_plain(edge), f"{_plain(edge)}", (edge, edge)))
        if at + 1 < len(edges) and (value := between(edge, edges[at + 1])) is not None:
            atoms.append(Atom(_plain(value), "", (edge, edges[at + 1])))
    return atoms


def _between(low: float, high: float) -> float | None:
    if math.isinf(low):
        return 0.0 if math.isinf(high) else high - 1
    return low + 1 if math.isinf(high) else (low + high) / 2


def _whole_between(low: float, high: float) -> float | None:
    if math.isinf(low):
        return 0.0 if math.isinf(high) else math.ceil(high) - 1.0
    value = math.floor(low) + 1.0
    return value if value < high else None


def _stretch(atoms: Sequence[Atom]) -> str | Joined:
    """Adjacent numbers and stretches in words."""
    first, last = atoms[0].ends or (0, 0), atoms[-1].ends or (0, 0)
    low, high = first[0], last[1]
    above, below = _above(low, first[0] == first[1]), _below(high, last[0] == last[1])
    if above and below and low == high:
        return f"{_plain(low)}"
    return Joined((above, below), tr(" and ")) if above and below else above or below or tr("any number")


def _above(low: float, is_itself: bool) -> str:
    if not math.isfinite(low):
        return ""
    return tr("at least {number}", number=_plain(low)) if is_itself else tr("above {number}", number=_plain(low))


def _below(high: float, is_itself: bool) -> str:
    if not math.isfinite(high):
        return ""
    return tr("at most {number}", number=_plain(high)) if is_itself else tr("below {number}", number=_plain(high))


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else value
