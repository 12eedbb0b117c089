"""Backtest: what a rule set would have decided on past messages. Nothing is carried out.

It applies the rules to the stored facts of each decision; it has no access to connectors or channels.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from frontdesk.interfaces import Invalid, Verdict
from frontdesk.model.rules import Outcome, Past
from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL, decision_of
from frontdesk.orchestrator.expressions import names_read
from frontdesk.orchestrator.outcomes import outcome_of_decision, outcome_of_verdict, told
from frontdesk.orchestrator.rules import TableRules

# In the order of the report.
DIMENSIONS = ("route", "action", "priority", "team", "template", "status", "category", "rule")


@dataclass(frozen=True, slots=True)
class Reference:
    """A message, by its id and its interaction's reference."""

    message: str
    reference: str


@dataclass(frozen=True, slots=True)
class Shift:
    """The number of decisions that change from one value to another in one dimension; an empty value means none."""

    before: str
    after: str
    messages: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """What a backtest found; every number is the length of a list of messages.

    `changed` leaves out decisions that only come from another row. `unreadable` could not be decided. `unknown_facts`
    are facts that the rules read but older decisions did not store, with the number of such messages; they count as
    null.
    """

    version: int
    messages: int
    changed: tuple[Reference, ...]
    unreadable: tuple[Reference, ...]
    shifts: Mapping[str, tuple[Shift, ...]]
    calls_added: tuple[Reference, ...]
    calls_saved: tuple[Reference, ...]
    unknown_facts: Mapping[str, int]


async def backtest(rules: TableRules, history: AsyncIterator[Sequence[Past]]) -> BacktestReport:
    """Decide all of `history` again with `rules` and report the differences."""
    tally = _Tally(facts_read(rules))
    async for portion in history:
        for past in portion:
            tally.add(past, _verdict(rules, past.decision.facts))
    return tally.report(rules.version)


def imagined(rules: TableRules, lines: Iterable[Mapping[str, Any]]) -> list[Past]:
    """A line of a file as a past decision made by `rules`; the reference is the line's number."""
    return [_imagined(rules, number, facts) for number, facts in enumerate(lines, 1)]


def facts_read(rules: TableRules) -> frozenset[str]:
    """The names of all facts that the rules look at."""
    table = rules.table
    texts = [column.field for column in table.inputs] + [row.cell(c) for row in table.rows for c in table.inputs]
    return frozenset(path[0] for text in texts if text for path in names_read(text))


def _verdict(rules: TableRules, facts: Mapping[str, Any]) -> Verdict | None:
    try:
        return rules.decide(facts)
    except Invalid:
        return None


def _imagined(rules: TableRules, number: int, facts: Mapping[str, Any]) -> Past:
    decision = decision_of(rules.decide(facts), str(number), facts, str(number), datetime.fromtimestamp(0, UTC))
    return Past(f"line {number}", decision)


@dataclass
class _Tally:
    """Counts as it goes, so that only what changed is kept."""

    read: frozenset[str]
    messages: int = 0
    changed: list[Reference] = field(default_factory=list)
    unreadable: list[Reference] = field(default_factory=list)
    added: list[Reference] = field(default_factory=list)
    saved: list[Reference] = field(default_factory=list)
    shifts: dict[tuple[str, str, str], list[Reference]] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)

    def add(self, past: Past, verdict: Verdict | None) -> None:
        """Count one message."""
        self.messages += 1
        here = Reference(past.decision.message_id, past.reference)
        self.unknown.update(self.read - past.decision.facts.keys())
        if verdict is None:
            self.unreadable.append(here)
            return
        before, after = outcome_of_decision(past.decision), outcome_of_verdict(verdict)
        if before == after:
            return
        for shift in _differences(before, after):
            self.shifts.setdefault(shift, []).append(here)
        if _without_row(before) != _without_row(after):
            self.changed.append(here)
        calls = _calls(after) - _calls(before)
        self.added += [here] * max(0, calls)
        self.saved += [here] * max(0, -calls)

    def report(self, version: int) -> BacktestReport:
        """What was counted; the most frequent first."""
        ordered = sorted(self.shifts.items(), key=lambda item: (-len(item[1]), item[0]))
        by = {
            name: tuple(Shift(was, becomes, tuple(who)) for (d, was, becomes), who in ordered if d == name)
            for name in DIMENSIONS
        }
        return BacktestReport(
            version=version,
            messages=self.messages,
            changed=tuple(self.changed),
            unreadable=tuple(self.unreadable),
            shifts=by,
            calls_added=tuple(self.added),
            calls_saved=tuple(self.saved),
            unknown_facts=dict(self.unknown),
        )


def _differences(before: Outcome, after: Outcome) -> Iterator[tuple[str, str, str]]:
    for name in DIMENSIONS:
        if name == "action":
            was, becomes = Counter(map(told, before.actions)), Counter(map(told, after.actions))
            yield from ((name, each, "") for each in (was - becomes).elements())
            yield from ((name, "", each) for each in (becomes - was).elements())
        elif getattr(before, name) != getattr(after, name):
            yield name, getattr(before, name), getattr(after, name)


def _without_row(outcome: Outcome) -> tuple[object, ...]:
    o = outcome
    return o.route, o.priority, o.team, o.status, o.category, o.template, o.actions


def _calls(outcome: Outcome) -> int:
    return sum(action["kind"] == CREATE_SERVICE_CALL for action in outcome.actions)
