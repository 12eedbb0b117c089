"""What a real, very small model makes of our questions: the shape is asserted, never the content."""

from contextlib import aclosing
from typing import Any

import pytest
from sqlalchemy import select

from frontdesk.interfaces import ModelRequest
from frontdesk.llm.use_case import UseCase
from frontdesk.model import CodeList, Tier
from frontdesk.model.llm import Asker, UseCaseOutcome
from frontdesk.storage.schema.interactions import analysis, outbound_message
from frontdesk.wiring.container import Container
from tests.conftest import Front

TEXT = "My washing machine shows error E18. Order 4500012345. Kim Doe, kim@example.com"
ASKER = Asker("test")
ASKED = ["sentiment-analysis", "intent-classification", "entity-extraction", "text-summarisation"]


async def ask(container: Container, name: str, **inputs: Any) -> tuple[UseCase, UseCaseOutcome]:
    room = container.llm.room
    return await room.registry.get(name), await room.use_cases.run(name, inputs, ASKER)


@pytest.mark.parametrize("name", ASKED)
async def test_a_use_case_is_answered_in_its_form(modelled: Container, name: str) -> None:
    use_case, outcome = await ask(modelled, name, text=TEXT)
    assert outcome.tier is Tier.MODEL, outcome.failures
    assert outcome.value.keys() == use_case.body.answer["properties"].keys()
    assert outcome.input_tokens > 0
    assert outcome.output_tokens > 0


async def test_a_message_goes_its_whole_way_on_what_the_model_reads(modelled: Container) -> None:
    accepted = await Front(modelled).say(TEXT, name="Kim Doe", address="kim@example.com")
    rows = await modelled.database.read(lambda c: [dict(r) for r in c.execute(select(analysis)).mappings()])
    codes = await modelled.configuration.codes.all()
    [read] = rows
    assert (read["tier"], read["model"]) == ("model", "real/smollm2")
    assert read["intent"] in {None, *(entry.code for entry in codes[CodeList.INTENT])}
    assert len(read["title"]) <= 100
    assert len(read["summary"]) <= 300
    assert all(entity["value"] == TEXT[entity["start"] : entity["end"]] for entity in read["entities"])
    replies = await modelled.database.read(lambda c: list(c.execute(select(outbound_message.c.text)).scalars()))
    assert len(replies) == 1
    assert accepted.reference in replies[0]


async def test_a_conversation_is_summarised(modelled: Container) -> None:
    messages = [{"author": "customer", "text": TEXT}, {"author": "customer", "text": "It leaks now as well."}]
    _, outcome = await ask(modelled, "conversation-summary", messages=messages)
    assert outcome.tier is Tier.MODEL, outcome.failures
    assert 0 < len(outcome.value["title"]) <= 100


async def test_a_wrong_key_leads_to_the_next_route(modelled: Container) -> None:
    room = modelled.llm.room
    routes = [room.chains.route(name) for name in ("locked", "builtin")]
    outcome = await room.use_cases.run("sentiment-analysis", {"text": TEXT}, ASKER, routes)
    assert (outcome.tier, outcome.failures[0].trouble) == (Tier.BUILTIN, "unauthorised")


async def test_a_chat_streams(modelled: Container) -> None:
    asked = ModelRequest("default", {"messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 12})
    stream = await modelled.llm.room.chat.stream(asked, ASKER)
    async with aclosing(stream.events) as events:  # it does not always know when to stop
        assert await anext(events)
