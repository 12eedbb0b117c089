"""Converts decision tables to CSV for spreadsheets, and back without loss.

The first line holds the columns' names, the second what they are: `id`, `description`, `if FACT` or `then FIELD`.
A cell that a spreadsheet would run as a formula gets an apostrophe before it. A cell that already begins with
apostrophes and such a sign gets one more, so that reading removes exactly what writing added.
"""

import copy
import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from frontdesk.interfaces.rules import TableRefused
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.table import INPUT, OUTPUT, TABLE, parse, table_of

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_KEPT = re.compile(r"'+[=+\-@\t\r]")
_SLUG = re.compile(r"[^a-z0-9]+")
ID, DESCRIPTION, IF, THEN = "id", "description", "if", "then"


def to_csv(content: Mapping[str, Any]) -> str:
    """The table of a decision model. Raises TableRefused."""
    table = parse(content)
    columns = [*table.inputs, *table.outputs]
    kinds = [*(f"{IF} {c.field}".strip() for c in table.inputs), *(f"{THEN} {c.field}" for c in table.outputs)]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(map(_guarded, ["Row", "Description", *(column.name for column in columns)]))
    writer.writerow(map(_guarded, [ID, DESCRIPTION, *kinds]))
    for row in table.rows:
        cells = [row.cells.get(column.id, "") for column in columns]
        writer.writerow(map(_guarded, [row.id, row.description, *cells]))
    return written.getvalue()


def from_csv(text: str, base: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A decision model with the table of a CSV text. Raises TableRefused.

    Everything else is kept from `base`: its nodes, positions, and extra data of columns and rows. Columns are found by
    what they read, rows by their id.
    """
    lines = _read(text)
    if len(lines) < 2:
        raise TableRefused(tr("the CSV needs two lines of headings: names, and id, description, if FACT or then FIELD"))
    columns = _columns(lines[0], lines[1])
    model = copy.deepcopy(dict(base)) if base is not None else _empty()
    table = table_of(model)
    before = {side: list(table.get(side, ())) for side in ("inputs", "outputs", "rules")}
    taken: set[str] = set()
    for side in ("inputs", "outputs"):
        table[side] = [_column(name, field, before[side], taken) for s, name, field in columns if s == side]
    ids = iter([*(c["id"] for c in table["inputs"]), *(c["id"] for c in table["outputs"])])
    places = {at: next(ids) for at in _places(columns)}
    table["rules"] = [_rule(number, line, columns, places, before["rules"]) for number, line in _rows(lines[2:])]
    parse(model)
    return model


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if _KEPT.match(cell) else cell


def _read(text: str) -> list[list[str]]:
    text = text.removeprefix("\ufeff")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise TableRefused(tr("the CSV cannot be read: {error}", error=error)) from None
    return [[_unguarded(cell) for cell in line] for line in lines if any(cell.strip() for cell in line)]


def _columns(names: Sequence[str], kinds: Sequence[str]) -> list[tuple[str, str, str]]:
    """Side, name and field of each column of the CSV."""
    found = []
    for at, kind in enumerate(kinds):
        word, _, field = kind.strip().partition(" ")
        side = {ID: ID, DESCRIPTION: DESCRIPTION, IF: "inputs", THEN: "outputs"}.get(word.lower())
        if side is None:
            raise TableRefused(
                tr(
                    "column {number} of the CSV is headed {heading!r}: use id, description, if FACT or then FIELD",
                    number=at + 1,
                    heading=kind,
                )
            )
        found.append((side, names[at].strip() if at < len(names) else field.strip(), field.strip()))
    return found


def _places(columns: Sequence[tuple[str, str, str]]) -> list[int]:
    """The places of inputs, then of outputs, in the CSV."""
    return [at for side in ("inputs", "outputs") for at, (s, _, _) in enumerate(columns) if s == side]


def _column(name: str, field: str, before: Sequence[Mapping[str, Any]], taken: set[str]) -> dict[str, Any]:
    same = [c for c in before if (c.get("field") or "") == field and c["id"] not in taken]
    best = next((c for c in same if c.get("name") == name), next(iter(same), None))
    column = dict(best) | {"name": name} if best else _new_column(name, field, taken)
    taken.add(column["id"])
    return column


def _new_column(name: str, field: str, taken: set[str]) -> dict[str, Any]:
    stem = _SLUG.sub("-", (name or field).lower()).strip("-") or "column"
    names = (stem if n == 1 else f"{stem}-{n}" for n in range(1, 1000))
    return {"id": next(each for each in names if each not in taken), "name": name, "field": field}


def _rows(lines: Sequence[Sequence[str]]) -> list[tuple[int, Sequence[str]]]:
    return list(enumerate(lines, 1))


def _rule(
    number: int,
    line: Sequence[str],
    columns: Sequence[tuple[str, str, str]],
    places: Mapping[int, str],
    before: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    if len(line) > len(columns):
        raise TableRefused(
            tr(
                "row {row} of the CSV has {cells} cells, the headings {headings}",
                row=number,
                cells=len(line),
                headings=len(columns),
            )
        )
    cells = [*line, *[""] * (len(columns) - len(line))]
    side = {s: cell for (s, _, _), cell in zip(columns, cells, strict=True) if s in (ID, DESCRIPTION)}
    key = side.get(ID) or f"row-{number}"
    old = next((rule for rule in before if rule.get("_id") == key), {})
    kept = {name: value for name, value in old.items() if name.startswith("_")}
    rule = kept | {"_id": key} | {places[at]: cells[at] for at in sorted(places)}
    if side.get(DESCRIPTION) or "_description" in old:
        rule["_description"] = side.get(DESCRIPTION, "")
    return rule


def _empty() -> dict[str, Any]:
    """A decision model around a table, as the editor lays it out."""
    kinds = {"facts": INPUT, "rules": TABLE, "decision": OUTPUT}
    nodes = [
        {"id": name, "type": kind, "name": name.title(), "position": {"x": 80 + 300 * at, "y": 160}, "content": {}}
        for at, (name, kind) in enumerate(kinds.items())
    ]
    nodes[1]["content"] = {"hitPolicy": "first", "inputs": [], "outputs": [], "rules": []}
    edges = [
        {"id": f"{source}-{target}", "sourceId": source, "targetId": target, "type": "edge"}
        for source, target in (("facts", "rules"), ("rules", "decision"))
    ]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}
