"""What the routes of rule sets answer."""

from dataclasses import replace
from typing import Any

from litestar import Response

from frontdesk.edges.rest.answers import ActionAnswer, show, show_actions, tagged
from frontdesk.edges.rest.api_answer import ApiAnswer, shows
from frontdesk.interfaces import Verdict
from frontdesk.model.rules import Finding, Publication, RuleSetVersion
from frontdesk.orchestrator.backtest import BacktestReport, Reference
from frontdesk.orchestrator.explaining import Explanation, WhyNot
from frontdesk.orchestrator.limits import LimitFigure
from frontdesk.orchestrator.rules import read_model


@shows(RuleSetVersion, without=("content",))
class RuleSetAnswer(ApiAnswer, frozen=True):
    """A version of the rules; `revision` is the ETag of a draft."""


class RuleSetContentAnswer(RuleSetAnswer, frozen=True):
    """A version with its decision model."""

    content: dict[str, Any]


@shows(Finding)
class FindingAnswer(ApiAnswer, frozen=True):
    """Something found in a table; an error stops publishing. Rows count from 1."""


@shows(Publication)
class PublicationAnswer(ApiAnswer, frozen=True):
    """A version came into force."""


@shows(Reference)
class ReferenceAnswer(ApiAnswer, frozen=True):
    """A message and its interaction's reference."""


class CountAnswer(ApiAnswer, frozen=True):
    """A number and the messages behind it, as many as were to be shown."""

    count: int
    messages: list[ReferenceAnswer]


class ShiftAnswer(CountAnswer, frozen=True, kw_only=True):
    """Decisions that go from `before` to `after`; empty is none."""

    before: str
    after: str


class BacktestAnswer(ApiAnswer, frozen=True):
    """What the rules would have decided otherwise. Decisions that only another row makes do not count as changed."""

    version: int
    messages: int
    changed: CountAnswer
    unreadable: CountAnswer
    shifts: dict[str, list[ShiftAnswer]]
    calls_added: CountAnswer
    calls_saved: CountAnswer
    unknown_facts: dict[str, int]


class VerdictAnswer(ApiAnswer, frozen=True):
    """What rules say of facts."""

    rule_set: str
    version: int
    rule: str
    route: str
    actions: list[ActionAnswer]


@shows(WhyNot)
class WhyNotAnswer(ApiAnswer, frozen=True):
    """A row, and the first of its cells that did not match with the value it was held against."""


class ExplanationAnswer(ApiAnswer, frozen=True):
    """Why facts led to a verdict; `row` is null where no row took them."""

    verdict: VerdictAnswer
    facts: dict[str, Any]
    row: int | None
    rows: list[WhyNotAnswer]


@shows(LimitFigure)
class LimitAnswer(ApiAnswer, frozen=True):
    """Messages with a risky action: on how many it would be done at this limit, how many of them wrongly, the rest."""


class WhatIfAnswer(ApiAnswer, frozen=True):
    """The verdict as it was, and the explanation with changed facts."""

    before: VerdictAnswer
    after: ExplanationAnswer
    changes: dict[str, Any]


def show_content(version: RuleSetVersion) -> Response[RuleSetContentAnswer]:
    """A version with its model and ETag."""
    told = {name: getattr(version, name) for name in RuleSetAnswer.__struct_fields__}
    return tagged(RuleSetContentAnswer(**told, content=read_model(version.content)), version.revision)


def show_findings(found: list[Finding]) -> list[FindingAnswer]:
    """Findings as answers."""
    return [show(replace(each, message=str(each.message)), FindingAnswer) for each in found]


def show_verdict(verdict: Verdict) -> VerdictAnswer:
    """A verdict as an answer."""
    actions = show_actions(verdict.actions)
    return VerdictAnswer(verdict.rule_set, verdict.version, verdict.rule, verdict.route, actions)


def show_explanation(found: Explanation) -> ExplanationAnswer:
    """An explanation as an answer."""
    rows = [show(each, WhyNotAnswer) for each in found.rows]
    return ExplanationAnswer(show_verdict(found.verdict), dict(found.facts), found.row, rows)


def show_count(messages: tuple[Reference, ...], most: int) -> CountAnswer:
    """A number with up to `most` of its messages."""
    return CountAnswer(len(messages), [show(each, ReferenceAnswer) for each in messages[:most]])


def show_report(report: BacktestReport, most: int) -> BacktestAnswer:
    """A backtest with up to `most` messages behind each number."""
    shifts = {
        name: [
            ShiftAnswer(
                before=each.before,
                after=each.after,
                count=len(each.messages),
                messages=show_count(each.messages, most).messages,
            )
            for each in found
        ]
        for name, found in report.shifts.items()
    }
    return BacktestAnswer(
        version=report.version,
        messages=report.messages,
        changed=show_count(report.changed, most),
        unreadable=show_count(report.unreadable, most),
        shifts=shifts,
        calls_added=show_count(report.calls_added, most),
        calls_saved=show_count(report.calls_saved, most),
        unknown_facts=dict(report.unknown_facts),
    )
