"""Reads the decision table of a GoRules decision model: columns, rows, and checks of its form."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from frontdesk.interfaces.rules import TableRefused
from frontdesk.model.translatable import tr

TABLE, INPUT, OUTPUT = "decisionTableNode", "inputNode", "outputNode"
# Fields that a row may set; every other output is an action.
YIELDS = ("route", "actions", "reply", "priority", "team", "category", "status")
MOST_ROWS, MOST_COLUMNS = 2_000, 60
_ONLY = {"hitPolicy": "first", "executionMode": "single"}
_NOT = ("passThrough", "inputField", "outputPath")


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `field` is what an input reads or an output sets; an input without one holds whole conditions."""

    id: str
    name: str
    field: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its cells by column id; `number` counts from 1."""

    number: int
    id: str
    description: str
    cells: Mapping[str, str]

    @property
    def title(self) -> str:
        """What people call it."""
        return self.description or self.id or f"row {self.number}"

    def cell(self, column: Column) -> str:
        """The text of a cell without spaces around it; an empty cell matches anything."""
        return self.cells.get(column.id, "").strip()


@dataclass(frozen=True, slots=True)
class Table:
    """The one table of a rule set."""

    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rows: tuple[Row, ...]

    def output(self, field: str) -> Column | None:
        """The column that yields `field`."""
        return next((column for column in self.outputs if column.field == field), None)


def where(row: Row, column: Column | None = None) -> str:
    """A place in the table, in words."""
    if column is None:
        return tr("row {number} ({title!r})", number=row.number, title=row.title)
    return tr("row {number} ({title!r}), column {column!r}", number=row.number, title=row.title, column=column.name)


def is_table(content: Mapping[str, Any]) -> bool:
    """Whether a decision model is one table whose first row that fits yields a route, and not a graph."""
    table = _only_table(content)
    outputs = table.get("outputs") if table else None
    fields = (
        [column.get("field") for column in outputs if isinstance(column, Mapping)] if isinstance(outputs, list) else []
    )
    return "route" in fields or (table is not None and not isinstance(outputs, list))


def parse(content: Mapping[str, Any]) -> Table:
    """The table of a decision model. Raises TableRefused unless the model is one table."""
    raw = table_of(content)
    inputs, outputs = _columns(raw, "inputs"), _columns(raw, "outputs")
    known = {"_id", "_description", *(column.id for column in (*inputs, *outputs))}
    rows = tuple(_row(number, each, known) for number, each in enumerate(_list(raw, "rules"), 1))
    table = Table(inputs, outputs, rows)
    _check_size(table)
    return table


def _only_table(content: Mapping[str, Any]) -> dict[str, Any] | None:
    """The content of a model's table, if it has nothing else and works row by row."""
    nodes = content.get("nodes")
    if not isinstance(nodes, list) or not all(isinstance(node, Mapping) for node in nodes):
        return None
    kinds = [str(node.get("type")) for node in nodes]
    if kinds.count(TABLE) != 1 or not {TABLE, INPUT, OUTPUT}.issuperset(kinds):
        return None
    table = nodes[kinds.index(TABLE)].get("content")
    if not isinstance(table, dict):
        return {}
    plain = all(table.get(key) in (None, allowed) for key, allowed in _ONLY.items())
    return table if plain and not any(table.get(key) for key in _NOT) else None


def table_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content of the table's node. Raises TableRefused."""
    table = _only_table(content)
    if table is None:
        _list(content, "nodes")
        raise TableRefused(tr("this rule set is a graph: only a single table with hit policy first is shown as rows"))
    _check_edges(content, {node["type"]: node for node in content["nodes"]})
    if not table:
        raise TableRefused(tr("the decision table has no content"))
    return table


def _check_edges(content: Mapping[str, Any], by_kind: Mapping[str, Mapping[str, Any]]) -> None:
    if missing := next((kind for kind in (INPUT, OUTPUT) if kind not in by_kind), None):
        raise TableRefused(tr("the decision model has no {missing}", missing=missing))
    edges = [(e.get("sourceId"), e.get("targetId")) for e in _list(content, "edges") if isinstance(e, Mapping)]
    for source, target in ((INPUT, TABLE), (TABLE, OUTPUT)):
        if (by_kind[source].get("id"), by_kind[target].get("id")) not in edges:
            raise TableRefused(
                tr(
                    "the decision model does not lead from its {source} to its {target}: connect them",
                    source=source,
                    target=target,
                )
            )


def _columns(raw: Mapping[str, Any], side: str) -> tuple[Column, ...]:
    found = []
    for each in _list(raw, side):
        if not isinstance(each, Mapping) or not isinstance(each.get("id"), str) or not each["id"]:
            raise TableRefused(tr("a column of {side} has no id", side=side))
        field = each.get("field") or ""
        if not isinstance(field, str):
            raise TableRefused(tr("the field of column {column} is not a text", column=each["id"]))
        found.append(Column(each["id"], str(each.get("name") or field or each["id"]), field.strip()))
    return tuple(found)


def _row(number: int, raw: Any, known: Set[str]) -> Row:
    """A row; other data of the editor is ignored."""
    if not isinstance(raw, Mapping):
        raise TableRefused(tr("row {row} is not an object", row=number))
    texts = {key: cell for key, cell in raw.items() if key in known}
    if wrong := next((key for key, cell in texts.items() if not isinstance(cell, str | None)), None):
        raise TableRefused(
            tr(
                "row {row}, column {column!r}: a cell is a text, this one is {cell!r}",
                row=number,
                column=wrong,
                cell=raw[wrong],
            )
        )
    cells = {key: cell or "" for key, cell in texts.items()}
    return Row(number, cells.pop("_id", ""), cells.pop("_description", ""), cells)


def _check_size(table: Table) -> None:
    columns = [*table.inputs, *table.outputs]
    fields = [column.field for column in table.outputs]
    ids = [column.id for column in columns]
    if len(set(ids)) != len(ids):
        raise TableRefused(tr("two columns have the same id"))
    if "route" not in fields:
        raise TableRefused(tr("the decision table has no output column route"))
    if strange := next((field for field in fields if field not in YIELDS), None):
        raise TableRefused(
            tr("nothing reads an output column {column!r}: use {known}", column=strange, known=", ".join(YIELDS))
        )
    if len(set(fields)) != len(fields):
        raise TableRefused(tr("two output columns yield the same field"))
    if len(table.rows) > MOST_ROWS or len(columns) > MOST_COLUMNS:
        raise TableRefused(
            tr("a table has at most {rows:,} rows and {columns} columns", rows=MOST_ROWS, columns=MOST_COLUMNS)
        )


def _list(content: Mapping[str, Any], key: str) -> Sequence[Any]:
    found = content.get(key) if isinstance(content, Mapping) else None
    if not isinstance(found, list):
        raise TableRefused(
            tr("this is not a decision model as GoRules' editor writes it: it has no list {key!r}", key=key)
        )
    return found
