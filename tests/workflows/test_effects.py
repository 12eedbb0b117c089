"""Effects that cannot be done now: nobody else waits, everyone who depends on them does, and no one is forgotten."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from frontdesk.interfaces import ConnectorFailed, Held
from frontdesk.model import Effect, EffectState, Identity, NewMessage, Sender
from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL, NOTIFY_WEBHOOK, ORDER_STATUS
from frontdesk.storage.schema.interactions import outbound_message
from frontdesk.storage.schema.pipeline import effect, journal, work
from frontdesk.wiring.container import Container
from frontdesk.wiring.runner import runner_over
from frontdesk.workflows.dependencies import PipelineDependencies
from tests.fakes import BackEnd
from tests.workflows.deciding import deciding

STATING = {"kind": "reply", "template": "service_call_created"}
PLAIN = {"kind": "reply", "template": "received"}
CALL = {"kind": CREATE_SERVICE_CALL}
WEBHOOK = {"kind": NOTIFY_WEBHOOK, "target": "crm"}


def desk_of(container: Container, *actions: dict[str, Any], **action_handlers: Any) -> PipelineDependencies:
    """A desk that decides these actions; what is postponed is due when a test says so, however slow the machine is."""
    everyone = {**container.pipeline.action_handlers, **action_handlers}
    return replace(container.pipeline, rules=deciding(*actions), action_handlers=everyone, retry_after=3600.0)


async def say(container: Container, dependencies: PipelineDependencies, text: str = "Something happened.") -> None:
    await container.messages.inbox.accept(NewMessage(text, "WEB"))
    await runner_over(container.work.queue, container.settings, dependencies).run_until_idle()


async def go_on(container: Container, dependencies: PipelineDependencies) -> None:
    """As if the time of all pauses had passed."""
    await container.database.write(lambda c: c.execute(update(work).values(due_at=container.pipeline.clock())).rowcount)
    await runner_over(container.work.queue, container.settings, dependencies).run_until_idle()


async def states(container: Container) -> dict[str, str]:
    rows = await container.database.read(lambda c: c.execute(select(effect.c.kind, effect.c.state)).all())
    return {row.kind: row.state for row in rows}


async def texts(container: Container) -> list[str]:
    return list(await container.database.read(lambda c: c.execute(select(outbound_message.c.text)).scalars()))


async def kinds(container: Container) -> list[str]:
    return list(await container.database.read(lambda c: c.execute(select(journal.c.kind)).scalars()))


async def test_a_back_end_that_is_down_keeps_neither_other_effects_nor_other_messages_waiting(
    container: Container,
) -> None:
    down = BackEnd([ConnectorFailed("503")] * 99)
    dependencies = desk_of(container, CALL, PLAIN, create_service_call=down)
    await say(container, dependencies)
    await say(container, dependencies)
    assert await states(container) == {"create_service_call": "pending", "reply": "done"}
    assert len(await texts(container)) == 2
    rows = await container.database.read(lambda c: c.execute(select(work.c.kind, work.c.state)).all())
    assert sorted(tuple(row) for row in rows) == [("effect", "open")] * 2 + [("message", "done")] * 2


async def test_a_reply_waits_for_the_call_that_it_states_and_goes_as_soon_as_it_is_there(container: Container) -> None:
    dependencies = desk_of(container, CALL, STATING, create_service_call=BackEnd([ConnectorFailed("503")]))
    await say(container, dependencies)
    assert await texts(container) == []
    await go_on(container, dependencies)
    assert "service call call-" in (await texts(container))[0]
    assert await container.work.queue.counts() == {"open": 0, "failed": 0}


async def test_a_reply_that_has_waited_long_enough_says_nothing_of_the_call(container: Container) -> None:
    dependencies = desk_of(container, CALL, STATING, create_service_call=BackEnd([ConnectorFailed("503")] * 99))
    await say(container, dependencies)
    await go_on(container, replace(dependencies, patience=timedelta(0)))
    [text] = await texts(container)
    assert "service call" not in text
    assert await states(container) == {"create_service_call": "pending", "reply": "done"}


async def test_a_reply_that_states_an_order_goes_without_when_the_system_does_not_know_it(container: Container) -> None:
    unknown = BackEnd([ConnectorFailed("404", permanent=True)])
    stating = {"kind": "reply", "template": "order_status"}
    await say(container, desk_of(container, {"kind": ORDER_STATUS}, stating, order_status=unknown))
    assert await states(container) == {"order_status": "failed", "reply": "done"}
    assert "department" in (await texts(container))[0]


@pytest.mark.parametrize(
    ("identity", "state"), [(Identity.UNPROVEN, "failed"), (Identity.CHANNEL, "failed"), (Identity.SIGNED_IN, "done")]
)
async def test_an_order_is_told_of_only_to_who_is_proven_to_be_a_customer(
    container: Container, identity: Identity, state: str
) -> None:
    await container.people.customers.add("10002", "Kim Doe Ltd", None)
    desk = desk_of(container, {"kind": ORDER_STATUS}, PLAIN, order_status=BackEnd([]))
    sender = Sender("Kim", "kim@x.example", customer_no="10002", identity=identity)
    await container.messages.inbox.accept(NewMessage("Where is order 4711001?", "WEB", sender))
    await runner_over(container.work.queue, container.settings, desk).run_until_idle()
    assert await states(container) == {"order_status": state, "reply": "done"}


async def test_an_action_without_a_back_end_fails_with_its_reason_and_the_rest_goes_on(container: Container) -> None:
    await say(container, desk_of(container, WEBHOOK, PLAIN))
    [failed] = (await container.messages.readings.effects(EffectState.FAILED, 10)).rows
    assert "no connector is set up for notify_webhook" in failed.error
    assert len(await texts(container)) == 1


async def test_a_text_that_does_not_work_out_for_a_message_fails_alone(container: Container) -> None:
    own = {"kind": "reply", "text": "Your order {{ entities.order_no[0] }} is on its way."}
    await say(container, desk_of(container, own, PLAIN))
    [failed] = (await container.messages.readings.effects(EffectState.FAILED, 10)).rows
    assert "no element 0" in failed.error
    assert len(await texts(container)) == 1
    assert await container.work.queue.counts() == {"open": 0, "failed": 0}


async def test_an_effect_that_was_held_back_is_not_charged_with_an_attempt(container: Container) -> None:
    dependencies = desk_of(container, CALL, create_service_call=BackEnd([Held("left alone", after_seconds=5)] * 30))
    await say(container, dependencies)
    for _ in range(29):
        await go_on(container, dependencies)
    [held] = (await container.messages.readings.effects(EffectState.PENDING, 10)).rows
    assert held.attempts == 0
    await go_on(container, dependencies)
    assert await states(container) == {"create_service_call": "done"}


async def test_an_effect_is_tried_as_often_as_is_set_and_then_shown_to_a_person(container: Container) -> None:
    down = BackEnd([ConnectorFailed("503")] * 99)
    dependencies = desk_of(container, CALL, create_service_call=down)
    await say(container, dependencies)
    for _ in range(container.settings.effects.most_attempts):
        await go_on(container, dependencies)
    [failed] = (await container.messages.readings.effects(EffectState.FAILED, 10)).rows
    assert (failed.error, failed.attempts) == ("503", down.asked)
    assert await container.work.queue.counts() == {"open": 0, "failed": 0}


async def failed_call(container: Container, back_end: BackEnd) -> Effect:
    await say(container, desk_of(container, CALL, STATING, create_service_call=back_end))
    [failed] = (await container.messages.readings.effects(EffectState.FAILED, 10)).rows
    return failed


async def test_a_person_can_try_again_and_what_was_done_is_not_done_twice(container: Container) -> None:
    back_end = BackEnd([ConnectorFailed("400", permanent=True)], after_doing=True)
    failed = await failed_call(container, back_end)
    await container.work.effects.retry(failed.key, "Kim", None)
    await go_on(container, desk_of(container, create_service_call=back_end))
    assert (await states(container))["create_service_call"] == "done"
    assert list(back_end.done.values()) == [1]
    assert len(await texts(container)) == 1
    assert "retried" in await kinds(container)


async def test_a_question_holds_back_all_behind_it_until_a_person_approves(container: Container) -> None:
    back_end = BackEnd()
    dependencies = desk_of(
        container, {"kind": "ask_person", "question": "Refund?"}, CALL, STATING, create_service_call=back_end
    )
    await say(container, dependencies)
    await go_on(container, replace(dependencies, patience=timedelta(0)))
    assert await states(container) == {"ask_person": "waiting", "create_service_call": "pending", "reply": "pending"}
    [question] = (await container.messages.readings.effects(EffectState.WAITING, 10)).rows
    await container.work.effects.approve(question.key, "Kim", None)
    await go_on(container, dependencies)
    await go_on(container, dependencies)
    assert set((await states(container)).values()) == {"done"}
    assert "service call call-" in (await texts(container))[0]
    assert {"asked", "approved"} <= set(await kinds(container))


async def test_a_question_that_is_refused_drops_all_behind_it(container: Container) -> None:
    dependencies = desk_of(container, {"kind": "ask_person"}, CALL, PLAIN, {"kind": "set_status", "status": "CL"})
    await say(container, dependencies)
    [question] = (await container.messages.readings.effects(EffectState.WAITING, 10)).rows
    await container.work.effects.drop(question.key, "Kim", None)
    await go_on(container, dependencies)
    assert set((await states(container)).values()) == {"dropped"}
    assert await texts(container) == []
    assert await container.work.queue.counts() == {"open": 0, "failed": 0}


async def test_what_only_writes_the_interaction_is_written_once_when_approved(container: Container) -> None:
    dependencies = desk_of(container, {"kind": "ask_person"}, {"kind": "escalate", "team": "CMP"})
    await say(container, dependencies)
    [question] = (await container.messages.readings.effects(EffectState.WAITING, 10)).rows
    before = (await container.messages.readings.message(question.message_id)).reference
    priority = (await container.interactions.records.get(before)).priority
    await container.work.effects.approve(question.key, "Kim", None)
    await go_on(container, dependencies)
    after = await container.interactions.records.get(before)
    assert (priority, after.priority, after.team) == ("M", "H", "CMP")


async def test_waiting_ends_even_if_what_is_waited_for_ends_at_that_very_moment(container: Container) -> None:
    """The reply is about to sleep while its service call is settled: it must not sleep through it."""
    dependencies = desk_of(container, CALL, STATING, create_service_call=BackEnd([ConnectorFailed("503")]))
    await say(container, dependencies)
    claimed = {row.step: (row, lease) for row, lease in await _claim_all(container)}
    loaded = {row.subject: (*await dependencies.cases.load_effect(row, lease),) for row, lease in claimed.values()}
    by_kind = {mine.action.kind: (case, mine) for case, mine in loaded.values()}
    case, call = by_kind[CREATE_SERVICE_CALL]
    done = replace(call, state=EffectState.DONE, reference="77", done_at=container.pipeline.clock())
    await dependencies.cases.keep_effect(case, done, ends=True)
    case, reply = by_kind["reply"]
    await dependencies.cases.keep_waiting(case, reply, container.pipeline.clock() + timedelta(hours=1))
    await runner_over(container.work.queue, container.settings, dependencies).run_until_idle()
    assert "service call 77" in (await texts(container))[0]


async def _claim_all(container: Container) -> list[Any]:
    await container.database.write(lambda c: c.execute(update(work).values(due_at=container.pipeline.clock())).rowcount)
    rows = await container.work.queue.claim("test", 10, 30)
    return [(replace(row, step=row.subject), lease) for row, lease in rows]


@pytest.mark.parametrize("settled", [EffectState.DONE, EffectState.FAILED])
async def test_an_effect_that_is_settled_already_is_left_alone(container: Container, settled: EffectState) -> None:
    back_end = BackEnd([ConnectorFailed("503")])
    dependencies = desk_of(container, CALL, create_service_call=back_end)
    await say(container, dependencies)
    await container.database.write(lambda c: c.execute(update(effect).values(state=settled.value)).rowcount)
    await go_on(container, dependencies)
    assert back_end.asked == 1
    assert await container.work.queue.counts() == {"open": 0, "failed": 0}


class Noting(BackEnd):
    """A back end that notes in which order it was asked."""

    order: list[int]

    async def perform(self, effect: Effect, case: Any) -> Any:
        self.order.append(effect.position)
        return await super().perform(effect, case)


def noting(order: list[int], failures: list[Exception]) -> Noting:
    """It notes in this list."""
    made = Noting(failures)
    made.order = order
    return made


@pytest.mark.parametrize("failures", [0, 1, 99])
async def test_the_order_holds_after_an_approval(container: Container, failures: int) -> None:
    order: list[int] = []
    call = noting(order, [ConnectorFailed("503")] * failures)
    dependencies = desk_of(
        container,
        *(WEBHOOK, {"kind": "ask_person"}, CALL, WEBHOOK, WEBHOOK),
        create_service_call=call,
        notify_webhook=noting(order, []),
    )
    await say(container, dependencies)
    [question] = (await container.messages.readings.effects(EffectState.WAITING, 10)).rows
    await container.work.effects.approve(question.key, "Kim", None)
    for _ in range(3):
        await go_on(container, dependencies)
    assert list(dict.fromkeys(order)) == [0, 2, 3, 4]
    assert (order.count(0), order.count(3), order.count(4)) == (1, 1, 1)
