"""The team's pages in a real browser: a message from the customer to the answer, lists, keys, the navigation."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ui.conftest import Server, serving
from tests.ui.test_browser import browser, shoot

__all__ = ["browser"]  # the fixture
pytestmark = pytest.mark.browser

TEXT = "My washing machine leaks and shows error E18. Order 4500012345."


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("team") / "data"
    with serving(data, FRONTDESK_SECURITY_DEMO_SIGN_IN="true") as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=server.url, locale="en-GB")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert not complaints


def write(page: Page, text: str, name: str) -> None:
    page.goto("/")
    page.get_by_label("Your message").fill(text)
    page.get_by_label("Name *").fill(name)
    page.locator("#email").fill("kim@example.org")
    page.get_by_role("button", name="Send message").click()
    expect(page.locator("li.message.out")).to_have_count(1)


def test_a_message_is_seen_corrected_and_answered_without_loading_a_page(page: Page) -> None:
    page.goto("/console/interactions")
    customer = page.context.new_page()
    write(customer, TEXT, "Kim Doe")
    row = page.locator("table.list tbody tr").filter(has_text="My washing machine leaks")
    expect(row).to_contain_text("Technicians")
    row.locator("a.title").click()
    expect(page.locator("mark").filter(has_text="4500012345")).to_be_visible()
    page.locator("summary[aria-label^='Correct Intent']").click()
    page.locator("details.correct[open] select").select_option(label="Warranty and returns")
    page.locator("details.correct[open]").get_by_role("button", name="Save").click()
    expect(page.locator("#readings")).to_contain_text("was Technical issues")
    order = page.locator("details.correct[id$='-order_no']")
    order.locator("summary").click()
    order.get_by_role("textbox").fill("4500012346")
    order.get_by_role("button", name="Save").click()
    expect(page.locator("#readings")).to_contain_text("was 4500012345")
    page.get_by_text("Why this rule and no other").click()
    expect(page.locator(".why-rows .decided")).to_contain_text("Technical issue")
    page.get_by_label("Begin with a template").select_option(index=1)
    expect(page.get_by_label("Your answer")).to_have_value(re.compile("Kim Doe"))
    page.get_by_label("Your answer").fill("A technician comes tomorrow.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("li.message.out").filter(has_text="A technician comes tomorrow.")).to_be_visible()
    expect(customer.locator("li.message.out").filter(has_text="A technician comes tomorrow.")).to_be_visible()
    shoot(page, "interaction")


def test_what_is_half_written_stays_while_the_page_keeps_itself_up_to_date(page: Page) -> None:
    customer = page.context.new_page()
    write(customer, "The oven hums", "Lou Ray")
    page.goto("/console/interactions?q=hums")
    page.locator("a.title").first.click()
    page.get_by_label("Your answer").fill("Half an ans")
    customer.get_by_label("Add to the conversation").fill("And now it smokes")
    customer.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("li.message.in").filter(has_text="And now it smokes")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_have_value("Half an ans")


def test_many_are_chosen_and_closed_and_the_list_is_filtered_by_keyboard(page: Page) -> None:
    customer = page.context.new_page()
    for number in range(2):
        write(customer, f"Please close me, number {number}", "Pat Low")
    page.goto("/console/interactions")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()
    page.get_by_label("Search interactions").focus()
    page.keyboard.type("please close")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=please+close**")
    expect(page.locator("#count")).to_contain_text("2 interactions")
    page.get_by_label("Choose all of this page").focus()
    page.keyboard.press("Space")
    expect(page.locator("#bulk")).to_contain_text("2 chosen")
    shoot(page, "interactions-chosen")
    page.get_by_role("button", name="Close", exact=True).press("Enter")
    expect(page.locator("table.list tbody")).to_contain_text("Closed")
    expect(page.locator("table.list tbody tr").filter(has_text="Closed")).to_have_count(2)


def test_the_navigation_becomes_a_rail_and_on_phones_comes_over_the_page(page: Page) -> None:
    page.goto("/console")
    side, toggle = page.locator("#side"), page.locator("#nav-toggle")
    wide = side.bounding_box()
    toggle.click()
    narrow = side.bounding_box()
    assert wide is not None
    assert narrow is not None
    assert narrow["width"] < wide["width"] / 2
    page.reload()
    assert (side.bounding_box() or {})["width"] == narrow["width"]
    page.set_viewport_size({"width": 390, "height": 844})
    expect(side.get_by_role("link", name="Interactions")).to_be_hidden()
    toggle.click()
    expect(side.get_by_role("link", name="Interactions")).to_be_visible()
    page.keyboard.press("Escape")
    expect(side.get_by_role("link", name="Interactions")).to_be_hidden()
