"""Chat for other applications: the same chain, limits, masking and records as everything else."""

from contextlib import aclosing
from dataclasses import replace

import pytest

from frontdesk.interfaces import ErrorKind, Form, Invalid, ModelFailed
from frontdesk.llm.documents import pieces
from frontdesk.llm.foreign_schemas import foreign_check, foreign_check_aside
from frontdesk.llm.masking import Mode
from frontdesk.llm.prices import Allowance, Budgets
from tests.llm.conftest import ASKER, BuildLlm
from tests.llm.scripted import Scripted, answer, chat, failed, said

HELLO = chat(("system", "Be kind."), ("user", "I am at kim@example.com"))


async def test_an_answer_comes_from_the_first_route_that_gives_one(furnished: BuildLlm) -> None:
    first, second = Scripted("first", [failed(ErrorKind.UNREACHABLE)]), Scripted("second", ["Hello"])
    outcome = await furnished(first, second).room.chat.complete(HELLO, ASKER)
    assert (outcome.answer.text, outcome.service, outcome.failures[0].trouble) == ("Hello", "second", "unreachable")


async def test_what_is_said_is_masked_and_put_back(furnished: BuildLlm) -> None:
    service = Scripted(lines=["Write to <EMAIL_1>."])
    outcome = await furnished(service).room.chat.complete(HELLO, ASKER)
    assert "kim@example.com" not in service.wire
    assert (outcome.answer.text, outcome.question.masked) == ("Write to kim@example.com.", True)


async def test_a_stream_is_masked_put_back_recorded_and_paid(furnished: BuildLlm) -> None:
    service = Scripted(lines=["Write to <EMAIL_1>, thanks."])
    models = furnished(service, budgets=Budgets(Allowance(per_day=10**9)))
    stream = await models.room.chat.stream(HELLO, ASKER)
    assert await said(stream.events) == "Write to kim@example.com, thanks."
    assert "kim@example.com" not in service.wire
    [call] = await models.recorded()
    assert (call.outcome, call.operation, call.run_id, call.cost > 0) == ("ok", "chat", stream.question.run_id, True)


async def test_a_stream_falls_to_the_next_route_before_its_first_piece(furnished: BuildLlm) -> None:
    first, second = Scripted("first", [failed(ErrorKind.SERVER_ERROR)]), Scripted("second", ["Hello"])
    stream = await furnished(first, second).room.chat.stream(HELLO, ASKER)
    assert stream.service == "second"
    assert await said(stream.events) == "Hello"


async def test_a_stream_that_nobody_reads_to_its_end_is_recorded_as_stopped(furnished: BuildLlm) -> None:
    models = furnished(Scripted(lines=["a long answer"]))
    stream = await models.room.chat.stream(HELLO, ASKER)
    async with aclosing(stream.events) as events:
        await anext(events)
    assert [call.outcome for call in await models.recorded()] == ["stopped"]


async def test_a_dead_detector_sends_nothing(furnished: BuildLlm) -> None:
    service = Scripted(lines=["Hello"])
    models = furnished(service, mode=Mode.STRICT)
    models.room.chat._masker._finder = None  # type: ignore[assignment]
    for ask in (models.room.chat.complete, models.room.chat.stream):
        with pytest.raises(ModelFailed) as caught:
            await ask(HELLO, ASKER)
        assert caught.value.trouble is ErrorKind.NOT_MASKED
    assert service.asked == []


async def test_an_answer_is_held_against_the_schema_that_was_asked_for(furnished: BuildLlm) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    first, second = Scripted("first", ['{"n": "x"}']), Scripted("second", ['{"n": 1}'])
    request = replace(HELLO, schema=schema)
    assert (await furnished(first, second).room.chat.complete(request, ASKER)).service == "second"


@pytest.mark.parametrize("alias", ["first", "first/other-model", "default"])
async def test_a_chain_a_service_or_a_model_can_be_named(furnished: BuildLlm, alias: str) -> None:
    service = Scripted(lines=["Hello"])
    await furnished(service).room.chat.complete(replace(HELLO, model=alias), ASKER)
    assert service.asked[0].model == ("other-model" if "/" in alias else "gpt-4o-mini")


async def test_an_alias_that_leads_nowhere_is_refused(furnished: BuildLlm) -> None:
    models = furnished(Scripted(lines=["Hello"]))
    for alias in ("nobody", "builtin"):
        with pytest.raises(Invalid):
            await models.room.chat.complete(replace(HELLO, model=alias), ASKER)


async def test_a_filtered_answer_is_none(furnished: BuildLlm) -> None:
    with pytest.raises(ModelFailed):
        await furnished(Scripted(lines=[answer("no", "content_filter")])).room.chat.complete(HELLO, ASKER)


async def test_a_refusal_is_the_answer_where_no_other_route_gives_one(furnished: BuildLlm) -> None:
    first = Scripted("first", [answer("I will not", "refusal")])
    refused = await furnished(first).room.chat.complete(HELLO, ASKER)
    assert (refused.answer.text, refused.answer.finish) == ("I will not", "refusal")
    assert (await furnished(first, Scripted("second", ["Yes"])).room.chat.complete(HELLO, ASKER)).answer.text == "Yes"


async def test_records_that_keep_texts_survive_what_no_database_holds(furnished: BuildLlm) -> None:
    models = furnished(Scripted(lines=["a\0b"]), store_texts=True, mode=Mode.OFF)
    await models.room.chat.complete(chat(("user", "x\0y")), ASKER)
    [call] = await models.recorded()
    assert (call.asked, call.answered) == ("user: x\ufffdy", "a\ufffdb")


async def test_a_model_is_found_by_its_own_name(furnished: BuildLlm) -> None:
    first, second = Scripted("first", [failed(ErrorKind.UNREACHABLE)]), Scripted("second", ["Hello"])
    models = furnished(first, second)
    outcome = await models.room.chat.complete(replace(HELLO, model="gpt-4o-mini"), ASKER)
    assert outcome.service == "second"
    assert models.room.chains.offered() == ("default", "first/gpt-4o-mini", "second/gpt-4o-mini", "gpt-4o-mini")


async def test_a_streamed_answer_is_held_against_its_schema_at_the_end(furnished: BuildLlm) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    stream = await furnished(Scripted(lines=['{"n": "x"}'])).room.chat.stream(replace(HELLO, schema=schema), ASKER)
    came = ""
    with pytest.raises(ModelFailed) as caught:  # noqa: PT012 - what came before it counts too
        async for event in stream.events:
            came += "".join(piece.text for piece in pieces(event.body, Form.OPENAI))
    assert (came, caught.value.trouble) == ('{"n": "x"}', ErrorKind.WRONG_SCHEMA)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "$ref": "#"},
        {
            "type": "object",
            "$ref": "#/$defs/d0",
            "$defs": {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(30)} | {"d30": {}},
        },
        {
            "type": "object",
            "properties": {"a": {"$ref": "#/$defs/n"}},
            "$defs": {"n": {"anyOf": [{"$ref": "#/$defs/n"}] * 3}},
        },
    ],
)
def test_a_callers_schema_cannot_keep_the_process_busy(schema: dict[str, object]) -> None:
    problem = foreign_check(schema).problem({"a": 1})
    assert problem is not None
    assert problem.rule == "steps"


async def test_a_long_schema_is_held_against_a_long_answer_for_so_many_steps_only() -> None:
    wide = {"anyOf": [{"type": "object", "required": [f"p{n}"]} for n in range(1000)]}
    check = await foreign_check_aside({"type": "object", "properties": {"a": {"type": "array", "items": wide}}})
    problem = check.problem({"a": [{}] * 5000})
    assert problem is not None
    assert problem.rule == "steps"
    assert check.problem({"a": [{"p0": 1}]}) is None


def test_patterns_of_callers_are_left_to_the_service() -> None:
    slow = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}, "required": ["a"]}
    assert foreign_check(slow).problem({"a": "a" * 5000 + "!"}) is None
    assert foreign_check(slow).problem({"a": 1}) is not None
    named = {"type": "object", "properties": {"pattern": {"type": "integer"}}}
    assert foreign_check(named).problem({"pattern": "x"}) is not None
    assert (
        foreign_check({"type": "object", "properties": {"a": {"const": {"pattern": "x"}}}}).problem(
            {"a": {"pattern": "x"}}
        )
        is None
    )
