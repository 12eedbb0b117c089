"""The rule editor in a real browser: a rule is edited, tried, published, and the next message follows it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests import processes
from tests.ui.conftest import Server, serving
from tests.ui.test_browser import SCREENSHOTS, browser
from tests.web_client import PASSWORD

__all__ = ["browser"]  # the fixture
pytestmark = pytest.mark.browser

AXE = (Path(__file__).parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server with an administrator; whoever asks from a program is the demo's supervisor."""
    data = tmp_path / "data"
    add = ("users", "add", "root@example.com", "--role", "admin", "--password-stdin", "--data", str(data))
    processes.run(*add, feed=PASSWORD, check=True)
    with serving(data, FRONTDESK_SECURITY_DEMO_SIGN_IN="true", FRONTDESK_HELP_ENABLED="true") as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=server.url, locale="en-GB")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on(
        "console",
        lambda said: (
            complaints.append(said.text) if said.type == "error" and "status of 400" not in said.text else None
        ),
    )
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto("/")
    opened.evaluate("document.getElementById('sign-out').requestSubmit()")
    opened.wait_for_url("**/")
    context.clear_cookies(name="frontdesk_demo")
    opened.request.post("/sign-in", form={"email": "root@example.com", "password": PASSWORD})
    yield opened
    context.close()
    assert not complaints


def say(server: Server, text: str) -> str:
    return str(httpx.post(f"{server.url}/api/v1/messages", json={"text": text}).json()["reference"])


def team_of(page: Page, server: Server, reference: str) -> str:
    for _ in range(600):
        matter = httpx.get(f"{server.url}/api/v1/interactions/{reference}").json()
        if matter["team"]:
            return str(matter["team"])
        page.wait_for_timeout(100)
    raise AssertionError("not decided")


TECHNICAL = 26  # the row on technical issues of upset customers; the next one is on those of others


def look(page: Page, name: str) -> None:
    """A screenshot, and what axe-core says is serious."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
    found = page.evaluate(f"(() => {{ {AXE} }})(); axe.run(document)")
    assert [each for each in found["violations"] if each["impact"] in ("serious", "critical")] == []


def test_a_rule_is_edited_tried_and_published_and_the_next_message_follows_it(page: Page, server: Server) -> None:
    first = say(server, "My coffee machine is broken and does not start any more.")
    assert team_of(page, server, first) == "TEC"
    page.goto("/console/rules")
    look(page, "rules")
    page.get_by_role("button", name="New draft from version 1").click()
    expect(page.get_by_role("heading", name="default 2")).to_be_visible()
    page.get_by_label(f"Row {TECHNICAL}, Team").fill("'CMP'")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label(f"Row {TECHNICAL + 1}, Team")).to_be_focused()
    page.keyboard.type("CMP")  # a text without its quotes
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("alert")).to_contain_text(f"row {TECHNICAL + 1}")
    expect(page.get_by_label(f"Row {TECHNICAL}, Team")).to_have_value("'CMP'")
    expect(page.get_by_label(f"Row {TECHNICAL + 1}, Team")).to_have_attribute("aria-invalid", "true")
    look(page, "rules-refused")
    page.get_by_label(f"Row {TECHNICAL + 1}, Team").fill("'CMP'")
    page.keyboard.press("Control+ArrowDown")
    expect(page.get_by_label(f"Row {TECHNICAL + 2}, Team")).to_be_focused()
    page.keyboard.press("Control+ArrowUp")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label(f"Row {TECHNICAL + 2}, Team")).to_have_value("")
    page.get_by_role("button", name=f"Take row {TECHNICAL + 2} out").click()
    page.get_by_label("What this draft is about").fill("Complaints team takes technical issues")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()
    page.get_by_role("button", name="Decide them again").click()
    expect(page.get_by_role("row", name="Team TEC CMP")).to_be_visible()
    look(page, "rules-backtest")
    page.get_by_label("Why").fill("Trying it")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("In force", exact=True)).to_be_visible()
    page.wait_for_timeout(2100)  # in every process within two seconds
    assert team_of(page, server, say(server, "My oven is broken and does not heat any more.")) == "CMP"
    page.goto(f"/console/rules/explain?reference={first}")
    expect(page.get_by_text("This row decided")).to_be_visible()
    look(page, "rules-explain")
