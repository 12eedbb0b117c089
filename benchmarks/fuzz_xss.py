"""Says 6,000 hostile texts as message, name, subject and search, and looks whether any page lets one run.

Every page that shows one is read by a parser; a part of them is opened in Chromium, where `xss` is listened for.
"""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.hostile import inspect, texts
from benchmarks.servers import Process, free_port

FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
LOOKED_UP_EVERY, NAMED_EVERY, SEEN_EVERY, AT_ONCE = 8, 4, 40, 16
HTML = {"Accept": "text/html"}
LISTEN = "window.hits = []; window.xss = (n) => window.hits.push(n); window.alert = (n) => window.hits.push(n);"


async def main(count: int) -> int:
    """Run it; 0 where everything was inert."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="frontdesk-fuzz-") as folder:
        server = Process(["serve", "--port", str(port)], Path(folder), _environment())
        server.start()
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                await _ready(client)
                began, found = time.perf_counter(), await _say_all(client, list(texts(count)))
                await _idle(client)
                found += await _read_all(client, found.references)
                hits = await _watch(f"http://127.0.0.1:{port}", found.references[::SEEN_EVERY])
        finally:
            server.stop()
    seconds = time.perf_counter() - began
    for each in [*found.troubles, *hits][:20]:
        print(each)
    print(
        f"{count} texts, {found.pages} pages read, {len(found.references[::SEEN_EVERY])} opened in Chromium, "
        f"{len(found.troubles)} not inert, {len(hits)} ran, {seconds:.0f} s"
    )
    return 1 if found.troubles or hits else 0


class Found:
    """What has been seen so far."""

    def __init__(self) -> None:
        self.references: list[str] = []
        self.troubles: list[str] = []
        self.pages = 0

    def __iadd__(self, other: "Found") -> "Found":
        self.troubles += other.troubles
        self.pages += other.pages
        return self

    def look(self, answer: httpx.Response, said: str) -> None:
        """A page that shows `said`."""
        self.pages += 1
        if answer.status_code >= 500:
            self.troubles.append(f"{answer.request.url.path} answered {answer.status_code} to {said!r}")
        for each in inspect(answer.text):
            self.troubles.append(f"{answer.request.url.path}: {each} out of {said!r}")


def _environment() -> dict[str, str]:
    return {
        "FRONTDESK_SECURITY_DEMO_SIGN_IN": "true",
        "FRONTDESK_SECURITY_SUBMISSIONS_PER_MINUTE": "1000000",
        "FRONTDESK_SECURITY_SIGN_INS_PER_MINUTE": "1000",
    }


async def _ready(client: httpx.AsyncClient) -> None:
    for _ in range(600):
        try:
            if (await client.get("/ready")).status_code == 200:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)
    raise SystemExit("the server did not become ready")


async def _idle(client: httpx.AsyncClient) -> None:
    """Wait until every message is handled."""
    while (await client.get("/api/v1/work?state=open&limit=1")).json()["items"]:
        await asyncio.sleep(0.5)


async def _say_all(client: httpx.AsyncClient, said: list[str]) -> Found:
    found, gate = Found(), asyncio.Semaphore(AT_ONCE)

    async def one(number: int, text: str) -> None:
        async with gate:
            await _say(client, found, number, text, said[number - 1])

    await asyncio.gather(*(one(number, text) for number, text in enumerate(said)))
    return found


async def _say(client: httpx.AsyncClient, found: Found, number: int, text: str, other: str) -> None:
    form = {"text": text, "name": other[:200], "email": "a@b.example", "customer_no": text[:40]}
    answer = await client.post("/messages", data=form, headers=HTML)
    if answer.status_code == 303:
        found.references.append(answer.headers["location"].partition("?")[0].rpartition("/")[2])
    wrong = await client.post("/messages", data=form | {"email": text[:300] or "x"}, headers=HTML)
    if wrong.status_code != 303:
        found.look(wrong, text)
    if number % LOOKED_UP_EVERY == 0:
        found.look(await client.get("/track", params={"reference": text, "email": other}, headers=HTML), text)
        found.look(await client.get("/console/interactions", params={"q": text[:150]}, headers=HTML), text)
        found.look(await client.get("/console/rules/explain", params={"reference": text[:20]}, headers=HTML), text)


async def _read_all(client: httpx.AsyncClient, references: list[str]) -> Found:
    found, gate = Found(), asyncio.Semaphore(AT_ONCE)

    async def one(number: int, reference: str) -> None:
        async with gate:
            if number % NAMED_EVERY == 0:
                await _name(client, reference)
            found.look(await client.get(f"/track/{reference}", headers=HTML), reference)
            if number % LOOKED_UP_EVERY == 0:
                found.look(await client.get(f"/track/{reference}/fragment", headers=HTML), reference)
                found.look(await client.get("/console/interactions", headers=HTML), reference)

    await asyncio.gather(*(one(number, reference) for number, reference in enumerate(references)))
    return found


async def _name(client: httpx.AsyncClient, reference: str) -> None:
    """The subject: a person corrects the title to a hostile one, and answers with one."""
    timeline = (await client.get(f"/api/v1/interactions/{reference}/timeline?limit=1")).json()["items"]
    message: dict[str, Any] = timeline[0].get("inbound") or {}
    said = str(message.get("text", ""))[:100].strip() or "x"
    body = {"field": "title", "value": said}
    await client.post(f"/api/v1/messages/{message.get('id')}/corrections", json=body)
    await client.post(f"/api/v1/interactions/{reference}/replies", json={"text": said})


async def _watch(url: str, references: list[str]) -> list[str]:
    """Open pages in Chromium, scroll, focus and point at things, and listen for a call of `xss`."""
    from playwright.async_api import async_playwright

    chromium = os.environ.get("FRONTDESK_TEST_CHROMIUM") or shutil.which("chromium") or ""
    if not chromium:
        return ["no Chromium: install the package chromium"]
    hits: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = await browser.new_page(base_url=url)
        await page.add_init_script(LISTEN)
        page.on("dialog", lambda _: hits.append(f"dialog on {page.url}"))
        for path in [
            "/console",
            "/console/interactions",
            "/console/history",
            *(f"/track/{reference}" for reference in references),
        ]:
            await page.goto(path)
            await page.mouse.move(600, 300)
            await page.evaluate("document.querySelectorAll('[tabindex]').forEach((each) => each.focus())")
            hits += [f"{path}: xss({number}) ran" for number in await page.evaluate("window.hits")]
        await browser.close()
    return hits


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 6000)))
