"""`frontdesk engine check`: scores of a team's own messages."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Invoke = Callable[..., Result]


def written(folder: Path, *rows: object) -> str:
    (folder / "labelled.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return "labelled.jsonl"


def test_messages_are_scored_with_what_was_said_before(invoke: Invoke, tmp_path: Path) -> None:
    parcel = [{"role": "customer", "text": "Where is my parcel?"}, {"role": "service", "text": "It comes tomorrow."}]
    file = written(
        tmp_path,
        {"text": "My oven does not heat any more.", "intent": "TI", "sentiment": "Negative", "signals": []},
        {"text": "The hob is on fire!", "subject": "Help", "language": "en", "signals": ["danger"], "kind": "danger"},
        {"text": "It has still not arrived.", "before": parcel, "signals": ["unresolved"]},
    )
    told = json.loads(invoke("engine", "check", file, "--json").stdout)
    assert told["messages"] == 3
    assert told["intent"]["accuracy"]["value"] == 1.0
    assert (told["sentiment"]["accuracy"]["of"], told["signals"]["danger"]["recall"]["value"]) == (1, 1.0)
    assert told["signals"]["unresolved"]["recall"] == {"value": 1.0, "of": 1, "from": 0.2065, "to": 1.0}
    assert "signals danger recall" in invoke("engine", "check", file).stdout


def test_a_line_that_cannot_be_scored_is_named(invoke: Invoke, tmp_path: Path) -> None:
    for wrong, said in (
        ({"intent": "TI"}, "line 1 has no text"),
        ({"text": "Hi", "signals": ["mood"]}, "line 1 has an unknown signal"),
        ({"text": "Hi", "sentiment": "good"}, "line 1 has an unknown sentiment"),
        ({"text": "Hi", "before": ["Hello"]}, "line 1 has a turn without text"),
    ):
        told = invoke("engine", "check", written(tmp_path, wrong))
        assert (told.exit_code, said in told.stderr) == (2, True), told.stderr
