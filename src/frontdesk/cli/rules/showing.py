"""How rule sets, findings, backtests and explanations are printed."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from frontdesk.cli.framework.showing import as_json, table

if TYPE_CHECKING:
    from frontdesk.interfaces import Verdict
    from frontdesk.model.rules import Finding, RuleSetVersion
    from frontdesk.orchestrator.backtest import BacktestReport, Reference
    from frontdesk.orchestrator.explaining import Explanation, WhatIf, WhyNot


def version_rows(versions: "Sequence[RuleSetVersion]") -> list[tuple[str, ...]]:
    """Version, state, name, when and by whom, note."""
    return [
        (str(v.version), v.state.value, v.name, f"{v.created_at:%Y-%m-%d %H:%M}", v.created_by, v.note)
        for v in versions
    ]


def findings_lines(findings: "Sequence[Finding]", plain: bool) -> list[str]:
    """A line each, or a JSON object each."""
    if plain:
        return [as_json(asdict(finding)) for finding in findings]
    return table([(finding.severity.value, finding.kind, finding.message) for finding in findings])


def report_object(report: "BacktestReport") -> dict[str, Any]:
    """A backtest with all its messages."""
    return asdict(report)


def report_lines(report: "BacktestReport", shown: int) -> list[str]:
    """A backtest for people, with up to `shown` messages behind each number."""
    lines = [
        f"{report.messages:,} messages, {len(report.changed):,} decisions change{_named(report.changed, shown)}",
        f"service calls: {len(report.calls_added):,} more{_named(report.calls_added, shown)}, "
        f"{len(report.calls_saved):,} fewer{_named(report.calls_saved, shown)}",
    ]
    if report.unreadable:
        lines.append(f"{len(report.unreadable):,} could not be decided{_named(report.unreadable, shown)}")
    for name, found in report.shifts.items():
        rows = [
            (
                f"  {each.before or '-'}",
                "->",
                each.after or "-",
                f"{len(each.messages):,}{_named(each.messages, shown)}",
            )
            for each in found
        ]
        lines += [name, *table(rows)] if rows else []
    for fact, count in sorted(report.unknown_facts.items()):
        lines.append(f"{count:,} decisions were made before the fact {fact} was known; it counts as null there")
    return lines


def explanation_lines(found: "Explanation") -> list[str]:
    """The verdict, then a line for each row."""
    rows = [(f"  {row.row}", row.title, _why(row)) for row in found.rows]
    return [_verdict(found.verdict), *(line.rstrip() for line in table(rows))]


def what_if_lines(found: "WhatIf") -> list[str]:
    """Before and after."""
    changes = ", ".join(f"{name}={as_json(value)}" for name, value in found.changes.items())
    return [
        f"facts as they were: {_verdict(found.before)}",
        f"with {changes or 'nothing changed'}:",
        *explanation_lines(found.after),
    ]


def _verdict(verdict: "Verdict") -> str:
    actions = ", ".join(" ".join([a["kind"], *(str(v) for k, v in a.items() if k != "kind")]) for a in verdict.actions)
    where = f'row "{verdict.rule}" of the rules {verdict.rule_set} {verdict.version}'
    return f"{verdict.route}, by {where}" + (f": {actions}" if actions else "")


def _why(row: "WhyNot") -> str:
    if row.match.value == "not_matched":
        return f"{row.column}: {row.cell} does not take {as_json(row.value)}"
    if row.match.value == "asked":
        return f"yields {as_json(row.value)}"
    told = {"decided": "decided", "came_later": "matches too, but an earlier row decided"}
    return told.get(row.match.value, "has another route than the rules service named")


def _named(messages: "Sequence[Reference]", shown: int) -> str:
    if not messages or not shown:
        return ""
    more = ", …" if len(messages) > shown else ""
    return f" ({', '.join(f'{m.reference} {m.message}' for m in messages[:shown])}{more})"
