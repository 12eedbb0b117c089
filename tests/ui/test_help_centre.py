"""The help centre: whoever comes reads what is public and published, and nothing else; searches, judges, writes."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest

from frontdesk.model.knowledge import Article, ArticleState, Audience, Product
from frontdesk.settings.sections import Branding, Help, Settings
from frontdesk.ui.brand import Brand
from frontdesk.wiring.container import Container
from frontdesk.wiring.knowledge import make_missing_vectors
from tests.web_client import HTML, Client, web_client

GERMAN = HTML | {"Accept-Language": "de"}
CANARY = "Zanzibarcanary"
RETURNS = Article(
    "returns",
    "How to return shoes",
    "Send them back within **30 days**.\n\n<script>alert(1)</script>",
    questions=("How long can I return shoes?",),
    tags=("returns",),
    products=("S-1",),
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(
        settings, help=Help(enabled=True), branding=Branding("Sole & Sons", "", "#ffee00", "Sole Ltd")
    )


@pytest.fixture
async def reader(container: Container) -> AsyncIterator[Client]:
    """A stranger's browser, and articles of every kind."""
    today = container.clock().date()
    hidden = replace(RETURNS, title=f"{CANARY} shoes", body=f"{CANARY} shoes", questions=(f"{CANARY} shoes?",))
    for each in (
        RETURNS,
        replace(RETURNS, id="rueckgabe", language="de", title="Schuhe zurückgeben", translation_of="returns"),
        replace(hidden, id="inside", audience=Audience.INTERNAL),
        replace(hidden, id="draft", state=ArticleState.DRAFT),
        replace(hidden, id="early", valid_from=today + timedelta(days=1)),
        replace(hidden, id="late", valid_to=today - timedelta(days=1), language="fr", translation_of="returns"),
    ):
        await container.knowledge.articles.put(each, "Kim")
    await container.knowledge.products.put(Product("S-1", "Sneaker One"))
    await make_missing_vectors(container.knowledge, lambda _: None)
    async with web_client(container) as client:
        yield client


async def test_nothing_but_what_is_public_and_published_today_is_seen_anywhere(reader: Client) -> None:
    for path in (
        "/help",
        f"/help?q={CANARY}",
        "/help?q=shoes",
        f"/help/search?q={CANARY}",
        "/help?tag=returns",
        "/help?product=S-1",
        "/help/articles/returns",
        "/help/sitemap.xml",
    ):
        page = await reader.get(path, headers=HTML)
        assert page.status_code == 200, path
        assert CANARY not in page.text.replace(f'value="{CANARY}"', ""), path
    for hidden in ("inside", "draft", "early", "late", "nothing"):
        assert (await reader.get(f"/help/articles/{hidden}", headers=HTML)).status_code == 404
        assert hidden not in (await reader.get("/help/sitemap.xml")).text


async def test_an_article_is_shown_harmless_with_its_translations_and_for_search_engines(reader: Client) -> None:
    page = (await reader.get("/help/articles/returns", headers=HTML)).text
    assert "Send them back within <strong>30 days</strong>." in page
    assert "<script>alert" not in page
    assert re.search(r'<link rel="canonical" href="https?://[^"]+/help/articles/returns">', page)
    assert '<link rel="alternate" hreflang="de" href="/help/articles/rueckgabe">' in page
    [data] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    asked = json.loads(data)
    assert (asked["@type"], asked["mainEntity"][0]["name"]) == ("FAQPage", "How long can I return shoes?")
    assert "<strong>30 days</strong>" in asked["mainEntity"][0]["acceptedAnswer"]["text"]
    assert "/help/articles/rueckgabe</loc>" in (await reader.get("/help/sitemap.xml")).text


async def test_readers_get_their_language_and_search_finds_beginnings_of_words(reader: Client) -> None:
    german = (await reader.get("/help", headers=GERMAN)).text
    assert "Schuhe zurückgeben" in german
    assert "How to return shoes" not in german
    assert "Sneaker One" in german
    assert "/help/articles/returns" in (await reader.get("/help/search?q=sho", headers=HTML)).text
    assert "/help/articles/rueckgabe" in (await reader.get("/help?q=return+shoes", headers=GERMAN)).text
    assert "In Ihrer Sprache lesen" in (await reader.get("/help/articles/returns", headers=GERMAN)).text


async def test_what_readers_say_is_counted_for_the_version_that_they_read(reader: Client, container: Container) -> None:
    for helped, version in (("yes", 1), ("yes", 1), ("no", 1), ("yes", 7)):
        form = {"version": str(version), "helped": helped}
        said = await reader.post("/help/articles/returns/helpful", data=form, headers=HTML)
        assert said.headers["location"] == "/help/articles/returns?voted=1#helpful"
    [votes] = await container.knowledge.votes.since(date(2020, 1, 1))
    assert (votes.article, votes.version, votes.helped, votes.not_helped) == ("returns", 1, 2, 1)
    assert await container.knowledge.votes.since(container.clock().date() + timedelta(days=1)) == []


async def test_likely_answers_come_before_the_message_is_sent(reader: Client, container: Container) -> None:
    form = {"text": "How long can I return shoes?"}
    page = (await reader.post("/help/contact", data=form, headers=HTML)).text
    assert 'href="/help/articles/returns"' in page
    assert '<form class="card form" method="post" action="/messages">' in page
    assert page.count("How long can I return shoes?</textarea>") == 1
    assert (
        await container.database.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM inbound_message").scalar())
    ) == 0


async def test_the_brand_is_on_the_pages_of_customers(reader: Client) -> None:
    for path in ("/help", "/track"):
        page = (await reader.get(path, headers=HTML)).text
        assert "Sole &amp; Sons</title>" in page
        assert "Sole Ltd" in page
        assert '<link rel="stylesheet" href="/brand/brand.css">' in page
    assert "--brand:#ffee00;--on-brand:#000" in (await reader.get("/brand/brand.css")).text
    assert (await reader.get("/brand/logo")).status_code == 404
    assert Brand(color="#000080").css.startswith(":root,:root[data-theme]{--brand:#000080;--on-brand:#fff")


async def test_an_empty_base_says_so(container: Container) -> None:
    async with web_client(container) as client:
        assert "There are no articles here yet." in (await client.get("/help", headers=HTML)).text


async def test_the_first_page_stays_small(reader: Client) -> None:
    page = await reader.get("/help", headers=HTML)
    parts = set(re.findall(r'(?:href|src)="(/static/[^"]+|/brand/[^"]+)"', page.text))
    assert len(parts) >= 4
    sizes = [len((await reader.get(part)).content) for part in parts]
    assert len(page.content) + sum(sizes) < 100_000
