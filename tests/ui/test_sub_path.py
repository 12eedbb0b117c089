"""The server below a path of a host that other things share, behind nginx with TLS."""

import asyncio
import datetime
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser, expect

from frontdesk.edges.sub_path import sub_path
from frontdesk.interfaces import Invalid
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.wiring.container import open_container
from tests.ui.conftest import serving
from tests.ui.test_browser import browser
from tests.web_client import PASSWORD, add_account

__all__ = ["browser"]  # the fixture

NGINX = os.environ.get("FRONTDESK_TEST_NGINX") or shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
CONFIGURATION = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    location / {{ return 404 "not ours"; }}
    location /desk/ {{
      proxy_pass {upstream}; proxy_buffering off; proxy_http_version 1.1;
      proxy_set_header X-Forwarded-For $remote_addr;
    }}
  }}
}}
"""


@pytest.mark.parametrize(
    "url", ["https://host/console", "https://host/api/x", "https://host/a%20b", "https://host/a;b"]
)
def test_a_path_that_cannot_be_served_is_refused_with_words(url: str) -> None:
    with pytest.raises(Invalid, match="choose one that is no page of ours"):
        sub_path(url, ["/", "/console/interactions", "/api/v1/openapi.json", "/desk"])


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def make_certificate(folder: Path) -> None:
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "desk")]),
    )
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=2))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(pem)


@contextmanager
def behind_nginx(folder: Path, *, cut: bool) -> Iterator[str]:
    """A server at https://localhost:port/desk; nginx hands the path on, or (`cut`) what comes after it."""
    if not NGINX:
        if os.environ.get("FRONTDESK_TEST_ALL") == "1":
            pytest.fail("no nginx: install the package nginx-light, or name it in FRONTDESK_TEST_NGINX")
        pytest.skip("no nginx: install the package nginx-light, or name it in FRONTDESK_TEST_NGINX")
    port = free_port()
    public = f"https://localhost:{port}/desk"
    make_certificate(folder)
    settings = {"FRONTDESK_SERVER_PUBLIC_URL": public, "FRONTDESK_SECURITY_TRUSTED_PROXIES": "1"}
    with serving(folder / "data", **settings) as server:
        upstream = server.url + ("/" if cut else "")
        (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, port=port, upstream=upstream))
        with subprocess.Popen([NGINX, "-c", str(folder / "nginx.conf"), "-p", str(folder)]) as nginx:
            try:
                wait_for(public)
                yield public
            finally:
                nginx.terminate()


def wait_for(url: str) -> None:
    for _ in range(600):
        try:
            httpx.get(f"{url}/health", verify=False)
        except httpx.TransportError:
            continue
        return


@pytest.fixture
def folder(tmp_path: Path, builtin: Builtin) -> Path:
    """A folder with a database in which somebody can sign in."""

    async def make() -> None:
        async with open_container(load(data=tmp_path / "data", environment={}), builtin) as container:
            await add_account(container)

    making = threading.Thread(target=lambda: asyncio.run(make()))  # the browser has a loop in this one
    making.start()
    making.join()
    return tmp_path


def sign_in_at(public: str, client: httpx.Client) -> None:
    client.get(f"{public}/sign-in")
    fields = {"email": "ada@example.com", "password": PASSWORD, "tried": "1"}
    answer = client.post(f"{public}/sign-in", data=fields, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in")


@pytest.mark.slow
@pytest.mark.parametrize("cut", [False, True], ids=["whole path", "path cut off"])
def test_every_link_of_every_page_stays_below_the_path(folder: Path, cut: bool) -> None:
    with behind_nginx(folder, cut=cut) as public, httpx.Client(verify=False, headers={"Accept": "text/html"}) as client:
        sign_in_at(public, client)
        token = re.search(r'csrf-token" content="([^"]+)', client.get(f"{public}/").text)
        assert token
        fields = {"text": "Broken", "name": "Ada", "email": "a@b.example"}
        sent = client.post(f"{public}/messages", data=fields, headers={"x-csrftoken": token[1]})
        place = sent.headers["location"]
        assert place.startswith("/desk/track/")
        seen, waiting = set[str](), [f"{public}/", f"{public}/console", urljoin(public, place)]
        while waiting and len(seen) < 80:
            url = waiting.pop(0)
            answer = client.get(url, follow_redirects=True)
            seen.add(url)
            assert answer.status_code == 200, url
            assert urlsplit(str(answer.url)).path.startswith("/desk/"), url
            found = re.findall(
                r'\s(?:href|src|action|data-live|data-fragment|data-source|hx-get)="([^"]*)"', answer.text
            )
            links = {unescape(each) for each in found if not each.startswith(("#", "?", "mailto:", "data:", "http"))}
            assert {each for each in links if not each.startswith("/desk/")} == set(), url
            pages = (
                urljoin(url, each.partition("#")[0]) for each in re.findall(r'\shref="(/desk/[^"]*)"', answer.text)
            )
            waiting += [page for each in pages if (page := unescape(each)) not in seen and "download" not in page]
        assert len(seen) > 40
        document = client.get(f"{public}/api/v1/openapi.json").json()
        assert document["servers"] == [{"url": "/desk"}]


@pytest.mark.browser
@pytest.mark.slow
def test_a_customer_and_an_agent_work_below_the_path_in_a_browser(folder: Path, browser: Browser) -> None:
    with behind_nginx(folder, cut=False) as public:
        context = browser.new_context(ignore_https_errors=True, locale="en-GB")
        page, wrong = context.new_page(), list[str]()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("response", lambda answer: wrong.append(answer.url) if answer.status >= 400 else None)
        page.on(
            "request",
            lambda asked: wrong.append(asked.url) if "/desk/" not in asked.url and asked.url[:5] == "https" else None,
        )
        page.goto(f"{public}/")
        page.get_by_role("textbox", name="Your message").fill("My washing machine is broken: E18. Please repair it.")
        page.get_by_role("textbox", name="Name").first.fill("Maya")
        page.get_by_role("textbox", name="E-mail").first.fill("maya@example.com")
        page.get_by_role("button", name="Send message").click()
        page.wait_for_url(re.compile("/desk/track/"))
        page.goto(f"{public}/console")
        page.get_by_label("E-mail").fill("ada@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.locator("#main").get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{public}/console")
        page.goto(f"{public}/console/interactions")
        page.locator("table a[href*='/desk/console/interactions/']").first.click()
        page.wait_for_url(re.compile("/desk/console/interactions/[A-Z0-9]{8}"))
        page.goto(f"{public}/console/insights?period=all")
        expect(page.locator("[data-card][aria-busy=false]").first).to_be_visible(timeout=60_000)
        page.goto(f"{public}/")
        page.add_script_tag(url=f"{public}/widget.js")
        page.get_by_role("button", name="Open chat").click()
        page.locator("form").get_by_label("Your message").last.fill("Where is my order 4500012345?")
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_text("Sent", exact=True)).to_be_visible(timeout=60_000)
        context.close()
        assert not wrong
