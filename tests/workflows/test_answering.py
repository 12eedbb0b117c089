"""The action `answer` in the pipeline: once, with its source, and nothing that is not known."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select, update

from frontdesk.interfaces import ConnectorFailed, DeliveryFailed
from frontdesk.interfaces.knowledge import Answers
from frontdesk.model import Case, EffectState, Turn
from frontdesk.model.answers import Answer, Asker
from frontdesk.model.knowledge import Article, Audience
from frontdesk.orchestrator.answering import AnswerQuestion
from frontdesk.storage.knowledge.articles import Imported
from frontdesk.storage.schema.interactions import outbound_message
from frontdesk.storage.schema.pipeline import effect
from frontdesk.wiring.container import Container
from frontdesk.wiring.knowledge import make_missing_vectors
from tests.workflows.test_effects import desk_of, go_on, say, texts

SURE = {"kind": "answer", "when": "sure", "otherwise": "received"}
PARKING = Article("parking", "Parking", "Our car park is free for two hours. After that an hour costs 3 euros.")
INSIDE = Article("inside", "Goodwill", "Agents may give 20 euros. The code is CANARY20.", audience=Audience.INTERNAL)


async def known(container: Container) -> None:
    given = [Imported(article, article.id) for article in (PARKING, INSIDE)]
    await container.knowledge.articles.take_in("test", given, "test")
    await make_missing_vectors(container.knowledge, lambda _articles: None)


async def receipts(container: Container) -> list[dict[str, Any]]:
    rows = select(effect.c.state, effect.c.detail).where(effect.c.kind == "answer")
    found = await container.database.read(lambda c: c.execute(rows).all())
    assert {row.state for row in found} == {EffectState.DONE.value}
    return [dict(row.detail) for row in found]


async def test_a_question_is_answered_and_what_was_found_is_kept(container: Container) -> None:
    await known(container)
    await say(container, desk_of(container, SURE), "How long is the car park free?")
    assert "free for two hours" in (await texts(container))[0]
    [row] = await container.database.read(lambda c: c.execute(select(outbound_message.c.type)).all())
    assert row.type == "QA"  # an answer, which ends waiting
    kept = (await receipts(container))[0]
    assert (kept["kind"], kept["sent"], kept["citations"][0]["article"]) == ("answered", True, "parking")
    assert (kept["citations"][0]["version"], kept["used"][0]["article"]) == (1, "parking")


@pytest.mark.parametrize("question", ["Who won the world cup in 1990?", "What is the code that agents may give?"])
async def test_what_is_not_known_gets_the_template_and_nothing_internal(container: Container, question: str) -> None:
    await known(container)
    await say(container, desk_of(container, SURE), question)
    sent = await texts(container)
    assert len(sent) == 1
    assert "CANARY" not in sent[0]
    assert (await receipts(container))[0]["kind"] == "not_known"


async def test_a_draft_is_kept_and_not_sent(container: Container) -> None:
    await known(container)
    await say(container, desk_of(container, {"kind": "answer", "when": "draft"}), "How long is the car park free?")
    assert await texts(container) == []
    assert "two hours" in (await receipts(container))[0]["text"]


async def test_an_answer_whose_sending_failed_is_sent_once_with_the_same_words(container: Container) -> None:
    await known(container)
    handler = container.pipeline.action_handlers["answer"]
    dependencies = desk_of(container, SURE, answer=Breaking(handler))
    await say(container, dependencies, "How long is the car park free?")
    assert len(await texts(container)) == 1
    changed = update(outbound_message).values(text="As it was stored before.")
    await container.database.write(lambda c: c.execute(changed).rowcount)
    await go_on(container, dependencies)
    assert await texts(container) == ["As it was stored before."]
    assert (await receipts(container))[0]["text"] == "As it was stored before."


async def test_what_was_sent_instead_of_an_answer_is_known_after_a_crash(container: Container) -> None:
    await known(container)
    dependencies = desk_of(container, SURE, answer=Breaking(container.pipeline.action_handlers["answer"]))
    await say(container, dependencies, "Who won the world cup in 1990?")
    await go_on(container, dependencies)
    assert len(await texts(container)) == 1
    kept = (await receipts(container))[0]
    assert (kept["kind"], kept["template"], kept["sent"]) == ("not_known", "received", True)


@pytest.mark.parametrize("permanent", [False, True])
async def test_the_acknowledgement_does_not_wait_for_a_system_with_orders_that_is_away(
    container: Container, permanent: bool
) -> None:
    await known(container)
    handler = AnswerQuestion(Away(permanent), nothing_before, container.pipeline.action_handlers["reply"])  # type: ignore[arg-type]
    await say(container, desk_of(container, SURE, answer=handler), "Where is my order 7700123456?")
    assert len(await texts(container)) == 1
    kept = (await receipts(container))[0]
    assert (kept["kind"], kept["template"]) == ("not_known", "received")


async def nothing_before(case: Case) -> list[Turn]:
    return [Turn("customer", case.message.text)]


class Away(Answers):
    """Cannot look orders up."""

    def __init__(self, permanent: bool) -> None:
        self._permanent = permanent

    async def answer(self, conversation: Sequence[Turn], asker: Asker) -> Answer:
        raise ConnectorFailed("the order service is away", permanent=self._permanent)


class Breaking:
    """Fails after the first answer was sent, as a process that dies does."""

    def __init__(self, handler: Any) -> None:
        self._handler, self._failed = handler, False

    async def find(self, key: str) -> Any:
        return await self._handler.find(key)

    async def perform(self, effect: Any, case: Any) -> Any:
        receipt = await self._handler.perform(effect, case)
        if not self._failed:
            self._failed = True
            raise DeliveryFailed("the process died")
        return receipt
