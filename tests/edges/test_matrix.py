"""Every route for every kind of caller: who is let in is what access_matrix.txt declares, line by line.

The routes are those of the application; a route without a line fails, and so does a line without a route. Requests go
through the whole application up to the handler, which is not run.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from httpx import ASGITransport, AsyncClient
from litestar import Litestar
from litestar.routes import HTTPRoute
from sqlalchemy import insert

from frontdesk.model import Change, Grant, Role
from frontdesk.model.identity import SCOPES
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import Settings
from frontdesk.storage.schema.channels import attachment
from frontdesk.wiring.container import Container, open_container
from frontdesk.wiring.web import application, web_services
from tests.conftest import CHEAP, Front
from tests.web_client import BASE, PASSWORD, Client, sign_in, web_client

BROKEN = "My washing machine is broken: it shows error E18 and does not pump out the water. Please help."
DECLARED = Path(__file__).parent / "access_matrix.txt"
ROLES = ("anyone", "customer", "service", "agent", "supervisor", "admin")
# What a key with one scope opens, besides what is open to anyone.
OPENED = {
    "api": {"api"},
    "llm": {"llm", "llm:*", "llm:chat", "llm:embeddings", "llm:transcription", "llm:vectors", "llm:reports"},
    "llm:chat": {"llm:*", "llm:chat"},
    "llm:embeddings": {"llm:*", "llm:embeddings"},
    "llm:transcription": {"llm:*", "llm:transcription"},
    "llm:use-case": {"llm:*"},
    "llm:vectors": {"llm:*", "llm:vectors"},
    "llm:reports": {"llm:*", "llm:reports"},
    "llm:use-case:NAME": {"llm:*"},
    "llm:model:NAME": {"llm:*"},
    "knowledge:internal": set(),
}
IN, UNKNOWN, FORBIDDEN, HIDDEN = "let in", "401", "403", "404"


@dataclass(frozen=True)
class Line:
    """A line of the file: `reach` says what a caller who is narrowed gets."""

    method: str
    path: str
    role: str
    scope: str
    reach: str


@dataclass(frozen=True)
class Caller:
    """Who asks. `team` is the one whose interactions they reach, empty for all."""

    name: str
    role: str
    headers: dict[str, str] = field(default_factory=dict)
    opened: frozenset[str] | None = None
    team: str = ""

    def expects(self, line: Line) -> str:
        if line.role == "anyone":
            return IN
        if self.name == "anonymous":
            return UNKNOWN
        if ROLES.index(self.role) < ROLES.index(line.role) or (
            self.opened is not None and line.scope not in self.opened
        ):
            return FORBIDDEN
        if self.team and line.reach == "closed":
            return FORBIDDEN
        return HIDDEN if self.team == "TEC" and line.reach == "object" else IN


def declared() -> dict[tuple[str, str], Line]:
    lines = (each.split() for each in DECLARED.read_text("utf-8").splitlines() if each and not each.startswith("#"))
    return {(line[0], line[1]): Line(*line) for line in lines}


def routed(app: Litestar) -> Iterator[tuple[str, str, str]]:
    """Method, path as it is declared, and the path with types."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            is_mount = getattr(route.route_handler, "is_mount", False)
            yield "GET", f"{route.path}/*" if is_mount else route.path, f"{route.path}/x" if is_mount else route.path
            continue
        for handler in route.route_handlers:
            for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                yield method, route.path_format, route.path


def filled(path: str, known: dict[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name, _, kind = found[1].partition(":")
        return known.get(name, "1" if kind == "int" else "x")

    return re.sub(r"\{([^}]+)\}", value, path)


@asynccontextmanager
async def admitting(container: Container) -> AsyncIterator[tuple[Litestar, Client]]:
    """The application, with an answer in the place of every handler."""
    services = await web_services(container)

    async def let_in(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    door, admits = services.door, services.door.middleware
    door.middleware = lambda app: admits(let_in)  # type: ignore[method-assign]
    app = application(services)
    transport = ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 50_000))  # type: ignore[arg-type]
    async with AsyncClient(transport=transport, base_url=BASE) as client:
        yield app, client


async def session(container: Container, name: str, role: Role, *teams: str) -> dict[str, str]:
    """The headers of a browser in which somebody is signed in."""
    email = f"{name}@example.com"
    await container.people.accounts.add_account(email, name, role, PASSWORD)
    await container.people.accounts.set_teams(email, frozenset(teams))
    async with web_client(container) as client:
        await sign_in(client, email)
        page = await client.get("/track", headers={"Accept": "text/html"})
        [token] = re.findall(r'name="csrf-token" content="([^"]*)"', page.text)
        return {"Cookie": f"frontdesk_session={client.cookies['frontdesk_session']}", "x-csrftoken": token}


async def key(container: Container, role: Role, grant: Grant | None = None) -> dict[str, str]:
    _, secret = await container.people.accounts.add_key("key", role, grant)
    return {"Authorization": f"Bearer {secret}"}


async def callers(container: Container) -> list[Caller]:
    made = [
        Caller("anonymous", "anyone"),
        Caller("customer", "customer", await session(container, "customer", Role.CUSTOMER)),
        Caller("agent", "agent", await session(container, "agent", Role.AGENT, "CMP"), team="CMP"),
        Caller("another agent", "agent", await session(container, "another", Role.AGENT, "TEC"), team="TEC"),
        Caller("supervisor", "supervisor", await session(container, "supervisor", Role.SUPERVISOR)),
        Caller("admin", "admin", await session(container, "admin", Role.ADMIN)),
        Caller("team's key", "admin", await key(container, Role.ADMIN, Grant(teams=frozenset({"TEC"}))), team="TEC"),
        Caller("agents' key", "agent", await key(container, Role.AGENT)),
        Caller("service's key", "service", await key(container, Role.SERVICE)),
    ]
    for scope, opened in OPENED.items():
        headers = await key(container, Role.ADMIN, Grant(frozenset({scope})))
        made.append(Caller(scope, "admin", headers, frozenset(opened)))
    return made


async def known_of(container: Container) -> dict[str, str]:
    """The parameters of an interaction of the team CMP and of what belongs to it."""
    accepted = await Front(container).say(BROKEN)
    before = await container.interactions.records.get(accepted.reference)
    await container.interactions.records.change(before, Change(team="CMP"), "a test")
    reading = await container.messages.readings.message(accepted.message_id)
    assert reading.decision is not None
    row = {"id": "01ATTACHMENT", "message_id": accepted.message_id, "media_type": "text/plain", "state": "fetched"}
    row |= {"remote": {}, "created_at": container.clock()}
    await container.database.write(lambda c: c.execute(insert(attachment), [row]).rowcount)
    return {
        "reference": accepted.reference,
        "attachment_id": "01ATTACHMENT",
        "message_id": accepted.message_id,
        "decision_id": reading.decision.id,
        "key": reading.effects[0].key,
        "which": "intent",
    }


async def test_every_route_lets_in_whom_it_declares_and_nobody_else(settings: Settings, builtin: Builtin) -> None:
    security = msgspec.structs.replace(settings.security, agents_by_team=True)
    async with open_container(msgspec.structs.replace(settings, security=security), builtin, CHEAP) as container:
        known, everybody, lines = await known_of(container), await callers(container), declared()
        async with admitting(container) as (app, client):
            routes = sorted(set(routed(app)))
            assert sorted((method, path) for method, path, _ in routes) == sorted(lines)
            wrong = []
            for method, path, typed in routes:
                for caller in everybody:
                    answer = await client.request(method, filled(typed, known), headers=caller.headers)
                    got = IN if answer.status_code == 299 else str(answer.status_code)
                    wanted = caller.expects(lines[method, path])
                    if got != wanted:
                        wrong.append(f"{method} {path} for {caller.name}: {got} instead of {wanted}")
    assert wrong == [], "\n".join(wrong)
    assert len(routes) > 150


def test_every_scope_is_among_the_callers() -> None:
    assert {f"{each}NAME" if each.endswith(":") else each for each in SCOPES} == OPENED.keys()


def test_nothing_that_changes_who_may_come_in_is_for_less_than_an_admin() -> None:
    for line in declared().values():
        if line.path.startswith(("/console/users", "/console/keys")):
            assert line.role == "admin", line
