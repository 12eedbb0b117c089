"""Stored versions of the rules: what may change, what is in force, and that every process follows."""

import asyncio
from dataclasses import replace

import pytest

from frontdesk.interfaces import Conflict, NotFound, Stale, Unavailable
from frontdesk.interfaces.rules import NewRuleSet, PastDecisionsQuery
from frontdesk.model.rules import RuleSetState
from frontdesk.orchestrator.published import Published
from frontdesk.orchestrator.rules import shipped_rule_set
from frontdesk.storage.configuration.rule_sets import StoredHistory, StoredRuleSets
from frontdesk.wiring.container import Container, now
from tests.conftest import Front
from tests.fakes import Seconds

OTHER = replace(shipped_rule_set(), note="another")


@pytest.fixture
def stored(container: Container) -> StoredRuleSets:
    return StoredRuleSets(container.database, now)


async def test_the_shipped_rules_are_put_there_once(stored: StoredRuleSets) -> None:
    await asyncio.gather(*(stored.seed(shipped_rule_set()) for _ in range(3)))
    assert [(v.version, v.state) for v in await stored.versions()] == [(1, RuleSetState.PUBLISHED)]
    assert (await stored.get(1)).content == shipped_rule_set().content


async def test_one_version_is_in_force_and_an_old_one_can_come_back(stored: StoredRuleSets) -> None:
    draft = (await stored.add(OTHER, "kim")).value
    assert (draft.version, draft.state, await stored.in_force()) == (2, RuleSetState.DRAFT, 1)
    await stored.publish(draft, "lee", "now")
    assert await stored.in_force() == 2
    assert (await stored.get(1)).state is RuleSetState.RETIRED
    back = (await stored.publish(await stored.get(1), "lee", "back")).value
    assert (back.state, back.published_by, await stored.in_force()) == (RuleSetState.PUBLISHED, "Frontdesk", 1)
    assert [(p.version, p.by) for p in await stored.publications()] == [(1, "lee"), (2, "lee"), (1, "Frontdesk")]


async def test_publishing_what_is_in_force_changes_nothing(stored: StoredRuleSets) -> None:
    await stored.publish(await stored.get(1), "lee", "")
    assert len(await stored.publications()) == 1


async def test_what_was_published_once_is_frozen(stored: StoredRuleSets) -> None:
    draft = (await stored.add(OTHER, "kim")).value
    await stored.publish(draft, "lee", "")
    await stored.publish(await stored.get(1), "lee", "")
    with pytest.raises(Conflict):
        await stored.change(2, shipped_rule_set(), None)
    with pytest.raises(Conflict):
        await stored.remove(2, "kim")


async def test_a_draft_that_changed_since_it_was_checked_is_not_published(stored: StoredRuleSets) -> None:
    checked = (await stored.add(OTHER, "kim")).value
    await stored.change(checked.version, shipped_rule_set(), 1)
    with pytest.raises(Stale):
        await stored.publish(checked, "lee", "")


async def test_a_draft_can_be_thrown_away(stored: StoredRuleSets) -> None:
    draft = (await stored.add(OTHER, "kim")).value
    await stored.remove(draft.version, "kim")
    with pytest.raises(NotFound):
        await stored.get(draft.version)


async def test_drafts_made_at_once_get_numbers_of_their_own(stored: StoredRuleSets) -> None:
    made = await asyncio.gather(*(stored.add(OTHER, "kim") for _ in range(5)))
    assert sorted(kept.value.version for kept in made) == [2, 3, 4, 5, 6]


async def test_every_process_follows_within_two_seconds_and_asks_once_a_second(stored: StoredRuleSets) -> None:
    clock = Seconds()
    book = Published(stored, clock=clock)
    assert (await book.current()).version == 1
    await stored.publish((await stored.add(OTHER, "kim")).value, "lee", "")
    assert (await book.current()).version == 1
    clock.now += 1.5
    assert (await book.current()).version == 2


async def test_a_version_that_cannot_be_read_is_said_and_waited_for(stored: StoredRuleSets) -> None:
    await stored.publish((await stored.add(NewRuleSet("broken", "{}", ""), "kim")).value, "lee", "")
    with pytest.raises(Unavailable, match="version 2"):
        await Published(stored).current()


async def test_history_gives_the_newest_decisions_first(front: Front) -> None:
    said = [await front.say(f"My oven number {number} is broken.") for number in range(5)]
    history = StoredHistory(front.container.database)
    found = [past async for portion in history.decided(PastDecisionsQuery(last=3)) for past in portion]
    assert [past.decision.message_id for past in found] == [each.message_id for each in reversed(said[2:])]
    assert found[0].reference == said[-1].reference
    at = now()
    assert [portion async for portion in history.decided(PastDecisionsQuery(since=at))] == []
    assert [len(portion) async for portion in history.decided(PastDecisionsQuery(until=at))] == [5]


async def test_history_knows_the_decision_on_a_message(front: Front) -> None:
    said = await front.say("My oven is broken.")
    history = StoredHistory(front.container.database)
    assert (await history.of_message(said.message_id)).reference == said.reference
    with pytest.raises(NotFound):
        await history.of_message("nothing")
