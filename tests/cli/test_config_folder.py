"""What is configured on pages as files: out of one instance, into another; refused whole where anything is wrong."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from tests import processes

HOW_TO = processes.ROOT / "docs" / "how-to" / "keep-the-configuration-in-git.md"
BOT = "telegram:\n  settings: {}\n  secrets: [bot_token, secret_token]\n"


def run(*arguments: str, data: Path) -> subprocess.CompletedProcess[str]:
    return processes.run("config", *arguments, "--data", str(data))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An export of an instance, with a change in nearly every file."""
    folder = tmp_path / "configuration"
    assert run("export", str(folder), data=tmp_path / "one").returncode == 0
    put = {
        "channels.yaml": "chat:\n  settings: {origins: 'https://shop.example'}\n",
        "templates.yaml": "welcome:\n  type: AR\n  texts: {en: Welcome, de: Willkommen}\n",
        "macros.yaml": "- {id: m1, owner: '', team: '', name: Thanks, text: Thank you, changes: {}, goes_on: stay}\n",
        "assignment.yaml": "- {team: TEC, mode: round_robin, most_open: 5}\n",
        "timing.yaml": "calendars:\n  office: {zone: Europe/Berlin, hours: 'Mon-Fri 09:00-17:00'}\n",
    }
    for name, text in put.items():
        (folder / name).write_text(text, "utf-8")
    codes = yaml.safe_load((folder / "code_lists.yaml").read_text("utf-8"))
    codes["team"].append({"code": "COF", "name": "Coffee desk", "position": 9, "active": True})
    (folder / "code_lists.yaml").write_text(yaml.safe_dump(codes), "utf-8")
    rules = (folder / "rules.yaml").read_text("utf-8")
    (folder / "rules.yaml").write_text(rules.replace("TEC", "COF"), "utf-8")
    return folder


def test_what_one_instance_exports_another_takes_over_whole(folder: Path, tmp_path: Path) -> None:
    two, again = tmp_path / "two", tmp_path / "again"
    assert run("diff", str(folder), data=two).returncode == 1
    taken = run("import", str(folder), data=two)
    assert taken.returncode == 0, taken.stderr
    assert run("export", str(again), data=two).returncode == 0
    assert "https://shop.example" in (again / "channels.yaml").read_text("utf-8")
    assert "COF" in (again / "rules.yaml").read_text("utf-8")
    assert run("diff", str(again), data=two).stdout == ""
    assert run("diff", str(folder), data=two).returncode == 0


def test_the_how_to_leads_from_one_instance_to_another(tmp_path: Path) -> None:
    data = tmp_path / "test"
    code = '{"list": "team", "code": "COF", "name": "Coffee desk"}'
    (tmp_path / "codes.jsonl").write_text(code, "utf-8")
    processes.run("import", str(tmp_path / "codes.jsonl"), "--what", "codes", "--data", str(data), check=True)
    commands = re.findall(r"^ +frontdesk (config .+)$", HOW_TO.read_text("utf-8"), re.MULTILINE)
    told = [processes.run(*shlex.split(command), cwd=tmp_path) for command in commands]
    assert [each.returncode for each in told] == [0, 1, 0], told
    assert "+  name: Coffee desk" in told[1].stdout
    assert run("diff", str(tmp_path / "configuration"), data=tmp_path / "production").stdout == ""


def test_an_export_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        run("export", str(tmp_path / name), data=tmp_path / "one")
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("channels.yaml", "email:\n  settings: {imap_host: x}\n", "channels: email: fill this in"),
        ("channels.yaml", "email: 3\n", "Expected `object`"),
        ("templates.yaml", "x:\n  type: AR\n  texts: {en: '{{ what'}\n", "templates: x"),
        ("timing.yaml", "calendars:\n  office: {hours: whenever}\n", "timing: calendars: office"),
        ("surprise.yaml", "a: 1\n", "surprise"),
        ("channels.yaml", "a: [\n", "cannot be read"),
    ],
)
def test_nothing_changes_where_anything_is_wrong(
    folder: Path, tmp_path: Path, name: str, text: str, words: str
) -> None:
    two = tmp_path / "two"
    run("export", str(tmp_path / "before"), data=two)
    (folder / name).write_text(text, "utf-8")
    refused = run("import", str(folder), data=two)
    assert refused.returncode == 2
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr
    run("export", str(tmp_path / "after"), data=two)
    for file in (tmp_path / "before").iterdir():
        assert file.read_text("utf-8") == (tmp_path / "after" / file.name).read_text("utf-8")


def test_secrets_are_named_and_never_written(folder: Path, tmp_path: Path) -> None:
    (folder / "channels.yaml").write_text(BOT, "utf-8")
    taken = run("import", str(folder), data=tmp_path / "two")
    assert taken.returncode == 0
    assert "missing: channels: telegram: bot_token" in taken.stderr
    assert "2 secrets are missing" in taken.stdout


def test_each_value_names_its_source(tmp_path: Path) -> None:
    vcap = '{"aicore": [{"credentials": {"clientid": "c", "url": "https://a.example", "serviceurls": {}}}]}'
    shown = processes.run(
        "config", "show", "--data", str(tmp_path), env={"VCAP_SERVICES": vcap, "FRONTDESK_CHAT_ORIGINS": "https://a.b"}
    ).stdout
    assert 'client_id = "c"  # VCAP_SERVICES' in shown
    assert 'origins = "https://a.b"  # FRONTDESK_CHAT_ORIGINS' in shown
    assert "slots = 8\n" in shown
