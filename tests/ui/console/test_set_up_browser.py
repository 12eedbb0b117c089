"""The pages for setting up in a real browser: real data, by keyboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.ui.conftest import Server
from tests.ui.console.test_rules_browser import TECHNICAL, look, page, say, server, team_of
from tests.ui.test_browser import browser

__all__ = ["browser", "page", "server"]  # the fixtures
pytestmark = pytest.mark.browser


def draft_that_asks(page: Page) -> None:
    """A published rule after which a person is asked before the service call is opened."""
    page.goto("/console/rules")
    page.get_by_role("button", name="New draft from version 1").click()
    for row in (TECHNICAL, TECHNICAL + 1):  # technical issues of upset customers, and of others
        cell = page.get_by_label(f"Row {row}, Actions")
        cell.fill("[{'kind': 'ask_person', 'question': 'Really?'}, 'create_service_call']")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("In force", exact=True)).to_be_visible()
    page.wait_for_timeout(2100)  # in every process within two seconds


def test_what_waits_for_a_person_appears_by_itself_and_is_approved_by_keyboard(page: Page, server: Server) -> None:
    draft_that_asks(page)
    page.goto("/console/effects")
    expect(page.get_by_text("Nothing needs anybody.")).to_be_visible()
    reference = say(server, "My coffee machine is broken and does not start any more.")
    approve = page.get_by_role("button", name=f"Approve: Ask person of {reference}")
    expect(approve).to_be_visible()
    look(page, "effects")
    approve.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("It was approved.")).to_be_visible()
    expect(page.get_by_text("Nothing needs anybody.")).to_be_visible()
    page.goto(f"/track/{reference}")
    expect(page.get_by_text("SC-000001").first).to_be_visible()


def test_a_new_intent_is_tried_saved_and_recognised(page: Page, server: Server) -> None:
    reference = say(server, "Can I redeem two gift cards in one order?")
    team_of(page, server, reference)
    page.goto("/console/configuration/lists/intent")
    page.get_by_label("Code *").fill("GC")
    page.get_by_label("Name *").fill("Gift cards")
    page.get_by_label("Description").fill("The customer asks about gift cards and vouchers")
    page.get_by_label("Examples").fill("How do I redeem my gift card?\nMy voucher does not work")
    page.get_by_role("button", name="What would it change?").click()
    expect(page.get_by_text("Nothing was saved.")).to_be_visible(timeout=60_000)
    page.locator("#trial summary").first.click()
    expect(page.get_by_role("link", name=reference)).to_be_visible()
    look(page, "intent-tried")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("It is saved")
    expect(page.get_by_role("link", name="GC", exact=True)).to_be_visible()
