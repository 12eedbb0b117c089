"""Servers that understand less than OpenAI: found out once, remembered, and never at the cost of the answer."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from frontdesk.interfaces import ErrorKind, ModelFailed, ModelService
from frontdesk.outgoing import Outgoing
from frontdesk.providers.options import ServiceOptions
from frontdesk.providers.registry import open_service
from frontdesk.simulators.serving import Asked, Told, serving, told
from tests.providers.stand_in import SCHEMA, asking

Refusal = Callable[[dict[str, Any]], Told | None]


def refuse(message: str, **more: Any) -> Told:
    return told({"error": {"message": message, "type": "invalid_request_error"} | more}, 400)


@asynccontextmanager
async def server(
    refusal: Refusal, kind: str = "openai", **options: Any
) -> AsyncIterator[tuple[ModelService, list[Any]]]:
    """A server that refuses some requests and answers all others."""
    seen: list[Any] = []
    outgoing = Outgoing()

    async def answer(asked: Asked) -> Told:
        body = asked.json()
        seen.append(body)
        refused = refusal(body)
        if kind == "anthropic":
            content = [{"type": "text", "text": "{}"}]
            if "tools" in body:
                content = [{"type": "tool_use", "id": "t", "name": body["tools"][0]["name"], "input": {"mood": "bad"}}]
            return refused or told({"content": content, "stop_reason": "tool_use" if "tools" in body else "end_turn"})
        return refused or told({"choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}]})

    async with serving(answer) as url:
        made = ServiceOptions(kind=kind, base_url=url, model="small", **options)  # type: ignore[arg-type]
        yield open_service("local", made, lambda _, base, headers: outgoing.client(base, headers), {}), seen
        await outgoing.close()


def structures(seen: list[Any]) -> list[str]:
    return [body.get("response_format", {"type": "text"})["type"] for body in seen]


async def test_a_server_without_schemas_is_asked_for_json_then_for_text_and_that_is_remembered() -> None:
    def refusal(body: dict[str, Any]) -> Told | None:
        return refuse("Invalid parameter: 'response_format' is not supported") if "response_format" in body else None

    async with server(refusal) as (service, seen):
        await service.complete(asking())
        assert structures(seen) == ["json_schema", "json_object", "text"]
        assert json.dumps(SCHEMA, separators=(",", ":")) in seen[-1]["messages"][0]["content"]
        await service.complete(asking())
        assert structures(seen)[3:] == ["text"]
        await service.complete(asking(model="other"))
        assert structures(seen)[4:] == ["json_schema", "json_object", "text"]


async def test_one_schema_that_is_refused_does_not_change_how_others_are_asked() -> None:
    def refusal(body: dict[str, Any]) -> Told | None:
        form = body.get("response_format", {})
        if form.get("json_schema", {}).get("name") != "strange":
            return None
        return refuse("Invalid schema for response_format 'strange'", code="invalid_json_schema")

    async with server(refusal) as (service, seen):
        await service.complete(asking(schema_name="strange"))
        await service.complete(asking())
    assert structures(seen) == ["json_schema", "json_object", "json_schema"]


@pytest.mark.parametrize("compatible", [True, False])
async def test_the_other_name_of_the_length_is_found(compatible: bool) -> None:
    known = "max_completion_tokens" if compatible else "max_tokens"

    def refusal(body: dict[str, Any]) -> Told | None:
        other = ({"max_tokens", "max_completion_tokens"} - {known}).pop()
        return refuse(f"Unsupported parameter: '{other}'", param=other) if other in body else None

    kind = "openai" if compatible else "azure_openai"
    async with server(refusal, kind, key="k") as (service, seen):
        await service.complete(asking())
        await service.complete(asking())
    assert [known in body for body in seen] == [False, True, True]


async def test_a_length_that_is_too_large_is_not_asked_for_again() -> None:
    async with server(lambda _: refuse("max_tokens is too large: 1024", param="max_tokens")) as (service, seen):
        with pytest.raises(ModelFailed) as caught:
            await service.complete(asking())
    assert (caught.value.trouble, len(seen)) == (ErrorKind.BAD_REQUEST, 1)


async def test_a_model_without_temperature_is_asked_without() -> None:
    def refusal(body: dict[str, Any]) -> Told | None:
        wrong = "temperature" in body
        return refuse("Unsupported value: 'temperature' does not support 0", param="temperature") if wrong else None

    async with server(refusal) as (service, seen):
        await service.complete(asking())
    assert ["temperature" in body for body in seen] == [True, False]


async def test_a_server_that_refuses_everything_is_not_asked_for_ever() -> None:
    async with server(lambda _: refuse("response_format temperature max_tokens not supported")) as (service, seen):
        with pytest.raises(ModelFailed):
            await service.complete(asking())
    assert len(seen) <= 5


async def test_compatible_servers_get_the_whole_schema_and_strictness_only_where_it_holds() -> None:
    closed = {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "required": ["a"],
        "additionalProperties": False,
    }
    async with server(lambda _: None) as (service, seen):
        await service.complete(asking())
        await service.complete(asking(schema=closed))
    told_schemas = [body["response_format"]["json_schema"] for body in seen]
    assert told_schemas[0] == {"name": "answer", "strict": False, "schema": SCHEMA}
    assert told_schemas[1] == {"name": "answer", "strict": True, "schema": closed}


async def test_what_may_be_left_out_comes_back_left_out() -> None:
    async def answer(_: Asked) -> Told:
        text = '{"title":"t","mood":"good","note":null}'
        return told({"choices": [{"message": {"content": text}, "finish_reason": "stop"}]})

    outgoing = Outgoing()
    async with serving(answer) as url:
        options = ServiceOptions(kind="azure_openai", base_url=url, key="k", model="m")
        service = open_service("a", options, lambda _, base, headers: outgoing.client(base, headers), {})
        got = await service.complete(asking())
        await outgoing.close()
    assert json.loads(got.text) == {"title": "t", "mood": "good"}


async def test_a_model_that_knows_no_schema_is_given_a_tool() -> None:
    def refusal(body: dict[str, Any]) -> Told | None:
        return refuse("output_config.format: Extra inputs are not permitted") if "output_config" in body else None

    async with server(refusal, "anthropic", key="k") as (service, seen):
        got = await service.complete(asking())
        await service.complete(asking())
    assert json.loads(got.text) == {"mood": "bad"}
    assert [body.get("tool_choice") for body in seen] == [None, *[{"type": "tool", "name": "answer"}] * 2]
    assert seen[1]["tools"][0]["input_schema"] == SCHEMA


async def test_a_message_in_parts_is_put_together() -> None:
    async def answer(_: Asked) -> Told:
        parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
        return told({"choices": [{"message": {"content": parts}}]})

    outgoing = Outgoing()
    async with serving(answer) as url:
        options = ServiceOptions(kind="openai", base_url=url, model="m")
        service = open_service("a", options, lambda _, base, headers: outgoing.client(base, headers), {})
        got = await service.complete(asking(schema=None))
        await outgoing.close()
    assert (got.text, got.finish, got.model) == ("ab", "stop", "m")
    assert got.input_tokens > 0
