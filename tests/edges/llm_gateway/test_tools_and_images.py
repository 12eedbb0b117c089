"""Tools, images, streams and thoughts: the official clients of either protocol before a service of either protocol."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator
from typing import Any

import anthropic
import openai
import pytest
from pydantic import BaseModel

from benchmarks.model_services import Fault, Rule
from frontdesk.edges.llm_gateway.streams import kept_alive
from frontdesk.wiring.container import now
from tests.edges.llm_gateway.conftest import ASK, Gateway, Open

MAIL, PHONE = "kim@example.com", "+49 621 1234567"
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\nimage").decode()
PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {"title": {"type": "string"}},
    "required": ["title"],
    "additionalProperties": False,
}
TOOLS: Any = [{"type": "function", "function": {"name": "look_up", "description": "Look.", "parameters": PARAMETERS}}]
CLAUDE_TOOLS: Any = [{"name": "look_up", "description": "Look.", "input_schema": PARAMETERS}]
WRITE: Any = [{"role": "user", "content": f"Write to {MAIL}"}]
RESULT = json.dumps({"phone": PHONE, "of": MAIL})
IMAGE: Any = [
    {"type": "text", "text": "What is this?"},
    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
]
CLAUDE_IMAGE: Any = [
    {"type": "text", "text": "What is this?"},
    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
]
CACHED = {"type": "text", "text": "Hello", "cache_control": {"type": "ephemeral"}}
both = pytest.mark.parametrize("kind", ["openai", "anthropic"])


class Note(BaseModel):
    """What is asked for."""

    title: str


def wire(gateway: Gateway) -> str:
    return b"".join(each.body for each in gateway.model.requests).decode()


def is_clean(gateway: Gateway) -> bool:
    """Whether no personal data was sent to the service."""
    return bool(gateway.model.requests) and not any(secret in wire(gateway) for secret in (MAIL, PHONE))


@both
async def test_the_openai_client_uses_a_tool(opened: Open, kind: str) -> None:
    gateway = await opened(kind=kind)
    async with gateway.openai() as client:
        first = await client.chat.completions.create(model="default", messages=WRITE, tools=TOOLS)
        [call] = first.choices[0].message.tool_calls or []
        assert call.type == "function"
        assert json.loads(call.function.arguments) == {"title": f"Write to {MAIL}"}
        assert (call.function.name, first.choices[0].finish_reason) == ("look_up", "tool_calls")
        result: Any = {"role": "tool", "tool_call_id": call.id, "content": RESULT}
        said: Any = first.choices[0].message.model_dump(exclude_none=True)
        second = await client.chat.completions.create(model="default", messages=[*WRITE, said, result], tools=TOOLS)
    assert second.choices[0].message.content == f"I have read: {RESULT}"
    assert is_clean(gateway)


@both
async def test_the_openai_client_streams_a_tool(opened: Open, kind: str) -> None:
    gateway = await opened(kind=kind)
    async with (
        gateway.openai() as client,
        client.chat.completions.stream(model="default", messages=WRITE, tools=TOOLS) as stream,
    ):
        whole = await stream.get_final_completion()
    [call] = whole.choices[0].message.tool_calls or []
    assert (call.function.name, json.loads(call.function.arguments)) == ("look_up", {"title": f"Write to {MAIL}"})
    assert whole.choices[0].finish_reason == "tool_calls"
    assert is_clean(gateway)


@both
@pytest.mark.parametrize("streamed", [False, True])
async def test_the_anthropic_client_uses_a_tool(opened: Open, kind: str, streamed: bool) -> None:
    gateway = await opened(kind=kind)
    async with gateway.anthropic() as client:

        async def ask(messages: Any) -> anthropic.types.Message:
            more: Any = {"model": "default", "max_tokens": 200, "messages": messages, "tools": CLAUDE_TOOLS}
            if not streamed:
                return await client.messages.create(**more)  # type: ignore[no-any-return]
            async with client.messages.stream(**more) as stream:
                return await stream.get_final_message()

        first = await ask(WRITE)
        assert first.stop_reason == "tool_use"
        used = first.content[-1]
        assert used.type == "tool_use"
        assert (used.name, used.input) == ("look_up", {"title": f"Write to {MAIL}"})
        result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": used.id, "content": RESULT}]}
        second = await ask([*WRITE, {"role": "assistant", "content": [used.model_dump()]}, result])
    assert second.content[0].text == f"I have read: {RESULT}"  # type: ignore[union-attr]
    assert second.stop_reason == "end_turn"
    assert is_clean(gateway)


@both
async def test_an_image_goes_only_where_that_is_allowed(opened: Open, kind: str) -> None:
    gateway = await opened(kind=kind)
    ask: Any = [{"role": "user", "content": IMAGE}]
    claude: Any = [{"role": "user", "content": CLAUDE_IMAGE}]
    async with gateway.openai() as client, gateway.anthropic() as other:
        with pytest.raises(openai.UnprocessableEntityError, match=r"images cannot be masked.*llm\.media"):
            await client.chat.completions.create(model="default", messages=ask)
        with pytest.raises(anthropic.UnprocessableEntityError, match="images cannot be masked"):
            await other.messages.create(model="default", max_tokens=9, messages=claude)
    assert gateway.model.count == 0


@both
async def test_an_image_is_translated(opened: Open, kind: str) -> None:
    gateway = await opened(kind=kind, media="pass")
    ask: Any = [{"role": "user", "content": IMAGE}]
    claude: Any = [{"role": "user", "content": CLAUDE_IMAGE}]
    async with gateway.openai() as client, gateway.anthropic() as other:
        await client.chat.completions.create(model="default", messages=ask)
        await other.messages.create(model="default", max_tokens=9, messages=claude)
    sent = [each.json()["messages"][-1]["content"] for each in gateway.model.requests]
    assert sent == [IMAGE if kind == "openai" else CLAUDE_IMAGE] * 2


@both
async def test_thoughts_are_passed_on(opened: Open, kind: str) -> None:
    gateway = await opened(Rule(Fault.THINKING), kind=kind)
    async with gateway.openai() as client:
        stream = await client.chat.completions.create(model="default", messages=ASK, stream=True)
        deltas = [chunk.choices[0].delta.model_dump() async for chunk in stream if chunk.choices]
    async with (
        gateway.anthropic() as other,
        other.messages.stream(model="default", max_tokens=100, messages=ASK) as events,
    ):
        whole = await events.get_final_message()
    assert "".join(delta.get("reasoning_content") or "" for delta in deltas) == "Let me think about it."
    assert [block.type for block in whole.content] == ["thinking", "text"]
    assert whole.content[0].thinking == "Let me think about it."  # type: ignore[union-attr]


@both
async def test_odd_frames_are_survived(opened: Open, kind: str) -> None:
    gateway = await opened(Rule(Fault.ODD_FRAMES), kind=kind)
    async with gateway.openai() as client:
        stream = await client.chat.completions.create(model="default", messages=ASK, stream=True)
        said = "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])
    async with (
        gateway.anthropic() as other,
        other.messages.stream(model="default", max_tokens=100, messages=ASK) as events,
    ):
        text = await events.get_final_text()
    assert said == text == "I have read: My kettle leaks."


@both
async def test_what_a_stream_used_is_booked_as_the_service_says(opened: Open, kind: str) -> None:
    gateway = await opened(kind=kind)
    usage: Any = {"include_usage": True}
    async with gateway.openai() as client:
        whole = await client.chat.completions.create(model="default", messages=ASK, max_tokens=50)
        stream = await client.chat.completions.create(
            model="default", messages=ASK, max_tokens=50, stream=True, stream_options=usage
        )
        chunks = [chunk async for chunk in stream]
        plain = await client.chat.completions.create(model="default", messages=ASK, stream=True)
        assert not any(chunk.usage for chunk in [chunk async for chunk in plain])
    assert whole.usage is not None
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == whole.usage.total_tokens
    [booked] = await gateway.calls()
    assert booked["cost"] == 3 * (whole.usage.prompt_tokens + 2 * whole.usage.completion_tokens)


async def test_without_usage_it_is_an_estimate_and_said_so(opened: Open) -> None:
    gateway = await opened(Rule(Fault.NO_USAGE))
    async with gateway.openai() as client:
        stream = await client.chat.completions.create(
            model="default", messages=ASK, stream=True, stream_options={"include_usage": True}
        )
        last = [chunk async for chunk in stream][-1]
    assert last.usage is not None
    assert last.usage.model_dump()["estimated"]
    assert last.usage.completion_tokens > 0


async def test_twenty_streams_at_once_stay_within_a_budget_for_two(opened: Open) -> None:
    gateway = await opened(chat_seconds=60)
    key = await gateway.new_key(budget_day=400)

    async def ask(client: openai.AsyncOpenAI) -> bool:
        try:
            stream = await client.chat.completions.create(model="default", messages=ASK, max_tokens=50, stream=True)
            return bool([chunk async for chunk in stream])
        except openai.RateLimitError:
            return False

    async with gateway.openai(key) as client:
        answered = sum(await asyncio.gather(*(ask(client) for _ in range(20))))
    await gateway.container.llm.room.calling.drain()
    caller = await gateway.container.people.accounts.by_key(key)
    assert caller is not None
    spent, reserved = await gateway.container.llm.admission.spent(f"key:{caller.id}", now().strftime("%Y-%m-%d"))
    assert 0 < answered < 20
    assert (0 < spent <= 400, reserved) == (True, 0)


async def test_a_budget_limits_an_answer_that_has_no_limit_and_says_so(gateway: Gateway) -> None:
    key = await gateway.new_key(budget_day=10**9)
    async with gateway.openai(key) as client:
        raw = await client.chat.completions.with_raw_response.create(model="default", messages=ASK)
    assert raw.headers["x-frontdesk-max-tokens"] == "4096"
    assert gateway.model.requests[-1].json()["max_tokens"] == 4096


async def test_what_is_sent_goes_on_as_it_is(gateway: Gateway) -> None:
    more: dict[str, Any] = {
        "n": 2,
        "seed": 7,
        "stop": ["x"],
        "logprobs": True,
        "top_logprobs": 2,
        "logit_bias": {"50256": -100},
        "presence_penalty": 0.5,
        "frequency_penalty": 0.5,
        "reasoning_effort": "low",
        "metadata": {"team": "blue"},
        "user": "u1",
        "service_tier": "auto",
        "store": False,
        "verbosity": "low",
        "tools": TOOLS,
        "tool_choice": "none",
        "parallel_tool_calls": False,
        "prediction": {"type": "content", "content": "x"},
    }
    messages: Any = [{"role": "developer", "content": "Be kind."}, {"role": "user", "name": "kim", "content": "Hello"}]
    async with gateway.openai() as client:
        whole = await client.chat.completions.create(model="default", messages=messages, **more)
    assert gateway.model.requests[-1].json() == {"messages": messages, "model": "stand-in", **more}
    assert [choice.index for choice in whole.choices] == [0, 1]


async def test_what_no_route_takes_is_refused_with_field_and_route(opened: Open) -> None:
    gateway = await opened(kind="anthropic")
    async with gateway.openai() as client:
        for more in ({"logit_bias": {"1": 2}}, {"n": 2}, {"seed": 7}, {"strange": 1}):
            [name] = more
            with pytest.raises(openai.BadRequestError, match=f"main/stand-in.*{name}") as caught:
                await client.chat.completions.create(model="default", messages=ASK, extra_body=more)
            assert caught.value.param == name
        await client.chat.completions.create(model="default", messages=ASK, n=1, extra_body={"store": False})


async def test_what_one_route_cannot_take_the_next_may(opened: Open) -> None:
    gateway = await opened()
    base = gateway.container.settings.llm.services["main"]
    both = {
        "claude": {"kind": "anthropic", "base_url": base.base_url.removesuffix("/v1"), "key": base.key, "model": "m"},
        "main": {"kind": "openai", "base_url": base.base_url, "key": base.key, "model": "stand-in"},
    }
    second = await opened(services=both, chains={"default": ["claude", "main"]})
    async with second.openai() as client:
        whole = await client.chat.completions.create(model="default", messages=ASK, seed=7)
    assert whole.model == "stand-in"


async def test_anthropics_own_fields_reach_anthropics_service(opened: Open) -> None:
    gateway = await opened(kind="anthropic", masking="off")
    more: dict[str, Any] = {
        "system": [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Hello", "cache_control": {"type": "ephemeral"}}]}
        ],
        "thinking": {"type": "enabled", "budget_tokens": 1024},
        "metadata": {"user_id": "u1"},
        "max_tokens": 2000,
    }
    async with gateway.anthropic() as client:
        await client.messages.create(model="default", **more, extra_body={"top_k": 5})
        counted = await client.messages.count_tokens(model="default", messages=more["messages"])
    assert gateway.model.requests[-1].json() == {"model": "stand-in", "top_k": 5, **more}
    assert counted.input_tokens > 0


async def test_a_service_of_the_other_protocol_refuses_what_it_has_not(gateway: Gateway) -> None:
    async with gateway.anthropic() as client:
        for more in ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, {"top_k": 5}):
            with pytest.raises(anthropic.BadRequestError, match=next(iter(more))):
                await client.messages.create(model="default", max_tokens=2000, messages=ASK, extra_body=more)
        cached: Any = [{"role": "user", "content": [CACHED]}]
        whole = await client.messages.create(model="default", max_tokens=99, messages=cached, stop_sequences=["x"])
    assert gateway.model.requests[-1].json()["stop"] == ["x"]
    assert whole.content[0].text == "I have read: Hello"  # type: ignore[union-attr]


INSIDE = [
    *("127.0.0.1", "127.0.0.1.", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:10.0.0.1]", "10.1.2.3"),
    *("169.254.169.254", "168.63.129.16", "localhost", "localhost.", "a.localhost.", "x.local", "db.internal"),
]


@pytest.mark.parametrize("host", INSIDE)
async def test_an_image_at_an_internal_address_is_refused(gateway: Gateway, host: str) -> None:
    image: Any = {"type": "image_url", "image_url": {"url": f"http://{host}/a.png"}}
    async with gateway.openai() as client:
        with pytest.raises(openai.BadRequestError, match="public"):
            await client.chat.completions.create(model="default", messages=[{"role": "user", "content": [image]}])
    assert not gateway.model.requests


async def test_a_tool_that_failed_is_said_to_have_in_the_other_protocol(gateway: Gateway) -> None:
    used = {"type": "tool_use", "id": "t1", "name": "look_up", "input": {}}
    failed = {"type": "tool_result", "tool_use_id": "t1", "content": "no such title", "is_error": True}
    turns: Any = [*ASK, {"role": "assistant", "content": [used]}, {"role": "user", "content": [failed]}]
    async with gateway.anthropic() as client:
        await client.messages.create(model="default", max_tokens=99, messages=turns, tools=CLAUDE_TOOLS)
    last = gateway.model.requests[-1].json()["messages"][-1]
    assert last == {"role": "tool", "tool_call_id": "t1", "content": "Error: no such title"}


@both
async def test_a_streamed_answer_of_a_form_has_no_fences(opened: Open, kind: str) -> None:
    gateway = await opened(Rule(Fault.FENCED), kind=kind)
    async with (
        gateway.openai() as client,
        client.chat.completions.stream(model="default", messages=WRITE, response_format=Note) as stream,
    ):
        whole = await stream.get_final_completion()
    assert whole.choices[0].message.parsed == Note(title=f"Write to {MAIL}")


@both
async def test_personal_data_is_masked_wherever_it_stands(opened: Open, kind: str) -> None:
    gateway = await opened(kind=kind)
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": json.dumps({MAIL: [PHONE]})}}
    messages: Any = [
        {"role": "system", "content": [{"type": "text", "text": f"The user is {MAIL}"}]},
        {"role": "user", "content": [{"type": "text", "text": f"I am {MAIL}"}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": f'["{PHONE}"]'},
    ]
    tools: Any = [
        {"type": "function", "function": {"name": "f", "description": f"Ask {MAIL}", "parameters": PARAMETERS}}
    ]
    async with gateway.openai() as client:
        whole = await client.chat.completions.create(model="default", messages=messages, tools=tools, user=MAIL)
    assert whole.choices[0].message.content == f'I have read: ["{PHONE}"]'
    assert is_clean(gateway)


async def test_how_long_to_wait_is_how_long_it_takes(opened: Open) -> None:
    gateway = await opened(Rule(Fault.SERVER_ERROR), breaker_failures=1, breaker_seconds=90)
    async with gateway.openai() as client:
        for status in (502, 503):
            with pytest.raises(openai.InternalServerError) as caught:
                await client.chat.completions.create(model="default", messages=ASK)
            assert caught.value.status_code == status
        assert 80 < int(caught.value.response.headers["Retry-After"]) <= 90


async def test_models_say_what_they_can_do(gateway: Gateway) -> None:
    async with gateway.openai() as client:
        found = {each.id: each.model_dump()["capabilities"] async for each in client.models.list()}
    assert found["default"] == ["chat", "embeddings", "transcription"]
    assert found["main/stand-in"] == ["chat", "embeddings", "transcription"]


async def test_a_stream_is_kept_alive_while_nothing_comes() -> None:
    go_on = asyncio.Event()

    async def pieces() -> AsyncGenerator[bytes]:
        await go_on.wait()
        yield b"piece"

    alive = kept_alive(pieces(), 0.001)
    assert await anext(alive) == b": keep-alive\n\n"
    go_on.set()
    assert [each async for each in alive if not each.startswith(b":")] == [b"piece"]
