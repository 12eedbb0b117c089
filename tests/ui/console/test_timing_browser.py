"""The page of calendars, service levels and timed rules in a real browser, and what it does to an interaction."""

import pytest
from playwright.sync_api import Page, expect

from tests.ui.conftest import Server
from tests.ui.console.test_rules_browser import look, page, say, server
from tests.ui.test_browser import browser

__all__ = ["browser", "page", "server"]  # the fixtures
pytestmark = pytest.mark.browser


def fill(page: Page, kind: str, **fields: str) -> None:
    page.goto(f"/console/configuration/timing/{kind}/-")
    for name, text in fields.items():
        page.locator(f"#{name}").fill(text)
    page.get_by_role("button", name="Save").click()


def test_what_is_set_up_shows_when_an_interaction_is_due(page: Page, server: Server) -> None:
    fill(page, "calendars", name="desk", zone="Europe/Berlin", hours="Mon-Sun 9-17")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was saved")
    look(page, "timing-refused")
    fill(page, "calendars", name="desk", zone="Europe/Berlin", hours="Mon-Sun 00:00-24:00")
    expect(page.get_by_role("status")).to_contain_text("It is saved")
    fill(page, "levels", name="usual", first_answer="1h", resolution="8h", near="59m")
    fill(page, "rules", name="late", event="no_answer", after="4h", actions="escalate")
    page.goto("/console/configuration/timing/levels/usual")
    look(page, "timing")
    reference = say(server, "My coffee machine is broken and does not start any more.")
    page.goto(f"/console/interactions/{reference}")
    expect(page.locator("#due")).to_contain_text("will happen at")
    look(page, "timing-thread")
    page.goto("/console/configuration/timing/levels/usual")
    page.locator("#near").fill("60m")
    page.get_by_role("button", name="Save").click()
    page.goto("/console/interactions?view=due")
    expect(page.get_by_text("due", exact=False).first).to_be_visible()
    expect(page.locator(f"#row-{reference}")).to_be_visible(timeout=60_000)
    look(page, "timing-list")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/console/interactions/{reference}")
    expect(page.locator("#thread-head .tag")).to_contain_text("due")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
