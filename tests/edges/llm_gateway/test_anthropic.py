"""The official Anthropic client, unchanged but for its base URL, against the running gateway."""

import json
from typing import Any

import anthropic
import pytest

from benchmarks.model_services import Fault, Rule
from tests.edges.llm_gateway.conftest import ASK, Gateway, Open

SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}},
    "required": ["title"],
    "additionalProperties": False,
}


async def test_the_client_chats_with_any_model(gateway: Gateway) -> None:
    async with gateway.anthropic() as client:
        whole = await client.messages.create(model="default", max_tokens=100, system="Be kind.", messages=ASK)
    assert whole.content[0].text == "I have read: My kettle leaks."  # type: ignore[union-attr]
    assert (whole.stop_reason, whole.model) == ("end_turn", "stand-in")
    assert whole.usage.output_tokens > 0
    assert [turn["role"] for turn in gateway.model.requests[-1].json()["messages"]] == ["system", "user"]


async def test_the_client_streams(gateway: Gateway) -> None:
    async with (
        gateway.anthropic() as client,
        client.messages.stream(model="default", max_tokens=100, messages=ASK) as stream,
    ):
        said = "".join([text async for text in stream.text_stream])
        final = await stream.get_final_message()
    assert said == "I have read: My kettle leaks."
    assert final.usage.output_tokens > 0
    assert final.stop_reason == "end_turn"


async def test_an_answer_has_the_form_that_was_asked_for(gateway: Gateway) -> None:
    config: Any = {"format": {"type": "json_schema", "schema": SCHEMA}}
    async with gateway.anthropic() as client:
        whole = await client.messages.create(model="default", max_tokens=100, messages=ASK, output_config=config)
    assert json.loads(whole.content[0].text) == {"title": "My kettle leaks."}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.RATE_LIMITED, anthropic.RateLimitError),
        (Fault.SERVER_ERROR, anthropic.InternalServerError),
        (Fault.UNAUTHORISED, anthropic.InternalServerError),
        (Fault.FILTERED_PROMPT, anthropic.BadRequestError),
        (Fault.HANG, anthropic.InternalServerError),
        (Fault.EMPTY, anthropic.InternalServerError),
    ],
)
async def test_the_client_sees_the_right_exception(opened: Open, fault: Fault, kind: Any) -> None:
    gateway = await opened(Rule(fault))
    async with gateway.anthropic() as client:
        with pytest.raises(kind):
            await client.messages.create(model="default", max_tokens=100, messages=ASK)


async def test_a_refusal_and_a_limit_are_no_exceptions(gateway: Gateway) -> None:
    async with gateway.anthropic() as client:
        gateway.script(Rule(Fault.REFUSAL))
        assert (await client.messages.create(model="default", max_tokens=9, messages=ASK)).stop_reason == "refusal"
        gateway.script(Rule(Fault.CUT_OFF))
        assert (await client.messages.create(model="default", max_tokens=9, messages=ASK)).stop_reason == "max_tokens"


async def test_a_stream_that_breaks_off_is_an_exception(gateway: Gateway) -> None:
    gateway.script(Rule(Fault.FAIL_STREAM))
    async with gateway.anthropic() as client:
        with pytest.raises(anthropic.APIStatusError):  # noqa: PT012 - what came before it is read first
            async with client.messages.stream(model="default", max_tokens=100, messages=ASK) as stream:
                async for _ in stream.text_stream:
                    pass


async def test_what_is_not_taken_is_refused(gateway: Gateway) -> None:
    async with gateway.anthropic() as client:
        for more in ({"top_k": 5}, {"thinking": {"type": "enabled", "budget_tokens": 1024}}):
            with pytest.raises(anthropic.BadRequestError, match=next(iter(more))):
                await client.messages.create(model="default", max_tokens=9, messages=ASK, extra_body=more)
        with pytest.raises(anthropic.NotFoundError):
            await client.messages.create(model="nobody", max_tokens=9, messages=ASK)
    async with gateway.anthropic("fd_wrong") as client:
        with pytest.raises(anthropic.AuthenticationError):
            await client.messages.create(model="default", max_tokens=9, messages=ASK)
