"""OpenAI's Responses through the official client: texts, tools, forms, images, streams, over either protocol."""

import json
from typing import Any

import openai
import pytest

from benchmarks.model_services import Fault, Rule
from tests.edges.llm_gateway.conftest import Open
from tests.edges.llm_gateway.test_tools_and_images import MAIL, PARAMETERS, PHONE, PIXEL, Note, both, is_clean, wire

TOOLS: Any = [{"type": "function", "name": "look_up", "description": "Look.", "parameters": PARAMETERS, "strict": True}]
WRITE = f"Write to {MAIL}"


@both
async def test_a_text_is_answered_under_its_instructions(opened: Open, kind: str) -> None:
    gateway = await opened(kind=kind)
    async with gateway.openai() as client:
        said = await client.responses.create(model="default", instructions="Be short.", input=WRITE)
    assert said.output_text == f"I have read: {WRITE}"
    assert (said.status, said.model, said.instructions) == ("completed", "stand-in", "Be short.")
    assert said.usage is not None
    assert said.usage.total_tokens == said.usage.input_tokens + said.usage.output_tokens > 0
    assert "Be short." in wire(gateway)
    assert is_clean(gateway)


@both
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_tool_is_called_and_its_result_read(opened: Open, kind: str, streamed: bool) -> None:
    gateway = await opened(kind=kind)
    items: Any = [{"role": "user", "content": [{"type": "input_text", "text": WRITE}]}]
    async with gateway.openai() as client:
        if streamed:
            async with client.responses.stream(model="default", input=items, tools=TOOLS) as stream:
                names = [event.type async for event in stream]
                first = await stream.get_final_response()
            assert names[:2] == ["response.created", "response.in_progress"]
            assert names[-3:] == [
                "response.function_call_arguments.done",
                "response.output_item.done",
                "response.completed",
            ]
        else:
            first = await client.responses.create(model="default", input=items, tools=TOOLS)
        [call] = [item for item in first.output if item.type == "function_call"]
        assert (call.name, json.loads(call.arguments)) == ("look_up", {"title": WRITE})
        result = {"type": "function_call_output", "call_id": call.call_id, "output": json.dumps({"phone": PHONE})}
        again = [*items, *[item.model_dump(exclude_none=True) for item in first.output], result]
        second = await client.responses.create(model="default", input=again, tools=TOOLS)
    assert PHONE in second.output_text
    assert is_clean(gateway)


@both
async def test_an_answer_has_the_form_that_was_asked_for(opened: Open, kind: str) -> None:
    gateway = await opened(kind=kind)
    async with gateway.openai() as client:
        said = await client.responses.parse(model="default", input=WRITE, text_format=Note)
    assert said.output_parsed is not None
    assert MAIL in said.output_parsed.title
    assert is_clean(gateway)


@both
async def test_a_stream_tells_its_text_piece_by_piece(opened: Open, kind: str) -> None:
    gateway = await opened(kind=kind)
    pieces, last = list[str](), None
    async with gateway.openai() as client:
        async for event in await client.responses.create(model="default", input=WRITE, stream=True):
            if event.type == "response.output_text.delta":
                pieces.append(event.delta)
            last = event
    assert "".join(pieces) == f"I have read: {WRITE}"
    assert last is not None
    assert last.type == "response.completed"
    assert last.response.output_text == f"I have read: {WRITE}"
    assert last.response.usage is not None
    assert is_clean(gateway)


@both
async def test_thoughts_and_images_pass(opened: Open, kind: str) -> None:
    gateway = await opened(Rule(Fault.THINKING), kind=kind, media="pass")
    image = {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}", "detail": "low"}
    items: Any = [{"role": "user", "content": [{"type": "input_text", "text": "What is this?"}, image]}]
    async with gateway.openai() as client:
        said = await client.responses.create(model="default", input=items)
    assert said.output_text == "I have read: What is this?"
    assert PIXEL in wire(gateway)


async def test_a_stream_that_breaks_is_an_error_for_the_client(opened: Open) -> None:
    gateway = await opened(Rule(Fault.CUT_STREAM))
    async with gateway.openai() as client:
        stream = await client.responses.create(model="default", input="Tell me more.", stream=True)
        with pytest.raises(openai.APIError):
            _ = [event async for event in stream]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": "x", "previous_response_id": "resp_1"}, "previous_response_id"),
        ({"input": "x", "tools": [{"type": "web_search"}]}, "tools.0.type"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input.0.type"),
        ({"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}]}, "input.0.content.0.type"),
        ({"input": [{"role": "king", "content": "x"}]}, "input.0"),
        ({"input": []}, "input"),
    ],
)
async def test_what_cannot_be_passed_on_is_refused_with_its_field(opened: Open, body: Any, param: str) -> None:
    gateway = await opened()
    async with gateway.http() as http:
        answer = await http.post("/responses", json={"model": "default", **body})
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["param"] == param
    assert not gateway.model.requests
