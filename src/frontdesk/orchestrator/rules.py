"""Decision tables: GoRules JSON evaluated by zen-engine, checked cell by cell before they may decide."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import zen

from frontdesk.interfaces import Invalid, Verdict
from frontdesk.orchestrator.actions import REPLY, check_action

TABLE = "decisionTableNode"


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a table; `field` is empty for inputs."""

    id: str
    name: str
    field: str
    compile: Callable[[str], Any]


class TableRules:
    """One version of a rule set; see interfaces.RuleSet."""

    def __init__(self, name: str, version: int, content: Mapping[str, Any]) -> None:
        """Compile a GoRules decision model with one table. Raises Invalid that names row and cell."""
        self.name, self.version, self.content = name, version, content
        table = _table(content)
        columns = _columns(table)
        for row in table["rules"]:
            _check_row(row, columns)
        self._decision = zen.ZenEngine().create_decision(json.dumps(content))

    def decide(self, facts: Mapping[str, Any]) -> Verdict:
        """See interfaces.RuleSet. Facts that no row takes go to a person."""
        answer = self._decision.evaluate(dict(facts), {"trace": True})
        result, row = answer["result"], self._matched(answer["trace"])
        if not result:
            return Verdict(self.name, self.version, "no row matched", "Person", ())
        return Verdict(
            rule_set=self.name,
            version=self.version,
            rule=row,
            route=result["route"],
            actions=_actions(result),
        )

    @staticmethod
    def _matched(trace: Mapping[str, Any]) -> str:
        """The matched row in people's words: its description, else its id."""
        rules = (data["rule"] for node in trace.values() if isinstance(data := node.get("traceData"), dict))
        return next((str(rule.get("_description") or rule.get("_id") or "") for rule in rules), "")


class Published:
    """A rule book with the one rule set that is in force."""

    def __init__(self, rules: TableRules) -> None:
        """Publish `rules`."""
        self._rules = rules

    def current(self) -> TableRules:
        """See interfaces.RuleBook."""
        return self._rules


def default_rules() -> TableRules:
    """The rule set that ships: the sample's routes and a row for what only a person should decide."""
    content = json.loads((files("frontdesk.orchestrator") / "rule_sets" / "default.json").read_text("utf-8"))
    return TableRules("default", 1, content)


def _table(content: Mapping[str, Any]) -> dict[str, Any]:
    tables = [node["content"] for node in content.get("nodes", ()) if node.get("type") == TABLE]
    if len(tables) != 1:
        raise Invalid(f"a rule set needs exactly one decision table, this one has {len(tables)}")
    table: dict[str, Any] = tables[0]
    if "route" not in {output["field"] for output in table["outputs"]}:
        raise Invalid("the decision table has no output column route")
    return table


def _columns(table: Mapping[str, Any]) -> list[_Column]:
    inputs = [
        _Column(c["id"], c["name"], "", zen.compile_unary_expression if c.get("field") else zen.compile_expression)
        for c in table["inputs"]
    ]
    return inputs + [_Column(c["id"], c["name"], c["field"], zen.compile_expression) for c in table["outputs"]]


def _check_row(row: Mapping[str, Any], columns: Sequence[_Column]) -> None:
    """zen-engine takes a malformed cell without a word and then never matches: so every cell is compiled here."""
    for column in columns:
        cell = row.get(column.id, "")
        if not cell:
            continue
        try:
            column.compile(cell)
        except (RuntimeError, ValueError) as error:
            where = row.get("_description") or row.get("_id")
            reason = str(error).split("\n", 1)[0]  # a native stack follows
            raise Invalid(f"row {where!r}, column {column.name!r}: {reason}", column.name) from None
        if column.field == "actions":
            for action in zen.evaluate_expression(cell, {}):
                check_action(action)


def _actions(result: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """What a row yields as one list, in the order in which it is carried out."""
    listed = [check_action(each) for each in result.get("actions") or ()]
    set_first = [_set(result, kind, field) for kind, field in (("set_priority", "priority"), ("assign_team", "team"))]
    reply = {"kind": REPLY, "template": result["reply"]} if result.get("reply") else None
    every = [*set_first, *listed, reply, _set(result, "set_status", "status")]
    return tuple(action for action in every if action)


def _set(result: Mapping[str, Any], kind: str, field: str) -> dict[str, Any] | None:
    return {"kind": kind, field: result[field]} if result.get(field) else None
