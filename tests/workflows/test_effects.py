"""Effects that cannot be done now: nobody else waits, everyone who depends on them does, and no one is forgotten."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from frontdesk.app import House, runner_over
from frontdesk.interfaces import ConnectorFailed, Held
from frontdesk.model import Effect, EffectState, NewMessage
from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL, NOTIFY_WEBHOOK, ORDER_STATUS
from frontdesk.storage.tables import effect, journal, outbound_message, work
from frontdesk.workflows.desk import Desk
from tests.fakes import BackEnd
from tests.workflows.deciding import deciding

STATING = {"kind": "reply", "template": "service_call_created"}
PLAIN = {"kind": "reply", "template": "received"}
CALL = {"kind": CREATE_SERVICE_CALL}
WEBHOOK = {"kind": NOTIFY_WEBHOOK, "target": "crm"}


def desk_of(house: House, *actions: dict[str, Any], **performers: Any) -> Desk:
    """A desk that decides these actions; what is postponed is due when a test says so, however slow the machine is."""
    everyone = {**house.desk.performers, **performers}
    return replace(house.desk, rules=deciding(*actions), performers=everyone, retry_after=3600.0)


async def say(house: House, desk: Desk, text: str = "Something happened.") -> None:
    await house.inbox.accept(NewMessage(text, "WEB"))
    await runner_over(house.work, house.settings, desk).run_until_idle()


async def go_on(house: House, desk: Desk) -> None:
    """As if the time of all pauses had passed."""
    await house.database.write(lambda c: c.execute(update(work).values(due_at=house.desk.clock())).rowcount)
    await runner_over(house.work, house.settings, desk).run_until_idle()


async def states(house: House) -> dict[str, str]:
    rows = await house.database.read(lambda c: c.execute(select(effect.c.kind, effect.c.state)).all())
    return {row.kind: row.state for row in rows}


async def texts(house: House) -> list[str]:
    return list(await house.database.read(lambda c: c.execute(select(outbound_message.c.text)).scalars()))


async def kinds(house: House) -> list[str]:
    return list(await house.database.read(lambda c: c.execute(select(journal.c.kind)).scalars()))


async def test_a_back_end_that_is_down_keeps_neither_other_effects_nor_other_messages_waiting(house: House) -> None:
    down = BackEnd([ConnectorFailed("503")] * 99)
    desk = desk_of(house, CALL, PLAIN, create_service_call=down)
    await say(house, desk)
    await say(house, desk)
    assert await states(house) == {"create_service_call": "pending", "reply": "done"}
    assert len(await texts(house)) == 2
    rows = await house.database.read(lambda c: c.execute(select(work.c.kind, work.c.state)).all())
    assert sorted(tuple(row) for row in rows) == [("effect", "open")] * 2 + [("message", "done")] * 2


async def test_a_reply_waits_for_the_call_that_it_states_and_goes_as_soon_as_it_is_there(house: House) -> None:
    desk = desk_of(house, CALL, STATING, create_service_call=BackEnd([ConnectorFailed("503")]))
    await say(house, desk)
    assert await texts(house) == []
    await go_on(house, desk)
    assert "service call call-" in (await texts(house))[0]
    assert await house.work.counts() == {"open": 0, "failed": 0}


async def test_a_reply_that_has_waited_long_enough_says_nothing_of_the_call(house: House) -> None:
    desk = desk_of(house, CALL, STATING, create_service_call=BackEnd([ConnectorFailed("503")] * 99))
    await say(house, desk)
    await go_on(house, replace(desk, patience=timedelta(0)))
    [text] = await texts(house)
    assert "service call" not in text
    assert await states(house) == {"create_service_call": "pending", "reply": "done"}


async def test_a_reply_that_states_an_order_goes_without_when_the_system_does_not_know_it(house: House) -> None:
    unknown = BackEnd([ConnectorFailed("404", permanent=True)])
    stating = {"kind": "reply", "template": "order_status"}
    await say(house, desk_of(house, {"kind": ORDER_STATUS}, stating, order_status=unknown))
    assert await states(house) == {"order_status": "failed", "reply": "done"}
    assert "department" in (await texts(house))[0]


async def test_an_action_without_a_back_end_fails_with_its_reason_and_the_rest_goes_on(house: House) -> None:
    await say(house, desk_of(house, WEBHOOK, PLAIN))
    [failed] = (await house.readings.effects(EffectState.FAILED, 10)).rows
    assert "no connector is set up for notify_webhook" in failed.error
    assert len(await texts(house)) == 1


async def test_a_text_that_does_not_work_out_for_a_message_fails_alone(house: House) -> None:
    own = {"kind": "reply", "text": "Your order {{ entities.order_no[0] }} is on its way."}
    await say(house, desk_of(house, own, PLAIN))
    [failed] = (await house.readings.effects(EffectState.FAILED, 10)).rows
    assert "no element 0" in failed.error
    assert len(await texts(house)) == 1
    assert await house.work.counts() == {"open": 0, "failed": 0}


async def test_an_effect_that_was_held_back_is_not_charged_with_an_attempt(house: House) -> None:
    desk = desk_of(house, CALL, create_service_call=BackEnd([Held("left alone", after_seconds=5)] * 30))
    await say(house, desk)
    for _ in range(29):
        await go_on(house, desk)
    [held] = (await house.readings.effects(EffectState.PENDING, 10)).rows
    assert held.attempts == 0
    await go_on(house, desk)
    assert await states(house) == {"create_service_call": "done"}


async def test_an_effect_is_tried_as_often_as_is_set_and_then_shown_to_a_person(house: House) -> None:
    down = BackEnd([ConnectorFailed("503")] * 99)
    desk = desk_of(house, CALL, create_service_call=down)
    await say(house, desk)
    for _ in range(house.settings.effects.most_attempts):
        await go_on(house, desk)
    [failed] = (await house.readings.effects(EffectState.FAILED, 10)).rows
    assert (failed.error, failed.attempts) == ("503", down.asked)
    assert await house.work.counts() == {"open": 0, "failed": 0}


async def failed_call(house: House, back_end: BackEnd) -> Effect:
    await say(house, desk_of(house, CALL, STATING, create_service_call=back_end))
    [failed] = (await house.readings.effects(EffectState.FAILED, 10)).rows
    return failed


async def test_a_person_can_try_again_and_what_was_done_is_not_done_twice(house: House) -> None:
    back_end = BackEnd([ConnectorFailed("400", permanent=True)], after_doing=True)
    failed = await failed_call(house, back_end)
    await house.effect_desk.retry(failed.key, "Kim", None)
    await go_on(house, desk_of(house, create_service_call=back_end))
    assert (await states(house))["create_service_call"] == "done"
    assert list(back_end.done.values()) == [1]
    assert len(await texts(house)) == 1
    assert "retried" in await kinds(house)


async def test_a_question_holds_back_all_behind_it_until_a_person_approves(house: House) -> None:
    back_end = BackEnd()
    desk = desk_of(house, {"kind": "ask_person", "question": "Refund?"}, CALL, STATING, create_service_call=back_end)
    await say(house, desk)
    await go_on(house, replace(desk, patience=timedelta(0)))
    assert await states(house) == {"ask_person": "waiting", "create_service_call": "pending", "reply": "pending"}
    [question] = (await house.readings.effects(EffectState.WAITING, 10)).rows
    await house.effect_desk.approve(question.key, "Kim", None)
    await go_on(house, desk)
    await go_on(house, desk)
    assert set((await states(house)).values()) == {"done"}
    assert "service call call-" in (await texts(house))[0]
    assert {"asked", "approved"} <= set(await kinds(house))


async def test_a_question_that_is_refused_drops_all_behind_it(house: House) -> None:
    desk = desk_of(house, {"kind": "ask_person"}, CALL, PLAIN, {"kind": "set_status", "status": "CL"})
    await say(house, desk)
    [question] = (await house.readings.effects(EffectState.WAITING, 10)).rows
    await house.effect_desk.drop(question.key, "Kim", None)
    await go_on(house, desk)
    assert set((await states(house)).values()) == {"dropped"}
    assert await texts(house) == []
    assert await house.work.counts() == {"open": 0, "failed": 0}


async def test_what_only_writes_the_interaction_is_written_once_when_approved(house: House) -> None:
    desk = desk_of(house, {"kind": "ask_person"}, {"kind": "escalate", "team": "CMP"})
    await say(house, desk)
    [question] = (await house.readings.effects(EffectState.WAITING, 10)).rows
    before = (await house.readings.message(question.message_id)).reference
    priority = (await house.interactions.get(before)).priority
    await house.effect_desk.approve(question.key, "Kim", None)
    await go_on(house, desk)
    after = await house.interactions.get(before)
    assert (priority, after.priority, after.team) == ("M", "H", "CMP")


async def test_waiting_ends_even_if_what_is_waited_for_ends_at_that_very_moment(house: House) -> None:
    """The reply is about to sleep while its service call is settled: it must not sleep through it."""
    desk = desk_of(house, CALL, STATING, create_service_call=BackEnd([ConnectorFailed("503")]))
    await say(house, desk)
    claimed = {row.step: (row, lease) for row, lease in await _claim_all(house)}
    loaded = {row.subject: (*await desk.cases.load_effect(row, lease),) for row, lease in claimed.values()}
    by_kind = {mine.action.kind: (case, mine) for case, mine in loaded.values()}
    case, call = by_kind[CREATE_SERVICE_CALL]
    done = replace(call, state=EffectState.DONE, reference="77", done_at=house.desk.clock())
    await desk.cases.keep_effect(case, done, ends=True)
    case, reply = by_kind["reply"]
    await desk.cases.keep_waiting(case, reply, house.desk.clock() + timedelta(hours=1))
    await runner_over(house.work, house.settings, desk).run_until_idle()
    assert "service call 77" in (await texts(house))[0]


async def _claim_all(house: House) -> list[Any]:
    await house.database.write(lambda c: c.execute(update(work).values(due_at=house.desk.clock())).rowcount)
    rows = await house.work.claim("test", 10, 30)
    return [(replace(row, step=row.subject), lease) for row, lease in rows]


@pytest.mark.parametrize("settled", [EffectState.DONE, EffectState.FAILED])
async def test_an_effect_that_is_settled_already_is_left_alone(house: House, settled: EffectState) -> None:
    back_end = BackEnd([ConnectorFailed("503")])
    desk = desk_of(house, CALL, create_service_call=back_end)
    await say(house, desk)
    await house.database.write(lambda c: c.execute(update(effect).values(state=settled.value)).rowcount)
    await go_on(house, desk)
    assert back_end.asked == 1
    assert await house.work.counts() == {"open": 0, "failed": 0}
