"""Reads the pages of a web site that its site map names (sitemaps.org), on its own host alone."""

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import ParseError, fromstring  # type: ignore[import-untyped]

from frontdesk.cli.knowledge.sources import Gathered
from frontdesk.interfaces import Failed, Http, Invalid
from frontdesk.knowledge.documents import read_page
from frontdesk.knowledge.entries import Defaults

MOST_PAGES, MOST_MAPS, AT_ONCE = 2_000, 50, 4
LOCATION = "{*}loc"

OpenClient = Callable[[str], Http]


async def gather_site(url: str, open_client: OpenClient, defaults: Defaults) -> Gathered:
    """The pages of a site map. `open_client` opens a client of an origin and guards addresses. Raises Invalid."""
    origin = _origin(url)
    site = _Site(open_client(origin), origin, Gathered(defaults))
    pages = await site.pages(url)
    if not pages and not site.gathered.problems:
        raise Invalid(f"{url} names no pages of {origin}")
    slots = asyncio.Semaphore(AT_ONCE)

    async def read(page: str) -> tuple[str, bytes | None]:
        async with slots:
            return page, await site.fetch(page)

    for page, content in await asyncio.gather(*map(read, pages)):
        if content is not None:
            site.take(page, content)
    return site.gathered


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Invalid(f"{url} is no address") from None
    return f"{parts.scheme}://{parts.netloc}"


class _Site:
    """One web site, and what was found there."""

    def __init__(self, http: Http, origin: str, gathered: Gathered) -> None:
        self._http, self._origin, self.gathered = http, origin, gathered

    async def pages(self, url: str) -> list[str]:
        """The pages of a site map and of those that it names."""
        maps, pages, seen = [url], dict[str, None](), set[str]()
        while maps and len(seen) < MOST_MAPS:
            if (place := maps.pop(0)) in seen:
                continue
            seen.add(place)
            is_index, found = await self._map(place)
            ours = [each for each in found if _origin(each) == self._origin]
            if len(ours) < len(found):
                self.gathered.left_out.append(f"{place}: {len(found) - len(ours)} addresses are of another host")
            if is_index:
                maps += ours
            else:
                pages |= dict.fromkeys(ours)
        if len(pages) > MOST_PAGES:
            self.gathered.left_out.append(f"{url}: of {len(pages):,} pages the first {MOST_PAGES:,} are read")
        return list(pages)[:MOST_PAGES]

    async def _map(self, url: str) -> tuple[bool, list[str]]:
        content = await self.fetch(url)
        if content is None:
            return False, []
        try:
            root = fromstring(content)
        except (ParseError, DefusedXmlException, ValueError):
            self.gathered.problems.append(f"{url}: is no site map")
            return False, []
        found = [str(each.text or "").strip() for entry in root for each in entry.iterfind(LOCATION)]
        return root.tag.endswith("sitemapindex"), [each for each in found if each]

    async def fetch(self, url: str) -> bytes | None:
        """What an address answers, None where that is nothing to read."""
        place, _, query = url.removeprefix(self._origin).partition("#")[0].partition("?")
        try:
            answer = await self._http.send("GET", place or "/", params=dict(parse_qsl(query, keep_blank_values=True)))
        except (Failed, Invalid) as error:
            self.gathered.problems.append(f"{url}: {error}")
            return None
        if not answer.ok:
            self.gathered.problems.append(f"{url}: answers {answer.status}")
            return None
        return answer.body

    def take(self, url: str, content: bytes) -> None:
        """Add the article on a page."""
        try:
            self.gathered.take(read_page(url, content), url)
        except Invalid as error:
            self.gathered.problems.append(f"{url}: {error}")
