"""`frontdesk say`: the whole way in one command, alone and beside a server."""

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from .conftest import Run, free_port, lines, running

UPSET = "My oven HeatLine 60 is broken and shows error E18. This is terrible! Order 558120."


def test_a_technical_issue_ends_as_a_service_call_named_in_the_reply(invoke_on: Callable[..., Result]) -> None:
    told = invoke_on("say", UPSET, "--name", "Kim Doe", "--email", "kim@example.com", "--json")
    assert told.exit_code == 0, told.stderr
    (way,) = lines(told.stdout)
    assert list(way) == ["reference", "message", "analysis", "decision", "effects", "reply"]
    assert len(way["reference"]) == 8
    assert way["message"] == UPSET
    assert way["analysis"]["intent"] == "TI"
    assert way["decision"]["route"] == "TI-Chatbot"
    assert way["decision"]["rule"]
    assert {"kind": "create_service_call"} in way["decision"]["actions"]
    (call,) = [effect for effect in way["effects"] if effect["kind"] == "create_service_call"]
    assert set(call) == {"key", "kind", "state", "reference"}
    assert call["state"] == "done"
    assert call["reference"] in way["reply"]
    assert way["reference"] in way["reply"]
    assert "Kim Doe" in way["reply"]


def test_a_german_message_is_answered_in_german(invoke: Callable[..., Result]) -> None:
    told = invoke("say", "Mein Backofen heizt seit gestern nicht mehr und zeigt Fehler E18.", "--json")
    (way,) = lines(told.stdout)
    assert way["analysis"]["language"] == "de"
    assert "Serviceauftrag SC-000001" in way["reply"]


def test_the_way_is_told_step_by_step(invoke: Callable[..., Result]) -> None:
    told = invoke("say", UPSET)
    labels = [line.split(" ")[0] for line in told.stdout.splitlines() if line[:1].strip()]
    assert [label for n, label in enumerate(labels) if label not in labels[:n]] == [
        "accepted",
        "analysed",
        "decided",
        "acted",
        "reply",
    ]


def test_standard_input_may_hold_the_text(run: Run) -> None:
    done = run("say", "-", "--json", feed="Thank you,\nthe technician was great!\n")
    assert lines(done.stdout)[0]["message"] == "Thank you,\nthe technician was great!\n"


def test_the_same_id_is_stored_and_acted_on_once(invoke_on: Callable[..., Result]) -> None:
    first = invoke_on("say", UPSET, "--id", "m1", "--json")
    again = invoke_on("say", UPSET, "--id", "m1", "--json")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert again.stdout == first.stdout


def test_a_message_says_only_what_it_is_about_when_others_wait(invoke: Callable[..., Result]) -> None:
    waiting = "".join(json.dumps({"text": f"Where is my parcel {n}?"}) + "\n" for n in range(5))
    assert invoke("import", "-", feed=waiting).exit_code == 0
    assert invoke("say", UPSET).exit_code == 0
    assert "5 open" in invoke("work", "list").stderr


def test_a_wait_that_is_too_short_is_a_failure_that_loses_nothing(invoke: Callable[..., Result]) -> None:
    told = invoke("say", UPSET, "--wait", "0", "--json")
    assert told.exit_code == 1
    assert "goes on with it" in told.stderr
    assert lines(told.stdout)[0]["reference"]
    assert [line["text"] for line in lines(invoke("export", "--what", "messages").stdout)] == [UPSET]


def test_it_works_while_a_server_runs_on_the_same_folder(run: Run, environment: dict[str, str], tmp_path: Path) -> None:
    port = str(free_port())
    with running("serve", "--port", port, environment=environment, cwd=tmp_path) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == f"ready http://127.0.0.1:{port}\n"
        for _ in range(2):
            done = run("say", UPSET, "--json")
            assert (done.returncode, done.stderr) == (0, "")
            (way,) = lines(done.stdout)
            assert [effect["state"] for effect in way["effects"]] == ["done"] * len(way["effects"])
            assert way["reply"]
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/").status == 200
        server.terminate()
        assert server.wait() == 0
        assert server.stdout.read() == ""


@pytest.mark.parametrize("text", ["\u202eabc \u0301e 👍", "<script>alert(1)</script>", "a" * 5_000])
def test_odd_texts_come_through_whole(text: str, invoke: Callable[..., Result]) -> None:
    told = invoke("say", text, "--json")
    assert told.exit_code == 0, told.stderr
    assert lines(told.stdout)[0]["message"] == text
