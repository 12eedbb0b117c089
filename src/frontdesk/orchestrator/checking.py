"""Checks a decision table cell by cell before it is used, and names row and column of each error.

zen-engine silently accepts a malformed cell, an unknown fact, or a text in place of a number, and the row then never
matches. So all of that is checked here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import zen

from frontdesk.interfaces import Invalid
from frontdesk.model import CodeList, Status
from frontdesk.model.rules import Finding, Severity
from frontdesk.model.translatable import text_of, tr
from frontdesk.orchestrator.actions import SET_ASIDE, check_action
from frontdesk.orchestrator.expressions import (
    ask_engine,
    check_bounds,
    check_cell,
    check_repeatable,
    compared,
    constant,
    is_comparison,
    literals,
    names_read,
)
from frontdesk.orchestrator.facts import FACTS, Fact, FactKind, fact_at
from frontdesk.orchestrator.graphs import Graph
from frontdesk.orchestrator.plans import check_plan
from frontdesk.orchestrator.table import Column, Row, Table, where
from frontdesk.orchestrator.templates import ReplyTemplates

# The routes of the sample, the one for decisions that only a person should make, and the one out of everybody's way.
ROUTES = frozenset(
    {"CRM-Complaint", "TI-Chatbot", "RPA-Bot", "PI-Chatbot", "WR-Chatbot", "AutoReply", "Person", SET_ASIDE}
)
_CODES = {
    "priority": CodeList.PRIORITY,
    "team": CodeList.TEAM,
    "category": CodeList.CATEGORY,
    "status": CodeList.STATUS,
}
ROUTE_LENGTH = 60
MOST_ERRORS = 1000


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names that a table may use; None means unchecked."""

    routes: frozenset[str] | None = None
    templates: ReplyTemplates | None = None
    codes: Mapping[CodeList, frozenset[str]] = field(default_factory=dict)


def check_table(table: Table, vocabulary: Vocabulary) -> list[Finding]:
    """What is wrong with its columns and cells, in reading order, up to so many errors as nobody reads."""
    found, errors = [], 0
    for finding in _findings(table, vocabulary):
        found.append(finding)
        errors += finding.severity is Severity.ERROR
        if errors == MOST_ERRORS:
            break
    if not table.rows:
        found.append(Finding(Severity.WARNING, "empty", tr("the table has no row: a person decides everything")))
    return found


def worst(findings: list[Finding]) -> str:
    """The first error in words, and how many more there are; empty where there is none."""
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if len(errors) > 1:
        return tr("{problem} (and {count} more)", problem=errors[0].message, count=len(errors) - 1)
    return errors[0].message if errors else ""


def _findings(table: Table, vocabulary: Vocabulary) -> Iterator[Finding]:
    for column in table.inputs:
        yield from _check_field(column)
    for row in table.rows:
        for column in table.inputs:
            yield from _check_condition(row, column, vocabulary)
        for column in table.outputs:
            yield from _check_yield(row, column, vocabulary)


def _check_field(column: Column) -> Iterator[Finding]:
    if not column.field:
        return
    problem = _compiled(zen.compile_expression, column.field) or _unknown_fact(column.field)
    if problem:
        yield Finding(
            Severity.ERROR,
            "column",
            tr("column {name!r}: {problem}", name=column.name, problem=problem),
            (),
            column.name,
        )


def _check_condition(row: Row, column: Column, vocabulary: Vocabulary) -> Iterator[Finding]:
    cell = row.cell(column)
    if not cell:
        return
    compiler = zen.compile_unary_expression if column.field else zen.compile_expression
    fact = fact_at(column.field.split(".")) if column.field else None
    of_number = fact is not None and fact.kind is FactKind.NUMBER
    if problem := _compiled(compiler, cell, of_number=of_number) or _unknown_fact(cell):
        yield _error(row, column, problem)
        return
    for doubt in _never_holds(cell, fact):
        yield _warning(row, column, doubt)
    if fact is None or fact.kind is not FactKind.TEXT:
        return
    known = set(fact.closed) or vocabulary.codes.get(fact.codes, frozenset()) if fact.codes else set(fact.closed)
    for value in literals(cell):
        if isinstance(value, str) and value and known and value not in known:
            yield _warning(
                row,
                column,
                tr("{value!r} is no {fact}, so this cannot match", value=value, fact=fact.name.replace("_", " ")),
            )


def _check_yield(row: Row, column: Column, vocabulary: Vocabulary) -> Iterator[Finding]:
    cell = row.cell(column)
    if not cell:
        if column.field == "route":
            yield _error(row, column, tr("every row needs a route"))
        return
    try:
        value = constant(cell)
        _CHECKS.get(column.field, _check_text)(value, vocabulary)
    except (ValueError, Invalid) as error:
        yield _error(row, column, text_of(error))
        return
    for doubt in _doubts(column.field, value, vocabulary):
        yield _warning(row, column, doubt)


def _compiled(compiler: Callable[[str], Any], cell: str, *, of_number: bool = False) -> str:
    try:
        check_bounds(cell)
        check_repeatable(cell)
        check_cell(cell, of_number=of_number)
        ask_engine(compiler, cell)
    except ValueError as error:
        return text_of(error)
    return ""


def _unknown_fact(expression: str) -> str:
    for path in names_read(expression):
        fact = FACTS.get(path[0])
        if fact is None:
            return tr(
                "there is no fact {fact!r}: a text is written in quotes, facts are in docs/reference/facts.md",
                fact=path[0],
            )
        if fact.parts and fact_at(path) is None:
            return tr(
                "{path} is no fact: write {fact}.{first}, or another of {known}",
                path=".".join(path),
                fact=path[0],
                first=next(iter(fact.parts)),
                known=", ".join(fact.parts),
            )
        if not fact.parts and len(path) > 1:
            return tr("the fact {fact} has no part {part!r}", fact=path[0], part=path[1])
    return ""


def _never_holds(cell: str, fact: Fact | None) -> Iterator[str]:
    """Comparisons of unlike things, which are never true: a text with a number."""
    if fact is not None and is_comparison(cell):
        for value in literals(cell):
            if value is not None and value != "" and not _is_like(value, fact):
                yield _unlike(fact.name, fact, value)
    for path, value in compared(cell):
        if (read := fact_at(path)) is not None and not _is_like(value, read):
            yield _unlike(".".join(path), read, value)


def _is_like(value: Any, fact: Fact) -> bool:
    kind: type | tuple[type, ...] = {
        FactKind.TEXT: str,
        FactKind.YES_NO: bool,
        FactKind.NUMBER: float,
        FactKind.WHOLE_NUMBER: float,
    }.get(fact.kind, object)
    return isinstance(value, kind)


def _unlike(name: str, fact: Fact, value: Any) -> str:
    return tr("{fact} is a {kind}, so a comparison with {value!r} never holds", fact=name, kind=fact.kind, value=value)


def _check_text(value: Any, _vocabulary: Vocabulary) -> None:
    if not isinstance(value, str) or not value:
        raise Invalid(tr("{value!r} is not a text: write it in quotes", value=value))


def _check_route(value: Any, vocabulary: Vocabulary) -> None:
    _check_text(value, vocabulary)
    if len(value) > ROUTE_LENGTH:
        raise Invalid(tr("a route has at most {most} characters", most=ROUTE_LENGTH))
    if vocabulary.routes is not None and value not in vocabulary.routes:
        raise Invalid(
            tr(
                "unknown route {route!r}: use one of {known}, or add it to the setting rules.extra_routes",
                route=value,
                known=", ".join(sorted(vocabulary.routes)),
            )
        )


def _check_reply(value: Any, vocabulary: Vocabulary) -> None:
    _check_text(value, vocabulary)
    if vocabulary.templates is not None:
        vocabulary.templates.named(value)


def _check_status(value: Any, vocabulary: Vocabulary) -> None:
    _check_text(value, vocabulary)
    if value not in set(Status):
        raise Invalid(tr("there is no status {status!r}: use one of {known}", status=value, known=", ".join(Status)))


def _check_actions(value: Any, vocabulary: Vocabulary) -> None:
    if not isinstance(value, list):
        raise Invalid(tr("actions are a list: write ['create_service_call'] instead of {value!r}", value=value))
    for each in value:
        action = check_action(each)
        if "template" in action:
            _check_reply(action["template"], vocabulary)
        if action["kind"] == "set_status":
            _check_status(action.get("status"), vocabulary)
    check_plan([check_action(each) for each in value])


_CHECKS: Mapping[str, Callable[[Any, Vocabulary], None]] = {
    "route": _check_route,
    "reply": _check_reply,
    "status": _check_status,
    "actions": _check_actions,
}


def check_values(values: Mapping[str, Any], vocabulary: Vocabulary) -> None:
    """What a graph yields. Raises Invalid."""
    for name, value in values.items():
        _CHECKS.get(name, _check_text)(value, vocabulary)


def listed(actions: Any) -> list[Any]:
    """Actions as a list; one may stand alone."""
    return actions if isinstance(actions, list) else [actions] if actions else []


def check_yields(graph: Graph, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Constant results of a graph that make no sense here."""
    for name, each in graph.results():
        try:
            value = constant(each.text)
        except ValueError:
            continue  # it is only known when the graph is asked
        try:
            check_values({name: listed(value) if name == "actions" else value}, vocabulary)
        except Invalid as error:
            text = tr("{place}: {problem}", place=each.place, problem=text_of(error))
            yield Finding(Severity.ERROR, "yield", text)


def _doubts(output: str, value: Any, vocabulary: Vocabulary) -> Iterator[str]:
    """Codes that no list has."""
    given = value if output == "actions" else [{output: value}]
    for each in given:
        for name, which in _CODES.items():
            code = each.get(name) if isinstance(each, Mapping) else None
            known = vocabulary.codes.get(which)
            if isinstance(code, str) and known and code not in known:
                yield tr("no {list} has the code {code!r}", list=which.value, code=code)


def _error(row: Row, column: Column, message: str) -> Finding:
    return Finding(
        Severity.ERROR,
        "cell",
        tr("{place}: {problem}", place=where(row, column), problem=message),
        (row.number,),
        column.name,
    )


def _warning(row: Row, column: Column, message: str) -> Finding:
    return Finding(
        Severity.WARNING,
        "code",
        tr("{place}: {problem}", place=where(row, column), problem=message),
        (row.number,),
        column.name,
    )
