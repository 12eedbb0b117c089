"""The list and the page of an interaction as places to work in all day: what fits, scrolls, folds and is typed."""

import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ui.conftest import Server, serving
from tests.ui.console.test_rules_browser import look
from tests.ui.test_browser import browser

__all__ = ["browser"]  # the fixture
pytestmark = pytest.mark.browser

PATH = "/console/interactions"
TEXT = "My washing machine leaks and shows error E18. Order 4500012345."
WAIT = 30_000
STANDS_STILL = (
    "() => document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("desk") / "data"
    with serving(data, FRONTDESK_SECURITY_DEMO_SIGN_IN="true") as running:
        yield running


@pytest.fixture(scope="module")
def reference(server: Server) -> str:
    """A long conversation, and enough others for a list."""
    first = say(server, TEXT)
    for number in range(12):
        say(server, f"It still leaks, {number}. {'Water is everywhere. ' * 6}", interaction=first)
    for number in range(24):
        say(server, f"The oven number {number} hums")
    for _ in range(300):
        whole = httpx.get(f"{server.url}{PATH}/{first}").text
        if "12 earlier messages" in whole and "Not analysed yet" not in httpx.get(f"{server.url}{PATH}").text:
            return first
        time.sleep(0.2)
    raise AssertionError("the messages were not handled")


def say(server: Server, text: str, **more: str) -> str:
    sender = {"name": "Kim Doe", "address": "kim@example.org"}
    answer = httpx.post(f"{server.url}/api/v1/messages", json={"text": text, "sender": sender} | more)
    return str(answer.json()["reference"])


@pytest.fixture
def page(browser: Browser, server: Server, reference: str) -> Iterator[Page]:
    """The long conversation, opened at 1440 × 900."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=server.url, locale="en-GB")
    context.set_default_timeout(10_000)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(f"{PATH}/{reference}")
    yield opened
    context.close()
    assert not complaints


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).last.bounding_box()
    assert found, selector
    return {**found, "bottom": found["y"] + found["height"]}


@pytest.mark.parametrize("width", [1440, 1024])
def test_head_conversation_composer_and_panel_share_the_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate(STANDS_STILL)
    assert box(page, "#thread-head")["height"] <= 56
    assert box(page, "#panel")["width"] == 340
    assert box(page, "#talk")["width"] >= 636
    assert box(page, "#composer")["bottom"] <= 900
    assert box(page, ".conversation > li")["bottom"] <= box(page, "#composer")["y"]
    page.locator("#scroller").hover()
    page.mouse.wheel(0, -9000)
    expect(page.locator("#message-1")).to_be_in_viewport()
    expect(page.get_by_label("Your answer")).to_be_in_viewport()
    look(page, f"desk-{width}")


def test_the_composer_grows_to_two_fifths_of_the_window(page: Page) -> None:
    field = page.get_by_label("Your answer")
    assert box(page, "#reply-text")["height"] < 64
    field.fill("a line\n" * 60)
    assert 300 < box(page, "#reply-text")["height"] <= 360
    assert page.evaluate(STANDS_STILL)


def test_on_a_phone_list_conversation_and_panel_are_pages_and_actions_a_sheet(
    browser: Browser, server: Server, reference: str
) -> None:
    size = {"width": 390, "height": 844}
    context = browser.new_context(viewport=size, base_url=server.url, has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(PATH)
    assert page.evaluate(STANDS_STILL)
    page.locator(f"#row-{reference} a.title").tap()
    expect(page.get_by_label("Your answer")).to_be_in_viewport()
    expect(page.locator("#panel")).to_be_hidden()
    page.get_by_role("link", name="Details").tap()
    expect(page.get_by_role("heading", name="Understood")).to_be_in_viewport()
    expect(page.get_by_label("Your answer")).to_be_hidden()
    assert page.evaluate(STANDS_STILL)
    page.get_by_role("link", name="Conversation").tap()
    page.get_by_role("button", name="Change").tap()
    sizes = page.locator("#thread button:visible, #thread a:visible, #thread summary:visible").evaluate_all(
        "all => all.map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect().height])"
    )
    assert [each for each in sizes if each[1] < 44] == []
    page.get_by_role("button", name="Priority").tap()
    page.get_by_role("button", name="Low", exact=True).tap()
    page.get_by_role("button", name="Change").tap()
    expect(page.get_by_role("button", name="Priority: Low")).to_be_visible()
    look(page, "desk-phone")
    context.close()


def test_steps_are_grey_lines_folded_and_what_was_read_stands_in_the_panel(page: Page) -> None:
    line = page.locator(".conversation > .event:has(summary)").first
    assert box(page, ".conversation > .event summary")["height"] == 20
    expect(line.locator("ol")).to_be_hidden()
    line.locator("summary").click()
    expect(line.locator("ol")).to_be_visible()
    # What stands between two messages, and is folded with what, depends on how fast each was.
    steps = page.locator(".conversation > .event").filter(has_text="Understood: Technical issues")
    expect(steps).not_to_have_count(0)
    expect(page.locator("#scroller")).not_to_contain_text("%")
    expect(page.locator("#readings .part:visible")).to_have_count(1)
    page.get_by_text("12 earlier messages").click()
    page.get_by_text("Message 1", exact=True).click()
    expect(page.locator("#readings")).to_contain_text("Create service call")
    label = page.locator("#message-1 mark small").first
    expect(label).to_be_hidden()
    page.get_by_label("Mark it in the messages").check()
    expect(label).to_be_visible()
    page.reload()
    expect(label).to_be_visible()


def test_a_memo_looks_like_one_and_both_drafts_stay_until_they_are_sent(page: Page, reference: str) -> None:
    field, send = page.get_by_label("Your answer"), page.locator("#composer .emphasized")
    plain = page.locator("#composer").evaluate("each => getComputedStyle(each).backgroundColor")
    field.fill("We come\ntomorrow.")
    page.get_by_role("radio", name="Memo").check()
    expect(field).to_have_value("")
    expect(send).to_have_text("Keep memo", use_inner_text=True)
    expect(page.locator("#composer")).not_to_have_css("background-color", plain)
    expect(page.get_by_role("button", name="Send and close")).to_be_hidden()
    field.fill("Mind the dog.")
    page.goto(PATH)
    page.goto(f"{PATH}/{reference}")
    expect(field).to_have_value("We come\ntomorrow.")
    look(page, "desk-writing")
    field.press("Control+Enter")
    expect(page.locator(".message.out").filter(has_text="We come")).to_have_count(1)
    expect(field).to_have_value("Mind the dog.")
    expect(send).to_have_text("Keep memo", use_inner_text=True)
    send.click()
    expect(page.locator(".message.memo").filter(has_text="Mind the dog.")).to_have_count(1)
    expect(field).to_have_value("")


def test_an_answer_that_closes_closes(page: Page, server: Server) -> None:
    page.goto(f"{PATH}/{say(server, 'The toaster is loud')}")
    page.get_by_label("Your answer").fill("Put it on a towel.")
    page.get_by_role("button", name="Send and close").click()
    expect(page.get_by_role("button", name="Status: Closed")).to_be_visible()
    expect(page.locator(".message.out").filter(has_text="Put it on a towel.")).to_have_count(1)
    expect(page.get_by_role("button", name="Send and close")).to_have_count(0)
    page.get_by_role("button", name="Re-open").click()
    expect(page.get_by_role("button", name="Close", exact=True)).to_be_visible()


def test_what_comes_does_not_move_what_is_read(page: Page, server: Server, reference: str) -> None:
    page.locator("#scroller").evaluate("each => each.scrollTo(0, -600)")
    first = page.locator("#message-3")
    before = (first.bounding_box() or {})["y"]
    say(server, "One more thing", interaction=reference)
    newest = page.get_by_role("button", name="New messages")
    expect(newest).to_be_visible(timeout=WAIT)
    page.wait_for_timeout(100)
    assert abs((first.bounding_box() or {})["y"] - before) <= 1
    newest.click()
    expect(page.locator(".message.in").last).to_be_in_viewport()
    expect(newest).to_be_hidden()


def test_a_list_shows_eighteen_lines_of_36_pixels(page: Page) -> None:
    page.goto(PATH)
    rows = page.locator("table.list tbody tr")
    expect(rows.nth(24)).to_be_attached()
    heights = rows.evaluate_all("all => all.map((each) => each.getBoundingClientRect().height)")
    assert set(heights) == {36}
    ends = rows.evaluate_all("all => all.map((each) => each.getBoundingClientRect().bottom)")
    bottom = box(page, ".table-frame")["bottom"]
    assert sum(end <= bottom for end in ends) >= 18
    assert page.evaluate(STANDS_STILL)
    expect(rows.filter(has_text="oven number 3")).to_contain_text("Kim Doe")


def test_single_keys_work_outside_of_fields_and_can_be_switched_off(page: Page, reference: str) -> None:
    page.goto(f"{PATH}?q=oven")
    titles = page.locator("table.list a.title")
    page.keyboard.press("j")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(titles.nth(1)).to_be_focused()
    page.keyboard.press("Control+j")
    page.keyboard.press("Alt+j")
    expect(titles.nth(1)).to_be_focused()
    second, third = (titles.nth(number).get_attribute("href") for number in (1, 2))
    page.keyboard.press("o")
    page.wait_for_url(f"**{second}")
    page.keyboard.press("j")
    page.wait_for_url(f"**{third}")
    page.keyboard.press("m")
    page.keyboard.type("j/?")
    expect(page.get_by_label("Your answer")).to_have_value("j/?")
    expect(page.locator("#composer .emphasized")).to_have_text("Keep memo", use_inner_text=True)
    page.locator("h1").click()
    page.keyboard.press("r")
    expect(page.get_by_label("Your answer")).to_be_focused()
    expect(page.get_by_label("Your answer")).to_have_value("")
    page.locator("h1").click()
    page.keyboard.press("u")
    page.wait_for_url("**?q=oven")
    page.keyboard.press("/")
    expect(page.get_by_label("Search interactions")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard")).to_be_visible()
    look(page, "desk-keys")
    page.get_by_label("Single keys work").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(titles.nth(0)).not_to_be_focused()
    page.reload()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard")).to_be_hidden()
    page.locator("#keys-item").click()
    expect(page.get_by_label("Single keys work")).not_to_be_checked()


def test_what_begins_with_a_slash_is_inserted_and_who_stands_behind_an_at_is_offered(page: Page) -> None:
    here = page.url
    page.goto("/console/macros")
    page.get_by_label("Name").fill("Warranty")
    page.get_by_label("Text").fill("You have two years, {{ name }}.")
    page.get_by_role("button", name="Save").click()
    page.goto(here)
    text = page.get_by_label("Your answer")
    text.press_sequentially("Hello. /warr")
    expect(page.get_by_role("listbox", name="Completions").get_by_role("option", name="Warranty")).to_have_attribute(
        "aria-selected", "true"
    )
    text.press("Enter")
    expect(text).to_have_value("Hello. You have two years, Kim Doe.")
    text.press_sequentially(" a/b /nothing")
    expect(page.get_by_role("listbox")).to_be_hidden()
    text.fill("")
