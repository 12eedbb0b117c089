"""Explains decisions: which row matched, why others did not, and what other facts would have led to."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import zen

from frontdesk.interfaces import Invalid, Verdict
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.facts import FACTS, UNRECORDED, fact_at
from frontdesk.orchestrator.rules import GraphRules, TableRules
from frontdesk.orchestrator.table import Column, Row


class Match(StrEnum):
    """The result of a row: it decided, an earlier row decided, a cell did not match, or another route was asked for.

    Of a graph the nodes that were asked, with what they yielded.
    """

    DECIDED = "decided"
    CAME_LATER = "came_later"
    NOT_MATCHED = "not_matched"
    OTHER_ROUTE = "other_route"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class WhyNot:
    """A row, the first of its cells that did not match, and the value that the cell was compared with."""

    row: int
    title: str
    match: Match
    column: str = ""
    cell: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why these facts led to this verdict; `row` is None where no row matched."""

    verdict: Verdict
    facts: Mapping[str, Any]
    row: int | None
    rows: tuple[WhyNot, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The verdict on the facts as they were, and the explanation with some of them changed."""

    before: Verdict
    after: Explanation
    changes: Mapping[str, Any]


def explain(rules: TableRules, facts: Mapping[str, Any]) -> Explanation:
    """Go through all rows."""
    number = rules.row(facts)
    seen = {**UNRECORDED, **facts}
    if isinstance(rules, GraphRules):
        nodes = enumerate(rules.graph.trace(seen), 1)
        rows = tuple(WhyNot(at, name, Match.ASKED, value=yielded) for at, (name, yielded) in nodes)
        return Explanation(rules.decide(facts), facts, None, rows)
    rows = tuple(_why(rules, row, number, seen) for row in rules.table.rows)
    return Explanation(rules.decide(facts), facts, number, rows)


def what_if(rules: TableRules, facts: Mapping[str, Any], changes: Mapping[str, Any]) -> WhatIf:
    """Decide with some facts changed; a dotted name changes a part. Raises Invalid for an unknown fact."""
    changed = dict(facts)
    for name, value in changes.items():
        _set(changed, name, value)
    return WhatIf(rules.decide(facts), explain(rules, changed), dict(changes))


def _why(rules: TableRules, row: Row, decided: int | None, facts: Mapping[str, Any]) -> WhyNot:
    if row.number == decided:
        return WhyNot(row.number, row.title, Match.DECIDED)
    if (
        decided is not None
        and _asked_for(rules, facts)
        and rules.verdict_of(row.number).route != _route(rules, decided)
    ):
        return WhyNot(row.number, row.title, Match.OTHER_ROUTE)
    for column in rules.table.inputs:
        cell = row.cell(column)
        if cell and not _matches(column, cell, facts):
            return WhyNot(row.number, row.title, Match.NOT_MATCHED, column.name, cell, _value(column, facts))
    return WhyNot(row.number, row.title, Match.CAME_LATER)


def _asked_for(rules: TableRules, facts: Mapping[str, Any]) -> bool:
    """Whether an external rules service named a route that these rules have."""
    remote = facts.get("remote_route")
    return bool(remote) and any(rules.verdict_of(row.number).route == remote for row in rules.table.rows)


def _route(rules: TableRules, number: int) -> str:
    return rules.verdict_of(number).route


def _matches(column: Column, cell: str, facts: Mapping[str, Any]) -> bool:
    try:
        if column.field:
            return zen.evaluate_unary_expression(cell, {**facts, "$": _value(column, facts)}) is True
        return zen.evaluate_expression(cell, dict(facts)) is True
    except RuntimeError:  # a comparison of unlike things: zen-engine passes such a row over
        return False


def _value(column: Column, facts: Mapping[str, Any]) -> Any:
    try:
        return zen.evaluate_expression(column.field, dict(facts)) if column.field else None
    except RuntimeError:
        return None


def _set(facts: dict[str, Any], name: str, value: Any) -> None:
    root, _, part = name.partition(".")
    if root not in FACTS:
        raise Invalid(tr("there is no fact {fact!r}: see docs/reference/facts.md", fact=name), name)
    if fact_at(name.split(".")) is None:
        raise Invalid(tr("there is no fact {fact!r}: write for example has.order_no or intent", fact=name), name)
    facts[root] = {**facts.get(root, {}), part: value} if part else value
