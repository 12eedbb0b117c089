"""Insights by REST: figures, the rows behind each, cards, changes, tables to take away, and refusals in words."""

import csv
import io
import zipfile
from datetime import UTC, datetime

import pytest
from httpx import AsyncClient

from benchmarks.invented import loading as bulk
from benchmarks.invented.interaction import DemoSize
from benchmarks.invented.made import make
from frontdesk.insights.cards import CARDS
from frontdesk.insights.dimensions import DIMENSIONS
from frontdesk.wiring.container import Container

pytestmark = pytest.mark.both_databases

BASE = "/api/v1/insights"
UNTIL = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPAN = {"since": "2026-01-31", "until": "2026-03-02"}


@pytest.fixture
async def data(container: Container) -> None:
    for portion in make(DemoSize(300, 5, UNTIL)):
        await bulk.fill(container.database, portion.tables())
    await bulk.finish(container.database)


async def test_the_catalogue_tells_what_can_be_asked(client: AsyncClient) -> None:
    told = (await client.get(BASE)).json()
    assert told["time_zone"] == "UTC"
    assert [each["name"] for each in told["dimensions"]] == list(DIMENSIONS)
    assert {"inbound", "cost", "automation_rate"} <= {each["name"] for each in told["measures"]}


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    "by", [["channel"], ["day"], ["week", "sentiment"], ["intent", "customer"], ["weekday", "hour_of_day"]]
)
async def test_every_cell_leads_to_as_many_rows_as_it_says(client: AsyncClient, by: list[str]) -> None:
    asked = {"measure": ["inbound"], "by": by, "priority": ["M", "H"], **SPAN}
    figures = (await client.get(f"{BASE}/figures", params=asked)).json()
    assert sum(cell["figures"]["inbound"] for cell in figures["cells"]) == figures["totals"]["inbound"] > 0
    for cell in figures["cells"][:25]:
        rows = (await client.get(f"{BASE}/rows?measure=inbound&limit=1&{cell['query']}")).json()
        assert rows["total"] == cell["figures"]["inbound"], cell
        assert len(rows["messages"]) == 1


@pytest.mark.usefixtures("data")
async def test_the_query_of_figures_reproduces_them(client: AsyncClient) -> None:
    asked = {"measure": ["inbound", "negative_share"], "intent": ["TI", ""], "period": "all"}
    figures = (await client.get(f"{BASE}/figures", params=asked)).json()
    again = (await client.get(f"{BASE}/figures?measure=inbound&measure=negative_share&{figures['query']}")).json()
    assert again["totals"] == figures["totals"]


@pytest.mark.usefixtures("data")
async def test_codes_have_names_and_none_has_a_word(client: AsyncClient) -> None:
    asked = {"by": ["intent"], **SPAN}
    cells = (await client.get(f"{BASE}/figures", params=asked)).json()["cells"]
    names = {cell["keys"][0]: cell["names"][0] for cell in cells}
    assert names["TI"] == "Technical issues"
    assert names[""] == "none"


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("name", list(CARDS))
async def test_every_card_shows_something(client: AsyncClient, name: str) -> None:
    told = await client.get(f"{BASE}/cards/{name}", params=SPAN)
    assert told.status_code == 200, told.text
    shown = told.json()
    assert shown["figures"]["cells"] or shown["figures"]["totals"]
    assert shown["changes"] or name != "changes"
    assert shown["threads"] or name != "threads"
    assert shown["targets"] or name != "figures"


@pytest.mark.usefixtures("data")
async def test_interactions_behind_a_figure_are_pages_of_interactions(client: AsyncClient) -> None:
    asked = {"measure": "interactions", "limit": 20, **SPAN}
    first = (await client.get(f"{BASE}/rows", params=asked)).json()
    second = (await client.get(f"{BASE}/rows", params={**asked, "offset": 20})).json()
    assert first["rows"] == "interaction"
    assert len(first["interactions"]) == 20
    assert not {r["id"] for r in first["interactions"]} & {r["id"] for r in second["interactions"]}


@pytest.mark.usefixtures("data")
async def test_figures_can_be_taken_away_as_csv(client: AsyncClient) -> None:
    taken = await client.get(f"{BASE}/figures/csv", params={"by": ["channel", "sentiment"], **SPAN})
    assert taken.headers["content-disposition"] == 'attachment; filename="figures.csv"'
    lines = list(csv.reader(io.StringIO(taken.content.decode("utf-8-sig"))))
    assert lines[0] == ["Channel", "Channel (name)", "Sentiment", "Sentiment (name)", "Messages received"]
    assert sum(int(float(line[-1])) for line in lines[1:]) > 0


@pytest.mark.usefixtures("data")
async def test_rows_can_be_taken_away_as_a_sheet(client: AsyncClient) -> None:
    taken = await client.get(f"{BASE}/rows/xlsx", params={"measure": "interactions", **SPAN})
    book = zipfile.ZipFile(io.BytesIO(taken.content))
    assert "Reference" in book.read("xl/sharedStrings.xml").decode()


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/figures?measure=love", "no measure 'love'"),
        ("/figures?by=mood", "no dimension 'mood'"),
        ("/figures?by=day&by=day", "different"),
        ("/figures?since=yesterday", "since 'yesterday' is no date"),
        ("/figures?since=2026-02-01&until=2026-01-01", "until is not after since"),
        ("/figures?period=soon", "no period 'soon'"),
        ("/figures?since=0001-01-01&until=9999-12-31", "from 1970 on"),
        ("/rows?limit=0", "limit"),
        ("/rows?offset=-1", "offset"),
    ],
)
async def test_what_cannot_be_asked_is_refused_with_a_problem(client: AsyncClient, path: str, word: str) -> None:
    answer = await client.get(BASE + path)
    assert answer.status_code == 400, answer.text
    assert word in answer.text


async def test_a_card_that_there_is_not_is_not_found(client: AsyncClient) -> None:
    answer = await client.get(f"{BASE}/cards/love")
    assert (answer.status_code, "no card 'love'" in answer.json()["detail"]) == (404, True)


async def test_customers_and_strangers_see_no_figures(client: AsyncClient) -> None:
    for role in ("customer", "service"):
        assert (await client.get(f"{BASE}/figures", headers={"x-role": role})).status_code == 403
