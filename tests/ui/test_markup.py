"""Hostile texts stay texts on every page that shows them: a sample of what `bin/fuzz xss` says."""

from httpx import Response

from benchmarks.hostile import inspect, texts
from frontdesk.model import NewMessage, Role, Sender
from frontdesk.ticketing.submission import check
from frontdesk.wiring.container import Container
from tests.ui.test_every_page import PAGES
from tests.web_client import HTML, Client, add_account, sign_in, web_client

SAMPLE = 60


def inert(page: Response) -> None:
    assert page.status_code < 500
    assert inspect(page.text) == []


def test_the_inspector_finds_what_runs() -> None:
    for page in (
        "<p><script>xss(1)</script>",
        "<img src=x onerror=xss(1)>",
        "<a href=' JavaScript:xss(1)'>",
        "<iframe>",
        '<script type="application/json">{"a": "</b>"}</script>',
        "<p style=x>",
        "<div hx-on:load=xss(1)>",
    ):
        assert inspect(page), page
    assert inspect("<p title='&lt;script&gt;'>&lt;script&gt;xss(1)&lt;/script&gt;</p>") == []


def test_the_same_texts_come_every_time_and_all_are_different() -> None:
    once = list(texts(6000))
    assert once == list(texts(6000))
    assert len(set(once)) == 6000
    assert all("xss" in each or "&#x" in each for each in once)


async def test_hostile_messages_names_and_searches_are_shown_as_text(
    customer: Client, agent: Client, container: Container
) -> None:
    said = list(texts(SAMPLE, seed=11))
    references = []
    for text, other in zip(said, reversed(said), strict=True):
        message = NewMessage(text, "WEB", Sender(other[:200], other[:300], "", text[:40]))
        accepted = await container.messages.inbox.accept(check(message, {"WEB": True}))
        references.append(accepted.reference)
        inert(await customer.post("/messages", data={"text": text, "name": other, "email": other}, headers=HTML))
        inert(await agent.get("/console/interactions", params={"q": text[:150]}, headers=HTML))
        inert(await agent.get("/console/rules/explain", params={"reference": text}, headers=HTML))
    await container.runner.run_until_idle()
    for reference in references:
        inert(await agent.get(f"/track/{reference}", headers=HTML))
    for path in ("/console", "/console/interactions", "/console/history", "/console/effects"):
        inert(await agent.get(path, headers=HTML))


async def test_only_the_list_and_a_conversation_fill_the_window(container: Container) -> None:
    """A name that a page gives to its template must not switch its layout."""
    accepted = await container.messages.inbox.accept(
        check(NewMessage("It leaks.", "WEB", Sender("Ada")), {"WEB": True})
    )
    await container.runner.run_until_idle()
    await add_account(container, role=Role.ADMIN)
    conversation = f"/console/interactions/{accepted.reference}"
    paths = [path for path in PAGES.values() if path.startswith("/console") and "{" not in path]
    async with web_client(container) as client:
        await sign_in(client)
        shown = {path: (await client.get(path, headers=HTML)).text for path in (*paths, conversation)}
    assert len(shown) > 20
    assert {path for path, page in shown.items() if 'class="wide whole"' in page} == {
        "/console/interactions", conversation,
    }  # fmt: skip
