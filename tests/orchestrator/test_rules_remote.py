"""A rules service elsewhere: followed when it answers, left alone when it does not."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from frontdesk.interfaces import ConnectorFailed
from frontdesk.model import NewMessage
from frontdesk.orchestrator.published import REMOTE_RULES, Published, Remote
from frontdesk.storage.configuration.rule_sets import StoredHistory, StoredRuleSets
from frontdesk.wiring.container import Container
from frontdesk.wiring.runner import runner_over
from tests.fakes import Seconds
from tests.orchestrator.test_rules_explaining import holds_again


@dataclass
class Elsewhere:
    """A rules service that answers as scripted, the last answer for ever."""

    answers: list[Any]
    name: str = "elsewhere"
    asked: list[Mapping[str, Any]] = field(default_factory=list)

    async def route(self, facts: Mapping[str, Any]) -> str:
        self.asked.append(facts)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if answer == "never":
            await asyncio.sleep(60)
        return str(answer)


async def test_what_it_names_is_kept_with_the_facts() -> None:
    remote = Remote(Elsewhere(["WR-Chatbot"]), 1)
    assert await remote.route({"intent": "TI"}) == "WR-Chatbot"


async def test_the_local_table_decides_when_it_fails_or_is_late() -> None:
    remote = Remote(Elsewhere([ConnectorFailed("down"), "never"]), 0.01)
    assert [await remote.route({}) for _ in range(2)] == ["", ""]


async def test_a_dead_service_is_left_alone_for_a_while() -> None:
    clock, elsewhere = Seconds(), Elsewhere([*[ConnectorFailed("down")] * REMOTE_RULES.failures, "TI-Chatbot"])
    remote = Remote(elsewhere, 1, clock)
    for _ in range(REMOTE_RULES.failures + 5):
        assert await remote.route({}) == ""
    assert len(elsewhere.asked) == REMOTE_RULES.failures
    clock.now += REMOTE_RULES.seconds
    assert await remote.route({}) == "TI-Chatbot"


async def test_a_message_is_decided_by_the_row_of_the_route_that_was_named(container: Container) -> None:
    book = Published(StoredRuleSets(container.database, container.pipeline.clock), Remote(Elsewhere(["WR-Chatbot"]), 1))
    desk = replace(container.pipeline, rules=book)
    said = await container.messages.inbox.accept(NewMessage("My oven is broken.", "WEB"))
    await runner_over(container.work.queue, container.settings, desk).run_until_idle()
    decision = (await StoredHistory(container.database).of_message(said.message_id)).decision
    assert (decision.route, decision.facts["remote_route"]) == ("WR-Chatbot", "WR-Chatbot")
    assert holds_again(await container.configuration.rules.rules(decision.rule_set_version), decision)
