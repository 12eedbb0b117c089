"""What holds for every command: roles, help, one-line errors, exit codes, a fast start."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import Result

from frontdesk.cli.framework.registry import Command, check
from frontdesk.cli.main import whole
from frontdesk.interfaces import FrontdeskError
from tests.written_pages.commands import reference

from .conftest import Run

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"
HEAVY = ("alembic", "dateparser", "litestar", "numpy", "sqlalchemy", "uvicorn", "zen")


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Command]]:
    for name, each in group.commands.items():
        if isinstance(each, click.Group):
            yield from commands(each, (*path, name))
        elif isinstance(each, Command):
            yield (*path, name), each


ALL = list(commands(whole()))


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_command_has_help_with_an_example_and_takes_data_and_config(
    path: tuple[str, ...], command: Command, invoke: Callable[..., Result]
) -> None:
    told = invoke(*path, "--help")
    assert told.exit_code == 0
    assert f"Example:\n  frontdesk {' '.join(path)}" in told.stdout
    assert "--data FOLDER" in told.stdout
    assert "--config FILE" in told.stdout


@pytest.mark.parametrize("made", [click.Command("open"), Command("open", help="Opens.", example="frontdesk open")])
def test_a_command_that_declares_no_role_is_refused_at_start(made: click.Command) -> None:
    group = click.Group("frontdesk", commands=[made])
    with pytest.raises(FrontdeskError, match="frontdesk open"):
        check(group)


def test_the_page_on_commands_is_what_the_commands_say() -> None:
    assert PAGE.read_text("utf-8") == reference(), "run: python -m tests.written_pages.commands > docs/reference/cli.md"


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(argument: str) -> None:
    script = f"""
import atexit, sys
atexit.register(lambda: print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr))
sys.argv = ["frontdesk", {argument!r}]
from frontdesk.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "rontdesk" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("say",),
        ("say", "hello", "--nonsense"),
        ("say", "hello", "--wait", "soon"),
        ("say", ""),
        ("say", "hello", "--channel", "PIGEON"),
        ("analyse", "missing.csv"),
        ("import", "missing.csv"),
        ("export", "--format", "csv"),
        ("export", "--what", "secrets"),
        ("work", "retry"),
        ("work", "retry", "nobody"),
        ("users", "add", "kim@example.com"),
        ("users", "password", "nobody@example.com", "--password-stdin"),
        ("keys", "revoke", "fd_nothing"),
        ("serve", "--port", "99999"),
        ("config", "check", "--config", "missing.toml"),
        ("db", "status"),
    ],
    ids=" ".join,
)
def test_a_mistake_is_told_in_one_line_that_says_what_to_do(
    arguments: tuple[str, ...], invoke: Callable[..., Result]
) -> None:
    told = invoke(*arguments, feed="")
    assert told.exit_code == 2
    assert told.stdout == ""
    assert told.stderr.startswith("frontdesk: ")
    assert told.stderr.count("\n") == 1


def test_a_failure_is_told_in_one_line_and_never_as_a_trace(run: Run) -> None:
    done = run("db", "upgrade", FRONTDESK_STORAGE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert done.returncode == 1
    assert done.stderr.startswith("frontdesk: ")
    assert done.stderr.count("\n") == 1


def test_a_trace_is_shown_to_those_who_ask_for_it(run: Run) -> None:
    done = run("db", "upgrade", FRONTDESK_STORAGE_URL="postgresql://nobody@127.0.0.1:1/x", FRONTDESK_DEBUG="1")
    assert "Traceback" in done.stderr


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    done = run()
    assert done.returncode == 2
    assert "Commands:" in done.stderr


def test_the_data_folder_may_be_named_before_or_after_the_command(
    invoke: Callable[..., Result], tmp_path: Path
) -> None:
    assert invoke("--data", str(tmp_path / "one"), "db", "upgrade").exit_code == 0
    assert invoke("db", "upgrade", "--data", str(tmp_path / "two")).exit_code == 0
    assert (tmp_path / "one" / "frontdesk.sqlite3").is_file()
    assert (tmp_path / "two" / "frontdesk.sqlite3").is_file()
