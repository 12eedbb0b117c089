"""`frontdesk insights` as a stranger types it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks.invented.__main__ import tool
from frontdesk.cli.main import whole


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("insights")
    line = ["invent", "--messages", "200", "--until", "2026-03-01", "--data", str(path)]
    assert CliRunner().invoke(tool, line).exit_code == 0
    return str(path)


def run(folder: str, *words: str) -> Result:
    return CliRunner().invoke(whole(), ["insights", *words, "--data", folder])


def test_figures_are_printed_as_a_table(folder: str) -> None:
    done = run(folder, "show", "inbound", "negative_share", "--by", "intent", "--period", "all")
    assert done.exit_code == 0
    assert "Technical issues" in done.stdout
    assert done.stdout.splitlines()[0].split()[:2] == ["Intent", "Intent"]


def test_figures_are_printed_as_json(folder: str) -> None:
    found = json.loads(run(folder, "show", "--period", "all", "--format", "json").stdout)
    assert found == [{"Messages received": 200}]


def test_rows_behind_a_figure_are_printed(folder: str) -> None:
    done = run(
        folder, "rows", "inbound", "--period", "all", "--where", "channel=EMI", "--format", "csv", "--limit", "5"
    )
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) >= 6
    assert "5 of" in done.stderr


def test_changes_are_printed_with_how_many_were_compared(folder: str) -> None:
    done = run(folder, "changes", "--since", "2026-02-15", "--until", "2026-03-01", "--all")
    assert done.exit_code == 0
    assert "compared" in done.stderr


def test_facts_are_checked_and_rebuilt(folder: str) -> None:
    assert run(folder, "check").stdout == "every fact is as counted\n"
    assert "interactions are made" in run(folder, "rebuild").stdout
    assert run(folder, "check").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "love"], "no measure 'love'"),
        (["show", "--by", "mood"], "no dimension 'mood'"),
        (["show", "--where", "channel"], "write DIMENSION=VALUE"),
        (["show", "--since", "soon"], "since 'soon'"),
        (["changes", "--period", "soon"], "no period 'soon'"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_line(folder: str, words: list[str], said: str) -> None:
    done = run(folder, *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
