"""Rule sets: GoRules' decision models, evaluated by zen-engine and checked cell by cell before use."""

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any, Self

import msgspec
import zen
from typing_extensions import override

from frontdesk.interfaces import FrontdeskError, Invalid, RuleSet, Verdict
from frontdesk.interfaces.rules import NewRuleSet, TableRefused
from frontdesk.model.translatable import text_of, tr
from frontdesk.orchestrator.actions import REPLY, check_action
from frontdesk.orchestrator.checking import Vocabulary, check_table, check_values, listed, worst
from frontdesk.orchestrator.expressions import ask_engine, constant, names_read
from frontdesk.orchestrator.facts import PRESSING, UNRECORDED
from frontdesk.orchestrator.graphs import Graph
from frontdesk.orchestrator.planning import Topic, facts_by_concern, plan
from frontdesk.orchestrator.table import YIELDS, Row, Table, is_table, parse
from frontdesk.orchestrator.templates import ReplyTemplates, known_templates

NO_ROW = "no row matched"
PERSON = "Person"
DEFAULT_NAME = "default"
_SETS_FIRST = (("set_priority", "priority"), ("assign_team", "team"), ("set_category", "category"))
_TABLE, _ROW = "table", "row"


class TableRules(RuleSet):
    """One version of a rule set. Reading the same facts twice gives the same verdict."""

    def __init__(
        self,
        name: str,
        version: int,
        content: Mapping[str, Any],
        vocabulary: Vocabulary | None = None,
        templates: ReplyTemplates | None = None,
    ) -> None:
        """Compile a GoRules decision model with one table. Raises TableRefused that names row and column.

        `templates` are those in use, which say what a reply risks; without them those that ship.
        """
        self.name, self.version, self.content = name, version, content
        self.table = parse(content)
        findings = check_table(self.table, vocabulary or Vocabulary())
        if problem := worst(findings):
            raise TableRefused(problem, findings, next((each.column for each in findings if each.column), ""))
        self._verdicts = [self._verdict(row) for row in self.table.rows]
        self._engine = _engine(self.table, self.table.rows)
        self._templates = templates or known_templates()

    def with_templates(self, templates: ReplyTemplates | None) -> Self:
        """The same rules where these templates are in use."""
        rules = copy(self)
        rules._templates = templates or known_templates()
        return rules

    @override
    def decide(self, facts: Mapping[str, Any]) -> Verdict:
        """What the rows say on each matter, within what was understood. Facts that no row takes go to a person."""
        topics = [Topic(self._first(each), each) for each in facts_by_concern(facts)]
        return plan(topics, self._templates)

    def _first(self, facts: Mapping[str, Any]) -> Verdict:
        number = self.row(facts)
        if number is None:
            return Verdict(self.name, self.version, NO_ROW, PERSON, ())
        return self._verdicts[number - 1]

    def verdict_of(self, number: int) -> Verdict:
        """The verdict of the row with this number."""
        return self._verdicts[number - 1]

    def row(self, given: Mapping[str, Any]) -> int | None:
        """The number of the first row that matches these facts, counted from 1.

        If an external rules service named a route, only rows with that route are asked; if none of them matches, the
        last one counts. A route that no row has is ignored.
        """
        facts = {**UNRECORDED, **given}
        remote = facts.get("remote_route")
        if remote and (theirs := self._of_route.get(str(remote))):
            engine, rows = theirs
            return _ask(engine, facts) or rows[-1].number
        return _ask(self._engine, facts)

    @cached_property
    def _of_route(self) -> dict[str, tuple[zen.ZenEngine, list[Row]]]:
        """A table of its own for each route."""
        grouped: dict[str, list[Row]] = {}
        for row, verdict in zip(self.table.rows, self._verdicts, strict=True):
            grouped.setdefault(verdict.route, []).append(row)
        return {route: (_engine(self.table, rows), rows) for route, rows in grouped.items()}

    def _verdict(self, row: Row) -> Verdict:
        values = {c.field: constant(cell) for c in self.table.outputs if (cell := row.cell(c))}
        reads = tuple(dict.fromkeys(".".join(path) for path in self._read_by(row)))
        title, route, actions = row.title[:200], values["route"], _actions(values)
        return Verdict(self.name, self.version, title, route, actions, reads, *self._takes(row))

    def _takes(self, row: Row) -> tuple[tuple[str, ...], bool]:
        """The signals that the row takes, and whether it takes messages without an intent."""
        signals, intents = self._tests(row, "signal"), self._tests(row, "intent")
        taken = (name for name in ("", *PRESSING) if all(_holds(test, name) for test in signals))
        return tuple(taken) if signals else (), all(_holds(test, "") for test in intents)

    def _tests(self, row: Row, field: str) -> list[Any]:
        cells = [cell for column in self.table.inputs if column.field == field and (cell := row.cell(column))]
        return [zen.compile_unary_expression(cell) for cell in cells]

    def _read_by(self, row: Row) -> Iterator[tuple[str, ...]]:
        for column in self.table.inputs:
            if cell := row.cell(column):
                yield from names_read(column.field)
                yield from names_read(cell)


class GraphRules(TableRules):
    """Rules that are a whole graph: it has no rows, and what it yields is only known when it is asked."""

    def __init__(
        self,
        name: str,
        version: int,
        content: Mapping[str, Any],
        vocabulary: Vocabulary | None = None,
        templates: ReplyTemplates | None = None,
    ) -> None:
        """Raises TableRefused for what cannot run."""
        self.name, self.version, self.content = name, version, content
        self.table, self.graph = Table((), (), ()), Graph(content)
        self._templates = templates or known_templates()
        self._checks = vocabulary or Vocabulary(templates=self._templates)
        self._reads = self.graph.reads

    @override
    def row(self, given: Mapping[str, Any]) -> int | None:
        return None

    @override
    def _first(self, facts: Mapping[str, Any]) -> Verdict:
        """What the graph yields; a person decides where it has no route, fails, or yields what makes no sense."""
        try:
            rows = _yielded(self.graph.run({**UNRECORDED, **facts}), facts)
            values: dict[str, Any] = {name: row[name] for row in reversed(rows) for name in row}
            values["actions"] = [each for row in rows for each in listed(row.get("actions"))]
            check_values(values, self._checks)
            route, actions = values.get("route"), _actions(values)
        except (ValueError, FrontdeskError) as error:
            return Verdict(self.name, self.version, f"failed: {text_of(error)}"[:200], PERSON, ())
        if not route:
            return Verdict(self.name, self.version, NO_ROW, PERSON, ())
        title = values.get("rule") or self.name
        return Verdict(self.name, self.version, str(title)[:200], route, actions, self._reads)


def default_rules() -> TableRules:
    """The rule set that ships: the sample's routes, and a row for messages that only a person should decide."""
    return compile_content(DEFAULT_NAME, 1, _shipped_text())


def shipped_rule_set() -> NewRuleSet:
    """The shipped rule set as it is stored on first start."""
    return NewRuleSet(DEFAULT_NAME, _shipped_text(), "The rules that ship with Frontdesk.")


def compile_content(
    name: str, version: int, content: str, vocabulary: Vocabulary | None = None, templates: ReplyTemplates | None = None
) -> TableRules:
    """A stored or uploaded JSON text as rules. Raises TableRefused."""
    if vocabulary is not None:
        return _rules(name, version, read_model(content), vocabulary, templates)
    return _published(name, version, content).with_templates(templates)


@lru_cache(maxsize=8)  # checking and compiling a table takes 30 ms, and what was published never changes
def _published(name: str, version: int, content: str) -> TableRules:
    return _rules(name, version, read_model(content))


def _rules(name: str, version: int, content: Mapping[str, Any], *more: Any) -> TableRules:
    return (TableRules if is_table(content) else GraphRules)(name, version, content, *more)


def read_model(content: str) -> dict[str, Any]:
    """A JSON text as a decision model. Raises TableRefused."""
    try:
        model = json.loads(content, parse_constant=_refuse_constant)
        json.dumps(model, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise TableRefused(tr("the rule set is not JSON: {error}", error=error), field="content") from None
    if not isinstance(model, dict):
        raise TableRefused(tr("the rule set is not a JSON object: export it from the editor again"), field="content")
    return model


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _shipped_text() -> str:
    return (files("frontdesk.orchestrator") / "rule_sets" / "default.json").read_text("utf-8")


def _engine(table: Table, rows: Sequence[Row]) -> zen.ZenEngine:
    """An engine with the conditions alone, in which each row yields its number. Results are built once, in Python."""
    columns = {f"c{at}": column for at, column in enumerate(table.inputs)}
    content = {
        "hitPolicy": "first",
        "inputs": [
            {"id": key, "name": key, **({"field": column.field} if column.field else {})}
            for key, column in columns.items()
        ],
        "outputs": [{"id": _ROW, "name": _ROW, "field": _ROW}],
        "rules": [
            {"_id": str(row.number), _ROW: str(row.number)} | {key: row.cell(column) for key, column in columns.items()}
            for row in rows
        ],
    }
    kinds = {"in": "inputNode", _TABLE: "decisionTableNode", "out": "outputNode"}
    nodes = [
        {"id": name, "type": kind, "name": name, "content": content if name == _TABLE else {}}
        for name, kind in kinds.items()
    ]
    edges = [
        {"id": source, "sourceId": source, "targetId": target} for source, target in (("in", _TABLE), (_TABLE, "out"))
    ]
    return zen.ZenEngine({"loader": {"type": "static", "content": {_TABLE: {"nodes": nodes, "edges": edges}}}})


def _holds(test: Any, value: str) -> bool:
    try:
        return test.evaluate({"$": value}) is True
    except RuntimeError:  # it compares with something that is no text
        return False


def _ask(engine: zen.ZenEngine, facts: Mapping[str, Any]) -> int | None:
    try:
        answer = ask_engine(engine.evaluate, _TABLE, msgspec.json.encode(facts))
    except ValueError as error:
        raise Invalid(tr("these facts cannot be read: {error}", error=error), "facts") from None
    found = answer["result"].get(_ROW) if isinstance(answer["result"], dict) else None
    return None if found is None else int(found)


def _yielded(result: Any, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The results of a graph, several of a table that collects. What was only passed through is none."""
    rows = result if isinstance(result, list) else [result]
    told = [row for row in rows if isinstance(row, Mapping)]
    names = (*YIELDS, "rule")
    return [{name: row[name] for name in names if row.get(name) and row[name] != facts.get(name)} for row in told]


def _actions(values: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """All actions of a row as one list, in the order in which they are carried out."""
    listed = [check_action(each) for each in values.get("actions") or ()]
    set_first = [_set(values, kind, field) for kind, field in _SETS_FIRST]
    reply = {"kind": REPLY, "template": values["reply"]} if values.get("reply") else None
    every = [*set_first, *listed, reply, _set(values, "set_status", "status")]
    return tuple(action for action in every if action)


def _set(values: Mapping[str, Any], kind: str, field: str) -> dict[str, Any] | None:
    return {"kind": kind, field: values[field]} if values.get(field) else None
