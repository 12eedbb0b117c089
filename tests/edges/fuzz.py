"""`bin/fuzz doors`: pages with their forms, and every REST route, asked as an enemy would who is signed in.

The pages are found by following links from the console; their forms are sent with strange values in their fields and a
valid token. REST routes come from the OpenAPI document and get broken bodies, parameters and queries. No answer may be
a 5xx or show a stack trace, refusals of REST are RFC 9457 problems, and afterwards a message is still handled.
"""

import asyncio
import itertools
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from httpx import Response
from lxml import html

from frontdesk.model import NewMessage, Role, Sender
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.wiring.container import Container, open_container
from tests.channels.hostile import BYTES, NASTY
from tests.fuzzing import arguments, within
from tests.web_client import HTML, Client, add_account, key_of, sign_in, token_in, web_client

PAGES = 150
STRANGE = (
    "%00",
    "%ff%fe",
    "..%2f..%2fetc",
    "-1",
    "99999999999999999999",
    "%27%3b--",
    "%F0%9F%92%A5",
    "a" * 3000,
    "1e999",
    "%0d%0a",
)
PLAIN = [str(each) for each in NASTY if isinstance(each, str | int | float)]
TEXTS = (*PLAIN, "\ud800", "<script>xss(1)</script>", "{{ 7 * 7 }}")
# What would end the session, or waits for ever by its nature.
LEFT_OUT = re.compile(r"sign-out|/live|/events|/stream")
OFFERED = 501
NUMBERS = itertools.count()


@dataclass(frozen=True)
class Form:
    """A form of a page: where it is sent, how, and what its fields hold."""

    action: str
    method: str
    fields: dict[str, str]


@dataclass
class Site:
    """What was found by following links: addresses, one for each pattern of numbers, and forms."""

    addresses: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)


@dataclass(frozen=True)
class Request:
    """What is asked: `fields` of a form, or `body` as bytes."""

    method: str
    address: str
    fields: dict[str, str] | None = None
    body: bytes | None = None


async def crawl(client: Client) -> Site:
    """Follow links from the console and the customer's pages."""
    site, waiting, seen = Site(), ["/console", "/", "/track"], set[str]()
    while waiting and len(site.addresses) < PAGES:
        address = waiting.pop(0)
        pattern = _pattern(address)
        if pattern in seen or LEFT_OUT.search(address):
            continue
        seen.add(pattern)
        page = await client.get(address, headers=HTML)
        if page.status_code != 200 or "html" not in page.headers.get("content-type", ""):
            continue
        site.addresses.append(address)
        root = html.fromstring(page.text)
        root.make_links_absolute(str(client.base_url.join(address)))
        links = [urlsplit(each.get("href", "")) for each in root.iter("a")]
        waiting += [each.path + (f"?{each.query}" if each.query else "") for each in links if _is_own(each.netloc)]
        site.forms += [_form(each, address) for each in root.forms]
    site.forms = list(
        {(_pattern(each.action), each.method, *sorted(each.fields)): each for each in site.forms}.values()
    )
    return site


def _pattern(address: str) -> str:
    return re.sub(r"[0-9A-Z]{8,}|\d+", "#", address)


def _is_own(host: str) -> bool:
    return host == "127.0.0.1:8000"


def _form(form: html.FormElement, page: str) -> Form:
    action = urlsplit(form.get("action") or page).path or page
    fields = {str(each.get("name")): each.get("value") or "" for each in form.xpath(".//*[@name]")}
    return Form(action, (form.get("method") or "get").upper(), fields)


def routes(document: dict[str, object]) -> list[tuple[str, str]]:
    """Method and path of every operation of an OpenAPI document."""
    paths = document["paths"]
    assert isinstance(paths, dict)
    return [(method.upper(), path) for path, item in paths.items() for method in item if method != "parameters"]


def requests(site: Site, operations: list[tuple[str, str]], count: int, dice: random.Random) -> Iterator[Request]:
    """So many requests, a third each: addresses of pages, forms, REST routes."""
    for _ in range(count):
        kind = dice.randrange(3)
        if kind == 0:
            yield Request("GET", _strange_address(dice.choice(site.addresses), dice))
        elif kind == 1:
            form = dice.choice(site.forms)
            yield Request(form.method, form.action, _strange_fields(form.fields, dice))
        else:
            method, path = dice.choice(operations)
            filled = re.sub(r"\{\w+\}", lambda _: dice.choice((*STRANGE, "1", "0")), path)
            body = dice.choice(BYTES) if method in ("POST", "PUT", "PATCH") else None
            yield Request(method, _strange_address(filled, dice), body=body)


def _strange_address(address: str, dice: random.Random) -> str:
    path, _, query = address.partition("?")
    if not query and dice.random() < 0.5:
        query = "&".join(f"{name}=1" for name in dice.sample(("page", "cursor", "limit", "q", "sort", "from", "to"), 2))
    parts = query.split("&") if query else []
    if parts and dice.random() < 0.8:
        at = dice.randrange(len(parts))
        parts[at] = f"{parts[at].partition('=')[0]}={dice.choice(STRANGE)}"
    if dice.random() < 0.3:
        pieces = path.split("/")
        pieces[dice.randrange(len(pieces))] = dice.choice(STRANGE)
        path = "/".join(pieces)
    return (path if path.startswith("/") else f"/{path}") + (f"?{'&'.join(parts)}" if parts else "")


def _strange_fields(fields: dict[str, str], dice: random.Random) -> dict[str, str]:
    changed = dict(fields)
    for name in dice.sample(sorted(fields), min(len(fields), dice.choice((1, 1, 2, 4)))):
        if dice.random() < 0.15:
            del changed[name]
        else:
            changed[name] = dice.choice(TEXTS)
    return changed


def flaw_of(request: Request, answer: Response) -> str:
    """What is wrong with an answer, empty where nothing is."""
    if answer.status_code >= 500 and answer.status_code != OFFERED and request.address != "/ready":
        return f"{answer.status_code} {answer.text[:200]}"
    if "Traceback (most recent" in answer.text:
        return "shows a stack trace"
    if answer.status_code < 400 or not request.address.startswith("/api/"):
        return ""
    return "" if "problem+json" in answer.headers.get("content-type", "") else f"{answer.status_code} is no problem"


async def fuzz(container: Container, count: int, dice: random.Random, seconds: float = 600) -> list[str]:
    """What is wrong, empty where nothing is."""
    for text in ("The oven (order 4500012345) shows E18.", "Wo bleibt meine Lieferung?"):
        await container.messages.inbox.accept(NewMessage(text, "WEB", Sender(name="Ada")))
    await container.runner.run_until_idle()
    wrong, statuses = list[str](), Counter[int]()
    async with web_client(container, "192.0.2.7") as client, web_client(container, "192.0.2.8") as program:
        key = await _come_in(container, client)
        site = await crawl(client)
        operations = routes((await program.get("/api/v1/openapi.json", headers=key)).json())
        print(f"{len(site.addresses)} pages, {len(site.forms)} forms, {len(operations)} REST operations", flush=True)
        for request in within(seconds, requests(site, operations, count, dice)):
            answer = await _ask(client, program, request, key)
            if answer.status_code == 401 or answer.headers.get("location", "").startswith("/sign-in"):
                key = await _come_in(container, client)  # it ended its own session, or revoked its own key
                answer = await _ask(client, program, request, key)
            statuses[answer.status_code] += 1
            if flaw := flaw_of(request, answer):
                wrong.append(f"{request.method} {request.address} {request.fields or request.body!r}: {flaw}"[:600])
    print(f"{statuses.total()} requests: {dict(sorted(statuses.items()))}", flush=True)
    accepted = await container.messages.inbox.accept(NewMessage("The kettle leaks.", "WEB", Sender(name="Ada")))
    await container.runner.run_until_idle()
    interaction = await container.interactions.records.get(accepted.reference)
    return wrong + ([] if interaction.title else ["afterwards: a message is not handled"])


async def _come_in(container: Container, client: Client) -> dict[str, str]:
    """Sign in anew as somebody who may do everything; the key of such a program."""
    email = f"ada{next(NUMBERS)}@example.com"
    await add_account(container, Role.ADMIN, email)
    client.cookies.clear()
    await sign_in(client, email)
    return await key_of(container, Role.ADMIN)


async def _ask(client: Client, program: Client, request: Request, key: dict[str, str]) -> Response:
    if request.address.startswith("/api/"):
        headers = key | {"Content-Type": "application/json"}
        return await program.request(request.method, request.address, content=request.body, headers=headers)
    if request.method == "GET":
        query = "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in (request.fields or {}).items())
        return await client.get(f"{request.address}?{query}" if query else request.address, headers=HTML)
    page = await client.get("/console", headers=HTML)
    data = "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in (request.fields or {}).items())
    headers = HTML | {"Content-Type": "application/x-www-form-urlencoded"}
    if page.status_code == 200:
        headers |= {"X-CSRFToken": token_in(page)}
    return await client.request(request.method, request.address, content=data, headers=headers)


def _escaped(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


async def run(count: int, seconds: float, seed: int) -> list[str]:
    """Fuzz an application of its own, on SQLite."""
    builtin = Builtin()
    try:
        with tempfile.TemporaryDirectory() as folder:
            async with open_container(load(data=Path(folder) / "data", environment={}), builtin) as container:
                return await fuzz(container, count, random.Random(seed), seconds)
    finally:
        builtin.close()


def main() -> None:
    """Read the arguments and ask."""
    given = arguments("doors", __doc__, 6_000).parse_args()
    began = time.monotonic()
    wrong = asyncio.run(run(given.count, given.seconds, given.seed))
    print(f"{len(wrong)} wrong, {time.monotonic() - began:.0f} s", flush=True)
    sys.exit("\n".join(wrong[:40]) if wrong else 0)


if __name__ == "__main__":
    main()
