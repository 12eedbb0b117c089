"""A client of the whole web application, and the accounts it signs in with."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from httpx import ASGITransport, AsyncClient, Response

from frontdesk.model import Role
from frontdesk.wiring.container import Container
from frontdesk.wiring.web import web_services
from tests.one_application import application_of

Client = AsyncClient
PASSWORD = "a long enough password"
HTML = {"Accept": "text/html"}
BASE = "http://127.0.0.1:8000"


@asynccontextmanager
async def web_client(container: Container, address: str = "127.0.0.1") -> AsyncIterator[Client]:
    """The application of a container, called from `address`."""
    with application_of(await web_services(container)) as app:
        transport = ASGITransport(app, raise_app_exceptions=False, client=(address, 50_000))  # type: ignore[arg-type]
        async with AsyncClient(transport=transport, base_url=BASE) as client:
            yield client


async def add_account(container: Container, role: Role = Role.AGENT, email: str = "ada@example.com") -> None:
    """Somebody who can sign in with PASSWORD."""
    await container.people.accounts.add_account(email, "Ada Brightwater", role, PASSWORD)


async def sign_in(
    client: Client, email: str = "ada@example.com", password: str = PASSWORD, onward: str = ""
) -> Response:
    """Sign in as the page does."""
    fields = {"email": email, "password": password, "next": onward}
    return await client.post("/sign-in", data=fields, headers=HTML, follow_redirects=False)


async def key_of(container: Container, role: Role) -> dict[str, str]:
    """The header of a new API key."""
    _, secret = await container.people.accounts.add_key(f"key of a {role}", role)
    return {"Authorization": f"Bearer {secret}"}


def token_in(page: Response) -> str:
    """The token that a page's scripts send."""
    found = re.search(r'name="csrf-token" content="([^"]*)"', page.text)
    assert found, page.text
    return found[1]
