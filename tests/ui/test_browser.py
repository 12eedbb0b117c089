"""A customer's message from the form to the reply, in a real browser; screenshots go to screenshots/."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.ui.conftest import Server

CHROMIUM = os.environ.get("FRONTDESK_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=60_000)
SCREENSHOTS = Path(__file__).parent.parent.parent / "screenshots"
TEXT = "Guten Tag,\n\nmeine Kaffeemaschine (Bestellung 4500017342) ist kaputt und geht nicht mehr an.\n\nMaya Thornbury"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        if os.environ.get("FRONTDESK_TEST_ALL") == "1":
            pytest.fail("no Chromium: install the package chromium, or name it in FRONTDESK_TEST_CHROMIUM")
        pytest.skip("no Chromium: install the package chromium, or name it in FRONTDESK_TEST_CHROMIUM")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, demo_server: Server) -> Iterator[Page]:
    """A page that fails the test when it reports an error, or that our own policy blocked something."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=demo_server.url, locale="en-GB")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert not complaints


def shoot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def write(page: Page) -> None:
    page.goto("/")
    page.get_by_role("group", name="Try an example").get_by_role("button", name="Deutsch").click()
    page.get_by_label("Your message").fill(TEXT)
    page.get_by_label("Name *").fill("Maya Thornbury")
    shoot(page, "submit")
    page.get_by_role("button", name="Send message").click()


def test_a_message_is_written_and_its_way_watched_to_the_reply(page: Page) -> None:
    write(page)
    steps = page.locator("ol.steps li")
    expect(steps).to_have_count(6)
    expect(page.locator('ol.steps li[data-state="done"]')).to_have_count(6)
    expect(page.locator("li.message.out")).to_contain_text("SC-000001")
    expect(page.get_by_role("heading", name="Understood")).to_be_visible()
    expect(page.locator("mark").filter(has_text="4500017342")).to_be_visible()
    shoot(page, "track")


def test_what_the_customer_adds_appears_without_loading_the_page(page: Page) -> None:
    write(page)
    expect(page.locator("li.message.out")).to_have_count(1)
    watching = page.context.new_page()
    watching.goto(page.url)
    page.get_by_label("Add to the conversation").fill("Wann kommt der Techniker?")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(watching.locator("li.message.in")).to_have_count(2)
    expect(watching.locator("li.message.out")).to_have_count(2)


def test_the_console_shows_a_new_message_by_itself(page: Page) -> None:
    page.goto("/console/interactions")
    expect(page.get_by_text("No messages yet.")).to_be_visible()
    write(page.context.new_page())
    expect(page.locator("table.list tbody tr")).to_have_count(1)
    expect(page.locator("table.list")).to_contain_text("Technicians")
    shoot(page, "interactions")


def test_the_customers_view_is_without_what_is_the_teams(page: Page) -> None:
    write(page)
    expect(page.locator("li.message.out")).to_have_count(1)
    link = page.url
    page.evaluate("document.getElementById('sign-out').requestSubmit()")
    page.wait_for_url("**/")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(link)
    expect(page.locator("li.message.out")).to_contain_text("SC-000001")
    expect(page.get_by_role("heading", name="Understood")).to_have_count(0)
    expect(page.locator("mark")).to_have_count(0)
    shoot(page, "customer")
