"""A rule set as its page shows it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from frontdesk.interfaces import Invalid
from frontdesk.interfaces.rules import TableRefused
from frontdesk.model import Code, CodeList
from frontdesk.model.rules import Finding, RuleSetVersion, Severity
from frontdesk.orchestrator.backtest import DIMENSIONS, BacktestReport, Reference
from frontdesk.orchestrator.checking import ROUTES
from frontdesk.orchestrator.differing import RowChange, differences
from frontdesk.orchestrator.explaining import Explanation, Match
from frontdesk.orchestrator.expressions import constant
from frontdesk.orchestrator.facts import FactKind, fact_at, readable
from frontdesk.orchestrator.graphs import DECISION, EXPRESSIONS, SWITCH, shown
from frontdesk.orchestrator.plans import HOLDING, in_order, is_planned, listed, name_of
from frontdesk.orchestrator.rules import read_model
from frontdesk.orchestrator.table import TABLE, YIELDS, is_table, parse
from frontdesk.ui.languages import N_
from frontdesk.ui.thread_view import label_of

MOST_NAMED = 20
TONES = {Severity.ERROR: "negative", Severity.WARNING: "critical", Severity.NOTICE: "informative"}
SEVERITIES = {Severity.ERROR: N_("Error"), Severity.WARNING: N_("Warning"), Severity.NOTICE: N_("Notice")}
DIMENSION_NAMES = {
    "route": N_("Route"),
    "action": N_("Action"),
    "priority": N_("Priority"),
    "team": N_("Team"),
    "template": N_("Reply"),
    "status": N_("Status"),
    "category": N_("Category"),
    "rule": N_("Row"),
}
FATES = {"added": N_("Added"), "removed": N_("Removed"), "changed": N_("Changed"), "moved": N_("Moved")}
TOLD = (Match.NOT_MATCHED, Match.ASKED)
NODES = {TABLE: N_("Table"), EXPRESSIONS: N_("Expressions"), SWITCH: N_("Switch"), DECISION: N_("Another decision")}
MATCHES = {
    Match.DECIDED: N_("This row decided"),
    Match.CAME_LATER: N_("Would match, but an earlier row decided"),
    Match.NOT_MATCHED: N_("Does not match"),
    Match.OTHER_ROUTE: N_("The rules service asked for another route"),
    Match.ASKED: N_("This node was asked, and yielded"),
}


def editor(version: RuleSetVersion, content: str, codes: Mapping[CodeList, tuple[Code, ...]]) -> dict[str, Any]:
    """What the editor's script needs: the model, what columns can be, and what may be put into cells."""
    return {
        "version": version.version,
        "model": read_model(content),
        "facts": list(readable()),
        "yields": list(YIELDS),
        "suggestions": _suggestions(codes),
    }


def table_of(content: str) -> dict[str, Any]:
    """The table for reading: columns and rows of cells. Empty for content that is no table."""
    try:
        table = parse(read_model(content))
    except TableRefused:
        return {"columns": [], "rows": []}
    columns = [*((c, True) for c in table.inputs), *((c, False) for c in table.outputs)]
    return {
        "columns": [{"name": c.name, "field": c.field, "asks": asks} for c, asks in columns],
        "rows": [
            {"number": row.number, "title": row.title, "cells": [row.cell(c) for c, _ in columns]} for row in table.rows
        ],
    }


def graph_of(content: str) -> list[dict[str, Any]]:
    """The nodes of a graph for reading, with their expressions; empty for a table."""
    model = read_model(content)
    if is_table(model):
        return []
    return [{"name": name, "kind": NODES[kind], "lines": lines} for name, kind, lines in shown(model)]


def plans_of(content: str) -> list[dict[str, Any]]:
    """The rows of a table whose actions are more than a flat list, step by step."""
    try:
        table = parse(read_model(content))
        column = table.output("actions")
        plans = [(row, in_order(_steps(row.cell(column)))) for row in table.rows if column and row.cell(column)]
    except (ValueError, TableRefused, Invalid):
        return []
    return [
        {"number": row.number, "title": row.title, "steps": list(map(_step, steps))}
        for row, steps in plans
        if any(is_planned(step) or step["kind"] in HOLDING for step in steps)
    ]


def _steps(cell: str) -> list[dict[str, Any]]:
    return [{"kind": each} if isinstance(each, str) else each for each in constant(cell)]


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    more = {name: ", ".join(listed(value)) for name, value in step.items() if name not in ("kind", "step")}
    return {"name": name_of(step), "kind": label_of(step["kind"]), "more": more}


def findings_of(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings for a list, and for the editor to mark its cells by."""
    return [
        {
            "severity": SEVERITIES[each.severity],
            "tone": TONES[each.severity],
            "message": each.message,
            "rows": list(each.rows),
            "column": each.column,
        }
        for each in found
    ]


def changes_between(before: RuleSetVersion, after: RuleSetVersion) -> list[dict[str, Any]] | None:
    """What the later one does otherwise. None where one of them is no table."""
    try:
        changes = differences(read_model(before.content), read_model(after.content))
    except TableRefused:
        return None
    return [_row_change(each) for each in changes]


def report_of(report: BacktestReport) -> dict[str, Any]:
    """A backtest: counts with the messages behind them."""
    shifts = [
        {"name": DIMENSION_NAMES[name], "before": each.before, "after": each.after, **_count(each.messages)}
        for name in DIMENSIONS
        for each in report.shifts.get(name, ())
    ]
    return {
        "messages": report.messages,
        "changed": _count(report.changed),
        "unreadable": _count(report.unreadable),
        "calls_added": _count(report.calls_added),
        "calls_saved": _count(report.calls_saved),
        "unknown_facts": dict(report.unknown_facts),
        "shifts": shifts,
    }


def explanation_of(found: Explanation) -> dict[str, Any]:
    """Why a message was decided so, row by row."""
    return {
        "rule": found.verdict.rule,
        "route": found.verdict.route,
        "version": found.verdict.version,
        "rows": [
            {
                "number": each.row,
                "title": each.title,
                "words": MATCHES[each.match],
                "decided": each.match is Match.DECIDED,
                "column": each.column,
                "cell": each.cell,
                "value": json.dumps(each.value, ensure_ascii=False)
                if each.match in (Match.NOT_MATCHED, Match.ASKED)
                else "",
            }
            for each in found.rows
        ],
        "facts": {name: json.dumps(value, ensure_ascii=False) for name, value in sorted(found.facts.items())},
    }


def _row_change(change: RowChange) -> dict[str, Any]:
    return {
        "fate": FATES[change.fate.value],
        "tone": {"added": "positive", "removed": "negative", "changed": "critical"}.get(change.fate.value, ""),
        "title": change.title,
        "before": change.number_before,
        "after": change.number_after,
        "cells": change.cells,
    }


def _count(messages: tuple[Reference, ...]) -> dict[str, Any]:
    named = list(dict.fromkeys(each.reference for each in messages))
    return {"count": len(messages), "references": named[:MOST_NAMED], "more": len(named) > MOST_NAMED}


def _suggestions(codes: Mapping[CodeList, tuple[Code, ...]]) -> dict[str, list[list[str]]]:
    """By column: what a cell may say, and what that is called."""
    found: dict[str, list[list[str]]] = {"route": [[f"'{route}'", ""] for route in sorted(ROUTES)]}
    for name in readable():
        fact = fact_at(name.split("."))
        assert fact is not None
        if fact.codes is not None and (entries := codes.get(fact.codes)):
            found[name] = [[f"'{entry.code}'", entry.name] for entry in entries if entry.active]
        elif fact.closed:
            found[name] = [[f"'{value}'", ""] for value in fact.closed]
        elif fact.kind is FactKind.YES_NO:
            found[name] = [["true", ""], ["false", ""]]
    return found
