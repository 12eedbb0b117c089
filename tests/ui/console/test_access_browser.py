"""A second factor, set up by an administrator in a real browser."""

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.ui.conftest import Server
from tests.ui.console.test_rules_browser import PASSWORD, look, page, server
from tests.ui.test_browser import browser

__all__ = ["browser", "page", "server"]  # the fixtures
pytestmark = pytest.mark.browser


def test_a_second_factor_is_set_up_from_the_menu(page: Page, server: Server) -> None:
    page.goto("/console")
    page.locator("ui5-avatar").click()
    page.locator("ui5-user-menu-item").click()
    page.wait_for_url("**/account")
    page.get_by_label("Current password").last.fill(PASSWORD)
    page.get_by_role("button", name="Set up a second factor").click()
    expect(page.get_by_alt_text("QR code of the secret")).to_be_visible()
    look(page, "access-second-factor")
    secret = page.locator("form code, p code").first.inner_text()
    page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Set up", exact=True).click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    look(page, "access-recovery-codes")
