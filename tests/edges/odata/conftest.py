"""The OData services over an open container whose runner works, asked over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from httpx import AsyncClient, Response

from frontdesk.model import Role
from frontdesk.wiring.container import Container
from tests.web_client import key_of, web_client

ADMIN = "/admin"


@dataclass
class Odata:
    """A client of the services, signed in as an admin unless told otherwise."""

    client: AsyncClient
    container: Container
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, url: str, body: Any = None, **headers: str) -> Response:
        """One request; a body that is no text or bytes goes as JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        told: dict[str, Any] = {"headers": self.headers | named}
        if isinstance(body, str | bytes):
            told["content"] = body
        elif body is not None:
            told["json"] = body
        return await self.client.request(method, url if url.startswith("/") else f"{ADMIN}/{url}", **told)

    async def get(self, url: str, **headers: str) -> Any:
        """The JSON of a GET that succeeds."""
        answer = await self.ask("GET", url, **headers)
        assert answer.status_code == 200, f"{url}: {answer.status_code} {answer.text}"
        return answer.json()

    async def rows(self, url: str) -> list[dict[str, Any]]:
        """The rows of a list."""
        found: list[dict[str, Any]] = (await self.get(url))["value"]
        return found

    async def say(self, text: str, interaction: int | None = None, **more: Any) -> dict[str, Any]:
        """A message of a customer, handled when this returns."""
        if interaction is None:
            body = {"inboundMsgs": [{"inboundTextMsg": text, **more}]}
            answer = await self.ask("POST", "CustomerInteraction", body)
        else:
            answer = await self.ask(
                "POST", "InboundCustomerMessage", {"interaction_ID": interaction, "inboundTextMsg": text, **more}
            )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


@pytest.fixture
async def odata(container: Container) -> AsyncIterator[Odata]:
    """The services, with the work done beside."""
    working = asyncio.create_task(container.runner.run())
    async with web_client(container, address="203.0.113.9") as client:
        headers = await key_of(container, Role.ADMIN)
        yield Odata(client, container, headers)
    container.runner.stop()
    await working
