"""The official OpenAI client, unchanged but for its base URL, against the running gateway."""

import asyncio
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from benchmarks.model_services import Fault, Rule
from benchmarks.model_services.openai_shape import SPOKEN
from tests.edges.llm_gateway.conftest import ASK, Gateway, Open


class Note(BaseModel):
    """What is asked for."""

    title: str
    mood: str


async def test_the_client_chats(gateway: Gateway) -> None:
    async with gateway.openai() as client:
        raw = await client.chat.completions.with_raw_response.create(model="default", messages=ASK)
    whole = raw.parse()
    assert whole.choices[0].message.content == "I have read: My kettle leaks."
    assert (whole.choices[0].finish_reason, whole.model) == ("stop", "stand-in")
    assert whole.usage is not None
    assert whole.usage.total_tokens > 0
    assert raw.headers["x-frontdesk-service"] == "main"
    cost = whole.usage.prompt_tokens + 2 * whole.usage.completion_tokens
    assert await gateway.calls() == [
        {"use_case": "chat", "outcome": "ok", "caller": "test", "calls": 1, "cost": cost, "masked": 1}
    ]


@pytest.mark.parametrize("model", ["default", "main", "main/stand-in", "stand-in"])
async def test_a_chain_a_service_or_a_model_is_asked_by_its_name(gateway: Gateway, model: str) -> None:
    async with gateway.openai() as client:
        whole = await client.chat.completions.create(model=model, messages=ASK)
        assert whole.model == "stand-in"
        assert model in [each.id async for each in client.models.list()] or model == "main"


async def test_the_client_streams(gateway: Gateway) -> None:
    async with gateway.openai() as client:
        stream = await client.chat.completions.create(
            model="default", messages=ASK, stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in stream]
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "I have read: My kettle leaks."
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens > 0


async def test_the_client_parses_into_its_own_model(gateway: Gateway) -> None:
    async with gateway.openai() as client:
        parsed = await client.chat.completions.parse(model="default", messages=ASK, response_format=Note)
    assert parsed.choices[0].message.parsed == Note(title="My kettle leaks.", mood="text")


async def test_json_mode_answers_an_object(gateway: Gateway) -> None:
    gateway.script(Rule(answer='```json\n{"a": 1,}\n```'))
    ask: Any = [{"role": "user", "content": "Tell it in JSON."}]
    async with gateway.openai() as client:
        whole = await client.chat.completions.create(
            model="default", messages=ask, response_format={"type": "json_object"}
        )
    assert whole.choices[0].message.content == '{"a":1}'
    assert gateway.model.requests[-1].json()["response_format"] == {"type": "json_object"}


async def test_the_client_embeds_packed_and_plain(gateway: Gateway) -> None:
    async with gateway.openai() as client:
        packed = await client.embeddings.create(model="stand-in", input=["a b", "c"])
        plain = await client.embeddings.create(model="stand-in", input="a b", encoding_format="float")
    assert [each.index for each in packed.data] == [0, 1]
    assert packed.data[0].embedding == pytest.approx(plain.data[0].embedding)
    assert packed.usage.prompt_tokens > 0


async def test_the_built_in_engine_embeds_too(gateway: Gateway) -> None:
    async with gateway.openai() as client:
        found = await client.embeddings.create(model="builtin", input=["a kettle"] * 300)
    assert len(found.data) == 300
    assert gateway.model.count == 0


async def test_the_client_transcribes_where_masking_is_off(opened: Open) -> None:
    gateway = await opened(masking="off")
    async with gateway.openai() as client:
        heard = await client.audio.transcriptions.create(model="stand-in", file=("a.wav", b"RIFF1234"))
        text = await client.audio.transcriptions.create(
            model="stand-in", file=("a.mp3", b"RIFF1234"), response_format="text"
        )
    assert heard.text == text.strip() == SPOKEN


async def test_a_recording_is_not_sent_where_it_cannot_be_masked(gateway: Gateway) -> None:
    async with gateway.openai() as client:
        with pytest.raises(openai.UnprocessableEntityError, match="sound cannot be masked"):
            await client.audio.transcriptions.create(model="stand-in", file=("a.wav", b"RIFF1234"))
    assert gateway.model.count == 0


async def test_what_goes_out_is_masked_and_comes_home_whole(gateway: Gateway) -> None:
    ask = [{"role": "user", "content": "Write to kim@example.com"}]
    async with gateway.openai() as client:
        whole = await client.chat.completions.create(model="default", messages=ask)  # type: ignore[arg-type]
        stream = await client.chat.completions.create(model="default", messages=ask, stream=True)  # type: ignore[arg-type]
        said = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    assert whole.choices[0].message.content == said == "I have read: Write to kim@example.com"
    assert b"kim@example.com" not in b"".join(each.body for each in gateway.model.requests)


async def test_sampling_is_passed_on(gateway: Gateway) -> None:
    async with gateway.openai() as client:
        await client.chat.completions.create(
            model="default", messages=ASK, temperature=0.5, top_p=0.9, stop=["x"], seed=7, max_completion_tokens=50
        )
    asked = gateway.model.requests[-1].json()
    assert (asked["temperature"], asked["top_p"], asked["stop"], asked["seed"]) == (0.5, 0.9, ["x"], 7)
    assert asked["max_tokens"] == 50


async def test_what_is_left_open_stays_open(gateway: Gateway) -> None:
    async with gateway.openai() as client:
        await client.chat.completions.create(model="default", messages=ASK, n=1, user="u", metadata={})
    assert gateway.model.requests[-1].json() == {
        "model": "stand-in",
        "messages": ASK,
        "n": 1,
        "user": "u",
        "metadata": {},
    }


# What the client sees of every fault of the model behind: the exception, and the code in it.
SEEN = {
    Fault.RATE_LIMITED: (openai.RateLimitError, "rate_limit_exceeded"),
    Fault.NO_QUOTA: (openai.RateLimitError, "insufficient_quota"),
    Fault.SERVER_ERROR: (openai.InternalServerError, "server_error"),
    Fault.OVERLOADED: (openai.InternalServerError, "server_error"),
    Fault.UNAUTHORISED: (openai.InternalServerError, "model_refuses_our_key"),
    Fault.UNKNOWN_MODEL: (openai.NotFoundError, "model_not_found"),
    Fault.CUT_BODY: (openai.InternalServerError, "unreachable"),
    Fault.NOT_HTTP_JSON: (openai.InternalServerError, "not_json"),
    Fault.FILTERED_PROMPT: (openai.BadRequestError, "content_filter"),
    Fault.FILTERED_ANSWER: (openai.BadRequestError, "content_filter"),
    Fault.EMPTY: (openai.InternalServerError, "empty_answer"),
}
WITH_SCHEMA = SEEN | {
    Fault.TRUNCATED_JSON: (openai.UnprocessableEntityError, "cut_off"),
    Fault.WRONG_SCHEMA: (openai.InternalServerError, "wrong_schema"),
    Fault.CUT_OFF: (openai.UnprocessableEntityError, "cut_off"),
}
FINE = {Fault.FENCED, Fault.TRAILING_COMMA, Fault.REFUSAL, Fault.SLOW_TOKENS}
FINE |= {Fault.ODD_FRAMES, Fault.NO_USAGE, Fault.THINKING}
OF_STREAMS = {Fault.CUT_STREAM, Fault.STALL_STREAM, Fault.FAIL_STREAM}


def test_every_fault_is_looked_at() -> None:
    assert WITH_SCHEMA.keys() | FINE | OF_STREAMS | {Fault.HANG} == set(Fault)


async def test_the_client_sees_the_right_exception_of_every_fault(gateway: Gateway) -> None:
    for fault, (kind, code) in WITH_SCHEMA.items():
        gateway.script(Rule(fault))
        _mend(gateway)
        async with gateway.openai() as client:
            with pytest.raises(kind) as caught:
                await client.chat.completions.parse(model="default", messages=ASK, response_format=Note)
        assert caught.value.code == code, fault  # type: ignore[attr-defined]


async def test_a_stream_that_never_begins_is_an_exception_like_any_other(gateway: Gateway) -> None:
    for fault, (kind, code) in SEEN.items():
        if fault in (Fault.CUT_BODY, Fault.FILTERED_ANSWER):
            continue  # a stream begins before these happen
        gateway.script(Rule(fault))
        _mend(gateway)
        async with gateway.openai() as client:
            with pytest.raises(kind) as caught:
                await client.chat.completions.create(model="default", messages=ASK, stream=True)
        assert caught.value.code == code, fault  # type: ignore[attr-defined]


async def test_a_model_that_hangs_is_an_exception_once_the_time_is_over(opened: Open) -> None:
    gateway = await opened(Rule(Fault.HANG))
    async with gateway.openai() as client:
        with pytest.raises(openai.InternalServerError) as whole:
            await client.chat.completions.parse(model="default", messages=ASK, response_format=Note)
        _mend(gateway)
        with pytest.raises(openai.InternalServerError) as stream:
            await client.chat.completions.create(model="default", messages=ASK, stream=True)
    assert (whole.value.code, stream.value.code) == ("timeout", "timeout")


@pytest.mark.parametrize("fault", sorted(OF_STREAMS))
async def test_a_stream_that_breaks_off_is_an_exception_after_what_came(opened: Open, fault: Fault) -> None:
    gateway = await opened(Rule(fault))
    said = ""
    async with gateway.openai() as client:
        stream = await client.chat.completions.create(model="default", messages=ASK, stream=True)
        with pytest.raises(openai.APIError):  # noqa: PT012 - what came before it counts too
            async for chunk in stream:
                said += chunk.choices[0].delta.content or ""
    assert said
    assert "I have read: My kettle leaks.".startswith(said)


@pytest.mark.parametrize("fault", [Fault.FENCED, Fault.TRAILING_COMMA])
async def test_an_untidy_answer_is_tidied_for_the_client(gateway: Gateway, fault: Fault) -> None:
    gateway.script(Rule(fault))
    async with gateway.openai() as client:
        parsed = await client.chat.completions.parse(model="default", messages=ASK, response_format=Note)
    assert parsed.choices[0].message.parsed == Note(title="My kettle leaks.", mood="text")


async def test_a_wrong_answer_is_repaired_once(gateway: Gateway) -> None:
    gateway.script(Rule(Fault.WRONG_SCHEMA, times=1))
    async with gateway.openai() as client:
        raw = await client.chat.completions.with_raw_response.parse(model="default", messages=ASK, response_format=Note)
    assert raw.headers["x-frontdesk-retries"] == "1"
    assert gateway.model.count == 2


async def test_a_refusal_is_no_exception(gateway: Gateway) -> None:
    gateway.script(Rule(Fault.REFUSAL))
    async with gateway.openai() as client:
        whole = await client.chat.completions.create(model="default", messages=ASK)
        stream = await client.chat.completions.create(model="default", messages=ASK, stream=True)
        deltas = [chunk.choices[0].delta async for chunk in stream]
    assert whole.choices[0].message.refusal == "I cannot help with that."
    assert whole.choices[0].message.content is None
    assert whole.usage is not None
    assert whole.usage.prompt_tokens > 0
    assert "".join(delta.refusal or "" for delta in deltas) == "I cannot help with that."


async def test_an_answer_that_reached_its_limit_says_so(gateway: Gateway) -> None:
    gateway.script(Rule(Fault.CUT_OFF))
    async with gateway.openai() as client:
        whole = await client.chat.completions.create(model="default", messages=ASK)
        stream = await client.chat.completions.create(model="default", messages=ASK, stream=True)
        finish = [chunk.choices[0].finish_reason async for chunk in stream]
    assert whole.choices[0].finish_reason == finish[-1] == "length"


async def test_the_clients_own_retries_heed_what_the_gateway_says(gateway: Gateway) -> None:
    gateway.script(Rule(Fault.RATE_LIMITED, times=1, retry_after=0.1))
    async with gateway.openai(max_retries=1) as client:
        whole = await client.chat.completions.create(model="default", messages=ASK)
    assert whole.choices[0].message.content


async def test_the_next_route_answers_where_the_first_fails(opened: Open) -> None:
    gateway = await opened(Rule(Fault.SERVER_ERROR, model="first"), chains={"default": ["main/first", "main"]})
    async with gateway.openai() as client:
        whole = await client.chat.completions.create(model="default", messages=ASK)
    assert whole.model == "stand-in"
    assert [each["outcome"] for each in await gateway.calls()] == ["ok", "server_error"]


def _mend(gateway: Gateway) -> None:
    """No fault before this one is remembered."""
    for configured in gateway.container.llm.room.configured.values():
        for circuit in configured.breaker.open_circuits():
            configured.breaker.succeeded(circuit)


async def test_a_client_that_hangs_up_stops_the_model_and_is_charged_for_what_came(gateway: Gateway) -> None:
    gateway.script(Rule(Fault.SLOW_TOKENS, token_milliseconds=50))
    async with gateway.openai() as client:
        stream = await client.chat.completions.create(model="default", messages=ASK, stream=True)
        async for chunk in stream:
            if chunk.choices[0].delta.content:
                break
        await stream.close()
    async with asyncio.timeout(60):
        while not (calls := await gateway.calls()):
            await asyncio.sleep(0.05)
    assert [(call["outcome"], call["cost"] > 0) for call in calls] == [("stopped", True)]


async def test_pieces_are_passed_on_as_they_come(gateway: Gateway) -> None:
    gateway.script(Rule(Fault.STALL_STREAM))
    async with gateway.openai() as client:
        stream = await client.chat.completions.create(model="default", messages=ASK, stream=True)
        pieces = aiter(stream)
        seen = [(await anext(pieces)).choices[0].delta.content for _ in range(3)]
    assert [piece for piece in seen if piece]  # although the model has not ended and will not
