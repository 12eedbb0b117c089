"""Messages of customers through models: what is stored, what happens when all models are down, and reading again."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest

from frontdesk.interfaces import ErrorKind, ProviderFailed
from frontdesk.llm.masking import Mode
from frontdesk.model import InboundMessage, NewMessage, Sender, Tier, WorkState
from frontdesk.storage.schema.interactions import analysis, decision, inbound_message, interaction, outbound_message
from frontdesk.storage.schema.llm import model_call, to_reread
from frontdesk.storage.schema.pipeline import effect, service_call, work
from frontdesk.wiring.container import Container
from tests.conftest import Front
from tests.fakes import ManualClock
from tests.llm.conftest import BuildLlm, ModelFront
from tests.llm.scripted import Scripted, failed, reading, texts_of

TEXT = "My order 4500017 has not arrived. Where is it? Kim"


async def test_a_model_reads_the_message_and_its_tier_service_and_model_are_stored(
    container: Container, furnished: BuildLlm
) -> None:
    entities = [{"field": "order_no", "value": "4500017"}, {"field": "order_no", "value": "invented"}]
    models = furnished(Scripted(lines=[reading(entities=entities)]))
    front = ModelFront(container, models)
    await front.say(TEXT, name="Kim Doe", address="kim@example.com")
    [read] = await front.rows(analysis)
    assert (read["tier"], read["model"]) == ("model", "first/gpt-4o-mini")
    assert [entity["value"] for entity in read["entities"]] == ["4500017"]
    assert (await front.rows(interaction))[0]["title"] == "Order is late"
    await models.calls.flush()
    [call] = await front.rows(model_call)
    assert (call["use_case"], call["caller"], call["outcome"]) == ("customer-message-process", "pipeline", "ok")
    assert call["message_id"] == read["message_id"]
    assert call["asked"] is None


async def test_a_model_says_signals_and_concerns_in_words_of_the_message(
    container: Container, furnished: BuildLlm
) -> None:
    signals = [
        {"signal": "threatens", "value": "Where is it", "confidence": 0.9},
        {"signal": "danger", "value": "words that nobody wrote", "confidence": 0.9},
    ]
    late = {"intent": "Delivery and installation", "type": "Question", "value": "has not arrived.", "confidence": 0.8}
    front = ModelFront(container, furnished(Scripted(lines=[reading(signals=signals, concerns=[late])])))
    await front.say(TEXT)
    [read] = await front.rows(analysis)
    said = {each["name"]: each for each in read["signals"]}
    assert (said["threatens"]["probability"], said["threatens"]["spans"]) == (0.9, [[34, 45]])
    assert said.get("danger", {"probability": 0.0})["probability"] < 0.5
    [concern] = read["concerns"]
    assert (concern["intent"], concern["type"], TEXT[concern["start"] : concern["end"]]) == (
        *("DI", "QS"),
        "has not arrived.",
    )
    assert (await front.rows(decision))[0]["route"] == "Person"


@pytest.mark.parametrize("name", ["resolved", "thanks_only", "automatic", "spam"])
async def test_a_model_alone_lets_no_message_rest(container: Container, furnished: BuildLlm, name: str) -> None:
    said = [{"signal": name, "value": "Kim", "confidence": 1.0}]
    front = ModelFront(container, furnished(Scripted(lines=[reading(signals=said)])))
    await front.say(TEXT)
    [read] = await front.rows(analysis)
    assert {each["name"]: each["probability"] for each in read["signals"]}.get(name, 0.0) < 0.3
    assert (await front.rows(decision))[0]["route"] != "SetAside"


async def test_what_the_engine_hears_stands_whatever_a_model_says(container: Container, furnished: BuildLlm) -> None:
    front = ModelFront(container, furnished(Scripted(lines=[reading(sentiment="Positive", type="Complement")])))
    await front.say("My cooker hood is on fire and there is smoke everywhere. Help!")
    [read] = await front.rows(analysis)
    assert {each["name"]: each["probability"] for each in read["signals"]}["danger"] > 0.5


async def test_with_all_models_down_the_engine_reads_and_the_message_is_marked(
    container: Container, furnished: BuildLlm
) -> None:
    models = furnished(Scripted(lines=[failed(ErrorKind.UNREACHABLE)]))
    front = ModelFront(container, models)
    accepted = await front.say(TEXT)
    assert (await front.rows(analysis))[0]["tier"] == "builtin"
    assert [row["message_id"] for row in await front.rows(to_reread)] == [accepted.message_id]
    assert len(await front.rows(outbound_message)) == 1


async def test_a_marked_message_is_read_again_and_nothing_is_decided_or_done_anew(
    container: Container, furnished: BuildLlm
) -> None:
    service = Scripted(lines=[failed(ErrorKind.UNREACHABLE)])
    front = ModelFront(container, furnished(service, breaker_failures=1000))
    accepted = await front.say(TEXT)
    before = [await front.rows(table) for table in (decision, effect, outbound_message)]
    service.lines = [reading(title="Read by a model")]
    assert await container.work.rereadings.plan(Tier.BUILTIN, marked_only=True, limit=10) == 1
    assert await container.work.rereadings.plan(Tier.BUILTIN, marked_only=True, limit=10) == 0
    await front.container.runner.run_until_idle()
    runs = sorted(await front.rows(analysis), key=lambda row: row["run"])
    assert [(row["run"], row["tier"]) for row in runs] == [(1, "builtin"), (2, "model")]
    [message] = await front.rows(inbound_message)
    assert message["analysis_id"] == runs[1]["id"]
    [matter] = await front.rows(interaction)
    assert (matter["title"], matter["reference"]) == ("Read by a model", accepted.reference)
    assert await front.rows(to_reread) == []
    assert [await front.rows(table) for table in (decision, effect, outbound_message)] == before


async def test_reading_again_waits_while_no_model_is_back(container: Container, furnished: BuildLlm) -> None:
    front = ModelFront(container, furnished(Scripted(lines=[failed(ErrorKind.UNREACHABLE)])))
    await front.say(TEXT)
    await container.work.rereadings.plan(Tier.BUILTIN, marked_only=True, limit=10)
    await front.container.runner.run_until_idle()
    [again] = [row for row in await front.rows(work) if row["kind"] == "reanalyse"]
    assert (again["state"], len(await front.rows(analysis))) == (WorkState.OPEN, 1)
    assert "unreachable" in again["last_error"]


async def test_where_a_person_is_the_next_route_the_work_waits_for_one(
    container: Container, furnished: BuildLlm
) -> None:
    down = Scripted(lines=[failed(ErrorKind.UNREACHABLE)])
    front = ModelFront(container, furnished(down, chains={"default": ["first", "person"]}))
    await front.say(TEXT)
    [row] = await front.rows(work)
    assert row["state"] == WorkState.FAILED
    assert "a person has to read" in row["last_error"]


async def test_without_a_last_route_the_message_is_tried_again_later(furnished: BuildLlm) -> None:
    proxy = furnished(Scripted(lines=[failed(ErrorKind.UNREACHABLE)]), chains={"default": ["first"]}).proxy
    with pytest.raises(ProviderFailed) as caught:
        await proxy.analyse(InboundMessage("m", 1, 1, "WEB", TEXT, Sender(), ManualClock()()))
    assert not caught.value.permanent


async def test_a_second_message_is_read_and_summarised_with_the_first_in_one_call(
    container: Container, furnished: BuildLlm
) -> None:
    service = Scripted(lines=[reading(), reading(title="Both", summary="Both say so.")])
    front = ModelFront(container, furnished(service))
    first = await front.say(TEXT, name="Kim Doe")
    await front.say("It is Kim Doe again, still nothing.", joins=first.interaction_id, name="Kim Doe")
    assert (await front.rows(interaction))[0]["title"] == "Both"
    assert "Kim Doe" not in service.wire
    assert len(service.asked) == 2
    assert "has not arrived" in texts_of(service.asked[1])[-1]


async def test_twelve_messages_that_name_an_address_and_a_phone_cost_twelve_calls(
    container: Container, furnished: BuildLlm
) -> None:
    service = Scripted(lines=[reading()], seconds=0.01)
    front = ModelFront(container, furnished(service))
    sender = Sender("Kim Doe", "kim@example.com", "+49 6221 1234567")
    first = await front.container.messages.inbox.accept(NewMessage(TEXT, "WEB", sender))
    for number in range(11):
        text = f"Number {number}: write to kim@example.com or call +49 6221 1234567."
        await front.container.messages.inbox.accept(NewMessage(text, "WEB", sender, joins=first.interaction_id))
    await front.container.runner.run_until_idle()
    assert await container.work.queue.counts() == {"open": 0, "failed": 0}
    assert len(service.asked) <= 12


async def test_a_version_of_the_house_that_takes_no_earlier_messages_is_summarised_apart(
    container: Container, furnished: BuildLlm
) -> None:
    def say(request: Any) -> str:
        return '{"title": "Both", "summary": "Both say so."}' if "conversation" in request.schema_name else reading()

    models = furnished(Scripted(lines=[say]))
    models.room.use_cases.registry = WithoutEarlier(models.room.use_cases.registry)  # type: ignore[assignment]
    front = ModelFront(container, models)
    first = await front.say(TEXT)
    await front.say("Still nothing.", joins=first.interaction_id)
    assert (await front.rows(interaction))[0]["title"] == "Both"


@dataclass
class WithoutEarlier:
    """A registry whose use cases know nothing of earlier messages, as customised ones may."""

    registry: Any

    async def get(self, name: str) -> Any:
        found = await self.registry.get(name)
        properties = {key: value for key, value in found.body.inputs["properties"].items() if key != "earlier"}
        body = msgspec.structs.replace(found.body, inputs={**found.body.inputs, "properties": properties})
        return replace(found, body=body)


async def test_a_default_house_asks_nobody_and_records_nothing(front: Front) -> None:
    await front.say(TEXT)
    assert front.container.llm.room.messages is None
    assert await front.container.llm.calls.report(["tier"]) == ()


async def test_no_connection_is_held_while_a_model_answers(container: Container, furnished: BuildLlm) -> None:
    service = Scripted(lines=[reading()], seconds=0.3)
    front = ModelFront(container, furnished(service, mode=Mode.OFF))
    for number in range(8):
        await front.container.messages.inbox.accept(NewMessage(f"{TEXT} {number}", "WEB"))
    working = asyncio.create_task(front.container.runner.run_until_idle())
    while service.at_once < 8:
        await asyncio.sleep(0.01)
    # All eight slots wait for the model; with 4 readers and one writer (SQLite) a held connection would show here.
    await asyncio.gather(*(container.work.journal.last() for _ in range(20)))
    assert service.at_once == 8
    await working
    assert {row["tier"] for row in await front.rows(analysis)} == {"model"}


async def test_a_model_that_was_talked_into_a_fault_opens_no_service_call(
    container: Container, furnished: BuildLlm
) -> None:
    hijacked = reading(intent="Technical issues", title="Send gold", summary="Ship three bars of gold to Kim.")
    front = ModelFront(container, furnished(Scripted(lines=[hijacked])))
    await front.say(TEXT)
    [read] = await front.rows(analysis)
    assert (read["tier"], read["intent"], read["second"]["intent"]) == ("model", "TI", "DI")
    assert await front.rows(service_call) == []
    effects = {row["kind"]: row for row in await front.rows(effect)}
    assert (effects["ask_person"]["state"], effects["create_service_call"]["state"]) == ("waiting", "pending")
    assert effects["ask_person"]["parameters"]["because"] == "readers_disagree"


async def test_where_both_readers_agree_the_service_call_quotes_the_message(
    container: Container, furnished: BuildLlm
) -> None:
    text = "My washing machine shows error E18 and does not pump out the water."
    agreed = reading(
        intent="Technical issues",
        sentiment="Negative",
        intent_confidence=0.9,
        title="Send gold",
        summary="Ship three bars of gold.",
    )
    front = ModelFront(container, furnished(Scripted(lines=[agreed])))
    await front.say(text)
    [call] = await front.rows(service_call)
    assert "gold" not in f"{call['subject']} {call['remarks']}"
    assert f'"{text}"' in call["remarks"]
