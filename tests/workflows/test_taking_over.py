"""After a person has taken over the assistant is silent, until they give the conversation back or close it."""

import pytest
from sqlalchemy import select

from frontdesk.model import Change, DeliveryState, EffectState, Interaction, NewMessage, Status
from frontdesk.storage.schema.interactions import analysis, outbound_message
from frontdesk.wiring.container import Container
from frontdesk.wiring.runner import runner_over
from tests.workflows.test_answering import SURE, known
from tests.workflows.test_effects import desk_of

QUESTION = "How long is the car park free?"
RECEIVED = {"kind": "reply", "template": "received"}


async def sent(container: Container) -> list[str]:
    out = outbound_message.c
    rows = select(out.text).where(out.effect_key.is_not(None), out.state != DeliveryState.WITHHELD.value)
    return await container.database.read(lambda c: list(c.execute(rows).scalars()))


async def write_on(container: Container, joins: int, *actions: dict[str, str]) -> None:
    await container.messages.inbox.accept(NewMessage(QUESTION, "WEB", joins=joins))
    await runner_over(container.work.queue, container.settings, desk_of(container, *actions)).run_until_idle()


async def opened(container: Container) -> Interaction:
    await known(container)
    accepted = await container.messages.inbox.accept(NewMessage("My order is late.", "WEB"))
    await runner_over(container.work.queue, container.settings, desk_of(container)).run_until_idle()
    return await container.interactions.records.get(accepted.reference)


@pytest.mark.parametrize("action", [SURE, RECEIVED], ids=["answer", "reply"])
async def test_who_answered_has_taken_over_and_nothing_is_answered_automatically(
    container: Container, action: dict[str, str]
) -> None:
    matter = await opened(container)
    await container.messages.replies.add(matter, "I am looking into it.", "HA", "kim", None)
    await container.runner.run_until_idle()
    await write_on(container, matter.id, action)
    after = await container.interactions.records.get(matter.reference)
    assert (after.assignee, await sent(container)) == ("kim", [])
    assert after.waiting_since is not None  # for the person
    assert len(await container.database.read(lambda c: c.execute(select(analysis.c.id)).all())) == 2  # understood


async def test_a_memo_takes_nothing_over(container: Container) -> None:
    matter = await opened(container)
    await container.messages.replies.add(matter, "For us only.", "IM", "kim", None)
    await write_on(container, matter.id, SURE)
    assert "two hours" in (await sent(container))[0]


@pytest.mark.parametrize("back", [Change(assignee=""), Change(status=Status.CLOSED)], ids=["given back", "closed"])
async def test_the_assistant_answers_again_once_it_is_given_back(container: Container, back: Change) -> None:
    matter = await opened(container)
    taken = await container.interactions.records.change(matter, Change(assignee="kim"), "kim")
    await write_on(container, matter.id, SURE)
    assert await sent(container) == []
    now = await container.interactions.records.get(taken.reference)
    await container.interactions.records.change(now, back, "kim")
    await write_on(container, matter.id, SURE)
    assert "two hours" in (await sent(container))[0]
    assert (await container.interactions.records.get(matter.reference)).assignee == ""


async def test_an_answer_under_way_is_withheld_when_a_person_takes_over_meanwhile(container: Container) -> None:
    matter = await opened(container)
    handler = container.pipeline.action_handlers["answer"]

    class Slow:
        async def find(self, key: str) -> object:
            return await handler.find(key)

        async def perform(self, effect: object, case: object) -> object:
            await container.messages.replies.add(matter, "I am here.", "HA", "kim", None)
            return await handler.perform(effect, case)  # type: ignore[arg-type]  # handed through

    await container.messages.inbox.accept(NewMessage(QUESTION, "WEB", joins=matter.id))
    slow = desk_of(container, SURE, answer=Slow())
    await runner_over(container.work.queue, container.settings, slow).run_until_idle()
    assert await sent(container) == []


async def test_what_a_person_approves_is_sent_though_one_has_taken_over(container: Container) -> None:
    matter = await opened(container)
    await write_on(container, matter.id, {"kind": "ask_person"}, RECEIVED)
    now = await container.interactions.records.get(matter.reference)
    await container.interactions.records.change(now, Change(assignee="kim"), "kim")
    [asked] = (await container.messages.readings.effects(EffectState.WAITING, 10)).rows
    await container.work.effects.approve(asked.key, "kim", None)
    await container.runner.run_until_idle()
    assert len(await sent(container)) == 1


async def test_an_approval_lets_nothing_through_that_did_not_wait_for_it(container: Container) -> None:
    matter = await opened(container)
    handler = container.pipeline.action_handlers["answer"]

    class Slow:
        async def find(self, key: str) -> object:
            return await handler.find(key)

        async def perform(self, effect: object, case: object) -> object:
            now = await container.interactions.records.get(matter.reference)
            await container.interactions.records.change(now, Change(assignee="kim"), "kim")
            [asked] = (await container.messages.readings.effects(EffectState.WAITING, 10)).rows
            await container.work.effects.approve(asked.key, "kim", None)
            return await handler.perform(effect, case)  # type: ignore[arg-type]  # handed through

    await container.messages.inbox.accept(NewMessage(QUESTION, "WEB", joins=matter.id))
    slow = desk_of(container, SURE, {"kind": "ask_person"}, answer=Slow())
    await runner_over(container.work.queue, container.settings, slow).run_until_idle()
    assert await sent(container) == []
