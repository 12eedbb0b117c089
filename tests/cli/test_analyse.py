"""`frontdesk analyse`: the same object for every record, whatever happens to the process or stands in the file."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from .conftest import Run, lines, running

KEYS = [
    "language",
    "sentiment",
    "sentiment_probability",
    "intent",
    "intent_probability",
    "intents",
    "type",
    "type_probability",
    "title",
    "summary",
    "entities",
    "signals",
    "concerns",
    "reads",
    "tier",
]
INTENTS = [
    {"code": "TABLE", "name": "Reservation", "description": "Book a table.", "examples": ["A table for two tonight?"]},
    {"code": "MENU", "name": "Menu", "description": "Dishes and prices.", "examples": ["Is there a vegan dish?"]},
]


def messages(count: int) -> str:
    return "".join(json.dumps({"n": n, "text": f"My oven number {n} does not heat up."}) + "\n" for n in range(count))


def test_fields_come_first_then_the_analysis_and_no_data_folder_is_made(run: Run, tmp_path: Path) -> None:
    done = run("analyse", "-", feed='{"id": 7, "text": "Mein Backofen heizt nicht, Auftrag 558120.", "x": null}\n')
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = lines(done.stdout)
    assert list(line) == ["id", "text", "x", "analysis"]
    assert list(line["analysis"]) == KEYS
    assert line["analysis"]["language"] == "de"
    assert line["analysis"]["intent"] == "TI"
    assert line["analysis"]["type"] in ("Complaint", "Complement", "Question", "ServiceRequest", "Information")
    for entity in line["analysis"]["entities"]:
        assert line["text"][entity["start"] : entity["end"]] == entity["value"]
    assert not (tmp_path / "data").exists()


def test_bad_records_are_named_and_the_others_done(invoke: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text('id;text\r\n1;thank you\r\n2;\r\n3;"open\r\n4;where is my parcel?\r\n', newline="")
    told = invoke("analyse", "in.csv")
    assert told.exit_code == 1
    found = lines(told.stdout)
    assert [("analysis" in line, line.get("id")) for line in found] == [
        (True, "1"),
        (False, "2"),
        (False, None),
        (True, "4"),
    ]
    assert found[1]["error"] == "text is empty"
    assert "line 3: text is empty" in told.stderr
    assert "line 4: a quote is opened" in told.stderr


@pytest.mark.parametrize("form", ["json", "jsonl", "csv"])
def test_other_intents_may_be_used(form: str, invoke: Callable[..., Result], tmp_path: Path) -> None:
    content = {
        "json": json.dumps(INTENTS),
        "jsonl": "\n".join(json.dumps(each) for each in INTENTS),
        "csv": "code;name;description;examples\n"
        + "".join(f'{i["code"]};{i["name"]};{i["description"]};"{i["examples"][0]}"\n' for i in INTENTS),
    }
    (tmp_path / f"intents.{form}").write_text(content[form])
    told = invoke(
        "analyse", "-", "--intents", f"intents.{form}", feed="text\nCould I have a table for three on Friday?\n"
    )
    assert told.exit_code == 0, told.stderr
    (line,) = lines(told.stdout)
    assert {each["code"] for each in line["analysis"]["intents"]} == {"TABLE", "MENU"}
    assert line["analysis"]["intent"] == "TABLE"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[]", "holds no intents"),
        ("[1]", "is not an object"),
        ('[{"name": "x"}]', "needs a code"),
        ('[{"code": "A"}, {"code": "A"}]', "more than once"),
        ('[{"code": "A", "examples": [1]}]', "examples"),
        ("[{", "not JSON"),
        ('{"code": }', "not JSON"),
        ("name\nx\n", "no column 'code'"),
    ],
)
def test_an_intent_list_that_cannot_be_used_is_refused(
    content: str, reason: str, invoke: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "intents").write_text(content)
    told = invoke("analyse", "-", "--intents", "intents", feed="text\nhello\n")
    assert told.exit_code == 2
    assert reason in told.stderr


def test_several_processes_give_the_same_in_the_same_order(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(messages(150))
    one = run("analyse", "in.jsonl")
    two = run("analyse", "in.jsonl", "--jobs", "2")
    assert (one.returncode, two.returncode) == (0, 0)
    assert one.stdout == two.stdout
    assert [line["n"] for line in lines(one.stdout)] == list(range(150))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_that_was_killed_is_continued(jobs: str, run: Run, environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(messages(800))
    output = tmp_path / "out.jsonl"
    command = ("analyse", "in.jsonl", "--output", "out.jsonl", "--jobs", jobs)
    with running(*command, environment=environment, cwd=tmp_path) as process:
        while not output.exists() or output.stat().st_size == 0:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert output.read_bytes().count(b"\n") < 800
    with output.open("r+b") as cut:  # as if it had died in the middle of a line
        cut.truncate(output.stat().st_size - 25)
    done = run(*command)
    assert done.returncode == 0, done.stderr
    assert "already" in done.stderr
    assert [line["n"] for line in lines(output.read_text())] == list(range(800))


def test_a_finished_run_changes_nothing(invoke: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(messages(3) + "{broken\n")
    assert invoke("analyse", "in.jsonl", "--output", "out.jsonl").exit_code == 1
    before = (tmp_path / "out.jsonl").read_bytes()
    assert invoke("analyse", "in.jsonl", "--output", "out.jsonl").exit_code == 1
    assert (tmp_path / "out.jsonl").read_bytes() == before


def test_the_input_is_never_written_over(invoke: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(messages(1))
    assert invoke("analyse", "in.jsonl", "--output", "in.jsonl").exit_code == 2
    assert (tmp_path / "in.jsonl").read_text() == messages(1)


def test_nothing_in_gives_nothing_out(run: Run) -> None:
    done = run("analyse", "-", feed="")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_reader_that_has_enough_is_no_error_to_talk_about(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(messages(500))
    with running("analyse", "in.jsonl", environment=environment, cwd=tmp_path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait() == 1
        assert process.stderr is not None
        assert process.stderr.read() == ""
