"""Checks a whole decision table before it is used: rows that never match, overlaps where the order decides, and gaps.

It works on boxes of facts (see domains) and is exact for cells that compare with literals. A row that is reported as
never matching never matches. Gaps and overlaps may name facts that cannot occur together, because columns are treated
as independent. Rows with opaque cells are left out of gaps and overlaps and never hide other rows.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from frontdesk.interfaces import FrontdeskError, Verdict
from frontdesk.model.rules import Finding, Severity
from frontdesk.model.translatable import text_of, tr
from frontdesk.orchestrator.domains import Box, Space, TooLarge, common, holds, opaque_cells, space_of, without
from frontdesk.orchestrator.feedback_loops import feedback_loops
from frontdesk.orchestrator.rules import GraphRules, TableRules
from frontdesk.orchestrator.table import Row, Table, where

MOST_SHOWN = 50
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTICE)


def analyse(rules: TableRules) -> list[Finding]:
    """All findings, the worst first."""
    found = list(_opaque(rules.table))
    try:
        space = space_of(rules.table)
        found += [*_dead(rules, space), *_gaps(space), *_overlaps(rules, space), *feedback_loops(rules, space)]
    except TooLarge as error:
        found.append(Finding(Severity.NOTICE, "too_large", tr("{error}: not all of it was looked at", error=error)))
    return sorted(found, key=lambda finding: _ORDER.index(finding.severity))


def check_cases(rules: TableRules) -> Iterator[Finding]:
    """The test cases kept with the rules (`tests`: input and output, as GoRules has them) that come out otherwise."""
    kept = rules.content.get("tests") or []
    for number, case in enumerate(kept if isinstance(kept, list) else [kept], 1):
        given, wanted = (case.get("input"), case.get("output")) if isinstance(case, Mapping) else (None, None)
        if not isinstance(given, Mapping) or "output" not in case:
            text = tr("test case {number} needs an input and an output", number=number)
            yield Finding(Severity.ERROR, "test", text)
        elif (found := _outcome(rules, given, wanted)) != wanted:
            is_, should = json.dumps(found), json.dumps(wanted)
            text = tr("test case {number} yields {found} and not {wanted}", number=number, found=is_, wanted=should)
            yield Finding(Severity.ERROR, "test", text)


def _outcome(rules: TableRules, given: Mapping[str, Any], wanted: Any) -> Any:
    """What a graph yields; of a table as much of the verdict as is wanted: route, rule, and the kinds of actions."""
    try:
        if isinstance(rules, GraphRules):
            return rules.graph.run(given)
        verdict = rules.decide(given)
    except (ValueError, FrontdeskError) as error:
        return text_of(error)
    told = {"route": verdict.route, "rule": verdict.rule, "actions": [each["kind"] for each in verdict.actions]}
    return {name: value for name, value in told.items() if isinstance(wanted, Mapping) and name in wanted}


def _opaque(table: Table) -> Iterator[Finding]:
    for row, column in opaque_cells(table):
        text = tr(
            "{place}: {cell} is more than a comparison; the analysis leaves this row out",
            place=where(row, column),
            cell=row.cell(column),
        )
        yield Finding(Severity.NOTICE, "opaque", text, (row.number,), column.name)


def _dead(rules: TableRules, space: Space) -> Iterator[Finding]:
    rows = rules.table.rows
    for row, box in zip(rows, space.boxes, strict=True):
        if not all(box):
            yield _never(row, rules.table, space, box)
            continue
        left: list[Box] = [box]
        hiding = []
        for earlier, taken in _sure(rows[: row.number - 1], space):
            smaller = without(left, taken)
            if smaller != left:
                hiding.append(earlier.number)
            left = smaller
            if not left:
                text = tr(
                    "{row} can never match: {others} before it take all that it takes",
                    row=where(row),
                    others=_rows(hiding),
                )
                yield Finding(Severity.WARNING, "shadowed", text, (row.number, *hiding))
                break


def _never(row: Row, table: Table, space: Space, box: Box) -> Finding:
    field = next(axis.field for axis, mask in zip(space.axes, box, strict=True) if not mask)
    column = next(column for column in table.inputs if column.field == field and row.cell(column))
    text = tr(
        "{place}: {fact} is never {cell}, so the row can never match",
        place=where(row, column),
        fact=field,
        cell=row.cell(column),
    )
    return Finding(Severity.WARNING, "impossible", text, (row.number,), column.name)


def _gaps(space: Space) -> Iterator[Finding]:
    left = [space.whole]
    for number, box in enumerate(space.boxes, 1):
        if number not in space.unsure and all(box):
            left = without(left, box)
    for box in left[:MOST_SHOWN]:
        yield Finding(
            Severity.WARNING, "gap", tr("no row takes: {facts}; a person decides that", facts=space.words(box))
        )
    if len(left) > MOST_SHOWN:
        yield Finding(Severity.WARNING, "gap", tr("and {count} more such cases", count=len(left) - MOST_SHOWN))


def _overlaps(rules: TableRules, space: Space) -> Iterator[Finding]:
    rows = list(_sure(rules.table.rows, space))
    partial = []
    for at, (later, box) in enumerate(rows):
        meeting = [(row, other) for row, other in rows[:at] if common(other, box) and _differ(rules, row, later)]
        exceptions = [row.number for row, other in meeting if holds(box, other)]
        if exceptions:
            text = tr(
                "{row} is the general case to {others}, which come first", row=where(later), others=_rows(exceptions)
            )
            yield Finding(Severity.NOTICE, "exception", text, (later.number, *exceptions))
        partial += [(row, later) for row, other in meeting if not holds(box, other) and not holds(other, box)]
    for row, later in partial[:MOST_SHOWN]:
        yield _overlap(row, later, space)
    if len(partial) > MOST_SHOWN:
        yield Finding(Severity.WARNING, "overlap", tr("and {count} more such pairs", count=len(partial) - MOST_SHOWN))


def _overlap(row: Row, later: Row, space: Space) -> Finding:
    shared = common(space.boxes[row.number - 1], space.boxes[later.number - 1])
    words = space.words(shared) if shared else ""
    text = tr(
        "{row} and {other} both take: {facts}; the order of the rows decides",
        row=where(row),
        other=where(later),
        facts=words,
    )
    return Finding(Severity.WARNING, "overlap", text, (row.number, later.number))


def _differ(rules: TableRules, one: Row, other: Row) -> bool:
    return _comes_to(rules.verdict_of(one.number)) != _comes_to(rules.verdict_of(other.number))


def _comes_to(verdict: Verdict) -> tuple[object, ...]:
    return verdict.route, verdict.actions


def _sure(rows: Sequence[Row], space: Space) -> Iterator[tuple[Row, Box]]:
    """The rows that are exactly described by their box, with that box."""
    for row in rows:
        box = space.boxes[row.number - 1]
        if row.number not in space.unsure and all(box):
            yield row, box


def _rows(numbers: Sequence[int]) -> str:
    named = ", ".join(map(str, numbers[:10]))
    if len(numbers) > 10:
        return tr("rows {numbers} and {count} more", numbers=named, count=len(numbers) - 10)
    return tr("row {numbers}", numbers=named) if len(numbers) == 1 else tr("rows {numbers}", numbers=named)
