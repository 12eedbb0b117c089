"""Makes rule sets for tests out of rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from frontdesk.orchestrator.rules import TableRules

FIELDS = ("route", "actions", "reply", "priority", "team", "category", "status")


def model(columns: Sequence[str], rows: Sequence[tuple[Mapping[str, str], Mapping[str, str]]]) -> dict[str, Any]:
    """A decision model: each row is what it takes by fact, and what it yields by field."""
    ids = {column: f"in-{number}" for number, column in enumerate(columns)}
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": ids[column], "name": column, "field": column} for column in columns],
        "outputs": [{"id": f"out-{field}", "name": field.title(), "field": field} for field in FIELDS],
        "rules": [
            {
                "_id": f"r{number}",
                **{ids[column]: takes.get(column, "") for column in columns},
                **{f"out-{field}": yields.get(field, "") for field in FIELDS},
            }
            for number, (takes, yields) in enumerate(rows, 1)
        ],
    }
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": "i", "type": "inputNode", "name": "in", "position": {"x": 1, "y": 2}},
            {"id": "t", "type": "decisionTableNode", "name": "table", "position": {"x": 3, "y": 4}, "content": table},
            {"id": "o", "type": "outputNode", "name": "out", "position": {"x": 5, "y": 6}},
        ],
        "edges": [
            {"id": "e1", "sourceId": "i", "targetId": "t", "type": "edge"},
            {"id": "e2", "sourceId": "t", "targetId": "o", "type": "edge"},
        ],
    }


def rules(*rows: tuple[Mapping[str, str], Mapping[str, str]], version: int = 2) -> TableRules:
    """Rules of rows; a row that says no route goes to a person."""
    columns = list(dict.fromkeys(column for takes, _ in rows for column in takes)) or ["intent"]
    return TableRules(
        "test", version, model(columns, [(takes, {"route": "'Person'"} | dict(yields)) for takes, yields in rows])
    )
