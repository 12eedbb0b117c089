"""The official clients talk to the stand-in as they do to the real services."""

import json
from collections.abc import AsyncIterator

import anthropic
import openai
import pytest
from pydantic import BaseModel

from benchmarks.model_services import KEY, Fault, LlmSimulator, Rule
from benchmarks.model_services.openai_shape import SPOKEN
from frontdesk.simulators.serving import serving

ASK = [{"role": "user", "content": "My kettle leaks."}]


class Note(BaseModel):
    """What is asked for."""

    title: str
    mood: str


@pytest.fixture
async def server() -> LlmSimulator:
    return LlmSimulator()


@pytest.fixture
async def url(server: LlmSimulator) -> AsyncIterator[str]:
    async with serving(server.answer) as address:
        yield address


def client(url: str, key: str = KEY) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)


async def test_the_openai_client_chats_streams_and_parses(url: str) -> None:
    async with client(url) as chat:
        whole = await chat.chat.completions.create(model="m", messages=ASK)  # type: ignore[arg-type]
        assert whole.choices[0].message.content == "I have read: My kettle leaks."
        stream = await chat.chat.completions.create(
            model="m",
            messages=ASK,
            stream=True,
            stream_options={"include_usage": True},  # type: ignore[arg-type]
        )
        chunks = [chunk async for chunk in stream]
        assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "I have read: My kettle leaks."
        assert chunks[-1].usage
        parsed = await chat.chat.completions.parse(model="m", messages=ASK, response_format=Note)  # type: ignore[arg-type]
        assert parsed.choices[0].message.parsed == Note(title="My kettle leaks.", mood="text")


async def test_the_openai_client_embeds_transcribes_and_lists(url: str) -> None:
    async with client(url) as chat:
        packed = await chat.embeddings.create(model="m", input=["a b", "c"])
        plain = await chat.embeddings.create(model="m", input=["a b"], encoding_format="float")
        assert len(packed.data) == 2
        assert packed.data[0].embedding == pytest.approx(plain.data[0].embedding)
        heard = await chat.audio.transcriptions.create(model="m", file=("a.wav", b"RIFF"), response_format="json")
        assert heard.text == SPOKEN
        assert [model.id async for model in chat.models.list()] == ["stand-in"]


async def test_the_azure_client_is_understood(url: str) -> None:
    async with openai.AsyncAzureOpenAI(azure_endpoint=url, api_key=KEY, api_version="2024-10-21") as chat:
        whole = await chat.chat.completions.create(model="deployed", messages=ASK)  # type: ignore[arg-type]
    assert whole.model == "deployed"


async def test_the_anthropic_client_chats_and_streams(url: str) -> None:
    async with anthropic.AsyncAnthropic(base_url=url, api_key=KEY, max_retries=0) as chat:
        whole = await chat.messages.create(model="m", max_tokens=100, messages=ASK)  # type: ignore[arg-type]
        assert whole.content[0].text == "I have read: My kettle leaks."  # type: ignore[union-attr]
        assert whole.stop_reason == "end_turn"
        async with chat.messages.stream(model="m", max_tokens=100, messages=ASK) as stream:  # type: ignore[arg-type]
            assert "".join([text async for text in stream.text_stream]) == "I have read: My kettle leaks."
            assert (await stream.get_final_message()).usage.output_tokens > 0


async def test_a_wrong_key_is_a_wrong_key_to_the_clients(url: str) -> None:
    async with client(url, "wrong") as chat:
        with pytest.raises(openai.AuthenticationError):
            await chat.chat.completions.create(model="m", messages=ASK)  # type: ignore[arg-type]
    async with anthropic.AsyncAnthropic(base_url=url, api_key="wrong", max_retries=0) as other:
        with pytest.raises(anthropic.AuthenticationError):
            await other.messages.create(model="m", max_tokens=100, messages=ASK)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.RATE_LIMITED, openai.RateLimitError),
        (Fault.SERVER_ERROR, openai.InternalServerError),
        (Fault.FILTERED_PROMPT, openai.BadRequestError),
        (Fault.UNKNOWN_MODEL, openai.NotFoundError),
        (Fault.CUT_BODY, openai.APIConnectionError),
    ],
)
async def test_faults_look_to_the_openai_client_like_real_ones(
    url: str, server: LlmSimulator, fault: Fault, error: type[Exception]
) -> None:
    server.script = type(server.script)([Rule(fault)])
    async with client(url) as chat:
        with pytest.raises(error):
            await chat.chat.completions.create(model="m", messages=ASK)  # type: ignore[arg-type]


async def test_the_anthropic_client_meets_an_overload(url: str, server: LlmSimulator) -> None:
    server.script = type(server.script)([Rule(Fault.OVERLOADED)])
    async with anthropic.AsyncAnthropic(base_url=url, api_key=KEY, max_retries=0) as chat:
        with pytest.raises(anthropic.InternalServerError, match="Overloaded"):
            await chat.messages.create(model="m", max_tokens=100, messages=ASK)  # type: ignore[arg-type]


async def test_a_tool_that_must_be_used_is_used(url: str) -> None:
    async with anthropic.AsyncAnthropic(base_url=url, api_key=KEY) as chat:
        whole = await chat.messages.create(
            model="m",
            max_tokens=100,
            messages=ASK,  # type: ignore[arg-type]
            tools=[{"name": "note", "input_schema": Note.model_json_schema()}],
            tool_choice={"type": "tool", "name": "note"},
        )
    assert (whole.stop_reason, whole.content[0].name) == ("tool_use", "note")  # type: ignore[union-attr]
    assert json.dumps(whole.content[0].input) == '{"title": "My kettle leaks.", "mood": "text"}'  # type: ignore[union-attr]
