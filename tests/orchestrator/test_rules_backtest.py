"""Backtests: equal to deciding everything again by hand, and out of reach of every plug."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from frontdesk.interfaces import Invalid
from frontdesk.interfaces.rules import PastDecisionsQuery
from frontdesk.model.rules import Past
from frontdesk.orchestrator.backtest import BacktestReport, backtest
from frontdesk.orchestrator.published import Published
from frontdesk.orchestrator.rule_set_service import RuleSetService
from frontdesk.orchestrator.rules import TableRules, default_rules
from frontdesk.orchestrator.templates import shipped_templates
from frontdesk.storage.configuration.rule_sets import StoredHistory, StoredRuleSets
from frontdesk.wiring.container import Container, now
from tests.conftest import Front
from tests.orchestrator.past import store_past
from tests.orchestrator.tables import rules

PARTS = {"set_priority": "priority", "assign_team": "team", "reply": "template", "set_status": "status"}


class Touched(Exception):
    """Something that a backtest must leave alone was touched."""


class Untouchable:
    """A plug of any kind that raises when it is touched."""

    def __getattr__(self, name: str) -> Any:
        raise Touched(name)


class ReadOnly:
    """A database that raises when it is written."""

    def __init__(self, container: Container) -> None:
        self.read, self.dialect = container.database.read, container.database.dialect

    def __getattr__(self, name: str) -> Any:
        raise Touched(name)


def draft() -> TableRules:
    return rules(
        ({"intent": "'TI'", "urgent": "true"}, {"route": "'TI-Chatbot'", "priority": "'V'", "team": "'TEC'"}),
        (
            {"intent": "'CA', 'WR'", "sentiment_probability": "> 0.5"},
            {"route": "'CRM-Complaint'", "actions": "['create_service_call']", "reply": "'complaint_received'"},
        ),
        ({"has.order_no": "true"}, {"route": "'RPA-Bot'", "reply": "'department_informed'", "status": "'SP'"}),
        ({"intent": ""}, {"route": "'Person'", "reply": "'received'", "team": "'SRV'"}),
        version=7,
    )


def untouchable_desk(container: Container) -> RuleSetService:
    """The rule set service, over a container in which nothing may be touched."""
    desk = replace(
        container.pipeline,
        cases=Untouchable(),
        analyst=Untouchable(),
        action_handlers=Untouchable(),
        rules=Untouchable(),
    )
    sealed: Any = ReadOnly(container)
    rule_sets = StoredRuleSets(sealed, now)
    return RuleSetService(
        rule_sets=rule_sets,
        history=StoredHistory(sealed),
        book=Published(rule_sets),
        codes=container.configuration.codes,
        templates=shipped_templates(),
        analyst=desk.analyst,
        clock=now,
    )


def outcome(decision: dict[str, Any]) -> tuple[dict[str, str], Counter[str]]:
    """Written apart from the product's: parts and other actions of a stored decision."""
    parts = {"route": decision["route"], **dict.fromkeys(PARTS.values(), "")}
    others: Counter[str] = Counter()
    for action in decision["actions"]:
        if action["kind"] in PARTS:
            [value] = [value for name, value in action["parameters"].items() if name != "about"]
            parts[PARTS[action["kind"]]] = value
        else:
            others[action["kind"]] += 1
            parts["template"] = action["parameters"].get("otherwise", parts["template"])
    return parts, others


def by_hand(decisions: list[dict[str, Any]], by: TableRules) -> dict[str, Counter[tuple[str, str]]]:
    """Every decision made again, one by one."""
    counted: dict[str, Counter[tuple[str, str]]] = {}
    for stored in decisions:
        verdict = by.decide(json.loads(json.dumps(stored["facts"])))
        actions = [
            {"kind": a["kind"], "parameters": {k: v for k, v in a.items() if k != "kind"}} for a in verdict.actions
        ]
        was, did = outcome(stored)
        becomes, does = outcome({"route": verdict.route, "actions": actions})
        for name in was:
            if was[name] != becomes[name]:
                counted.setdefault(name, Counter())[(was[name], becomes[name])] += 1
        for kind in does - did:
            counted.setdefault("action", Counter())[("", kind)] += 1
        for kind in did - does:
            counted.setdefault("action", Counter())[(kind, "")] += 1
    return counted


def told(report: BacktestReport) -> dict[str, Counter[tuple[str, str]]]:
    return {
        name: Counter({(each.before, each.after): len(each.messages) for each in found})
        for name, found in report.shifts.items()
        if found and name not in ("rule", "category")
    }


@pytest.mark.slow
async def test_a_backtest_equals_deciding_a_thousand_messages_again_and_touches_no_plug(container: Container) -> None:
    decisions = await store_past(container, 1000)
    report = await untouchable_desk(container).backtest(draft(), PastDecisionsQuery(last=1000))
    assert report.messages == 1000
    assert told(report) == by_hand(decisions, draft())
    calls = Counter(told(report)["action"])
    assert len(report.calls_added) == calls[("", "create_service_call")] > 0
    assert len(report.calls_saved) == calls[("create_service_call", "")] > 0
    assert len(report.changed) == sum(outcome(d) != _again(d) for d in decisions)


def _again(stored: dict[str, Any]) -> tuple[dict[str, str], Counter[str]]:
    verdict = draft().decide(stored["facts"])
    actions = [{"kind": a["kind"], "parameters": {k: v for k, v in a.items() if k != "kind"}} for a in verdict.actions]
    return outcome({"route": verdict.route, "actions": actions})


async def test_every_number_has_its_messages(container: Container) -> None:
    decisions = await store_past(container, 200)
    report = await untouchable_desk(container).backtest(draft(), PastDecisionsQuery(last=200))
    routes = {stored["message_id"]: stored["route"] for stored in decisions}
    for shift in report.shifts["route"]:
        assert {routes[each.message] for each in shift.messages} == {shift.before}
        assert len({each.message for each in shift.messages}) == len(shift.messages)


async def test_the_same_rules_change_nothing(container: Container) -> None:
    await store_past(container, 300)
    report = await untouchable_desk(container).backtest(default_rules(), PastDecisionsQuery(last=300))
    assert (report.changed, report.unreadable) == ((), ())
    assert not any(report.shifts.values())


async def test_only_the_messages_asked_for_are_looked_at(container: Container) -> None:
    decisions = await store_past(container, 50)
    desk = untouchable_desk(container)
    assert (await desk.backtest(draft(), PastDecisionsQuery(last=7))).messages == 7
    assert (await desk.backtest(draft(), PastDecisionsQuery(since=decisions[30]["created_at"]))).messages == 20
    assert (await desk.backtest(draft(), PastDecisionsQuery(until=decisions[30]["created_at"]))).messages == 30


async def test_facts_that_older_decisions_did_not_know_are_counted(container: Container) -> None:
    async def old() -> AsyncIterator[Sequence[Past]]:
        stored = await store_past(container, 3)
        history = StoredHistory(container.database)
        past = [await history.of_message(each["message_id"]) for each in stored]
        facts = [{k: v for k, v in each.decision.facts.items() if k != "urgent"} for each in past]
        yield [replace(p, decision=replace(p.decision, facts=f)) for p, f in zip(past, facts, strict=True)]

    assert (await backtest(draft(), old())).unknown_facts == {"urgent": 3}


async def test_lines_of_a_file_are_held_against_what_is_in_force(front: Front) -> None:
    desk = front.container.configuration.rules
    lines = [{"text": "My oven is broken, it stays cold."}, {"facts": {"intent": "WR", "sentiment_probability": 0.9}}]
    report = await desk.backtest_lines(draft(), lines)
    assert report.messages == 2
    assert {each.reference for each in report.calls_added} == {"line 2"}
    assert await front.container.work.journal.last() == 0


@pytest.mark.parametrize("wanted", [PastDecisionsQuery(), PastDecisionsQuery(last=0), PastDecisionsQuery(last=10**9)])
async def test_a_backtest_over_nothing_in_particular_is_refused(
    container: Container, wanted: PastDecisionsQuery
) -> None:
    with pytest.raises(Invalid, match="last"):
        await container.configuration.rules.backtest(draft(), wanted)
