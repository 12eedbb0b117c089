"""The documentation: every link leads somewhere, every page is in the navigation, every file it names is there."""

import re
import runpy
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pymdownx.slugs import slugify

from frontdesk.cli.main import whole
from frontdesk.settings.loading import SHORT

from .test_settings import section

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
BESIDE = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / ".github").rglob("*.md"))]
DECISIONS = sorted((DOCS / "decisions").glob("0*.md"))
SITE = runpy.run_path(str(ROOT / ".ci" / "navigation.py"))
EXAMPLES = ("NAME", "stock", "carrier_pigeon", "praise")  # files that the reader is to write


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return re.sub(r"^( *)```.*?^ *```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Where the page's links lead within the project: file and anchor."""
    for target in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", re.sub(r"`[^`]*`", "", prose(page))):
        path, _, anchor = target.partition("#")
        yield (page.parent / path).resolve() if path else page, anchor


def anchors(page: Path) -> set[str]:
    slug = slugify(case="lower")
    return {slug(re.sub(r"[`*]", "", title), "-") for title in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)}


def in_navigation(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inside in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from in_navigation(inside)


@pytest.mark.parametrize("page", [*PAGES, *BESIDE], ids=name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for target, anchor in links(page):
        assert target.exists(), f"{name(page)} links to {target}, which is not there"
        assert not anchor or anchor in anchors(target), f"{name(page)}: {name(target)} has no heading #{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_of_the_site_links_to_pages_of_the_site_only(page: Path) -> None:
    outside = [name(target) for target, _ in links(page) if not target.is_relative_to(DOCS) or target.is_dir()]
    assert not outside, f"{name(page)}: write {outside} as `path`, the site has only the files of docs/"


def test_every_page_is_in_the_navigation_once() -> None:
    shown = list(in_navigation(tomllib.loads(f"nav = {SITE['toml'](list(SITE['entries'](DOCS)))}")["nav"]))
    assert sorted(shown) == sorted(page.relative_to(DOCS).as_posix() for page in PAGES)


@pytest.mark.parametrize("page", [*PAGES, *BESIDE], ids=name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    for path in re.findall(r"`((?:src|tests|docs|frontend|training|benchmarks|deploy|bin)/[\w./-]+)`", prose(page)):
        assert (ROOT / path).exists() or any(word in path for word in EXAMPLES), f"{name(page)} names {path}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_test_that_a_page_names_is_there(page: Path) -> None:
    for file, test in re.findall(r"`(tests/[\w/.]+)::(\w+)`", prose(page)):
        source = (ROOT / file).read_text("utf-8") if (ROOT / file).exists() else ""
        assert re.search(rf"^(async )?def {test}\(", source, re.MULTILINE), f"{name(page)} names {file}::{test}"


def test_every_promise_of_the_security_page_names_a_test() -> None:
    [_, promised] = prose(DOCS / "reference" / "security.md").split("\n## What is promised\n")
    rows = re.findall(r"^\| (.+) \| (.+) \|$", promised.partition("\n## ")[0], re.MULTILINE)
    assert len(rows) > 40
    assert not [promise for promise, held in rows if "::test_" not in held and promise not in ("promise", "---")]


def test_the_comparison_with_asvs_has_every_line_once_and_counts_them_right() -> None:
    text = (DOCS / "reference" / "asvs.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+\.\d+\.\d+) \| [12] \| [^|]+ \| ([^|]+) \| [^|]+ \|$", text, re.MULTILINE)
    assert len({line for line, _ in rows}) == len(rows) == 253  # 70 of level 1, 183 of level 2
    states = ("met", "partly", "not met", "not applicable", "not looked at")
    told = ", ".join(f"{[state for _, state in rows].count(each)} {each}" for each in states)
    assert f"Of 253 requirements: {told}." in text


def test_every_decision_has_a_number_of_its_own_and_is_in_the_index() -> None:
    numbers = [path.name[:4] for path in DECISIONS]
    assert len(set(numbers)) == len(numbers)
    for path in DECISIONS:
        assert path.read_text("utf-8").startswith(f"# {int(path.name[:4])}. "), path.name
    assert {target for target, _ in links(DOCS / "decisions" / "README.md")} >= set(DECISIONS)


def test_the_changelog_begins_with_what_is_unreleased_and_then_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    assert headings[1].startswith(f"[{version}] - ")


@pytest.mark.parametrize("page", [*PAGES, *BESIDE], ids=name)
def test_every_command_of_ours_that_a_page_shows_has_these_options(page: Path) -> None:
    text = page.read_text("utf-8").replace("\\\n", " ")
    for line in re.findall(r"(?:^|[`/\s(])frontdesk( [a-z][^`\n|#]*)", text, re.MULTILINE):
        command: click.Command = whole()
        for word in line.split():
            if isinstance(command, click.Group) and word in command.commands:
                command = command.commands[word]
        known = {option for parameter in command.params for option in parameter.opts} | {"--help", "--version"}
        if isinstance(command, click.Group):
            continue  # prose about the product, or a command that ends before its name does
        used = set(re.findall(r"(?<=\s)--[a-z][a-z-]*", re.split(r"\s(?:&&|;|>)\s", line)[0]))
        assert used <= known, f"{name(page)}: frontdesk{line} has no {', '.join(sorted(used - known))}"


def test_every_variable_that_a_page_names_is_read_somewhere() -> None:
    settings = {f"FRONTDESK_{setting.upper().replace('.', '_')}" for setting in section()}
    sources = [*(ROOT / "bin").iterdir(), *(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    sources += [*(ROOT / "benchmarks").rglob("*.py"), *(ROOT / "deploy").rglob("*.yaml")]
    read = set(re.findall(r"FRONTDESK_[A-Z_]+", "".join(source.read_text("utf-8") for source in sources)))
    short = {"FRONTDESK_KEY", *(f"FRONTDESK_{name}" for name in SHORT)}  # the first is the reader's own, in examples
    for page in [*PAGES, *BESIDE]:
        named = set(re.findall(r"FRONTDESK_[A-Z_]*[A-Z]", page.read_text("utf-8")))
        assert named <= settings | read | short, f"{name(page)}: {named - settings - read - short}"
