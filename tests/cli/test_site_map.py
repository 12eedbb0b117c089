"""Articles from the site map of a real web server: its own pages alone, and no internal address."""

from collections.abc import AsyncIterator

import pytest

from frontdesk.cli.knowledge.site_map import gather_site
from frontdesk.interfaces import Invalid
from frontdesk.knowledge.entries import Defaults
from frontdesk.outgoing import AddressRules, Outgoing
from frontdesk.simulators.serving import Asked, Server, Told

DEFAULTS = Defaults(lambda _text: "en")
PAGE = "<html lang=en><title>{name}</title><header>Menu</header><main><p>About {name}.</p></main></html>"
MAP = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{places}</urlset>"


class Site:
    """A web site with an index, a map, and pages; `host` is its own once it is served."""

    host = ""

    async def answer(self, asked: Asked) -> Told:
        def entries(kind: str, *places: str) -> str:
            return "".join(f"<{kind}><loc>{place}</loc></{kind}>" for place in places)

        if asked.path == "/sitemap.xml":
            index = entries("sitemap", f"{self.host}/pages.xml", f"{self.host}/bomb.xml", f"{self.host}/sitemap.xml")
            return Told(200, f"<sitemapindex>{index}</sitemapindex>".encode())
        if asked.path == "/pages.xml":
            pages = entries(
                "url", f"{self.host}/a", f"{self.host}/p?name=b", f"{self.host}/gone", "http://10.0.0.1/secret"
            )
            return Told(200, MAP.format(places=pages).encode())
        if asked.path == "/bomb.xml":
            return Told(200, b'<!DOCTYPE x [<!ENTITY a "aaaa">]><urlset><url><loc>&a;</loc></url></urlset>')
        if asked.path == "/a":
            return Told(200, PAGE.format(name=asked.path[1:]).encode())
        if asked.path == "/p" and asked.query:
            return Told(200, PAGE.format(name=asked.query["name"]).encode())
        return Told(404, b"")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    server = Server(site.answer)
    site.host = await server.start()
    yield site
    await server.close()


@pytest.fixture
async def outgoing() -> AsyncIterator[Outgoing]:
    """HTTP that may reach this machine."""
    opened = Outgoing(AddressRules(("127.0.0.1",)))
    yield opened
    await opened.close()


async def test_the_pages_of_a_site_are_articles_and_others_are_left_alone(site: Site, outgoing: Outgoing) -> None:
    found = await gather_site(f"{site.host}/sitemap.xml", lambda at: outgoing.client(at, trusted=False), DEFAULTS)
    assert [(each.title, each.body, each.url) for each in found.articles.values()] == [
        (name, f"About {name}.", f"{site.host}/{place}") for name, place in (("a", "a"), ("b", "p?name=b"))
    ]
    assert found.problems == [f"{site.host}/bomb.xml: is no site map", f"{site.host}/gone: answers 404"]
    assert found.left_out == [f"{site.host}/pages.xml: 1 addresses are of another host"]
    assert not any("/" in each for each in found.articles)


async def test_an_internal_address_is_not_asked(site: Site) -> None:
    guarded = Outgoing(AddressRules(()))
    found = await gather_site(f"{site.host}/sitemap.xml", lambda at: guarded.client(at, trusted=False), DEFAULTS)
    await guarded.close()
    assert found.articles == {}
    assert "not allowed" in found.problems[0]


async def test_what_names_no_pages_is_refused(site: Site, outgoing: Outgoing) -> None:
    with pytest.raises(Invalid):
        await gather_site("http://[bad/sitemap.xml", lambda at: outgoing.client(at, trusted=False), DEFAULTS)
