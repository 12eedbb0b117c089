"""An agent framework in its default modes: tools, structured output by a tool, streams, images, in either protocol."""

import base64
from typing import Any

import pytest
from pydantic import BaseModel

from benchmarks.model_services import Fault, Rule
from tests.edges.llm_gateway.conftest import Gateway, Open
from tests.edges.llm_gateway.test_tools_and_images import MAIL, PHONE, is_clean

pydantic_ai = pytest.importorskip("pydantic_ai", reason="pip install 'pydantic-ai-slim[openai,anthropic]'")

both = pytest.mark.parametrize("kind", ["openai", "anthropic"])
clients = pytest.mark.parametrize("client", ["openai", "anthropic"])


class Note(BaseModel):
    """What is asked for."""

    title: str


def model_of(gateway: Gateway, client: str) -> Any:
    if client == "openai":
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.providers.openai import OpenAIProvider

        return OpenAIChatModel("default", provider=OpenAIProvider(openai_client=gateway.openai()))
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    return AnthropicModel("default", provider=AnthropicProvider(anthropic_client=gateway.anthropic()))


@both
@clients
@pytest.mark.parametrize("streamed", [False, True])
async def test_an_agent_uses_its_tool_and_answers_in_its_form(
    opened: Open, kind: str, client: str, streamed: bool
) -> None:
    gateway, seen = await opened(kind=kind), list[str]()
    agent = pydantic_ai.Agent(model_of(gateway, client), output_type=Note)

    @agent.tool_plain
    def look_up(title: str) -> dict[str, str]:
        seen.append(title)
        return {"phone": PHONE}

    if streamed:
        async with agent.run_stream(f"Write to {MAIL}") as run:
            output = await run.get_output()
    else:
        output = (await agent.run(f"Write to {MAIL}")).output
    assert seen == [f"Write to {MAIL}"]
    assert PHONE in output.title
    assert is_clean(gateway)


@both
@clients
async def test_an_agent_sees_an_image_and_hears_thoughts(opened: Open, kind: str, client: str) -> None:
    gateway = await opened(Rule(Fault.THINKING), kind=kind, media="pass")
    image = pydantic_ai.BinaryContent(b"\x89PNG\r\n\x1a\nimage", media_type="image/png")
    agent = pydantic_ai.Agent(model_of(gateway, client))
    result = await agent.run(["What is this?", image])
    assert result.output == "I have read: What is this?"
    assert base64.b64encode(image.data) in gateway.model.requests[-1].body
