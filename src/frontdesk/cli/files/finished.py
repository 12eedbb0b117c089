"""Finds what an earlier, interrupted run has already written, so that a new run continues after it."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from frontdesk.cli.files.records import Record
from frontdesk.cli.framework.showing import as_json
from frontdesk.interfaces import Invalid

# What we add to a record; everything else in an output line came in with it.
OURS = ("analysis", "error")


@dataclass(frozen=True, slots=True)
class Finished:
    """How many records are done, how many of them are errors, and where in the output the next one belongs."""

    records: int = 0
    errors: int = 0
    end: int = 0


def skip_finished(records: Iterator[Record], output: Path) -> tuple[Finished, Iterator[Record]]:
    """Compare `output` with the records and return those that are left; an incomplete last line is removed.

    Raises Invalid, and changes nothing, if the file holds anything that does not come from these records.
    """
    if not output.exists() or output.stat().st_size == 0:
        return Finished(), records
    with output.open("r+b") as written:
        done, left = _compare(records, written, output)
        written.truncate(done.end)
    return done, left


def kept(record: Record) -> dict[str, object]:
    """The fields of a record that go into its output line."""
    return record.fields if record.fields or not record.problem else {"line": record.line}


def _compare(records: Iterator[Record], written: BinaryIO, output: Path) -> tuple[Finished, Iterator[Record]]:
    done = Finished()
    for line in written:
        record = next(records, None)
        if record is not None and not line.endswith(b"\n") and _begins(record, line):
            return done, itertools.chain([record], records)
        answered = _answered(line)
        if record is None or answered is None or not _same(record, answered):
            raise Invalid(
                f"{output} holds something else from line {done.records + 1} on: "
                "name another --output, or remove the file to begin anew"
            )
        done = Finished(done.records + 1, done.errors + ("analysis" not in answered), done.end + len(line))
    return done, records


def _begins(record: Record, line: bytes) -> bool:
    """Whether a line that was cut short is the beginning of what this record gives."""
    expected = as_json(kept(record)).encode()[:-1]
    length = min(len(line), len(expected))
    return line[:length] == expected[:length]


def _answered(line: bytes) -> dict[str, object] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _same(record: Record, answered: dict[str, object]) -> bool:
    wanted = {name: value for name, value in kept(record).items() if name not in OURS}
    return wanted == {name: value for name, value in answered.items() if name not in OURS}
