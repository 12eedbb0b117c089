"""The dashboard in a real browser: from a chart to its rows and back, by mouse and keyboard; exports; tables."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.servers import invent
from tests.ui.conftest import Server, serving
from tests.ui.test_browser import SCREENSHOTS, browser

__all__ = ["browser"]  # the fixture
pytestmark = pytest.mark.browser

AXE = (Path(__file__).parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
VIEW = "/console/insights?period=all&priority=M"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("insights") / "data"
    invent(data, "--messages", "400")
    variables = {"FRONTDESK_SECURITY_DEMO_SIGN_IN": "true", "FRONTDESK_WORK_IN_SERVER": "false"}
    with serving(data, **variables) as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, base_url=server.url, locale="en-GB", reduced_motion="reduce"
    )
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert [each for each in complaints if "net::ERR_FAILED" not in each] == []


def ready(page: Page) -> None:
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


def opened(page: Page, path: str = VIEW) -> Page:
    page.goto(path)
    ready(page)
    return page


def number(text: str | None) -> int:
    return int((text or "").replace(",", ""))


def test_a_chart_leads_to_as_many_rows_as_it_shows_and_back(page: Page) -> None:
    opened(page)
    chart = page.locator('[data-card="category"], [data-card="categories"]').locator(".chart")
    chart.scroll_into_view_if_needed()
    box = chart.locator(".canvas").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.26, box["y"] + box["height"] * 0.8)  # the first, tallest column
    page.wait_for_url("**/console/insights/rows?measure=interactions**")
    assert "category=SUP" in page.url
    total = number(page.locator("#total").text_content())
    page.screenshot(path=_shot("insights-rows"), full_page=True)
    rows = page.url
    page.locator("tbody a.title").first.click()
    page.wait_for_url("**/console/interactions/*?from=**")
    expect(page.locator("#talk")).to_be_visible()
    page.get_by_role("link", name="Rows behind the figure").click()
    page.wait_for_url(rows)
    page.get_by_role("link", name="Open in the list").click()
    page.wait_for_url("**/console/interactions?**category=SUP**")
    expect(page.locator("#count")).to_have_text(f"{total} interactions")
    page.get_by_role("link", name="Rows behind the figure").click()
    page.wait_for_url(rows)
    page.locator("#back").click()
    page.wait_for_url(f"**{VIEW}")
    ready(page)
    card = page.locator('[data-card="categories"]')
    card.get_by_role("button", name="Table").click()
    row = card.get_by_role("row").filter(has_text="Support")
    assert number(row.get_by_role("link").text_content()) == total


def test_the_keyboard_moves_over_marks_says_them_and_opens_their_rows(page: Page) -> None:
    opened(page)
    chart = page.locator('[data-card="intents"] .chart')
    chart.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    heard = page.locator("#announcer").text_content() or ""
    assert "Messages received" in heard
    page.keyboard.press("Enter")
    page.wait_for_url("**/rows?measure=inbound**intent=**")
    assert f"Messages received {page.locator('#total').text_content()}" in heard


def test_figures_and_rows_are_taken_away_as_files(page: Page, tmp_path: Path) -> None:
    opened(page)
    card = page.locator('[data-card="heat"]')
    for kind, name in (("CSV", "figures.csv"), ("XLSX", "figures.xlsx"), ("PNG", "heat.png")):
        card.locator("summary").click() if not card.locator("details[open]").count() else None
        with page.expect_download() as taken:
            card.get_by_text(kind, exact=True).click()
        assert taken.value.suggested_filename == name
        taken.value.save_as(tmp_path / name)
    lines = list(csv.reader((tmp_path / "figures.csv").read_text("utf-8-sig").splitlines()))
    assert lines[0][:4] == ["Intent", "Intent (name)", "Channel", "Channel (name)"]
    assert (tmp_path / "heat.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "figures.xlsx").read_bytes().startswith(b"PK")


def test_filters_go_into_the_address_which_shows_the_same_again(page: Page) -> None:
    opened(page, "/console/insights?period=all")
    page.locator("#pick-channel").click()
    page.get_by_label("Email").check()
    page.get_by_role("button", name="Go").click()
    page.wait_for_url("**channel=EMI**")
    ready(page)
    seen = page.locator(".tile-number").first.text_content()
    address = page.url
    opened(page, "/console/insights?period=all")
    assert page.locator(".tile-number").first.text_content() != seen
    opened(page, address)
    assert page.locator(".tile-number").first.text_content() == seen
    expect(page.locator('input[name="channel"][value="EMI"]')).to_be_checked()


def test_any_two_dimensions_are_crossed(page: Page) -> None:
    opened(page)
    page.get_by_label("Figure", exact=True).select_option("automation_rate")
    page.get_by_label("By", exact=True).select_option("team")
    page.get_by_label("And by").select_option("weekday")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**measure=automation_rate**by=team&by=weekday**")
    ready(page)
    card = page.locator('[data-card="explore"]')
    card.get_by_role("button", name="Table").click()
    expect(card.get_by_role("columnheader", name="Weekday")).to_be_visible()
    expect(card.get_by_role("link").filter(has_text="%").first).to_be_visible()


def test_a_card_that_cannot_be_read_says_so_while_the_others_stand(page: Page) -> None:
    page.route("**/cards/heat?*", lambda route: route.abort())
    opened(page)
    card = page.locator('[data-card="heat"]')
    expect(card.get_by_text("This card could not be read")).to_be_visible()
    expect(page.locator('[data-card="trend"] canvas').first).to_be_visible()
    page.unroute("**/cards/heat?*")
    card.get_by_role("button", name="Try again").click()
    expect(card.locator("canvas").first).to_be_visible()


def test_the_tables_behind_charts_stand_in_nobodys_way(page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        opened(page)
        for button in page.get_by_role("button", name="Table").all():
            button.click()
        assert _serious(page) == []


def _serious(page: Page) -> list[str]:
    found = page.evaluate(f"(() => {{ {AXE} }})(); axe.run(document)")
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:200]}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]


def _shot(name: str) -> str:
    SCREENSHOTS.mkdir(exist_ok=True)
    return str(SCREENSHOTS / f"{name}.png")
