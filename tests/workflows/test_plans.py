"""Plans on a real database: branches, questions that expire or need two persons, pauses, and crashes in between."""

import json
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from frontdesk.interfaces import Conflict, ConnectorFailed
from frontdesk.model import Effect, EffectState, NewMessage, Role, Sender
from frontdesk.orchestrator.rules import TableRules
from frontdesk.storage.schema.pipeline import effect, work
from frontdesk.wiring.container import Container
from frontdesk.wiring.runner import runner_over
from tests.fakes import BackEnd, CrashingCases
from tests.orchestrator.tables import model
from tests.workflows.deciding import deciding
from tests.workflows.test_effects import desk_of, go_on, noting, say

REFUND = {"kind": "notify_webhook", "target": "refunds", "step": "refund"}
CALL = {"kind": "create_service_call"}
ASK = {"kind": "ask_person", "question": "Refund?"}


async def results(container: Container) -> dict[str, str]:
    """By kind or step: the state, or how it was dropped."""
    rows = await container.database.read(
        lambda c: c.execute(select(effect).order_by(effect.c.position)).mappings().all()
    )
    told = {row["parameters"].get("step", row["kind"]): row["detail"].get("result", row["state"]) for row in rows}
    return dict(told)


async def question(container: Container) -> Effect:
    [asked] = (await container.messages.readings.effects(EffectState.WAITING, 10)).rows
    return asked


async def test_a_branch_is_taken_by_what_went_before(container: Container) -> None:
    down = BackEnd([ConnectorFailed("400", permanent=True)])
    webhook = BackEnd()
    plan = (CALL, REFUND | {"if": "service_call.failed"}, REFUND | {"after": "service_call", "step": "good"})
    dependencies = desk_of(container, *plan, create_service_call=down, notify_webhook=webhook)
    await say(container, dependencies)
    await go_on(container, dependencies)
    assert await results(container) == {"create_service_call": "failed", "refund": "done", "good": "pending"}
    [failed] = (await container.messages.readings.effects(EffectState.FAILED, 10)).rows
    await container.work.effects.skip(failed.key, "Kim", None)
    await go_on(container, dependencies)
    assert await results(container) == {"create_service_call": "passed_over", "refund": "done", "good": "done"}
    assert sorted(webhook.done.values()) == [1, 1]
    assert await container.work.queue.counts() == {"open": 0, "failed": 0}


async def test_a_refund_above_a_limit_needs_two_persons_of_the_role(container: Container) -> None:
    webhook = BackEnd()
    asked = ASK | {"second_above": 200, "role": "admin"}
    dependencies = desk_of(container, asked, REFUND, notify_webhook=webhook)
    await say(container, dependencies, "Please refund the 250 EUR for order 4711001.")
    effects = container.work.effects
    key = (await question(container)).key
    with pytest.raises(Conflict, match="role admin"):
        await effects.approve(key, "Sam", None, Role.SUPERVISOR)
    await effects.approve(key, "Kim", None, Role.ADMIN)
    with pytest.raises(Conflict, match="second person"):
        await effects.approve(key, "Kim", None, Role.ADMIN)
    await go_on(container, dependencies)
    assert webhook.done == {}
    await effects.approve(key, "Alex", None, Role.ADMIN)
    await go_on(container, dependencies)
    assert list(webhook.done.values()) == [1]


async def test_a_refund_below_the_limit_needs_one(container: Container) -> None:
    webhook = BackEnd()
    dependencies = desk_of(container, ASK | {"second_above": 200}, REFUND, notify_webhook=webhook)
    await say(container, dependencies, "Please refund the 199 EUR for order 4711001.")
    await container.work.effects.approve((await question(container)).key, "Kim", None)
    await go_on(container, dependencies)
    assert list(webhook.done.values()) == [1]


async def test_a_question_that_nobody_answers_expires_and_the_plan_goes_another_way(container: Container) -> None:
    webhook = BackEnd()
    late = REFUND | {"if": "approval.expired", "step": "late"}
    dependencies = desk_of(container, ASK | {"hours": 2}, REFUND, late, notify_webhook=webhook)
    await say(container, dependencies)
    assert (await question(container)).action.kind == "ask_person"
    due = await container.database.read(
        lambda c: c.execute(select(work.c.due_at).where(work.c.kind == "effect")).scalars().all()
    )
    assert timedelta(hours=1) < max(due) - container.pipeline.clock() <= timedelta(hours=2)
    await go_on(container, dependencies)
    assert await results(container) == {"ask_person": "expired", "refund": "skipped", "late": "done"}


@pytest.mark.parametrize("came", [True, False])
async def test_a_pause_ends_after_its_time_or_when_the_customer_writes(container: Container, came: bool) -> None:
    webhook = BackEnd()
    pause = {"kind": "wait", "hours": 24, "event": "customer_reply"}
    plan = (pause, REFUND | {"if": "wait.came"}, REFUND | {"if": "not wait.came", "step": "reminder"})
    dependencies = desk_of(container, *plan, notify_webhook=webhook)
    sender = Sender("Kim", "kim@x.example")
    first = await container.messages.inbox.accept(NewMessage("Something happened.", "WEB", sender))
    await runner_over(container.work.queue, container.settings, dependencies).run_until_idle()
    assert await results(container) == {"wait": "pending", "refund": "pending", "reminder": "pending"}
    if came:
        quiet = replace(dependencies, rules=deciding())
        await container.messages.inbox.accept(NewMessage("It works.", "WEB", sender, joins=first.interaction_id))
        await runner_over(container.work.queue, container.settings, quiet).run_until_idle()
    else:
        later = container.pipeline.clock() + timedelta(hours=25)
        await go_on(container, replace(dependencies, clock=lambda: later))
    expected = {"refund": "done", "reminder": "skipped"} if came else {"refund": "skipped", "reminder": "done"}
    assert await results(container) == {"wait": "done", **expected}


@pytest.mark.parametrize("seed", range(12))
async def test_random_plans_keep_their_order_over_crashes(container: Container, seed: int) -> None:
    """A process dies before or after a random write; another one takes over."""
    chance, order = random.Random(seed), list[int]()
    back_end = noting(order, [ConnectorFailed("503")] * chance.randint(0, 3))
    plan: list[dict[str, Any]] = [ASK, REFUND | {"step": "a"}, CALL, REFUND | {"step": "b"}]
    plan += [REFUND | {"after": chance.choice("ab"), "step": "c"}, REFUND | {"if": "b.done", "step": "d"}]
    dependencies = desk_of(container, *plan, create_service_call=back_end, notify_webhook=back_end)
    await say(container, dependencies)
    await container.work.effects.approve((await question(container)).key, "Kim", None)
    for _ in range(8):
        crashing = CrashingCases(dependencies.cases, at=chance.randint(1, 4), after=chance.random() < 0.5)
        await go_on(container, replace(dependencies, cases=crashing))
        await container.database.write(lambda c: c.execute(update(work).values(lease_owner="")).rowcount)
    for _ in range(6):
        await go_on(container, dependencies)
    assert set((await results(container)).values()) == {"done"}
    assert set(back_end.done.values()) == {1}
    first = list(dict.fromkeys(order))
    assert [at for at in first if at in (1, 2, 3)] == [1, 2, 3]


def written(page: str, kind: str) -> str:
    """The first block of this kind on a page of the documentation."""
    text = (Path(__file__).parents[2] / "docs" / "how-to" / page).read_text("utf-8")
    return text.split(f"```{kind}\n", 1)[1].split("```", 1)[0].strip()


@pytest.mark.parametrize("approve", [True, False])
async def test_how_to_approve_refunds(container: Container, approve: bool) -> None:
    webhook = BackEnd()
    dependencies = desk_of(container, *json.loads(written("approve-refunds.md", "json")), notify_webhook=webhook)
    await say(container, dependencies, "Please refund the 1,250.00 EUR for order 4711001.")
    key = (await question(container)).key
    if approve:
        await container.work.effects.approve(key, "Kim", None)
        await container.work.effects.approve(key, "Alex", None)
    else:
        await container.work.effects.drop(key, "Kim", None)
    for _ in range(3):
        await go_on(container, dependencies)
    expected = ["done", "done", "skipped"] if approve else ["dropped", "skipped", "done"]
    rows = select(effect.c.state, effect.c.detail).order_by(effect.c.position)
    found = await container.database.read(lambda c: c.execute(rows).all())
    assert [row.detail.get("result", row.state) for row in found] == expected
    assert len(webhook.done) == 1


@pytest.mark.parametrize("down", [True, False])
async def test_how_to_treat_a_heating_failure_in_winter(container: Container, down: bool) -> None:
    plan = written("heating-failure-in-winter.md", "json")
    whole = {"": written("heating-failure-in-winter.md", "")}
    yields = {"route": "'TI-Chatbot'", "priority": "'V'", "actions": plan}
    facts = {"intent": "TI", "intent_probability": 1.0, "text": "my heating is cold"}
    made = TableRules("winter", 1, model([""], [(whole, yields)]))
    assert made.decide(facts | {"local": {"month": 7}}).route == "Person"
    actions = made.decide(facts | {"local": {"month": 1}}).actions
    assert [each["kind"] for each in actions] == [
        *("set_priority", "create_service_call", "escalate", "reply", "wait", "ask_person")
    ]
    back_end = BackEnd([ConnectorFailed("400", permanent=True)] if down else [])
    dependencies = desk_of(container, *actions, create_service_call=back_end)
    await say(container, dependencies, "My heating is cold.")
    later = container.pipeline.clock() + timedelta(hours=5)
    await go_on(container, dependencies)
    await go_on(container, replace(dependencies, clock=lambda: later))
    expected = ("failed", "done", "pending") if down else ("done", "skipped", "done")
    told = await results(container)
    assert (told["create_service_call"], told["escalate"], told["reply"]) == expected
    assert told["ask_person"] == ("pending" if down else "waiting")
