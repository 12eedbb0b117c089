"""From an empty start to an answered mail, all on pages: no shell, no settings file."""

import http.server
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.channels.email.mails import raw
from tests.dovecot import PASSWORD as MAIL_PASSWORD
from tests.dovecot import Dovecot, dovecot
from tests.smtp_server import Taken, smtp_server
from tests.ui.conftest import Server, serving
from tests.ui.console.test_rules_browser import TECHNICAL, look
from tests.ui.test_browser import browser
from tests.web_client import PASSWORD

__all__ = ["browser"]  # the fixture
pytestmark = pytest.mark.browser
BROKEN = "My coffee machine is broken and does not start any more."


class Orders(http.server.BaseHTTPRequestHandler):
    """An order service: it lets in who has the token."""

    def do_GET(self) -> None:
        is_known = self.headers.get("Authorization") == "Bearer open sesame"
        self.send_response(404 if is_known else 401)
        self.end_headers()
        self.wfile.write(json.dumps({}).encode())

    def log_message(self, *_given: object) -> None:
        """Say nothing."""


@pytest.fixture
def orders() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Orders) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def post_box() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def post_office() -> Iterator[Taken]:
    with smtp_server() as running:
        yield running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of an empty folder. Its deployment lets addresses of pages lead to this machine."""
    with serving(tmp_path / "data", FRONTDESK_OUTGOING_ALLOW_HOSTS="127.0.0.1") as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=server.url, locale="en-GB")
    yield context.new_page()
    context.close()


def begin(page: Page, tmp_path: Path) -> None:
    """The first administrator, by the link in the log."""
    link = re.search(r"http://\S+(/first-start\S+)", (tmp_path / "serve.log").read_text())
    assert link is not None
    page.goto(link[1])
    page.get_by_label("E-mail").fill("root@example.com")
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("E-mail").fill("root@example.com")
    page.get_by_label("New password").fill(PASSWORD)
    look(page, "first-start")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    look(page, "first-steps")


def set_up_mail(page: Page, post_box: Dovecot, post_office: Taken) -> None:
    """A mailbox, at first with a wrong password."""
    page.get_by_role("link", name="A mailbox").click()
    fields = {"Address *": "support@desk.example", "IMAP server": "127.0.0.1", "IMAP port": str(post_box.imap)}
    fields |= {"User": "support", "Password": "wrong", "SMTP server *": "127.0.0.1"}
    for label, value in (fields | {"SMTP port": str(post_office.port)}).items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("IMAP encryption").select_option("none")
    page.get_by_label("SMTP encryption").select_option("none")
    page.get_by_text("More settings").click()
    page.get_by_label("SMTP user").fill("-")
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_role("alert")).to_contain_text("What you typed is still here")
    expect(page.get_by_label("Address *")).to_have_value("support@desk.example")
    look(page, "mailbox-refused")
    page.get_by_label("Password", exact=True).fill(MAIL_PASSWORD)
    page.get_by_label("Send a test message to").fill("ada@desk.example")
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_role("status")).to_contain_text("It answers")
    assert [mail["To"] for mail in post_office.mails] == ["ada@desk.example"]
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="It is saved")).to_be_visible()
    look(page, "mailbox")


def set_up_others(page: Page, orders: str) -> None:
    """The chat, intents, a team, a key, an order service, and a rule."""
    page.goto("/console/configuration/channels/chat")
    page.get_by_label("Web sites *").fill("https://shop.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="It is saved")).to_be_visible()
    page.goto("/console/first-steps")
    page.get_by_label("Trade").select_option("retail")
    page.get_by_role("button", name="Add its intents").click()
    expect(page.get_by_role("status")).to_contain_text("The intents are added")
    page.goto("/console/configuration/lists/team")
    page.get_by_label("Code *").fill("COF")
    page.get_by_label("Name *").fill("Coffee desk")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="It is saved")).to_be_visible()
    page.goto("/console/keys")
    page.get_by_label("Name").fill("web shop")
    page.get_by_role("button", name="Make a key").click()
    expect(page.get_by_role("status")).to_contain_text("Keep this key now")
    page.goto("/console/configuration/connectors/order_service")
    page.get_by_label("URL *").fill(orders)
    page.get_by_label("Token", exact=True).fill("wrong")
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Token", exact=True).fill("open sesame")
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_role("status")).to_contain_text("It answers")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="It is saved")).to_be_visible()
    look(page, "order-service")
    page.goto("/console/rules")
    page.get_by_role("button", name="New draft from version 1").click()
    for row in (TECHNICAL, TECHNICAL + 1):
        page.get_by_label(f"Row {row}, Team").fill("'COF'")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("In force", exact=True)).to_be_visible()
    page.wait_for_timeout(2100)  # in every process within two seconds


def test_a_customers_mail_is_answered_after_a_set_up_without_a_shell(
    page: Page, tmp_path: Path, post_box: Dovecot, post_office: Taken, orders: str
) -> None:
    begin(page, tmp_path)
    set_up_mail(page, post_box, post_office)
    set_up_others(page, orders)
    post_box.deliver(raw(BROKEN, message_id="<first@customer.example>", subject="Broken"))
    for _ in range(1200):
        if len(post_office.mails) > 1:
            break
        page.wait_for_timeout(50)
    answer = post_office.mails[-1]
    assert answer["In-Reply-To"] == "<first@customer.example>"
    page.goto("/console/interactions")
    expect(page.get_by_role("cell", name="Coffee desk")).to_be_visible()
    page.goto("/console/configuration/channels")
    look(page, "channels")
    page.goto("/console/configuration/model-services")
    look(page, "model-services")
