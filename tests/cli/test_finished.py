"""Going on with an output that was cut off: every place at which a process can die, and files that are not ours."""

import json
from pathlib import Path

import pytest

from frontdesk.cli.files.finished import Finished, skip_finished
from frontdesk.cli.files.records import Record
from frontdesk.cli.framework.showing import as_json
from frontdesk.interfaces import Invalid

RECORDS = [
    Record(2, {"id": "1", "text": "Grüße"}),
    Record(3, problem="is not UTF-8"),
    Record(4, {"text": "half \ud800"}),
]
LINES = [
    as_json(RECORDS[0].fields | {"analysis": {"title": "Grüße"}}) + "\n",
    as_json({"line": 3, "error": "is not UTF-8"}) + "\n",
    as_json(RECORDS[2].fields | {"analysis": {"title": "half \ud800"}}) + "\n",
]
WHOLE = "".join(LINES).encode()


def test_wherever_the_output_was_cut_the_rest_is_done_and_nothing_twice(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    for length in range(len(WHOLE) + 1):
        output.write_bytes(WHOLE[:length])
        done, left = skip_finished(iter(RECORDS), output)
        remaining = list(left)
        assert output.read_bytes() == WHOLE[: done.end]
        assert done.records + len(remaining) == len(RECORDS)
        assert output.read_bytes() + "".join(LINES[done.records :]).encode() == WHOLE


def test_errors_of_the_earlier_run_are_counted(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    output.write_bytes(WHOLE)
    assert skip_finished(iter(RECORDS), output)[0] == Finished(3, 1, len(WHOLE))


@pytest.mark.parametrize(
    "content",
    [
        "my notes",
        "my notes\n",
        '{"text": "other"}\n',
        '{"text": "oth',
        LINES[0] + "\0\0\0\0\n",
        LINES[0] + LINES[0],
        "".join(LINES) + LINES[0],
        "".join(LINES) + "more",
        "[1]\n",
    ],
)
def test_a_file_that_holds_anything_else_is_refused_and_left_alone(content: str, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    output.write_text(content)
    with pytest.raises(Invalid, match="holds something else"):
        skip_finished(iter(RECORDS), output)
    assert output.read_text() == content


def test_an_own_field_named_analysis_does_not_hide_what_is_done(tmp_path: Path) -> None:
    record = Record(1, {"analysis": "by hand", "error": "E18", "text": "a"})
    output = tmp_path / "out.jsonl"
    output.write_text(json.dumps({"error": "E18", "text": "a", "analysis": {}}) + "\n")
    assert skip_finished(iter([record]), output)[0].records == 1
