"""The dashboard and the rows behind its figures, as the server makes them."""

import html
import re
from datetime import UTC, datetime

import pytest

from benchmarks.invented import loading as bulk
from benchmarks.invented.interaction import DemoSize
from benchmarks.invented.made import make
from frontdesk.insights.cards import CARDS
from frontdesk.wiring.container import Container
from tests.web_client import HTML, Client

pytestmark = pytest.mark.both_databases

PATH = "/console/insights"
UNTIL = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPAN = "since=2026-01-01&until=2026-03-02"
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
async def data(container: Container) -> None:
    for portion in make(DemoSize(200, 5, UNTIL)):
        await bulk.fill(container.database, portion.tables())
    await bulk.finish(container.database)


@pytest.mark.usefixtures("data")
async def test_the_page_has_a_place_for_every_card_with_the_filters_of_its_address(agent: Client) -> None:
    page = (await agent.get(f"{PATH}?{SPAN}&channel=EMI&channel=WEB")).text
    for name in CARDS:
        assert (
            f'data-source="/api/v1/insights/cards/{name}?since=2026-01-01&amp;until=2026-03-02&amp;channel=EMI' in page
        )
    assert re.search(r'name="channel" value="EMI" checked', page)


@pytest.mark.usefixtures("data")
async def test_the_rows_page_says_how_many_and_leads_back_to_the_view(agent: Client) -> None:
    page = (await agent.get(f"{PATH}/rows?measure=inbound&{SPAN}&view=period%3Dall%26channel%3DEMI")).text
    assert '<span id="total">200</span>' in page
    assert 'href="/console/insights?period=all&amp;channel=EMI"' in page
    assert "offset=50" in page


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    "where",
    [
        SPAN,
        f"{SPAN}&category=SUP&priority=M&priority=H",
        "since=2026-02-01T07:30:00Z&until=2026-02-20T22:15:00Z&channel=EMI&sentiment=Negative",
    ],
)
async def test_the_list_opens_with_the_very_rows_behind_a_figure(agent: Client, where: str) -> None:
    page = (await agent.get(f"{PATH}/rows?measure=interactions&{where}&view=period%3Dall")).text
    address = html.unescape(re.search(r'href="([^"]*)" id="in-list"', page)[1])  # type: ignore[index]
    seen: list[str] = []
    while address:
        shown = (await agent.get(address)).text
        assert "period%3Dall" in html.unescape(re.search(r'href="([^"]*)" id="way-back"', shown)[1])  # type: ignore[index]
        seen += re.findall(r'id="row-(\w+)"', shown)
        following = re.search(r'href="([^"]*)" rel="next"', shown)
        address = html.unescape(following[1]) if following else ""
    told = (await agent.get(f"/api/v1/insights/rows/csv?measure=interactions&{where}")).text.splitlines()[1:]
    assert sorted(seen) == sorted(line.split(",")[0] for line in told)
    assert seen


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    "figure",
    ["measure=inbound", "measure=first_answer", *(f"measure=interactions&{x}" for x in ("language=en", "team="))],
)
async def test_the_list_is_not_offered_for_what_it_cannot_ask(agent: Client, figure: str) -> None:
    assert 'id="in-list"' not in (await agent.get(f"{PATH}/rows?{figure}&{SPAN}")).text


@pytest.mark.parametrize("origin", ["//evil.example", "/console/effects", "javascript:alert(1)", "/console/insights/x"])
async def test_no_page_leads_back_to_elsewhere(agent: Client, origin: str) -> None:
    assert "way-back" not in (await agent.get("/console/interactions", params={"from": origin})).text


@pytest.mark.usefixtures("data")
async def test_the_last_page_has_no_older_one(agent: Client) -> None:
    page = (await agent.get(f"{PATH}/rows?measure=inbound&{SPAN}&offset=150")).text
    assert "offset=100" in page
    assert "offset=200" not in page


async def test_without_data_the_pages_stand(agent: Client) -> None:
    assert (await agent.get(PATH)).status_code == 200
    assert "There are no rows behind this figure." in (await agent.get(f"{PATH}/rows?measure=cost")).text


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        ("?period=soon", 400, "no period &#39;soon&#39;"),
        ("?measure=love", 400, "no measure &#39;love&#39;"),
        ("/rows?measure=love", 400, "no measure"),
        ("/rows?since=soon", 400, "no date or time"),
        ("/rows?offset=-1", 200, "There are no rows"),
        ("?by=mood&by=", 200, "Any two, crossed"),
    ],
)
async def test_what_an_address_asks_in_vain_is_said_in_words(agent: Client, query: str, status: int, word: str) -> None:
    answer = await agent.get(PATH + query, headers=HTML)
    assert answer.status_code == status
    assert word in answer.text


async def test_hostile_filters_are_shown_as_they_are(agent: Client) -> None:
    for path in (PATH, f"{PATH}/rows"):
        page = (await agent.get(path, params={"customer": HOSTILE, "channel": HOSTILE, "view": HOSTILE})).text
        assert "<script>alert" not in page


async def test_a_link_back_stays_on_the_page(agent: Client) -> None:
    page = (await agent.get(f"{PATH}/rows", params={"view": "//elsewhere.example/"})).text
    assert 'href="/console/insights?//elsewhere.example/"' in page


async def test_customers_do_not_see_it(customer: Client) -> None:
    assert (await customer.get(PATH, headers=HTML, follow_redirects=False)).status_code in (302, 303, 401)
