"""`frontdesk rules`: from an export to a published change and back."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Invoke = Callable[..., Result]
BROKEN = "My oven is broken, it stays cold. This is terrible!"


def exported(invoke: Invoke, tmp_path: Path, name: str = "rules.json") -> Path:
    file = tmp_path / name
    assert invoke("rules", "export", "--output", str(file)).exit_code == 0
    return file


def test_a_rule_goes_from_export_to_publication_and_back(invoke: Invoke, tmp_path: Path) -> None:
    said = json.loads(invoke("say", BROKEN, "--json").stdout)
    file = exported(invoke, tmp_path)
    file.write_text(file.read_text("utf-8").replace("['create_service_call']", "[]"), "utf-8")
    assert invoke("rules", "draft", str(file), "--note", "no calls").stdout.startswith("version 2 is a draft")
    report = json.loads(invoke("rules", "backtest", "2", "--last", "10", "--json").stdout)
    assert [each["reference"] for each in report["calls_saved"]] == [said["reference"]]
    assert invoke("rules", "publish", "2").stdout == "version 2 is in force\n"
    message = report["calls_saved"][0]["message"]
    assert 'row "Technical issue' in invoke("rules", "explain", message).stdout
    asked = invoke("rules", "what-if", message, "--set", "intent=WR", "--version", "2").stdout
    assert "with intent=" in asked
    assert "WR-Chatbot" in asked
    assert invoke("rules", "rollback").stdout == "version 1 is in force\n"
    states = [line.split()[:2] for line in invoke("rules", "list").stdout.splitlines()]
    assert states == [["2", "retired"], ["1", "published"]]


def test_a_spreadsheet_comes_back_as_a_draft(invoke: Invoke, tmp_path: Path) -> None:
    file = exported(invoke, tmp_path, "rules.csv")
    assert invoke("rules", "import", str(file)).exit_code == 0
    assert json.loads(invoke("rules", "show", "2").stdout) == json.loads(invoke("rules", "show", "1").stdout)


def test_a_check_fails_for_what_cannot_be_published(invoke: Invoke, tmp_path: Path) -> None:
    assert invoke("rules", "check", "1").exit_code == 0
    file = exported(invoke, tmp_path)
    file.write_text(file.read_text("utf-8").replace("'TI-Chatbot'", "'Nowhere'"), "utf-8")
    checked = invoke("rules", "check", str(file), "--json")
    assert checked.exit_code == 1
    assert json.loads(checked.stdout.splitlines()[0])["rows"] == [13]
    refused = invoke("rules", "draft", str(file))
    assert (refused.exit_code, "unknown route 'Nowhere'" in refused.stderr) == (2, True)


def test_texts_of_a_file_can_be_tried(invoke: Invoke, tmp_path: Path) -> None:
    lines = tmp_path / "texts.jsonl"
    lines.write_text(json.dumps({"text": BROKEN}) + "\n" + json.dumps({"facts": {"intent": "WR"}}) + "\n", "utf-8")
    told = invoke("rules", "backtest", "1", "--file", str(lines)).stdout
    assert told.startswith("2 messages, 0 decisions change")


def test_what_is_not_there_is_said_in_a_line(invoke: Invoke) -> None:
    for asked in (["show", "9"], ["publish", "9"], ["explain", "nothing"], ["rollback"], ["check", "nothing.txt"]):
        refused = invoke("rules", *asked)
        assert refused.exit_code in (1, 2)
        assert refused.stderr.startswith("frontdesk: ")
        assert refused.stderr.count("\n") == 1
