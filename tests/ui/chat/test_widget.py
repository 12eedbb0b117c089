"""The widget in a real browser, on a page of another origin with a strict policy: from the first word to the reply."""

import contextlib
import gzip
import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ui.chat.conftest import Shop
from tests.ui.conftest import Server, serving
from tests.ui.test_browser import SCREENSHOTS, browser

__all__ = ["browser"]  # the fixture
pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
BROKEN = "My coffee machine (order 4500017342) is broken and does not start any more."


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(shop: Shop, tmp_path: Path) -> Callable[[], Any]:
    """Starts Frontdesk for the shop, each time with the same data at the same address."""
    port = str(free_port())
    variables = {"FRONTDESK_SECURITY_DEMO_SIGN_IN": "true", "FRONTDESK_CHAT_ORIGINS": shop.url}
    return lambda: serving(tmp_path / "data", "--port", port, **variables)


@pytest.fixture
def server(start: Callable[[], Any], shop: Shop) -> Iterator[Server]:
    with start() as running:
        shop.server = running.url
        yield running


@pytest.fixture
def page(browser: Browser, shop: Shop, server: Server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield opened
    context.close()
    assert not complaints


def visit(page: Page, shop: Shop) -> None:
    page.goto(shop.url)
    page.get_by_role("button", name="Open chat").click()


def say(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")


def api(server: Server, path: str) -> Any:
    return httpx.get(f"{server.url}/api/v1{path}").json()


def answers(server: Server) -> list[dict[str, Any]]:
    """What was sent to the only customer."""
    [matter] = api(server, "/interactions?channel=CHT")["items"]
    timeline = api(server, f"/interactions/{matter['reference']}/timeline")["items"]
    return [item["outbound"] for item in timeline if item["kind"] == "outbound"]


def shoot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def violations(page: Page) -> list[str]:
    """What axe-core finds in the widget; it is read in by the debugger, which no policy of the page stops."""
    found = page.evaluate(f"(() => {{ {AXE.read_text('utf-8')} }})(); axe.run('#frontdesk-chat')")
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found["violations"]]


def test_a_customer_is_answered_on_a_strict_page_and_the_reading_is_recorded(
    page: Page, shop: Shop, server: Server
) -> None:
    visit(page, shop)
    page.get_by_label("E-mail (optional)").fill("maya@example.com")
    say(page, BROKEN)
    log = page.get_by_role("log")
    expect(log.locator("li.out")).to_contain_text("SC-000001")
    expect(page.locator("header .reference")).to_contain_text("Reference ")
    expect(log.locator("li.in .state")).to_have_text("Sent")
    page.wait_for_timeout(600)
    [matter] = api(server, "/interactions?channel=CHT")["items"]
    assert matter["intent"] == "TI"
    assert matter["route"] == "TI-Chatbot"
    assert [answer["state"] for answer in answers(server)] == ["read"]
    assert violations(page) == []
    shoot(page, "widget")


def reply(server: Server, text: str) -> None:
    """As the team answers, by the REST interface."""
    [matter] = api(server, "/interactions?channel=CHT")["items"]
    answer = httpx.post(f"{server.url}/api/v1/interactions/{matter['reference']}/replies", json={"text": text})
    assert answer.status_code == 201, answer.text


def test_a_conversation_survives_a_reload_and_the_teams_answer_appears_by_itself(
    page: Page, shop: Shop, server: Server
) -> None:
    shop.attributes, shop.language = 'data-name="Maya Thornbury" data-heading="Frag uns"', "de"
    page.goto(shop.url)
    page.get_by_role("button", name="Chat öffnen").click()
    page.get_by_label("Ihre Nachricht").fill("Guten Tag, wann öffnet Ihr Laden?")
    page.get_by_role("button", name="Senden").click()
    out, all_of_them = page.locator("li.out"), page.locator("li")
    expect(out).to_have_count(1)
    page.reload()
    expect(all_of_them).to_have_count(2)
    page.get_by_role("button", name="Chat schließen").click()
    expect(page.get_by_role("button", name="Chat öffnen")).to_be_focused()
    reply(server, "Um neun Uhr.")
    launcher = page.get_by_role("button", name="Chat öffnen, 1 neue Antwort")
    expect(launcher).to_be_visible()
    page.wait_for_timeout(600)
    assert answers(server)[-1]["state"] == "delivered"
    shoot(page, "widget-badge")
    launcher.click()
    expect(out.last).to_contain_text("Um neun Uhr.")
    page.wait_for_timeout(600)
    assert answers(server)[-1]["state"] == "read"
    assert api(server, "/interactions?channel=CHT")["items"][0]["reference"] in page.locator(".reference").inner_text()
    page.set_viewport_size({"width": 390, "height": 844})
    shoot(page, "widget-390")


def test_what_is_said_without_a_connection_is_kept_over_a_reload_and_stored_once(
    browser: Browser, shop: Shop, start: Callable[[], Any]
) -> None:
    shop.attributes = 'data-help="mailto:service@shop.example" data-theme="dark"'
    context = browser.new_context(viewport={"width": 768, "height": 900}, locale="en-GB")
    page = context.new_page()
    with start() as server:
        shop.server = server.url
        visit(page, shop)
        say(page, BROKEN)
        expect(page.locator("li.out")).to_have_count(1)
        server.process.kill()
        say(page, "And it is loud.")
        expect(page.get_by_text("No connection.")).to_be_visible()
        expect(page.get_by_role("link", name="Other ways to reach us")).to_have_attribute(
            "href", "mailto:service@shop.example"
        )
        expect(page.locator("li.in .state").last).to_have_text("Not sent yet")
        shoot(page, "widget-offline-dark")
    page.reload()  # the shop's page is there, the chat's server is not
    with start() as server:
        page.reload()
        expect(page.locator("li.in")).to_have_count(2)
        expect(page.locator("li.in .state").last).to_have_text("Sent")
        expect(page.locator("li.out")).to_have_count(1)  # the same topic is acknowledged once
        [matter] = api(server, "/interactions?channel=CHT")["items"]
        timeline = api(server, f"/interactions/{matter['reference']}/timeline")["items"]
        said = [item["inbound"]["text"] for item in timeline if item["kind"] == "inbound"]
        assert said == [BROKEN, "And it is loud."]
    context.close()


@pytest.mark.parametrize("attributes", ['data-email="lou@example.com"', 'data-customer="10003"', ""])
def test_another_user_of_the_same_browser_sees_nothing_of_the_one_before(
    page: Page, shop: Shop, server: Server, attributes: str
) -> None:
    shop.attributes = 'data-email="maya@example.com"'
    visit(page, shop)
    say(page, BROKEN)
    log = page.get_by_role("log")
    expect(log.locator("li.out")).to_have_count(1)
    page.reload()
    expect(log.locator("li.in")).to_have_count(1)
    shop.attributes = attributes
    page.reload()
    page.get_by_role("button", name="Open chat").click()
    page.wait_for_timeout(1500)
    expect(log.locator("li")).to_have_count(0)
    say(page, "Something else")
    expect(log.locator("li.in .state")).to_have_text("Sent")
    assert len(api(server, "/interactions?channel=CHT")["items"]) == 2


def test_who_signs_out_leaves_nothing_behind(page: Page, shop: Shop, server: Server) -> None:
    visit(page, shop)
    say(page, BROKEN)
    log = page.get_by_role("log")
    expect(log.locator("li.out")).to_have_count(1)
    page.evaluate("window.frontdeskChat.reset()")
    expect(log.locator("li")).to_have_count(0)
    assert "coffee" not in page.evaluate("JSON.stringify(localStorage)")
    page.reload()
    page.wait_for_timeout(1500)
    assert page.get_by_text("does not start").count() == 0


def test_a_site_that_is_not_allowed_says_what_to_do_instead(browser: Browser, shop: Shop, tmp_path: Path) -> None:
    shop.attributes = 'data-help="https://shop.example/contact"'
    with serving(tmp_path / "data") as server:
        shop.server = server.url
        page = browser.new_page()
        visit(page, shop)
        say(page, "Hello?")
        expect(page.get_by_role("link", name="Other ways to reach us")).to_be_visible()
        page.close()


def test_the_widget_is_used_by_keyboard_alone(page: Page, shop: Shop, server: Server) -> None:
    page.goto(shop.url)
    page.keyboard.press("Tab")  # the page's own link
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Open chat")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your message")).to_be_focused()
    page.keyboard.type("One line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("and another")
    page.keyboard.press("Enter")
    expect(page.locator("li.in .text")).to_have_text("One line\nand another")
    expect(page.get_by_label("Your message")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Open chat")).to_be_focused()


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=alert(1)>", "</textarea><script>alert(1)</script>", "javascript:alert(1)"]
)
def test_markup_that_is_said_stays_text(page: Page, shop: Shop, server: Server, text: str) -> None:
    visit(page, shop)
    say(page, text)
    expect(page.locator("li.in .text")).to_have_text(text)
    expect(page.locator("li.in .state")).to_have_text("Sent")
    assert page.locator("#frontdesk-chat img, #frontdesk-chat script").count() == 0


def test_the_widget_is_small() -> None:
    script = Path(__file__).parents[3] / "src" / "frontdesk" / "ui" / "static" / "widget.js"
    assert len(gzip.compress(script.read_bytes())) < 12 * 1024


def test_a_person_is_one_click_away(page: Page, shop: Shop) -> None:
    visit(page, shop)
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.locator("li.in .text")).to_have_text("I would like to talk to a person.")
    expect(page.locator("li.in")).to_have_attribute("data-state", "sent")
    expect(page.locator("li.out").first).to_be_visible()


def test_an_answer_shows_its_source_and_whether_it_helped_is_told_with_one_click(page: Page, shop: Shop) -> None:
    told: list[Any] = []
    answer = {"id": "01ANSWER", "direction": "out", "text": "It has one.", "author": "Us", "at": "2026-01-01T10:00:00Z"}
    sources = [
        {"title": "The X200", "url": "https://shop.example/x200"},
        {"title": "Bad", "url": "javascript:alert(1)"},
    ]
    more = {"sources": sources, "choices": ["X200", "X300"], "helps": True, "helped": None}
    event = f"id: 0.1.\nevent: message\ndata: {json.dumps(answer | more)}\n\n"
    kept = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}

    def keep(route: Any) -> None:
        if route.request.method == "POST":
            told.append(route.request.post_data_json)
        route.fulfill(status=200, headers=kept, json={"noted": 1})

    page.route(
        "**/chat/events", lambda route: route.fulfill(headers=kept, content_type="text/event-stream", body=event)
    )
    page.route("**/chat/helped", keep)
    visit(page, shop)
    page.get_by_label("Your message").fill("Does it have a filter?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("link", name="The X200")).to_have_attribute("href", "https://shop.example/x200")
    expect(page.get_by_role("link", name="Bad")).to_have_count(0)
    page.get_by_role("group", name="Did this help?").get_by_role("button", name="No").click()
    expect(page.get_by_text("A person will read this")).to_be_visible()
    assert told == [{"message": "01ANSWER", "helped": False}]
    page.get_by_role("button", name="X300").click()
    expect(page.locator("li.in .text").last).to_have_text("X300")
