"""Decision models that are a whole graph: what cannot run here is found before the graph is used; zen-engine runs it.

A graph may have tables, expressions, switches and sub-decisions, and needs neither an input nor an output node.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import zen

from frontdesk.interfaces.rules import TableRefused
from frontdesk.model.rules import Finding, Severity
from frontdesk.model.translatable import text_of, tr
from frontdesk.orchestrator.expressions import ask_engine, check_bounds, check_cell, check_repeatable, names_read
from frontdesk.orchestrator.facts import FACTS
from frontdesk.orchestrator.table import INPUT, OUTPUT, TABLE, YIELDS

EXPRESSIONS, SWITCH, DECISION = "expressionNode", "switchNode", "decisionNode"
KINDS = (INPUT, OUTPUT, TABLE, EXPRESSIONS, SWITCH, DECISION)
# Where a model keeps the decisions that its nodes ask, each with its key.
DECISIONS, MAIN = "decisions", ""
MOST_NODES, MOST_LOOPS, MOST_FINDINGS = 200, 8, 50


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of a graph, with its place in words; `unary`: a condition on the value of its column."""

    place: str
    text: str
    unary: bool = False
    loops: bool = False
    yields: str = ""


class Graph:
    """A graph that can run."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        """Raises TableRefused, which names the node and the cell."""
        subs = content.get(DECISIONS) or {}
        if not isinstance(subs, Mapping):
            raise TableRefused(tr("decisions is no object: write the key of each sub-decision with its model"))
        given = {MAIN: content, **subs}
        self.models = {key: _with_input(key, model) for key, model in given.items()}
        self.expressions = [each for model in self.models.values() for each in _expressions(model)]
        if refused := [_refused(each, problem) for each in self.expressions if (problem := _problem(each))]:
            raise TableRefused(refused[0].message, refused[:MOST_FINDINGS])
        for key, model in self.models.items():
            _check_form(key, model, self.models)
        self._engine = zen.ZenEngine({"loader": {"type": "static", "content": self.models}})

    def run(self, facts: Mapping[str, Any]) -> Any:
        """What the graph yields. Raises ValueError, in words."""
        return self._ask(facts)["result"]

    def trace(self, facts: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """The nodes that were asked, in order, each with what it yielded; none where the graph fails."""
        try:
            nodes = self._ask(facts, {"trace": True})["trace"].values()
        except ValueError:
            return []
        told = sorted((each for each in nodes if each["traceData"] is not None), key=lambda each: each["order"])
        return [(each["name"], each["output"]) for each in told]

    def _ask(self, facts: Mapping[str, Any], *options: Any) -> Any:
        try:
            return ask_engine(self._engine.evaluate, MAIN, msgspec.json.encode(facts), *options)
        except ValueError as error:
            raise ValueError(self._named(text_of(error))) from None

    @property
    def yields(self) -> frozenset[str]:
        """The names that its nodes make."""
        return frozenset(name.split(".")[0] for model in self.models.values() for name in _made(model))

    @property
    def reads(self) -> tuple[str, ...]:
        """The facts that it reads, as in has.danger."""
        read = dict.fromkeys(path for each in self.expressions for path in _paths(each))
        return tuple(".".join(path) for path in read if path[0] in FACTS)

    def results(self) -> Iterator[tuple[str, Expression]]:
        """What its nodes yield of what is read here, by name."""
        return ((each.yields, each) for each in self.expressions if each.yields in YIELDS)

    def findings(self) -> Iterator[Finding]:
        """What makes no sense here although it runs; an error among it stops publishing, not keeping."""
        if "route" not in self.yields:
            text = tr("no node yields a route, so a person decides everything")
            yield Finding(Severity.ERROR, "no_route", text)
        for each in self.expressions:
            try:
                check_repeatable(each.text)
            except ValueError as error:
                yield _finding(Severity.ERROR, "clock", each, text_of(error))
            known = FACTS.keys() | self.yields | {"null"}
            if not each.loops and (odd := next((p[0] for p in _paths(each) if p[0] not in known), None)):
                text = tr("{name} is no fact and no node yields it, so it is null", name=odd)
                yield _finding(Severity.WARNING, "unknown", each, text)

    def _named(self, told: str) -> str:
        """A failure with the name of its node in place of its id."""
        nodes = (node for model in self.models.values() for node in model["nodes"])
        return next((told.replace(each["id"], repr(each["name"])) for each in nodes if each["id"] in told), told)


def nodes_of(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The nodes of a model, complete enough to be looked at. Raises TableRefused."""
    nodes = content.get("nodes") if isinstance(content, Mapping) else None
    if not isinstance(nodes, list):
        text = tr("this is not a decision model as GoRules' editor writes it: it has no list {key!r}", key="nodes")
        raise TableRefused(text)
    if not all(isinstance(node, Mapping) and isinstance(node.get("id"), str) and node["id"] for node in nodes):
        raise TableRefused(tr("the decision model's nodes are not objects with an id: export it from the editor again"))
    return nodes


def shown(content: Mapping[str, Any]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The nodes of a graph for a person: name, kind, and each expression with its place."""
    told = []
    for key, model in {MAIN: content, **(content.get(DECISIONS) or {})}.items():
        for node in nodes_of(model):
            lines = [(each.place.split(": ", 1)[-1], each.text) for each in _of_node(node)]
            told.append((f"{key} {node.get('name') or node['id']}".strip(), str(node["type"]), lines))
    return [each for each in told if each[2] or each[1] == DECISION]


def _with_input(key: str, model: Any) -> dict[str, Any]:
    """The model with an input node: the engine wants one, and what leads from it to all that nothing leads to."""
    nodes, edges = list(nodes_of(model)), model.get("edges") or []
    if len(nodes) > MOST_NODES:
        raise TableRefused(tr("a decision model has at most {most} nodes", most=MOST_NODES))
    if not isinstance(edges, list) or not all(isinstance(edge, Mapping) for edge in edges):
        raise TableRefused(tr("the decision model's edges are not objects: export it from the editor again"))
    for node in nodes:
        _check_kind(node)
    nodes = [{"name": node["id"], **node} for node in nodes]
    if nodes and not any(node["type"] == INPUT for node in nodes):
        reached = {edge.get("targetId") for edge in edges}
        start = {"id": f"input of {key}", "type": INPUT, "name": "input"}
        made = [
            {"id": f"input to {node['id']}", "sourceId": start["id"], "targetId": node["id"]}
            for node in nodes
            if node["id"] not in reached
        ]
        nodes, edges = [start, *nodes], [*made, *edges]
    return {"nodes": nodes, "edges": [{"id": str(at), **edge} for at, edge in enumerate(edges)]}


def _check_kind(node: Mapping[str, Any]) -> None:
    kind, name = node.get("type"), node.get("name") or node["id"]
    if kind == "functionNode":
        raise TableRefused(
            tr("node {name!r} is a function: rules run no code, so use an expression or a table", name=name)
        )
    if kind not in KINDS:
        raise TableRefused(tr("node {name!r} is of the kind {kind!r}, which cannot run here", name=name, kind=kind))
    if kind in (TABLE, EXPRESSIONS, SWITCH, DECISION) and not isinstance(node.get("content"), Mapping):
        raise TableRefused(tr("node {name!r} has no content", name=name))


def _check_form(key: str, model: Mapping[str, Any], models: Mapping[str, Any]) -> None:
    for node in model["nodes"]:
        asked = node["content"].get("key") if node["type"] == DECISION else key
        if asked not in models or (node["type"] == DECISION and asked == MAIN):
            raise TableRefused(
                tr(
                    "node {name!r} asks the decision {key!r}, which decisions does not have",
                    name=node["name"],
                    key=asked,
                )
            )
    try:
        ask_engine(ask_engine(zen.ZenEngine().create_decision, json.dumps(model)).validate)
    except ValueError as error:
        raise TableRefused(tr("the decision model cannot run: {error}", error=text_of(error))) from None


def _expressions(model: Mapping[str, Any]) -> Iterator[Expression]:
    for node in model["nodes"]:
        try:
            yield from (each for each in _of_node(node) if each.text.strip())
        except (AttributeError, TypeError, KeyError):
            raise TableRefused(
                tr("the content of node {name!r} is not as GoRules' editor writes it", name=node["name"])
            ) from None


def _of_node(node: Mapping[str, Any]) -> Iterator[Expression]:
    content, name = node.get("content") or {}, node.get("name") or node["id"]
    over = content.get("inputField") or ""
    loops = bool(over)
    if over:
        yield Expression(f"{name}: goes over", over)
    for each in content.get("expressions") or ():
        yield Expression(f"{name}: {each['key']}", each.get("value") or "", loops=loops, yields=each["key"])
    for number, each in enumerate(content.get("statements") or (), 1):
        yield Expression(f"{name}: branch {number}", each.get("condition") or "", loops=loops)
    inputs = content.get("inputs") or () if node["type"] == TABLE else ()
    outputs = content.get("outputs") or () if node["type"] == TABLE else ()
    for column in inputs:
        yield Expression(f"{name}: {column.get('name') or column['id']}", column.get("field") or "", loops=loops)
    for number, row in enumerate(content.get("rules") or (), 1):
        for column in (*inputs, *outputs):
            place = f"{name}: row {number}, {column.get('name') or column['id']}"
            unary = column in inputs and bool((column.get("field") or "").strip())
            made = "" if column in inputs else column.get("field") or ""
            yield Expression(place, row.get(column["id"]) or "", unary, loops, made)


def _made(model: Mapping[str, Any]) -> Iterator[str]:
    for node in model["nodes"]:
        content = node.get("content") or {}
        yield from (each["key"] for each in content.get("expressions") or ())
        yield from (column.get("field") or "" for column in content.get("outputs") or () if node["type"] == TABLE)
        yield content.get("outputPath") or ""


def _paths(each: Expression) -> list[tuple[str, ...]]:
    return names_read(each.text)


def _problem(each: Expression) -> str:
    try:
        check_bounds(each.text, MOST_LOOPS)
        if each.unary:
            check_cell(each.text)
        ask_engine(zen.compile_unary_expression if each.unary else zen.compile_expression, each.text)
    except ValueError as error:
        return text_of(error)
    return ""


def _refused(each: Expression, problem: str) -> Finding:
    return _finding(Severity.ERROR, "cell", each, problem)


def _finding(severity: Severity, kind: str, each: Expression, problem: str) -> Finding:
    return Finding(severity, kind, tr("{place}: {problem}", place=each.place, problem=problem))
