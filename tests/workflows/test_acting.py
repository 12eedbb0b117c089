"""From reading to acting, end to end: proposals, one acknowledgement, one service call, who waits."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from frontdesk.interfaces import Conflict
from frontdesk.model import Change, EffectState, Interaction, NewMessage, Sender, Status, WaitingOn
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import Settings
from frontdesk.wiring.container import Container, open_container
from frontdesk.wiring.runner import runner_over
from tests.conftest import CHEAP, Front
from tests.reading import ScriptedReader, says
from tests.workflows.deciding import deciding
from tests.workflows.test_effects import desk_of

BROKEN, MAYBE, STILL, FIXED = "The oven is broken.", "Oven hm.", "Still cold!", "It works now."
WHERE, THANKS, ROBOT, FIRE = "Where is my parcel?", "Thank you!", "I am out of the office.", "The oven burns!"
SAID: Mapping[str, Mapping[str, Any]] = {
    BROKEN: says("TI"),
    MAYBE: says("TI", 0.4),
    STILL: says("TI", 0.9, unresolved=0.9),
    FIXED: says("TI", 0.9, resolved=0.95),
    WHERE: says("DI"),
    THANKS: says("CI", 0.9, thanks_only=0.97) | {"sentiment": "Positive", "sentiment_probability": 0.97},
    ROBOT: says(None, 0.2, automatic=0.95),
    FIRE: says("TI", 0.9, danger=0.95),
}


class Desk:
    """A desk whose reader says what the test wants."""

    def __init__(self, container: Container) -> None:
        self.container, self._front = container, Front(container)

    async def say(self, text: str, before: int | None = None) -> int:
        accepted = await self._front.say(text, joins=before, address="kim@x.example")
        self._reference = accepted.reference
        return accepted.interaction_id

    async def answer(self, text: str, type: str = "HA") -> None:
        await self.container.messages.replies.add(await self.interaction(), text, type, "Kim", None)
        await self.container.runner.run_until_idle()

    async def interaction(self) -> Interaction:
        return await self.container.interactions.records.get(self._reference)

    async def effects(self, state: EffectState | None = None) -> list[Any]:
        return list((await self.container.messages.readings.effects(state, 50)).rows)

    async def replies(self) -> list[str]:
        """The templates of the replies that went out, oldest first."""
        done = await self.effects(EffectState.DONE)
        told = [each.detail if each.action.kind == "answer" else each.action.parameters for each in done]
        return [str(each["template"]) for each in told if "template" in each]

    async def calls(self) -> list[Any]:
        return list(await self.container.work.calls.calls_of((await self.interaction()).id))


@pytest.fixture
async def desk(settings: Settings, builtin: Builtin) -> AsyncIterator[Desk]:
    async with open_container(settings, ScriptedReader(builtin, SAID), CHEAP) as container:
        yield Desk(container)


async def test_a_guess_is_proposed_and_done_once_confirmed(desk: Desk) -> None:
    await desk.say(MAYBE)
    assert (await desk.calls(), await desk.replies()) == ([], ["received"])
    [question] = await desk.effects(EffectState.WAITING)
    await desk.container.work.effects.confirm(question.key, "Kim", None)
    await desk.container.runner.run_until_idle()
    assert len(await desk.calls()) == 1
    assert await desk.replies() == ["received", "service_call_created"]
    assert (await desk.interaction()).waiting_since is None
    with pytest.raises(Conflict):
        await desk.container.work.effects.confirm(question.key, "Kim", None)


async def test_a_declined_proposal_is_never_done(desk: Desk) -> None:
    await desk.say(MAYBE)
    [question] = await desk.effects(EffectState.WAITING)
    await desk.container.work.effects.decline(question.key, "Kim", None)
    await desk.container.runner.run_until_idle()
    assert (await desk.calls(), await desk.replies()) == ([], ["received"])
    assert (await desk.interaction()).waiting_since is not None


async def test_there_is_one_service_call_and_later_messages_are_added_to_it(desk: Desk) -> None:
    here = await desk.say(BROKEN)
    await desk.say(STILL, here)
    await desk.say(BROKEN, here)
    [call] = await desk.calls()
    assert f'"{STILL}"' in call.remarks
    assert call.remarks.count("Message") == 3
    assert await desk.replies() == ["service_call_created", "still_open"]
    assert (await desk.interaction()).priority == "H"


async def test_what_is_solved_ends_without_another_service_call(desk: Desk) -> None:
    here = await desk.say(BROKEN)
    await desk.say(FIXED, here)
    [call] = await desk.calls()
    assert f'"{FIXED}"' in call.remarks
    assert (await desk.interaction()).status is Status.SOLUTION_PROVIDED


async def test_a_topic_is_acknowledged_once_until_a_person_writes(desk: Desk) -> None:
    here = await desk.say(WHERE)
    await desk.say(WHERE, here)
    assert await desk.replies() == ["department_informed"]
    await desk.answer("It comes tomorrow.")
    await desk.say(WHERE, here)
    assert await desk.replies() == ["department_informed", "department_informed"]


async def test_whose_turn_it_is(desk: Desk) -> None:
    async def turn() -> tuple[str, bool]:
        told = await desk.interaction()
        return told.waiting_on.value, told.waiting_since is not None

    here = await desk.say(WHERE)
    await desk.answer("For the team only.", "IM")
    assert await turn() == ("us", True)
    await desk.answer("It comes tomorrow.")
    assert await turn() == ("customer", False)
    await desk.say(THANKS, here)
    assert await turn() == ("", False)
    await desk.say(STILL, here)
    for change, whose in (
        (Change(waiting_on=WaitingOn.THIRD), ("third", True)),
        (Change(assignee="Kim"), ("third", True)),
    ):
        await desk.container.interactions.records.change(await desk.interaction(), change, "Kim")
        assert await turn() == whose
    for status, whose in ((Status.CLOSED, ("", False)), (Status.RE_OPENED, ("us", True))):
        await desk.container.interactions.records.change(await desk.interaction(), Change(status=status), "Kim")
        assert await turn() == whose


async def test_an_automatic_answer_leaves_what_is_a_persons_turn(container: Container) -> None:
    action = {"kind": "reply", "text": "It is on its way.", "type": "RB"}
    for route, whose in (("AutoReply", "customer"), ("Person", "us")):
        given = replace(desk_of(container), rules=deciding(action, route=route))
        accepted = await container.messages.inbox.accept(NewMessage(WHERE, "WEB"))
        await runner_over(container.work.queue, container.settings, given).run_until_idle()
        assert (await container.interactions.records.get(accepted.reference)).waiting_on == whose


async def test_an_acknowledgement_is_no_answer(desk: Desk) -> None:
    await desk.say(WHERE)
    told = await desk.interaction()
    assert told.acknowledged_at is not None
    assert (told.first_answer_at, told.first_person_answer_at) == (None, None)
    assert told.waiting_since is not None
    await desk.answer("For the team only.", "IM")
    assert (await desk.interaction()).waiting_since is not None
    await desk.answer("It comes tomorrow.")
    answered = await desk.interaction()
    assert answered.first_answer_at == answered.first_person_answer_at is not None
    assert (answered.waiting_since, answered.acknowledged_at) == (None, told.acknowledged_at)


async def test_who_waits_waits_since_the_first_message_after_the_last_answer(desk: Desk) -> None:
    here = await desk.say(WHERE)
    first = (await desk.interaction()).waiting_since
    await desk.say(WHERE, here)
    assert (await desk.interaction()).waiting_since == first
    await desk.answer("It comes tomorrow.")
    await desk.say(THANKS, here)
    assert (await desk.interaction()).waiting_since is None
    await desk.say(WHERE, here)
    again = (await desk.interaction()).waiting_since
    assert first is not None
    assert again is not None
    assert again > first
    waiting = (await desk.container.interactions.attention.now()).unanswered
    assert [row[3] for row in waiting.first] == [again]


async def test_nobody_waits_for_an_answer_to_a_machine(desk: Desk) -> None:
    await desk.say(ROBOT)
    told = await desk.interaction()
    assert (await desk.replies(), told.route, told.waiting_since) == ([], "SetAside", None)


async def test_danger_is_most_urgent_names_the_number_and_stays_open(desk: Desk) -> None:
    here = await desk.say(FIRE)
    await desk.say(THANKS, here)
    told = await desk.interaction()
    assert told.status is not Status.CLOSED
    outbox = await desk.container.interactions.pages.thread(told.reference)
    assert outbox is not None
    assert "112" in outbox.answers[0].text


async def test_closing_ends_waiting_and_a_new_message_begins_it_anew(desk: Desk) -> None:
    here = await desk.say(WHERE)
    await desk.say(FIXED, here)
    assert (await desk.interaction()).waiting_since is None
    await desk.say(WHERE, here)
    assert (await desk.interaction()).waiting_since is not None


async def test_days_since_they_wrote_about_the_same_are_a_fact(desk: Desk) -> None:
    for _ in range(2):
        message = NewMessage(WHERE, "EMI", Sender(address="kim@x.example"))
        accepted = await desk.container.messages.inbox.accept(message)
        await desk.container.runner.run_until_idle()
    decision = (await desk.container.messages.readings.message(accepted.message_id)).decision
    assert decision is not None
    assert 0 <= decision.facts["repeat_within_days"] < 1
