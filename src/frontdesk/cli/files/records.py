"""Reads records from CSV and JSONL files of any origin: BOM, CRLF, quotes, other delimiters, broken lines."""

import codecs
import io
import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from frontdesk.cli.files.delimited import Row, rows_of
from frontdesk.interfaces import Invalid

DELIMITERS = (",", ";", "\t", "|")
FORMATS = ("auto", "csv", "jsonl")
_SUFFIXES = {".csv": "csv", ".tsv": "csv", ".tab": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file and the line it begins at: its fields under their names, or what is wrong with it."""

    line: int
    fields: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


def open_source(name: str) -> BinaryIO:
    """The bytes of a file, or of standard input for "-". Raises Invalid."""
    if name == "-":
        return sys.stdin.buffer
    path = Path(name)
    if not path.exists() or path.is_dir():
        raise Invalid(f"{name} is no file: name a CSV or JSONL file, or - for standard input")
    return path.open("rb")


def read_records(source: BinaryIO, name: str, form: str = "auto", needed: str = "text") -> Iterator[Record]:
    """All records in order; blank lines are none. `needed` is a column that CSV must have. Raises Invalid."""
    lines = _decoded(source)
    before = 0
    for first in lines:
        before += 1
        if first.strip():
            break
    else:
        return iter(())
    if form == "auto":
        form = _SUFFIXES.get(Path(name).suffix.lower()) or ("jsonl" if first.lstrip()[0] in "{[" else "csv")
    if form == "jsonl":
        return _from_json(itertools.chain([first], lines), before)
    return _from_csv(lines, first, before, needed, name)


def _decoded(source: BinaryIO) -> Iterator[str]:
    """Lines with their ends. Bytes that are not UTF-8 become half surrogate pairs, to be refused where they stand."""
    start = source.peek(2)[:2] if isinstance(source, io.BufferedReader) else b""
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return io.TextIOWrapper(source, encoding="utf-16", errors="replace", newline="")
    return io.TextIOWrapper(source, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _from_json(lines: Iterable[str], number: int) -> Iterator[Record]:
    for line_number, line in enumerate(lines, number):
        if not line.strip():
            continue
        if _has_broken(line):
            yield Record(line_number, problem="is not UTF-8")
            continue
        try:
            value = json.loads(line, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            yield Record(line_number, problem=f"is not JSON: {getattr(error, 'msg', error)}")
            continue
        if isinstance(value, dict):
            yield Record(line_number, value)
        else:
            yield Record(line_number, problem="is not a JSON object: write one object a line")


def _from_csv(lines: Iterable[str], header: str, number: int, needed: str, name: str) -> Iterator[Record]:
    columns, delimiter = _columns(header, needed, name)
    return _rows(rows_of(lines, delimiter, number), columns, delimiter)


def _rows(rows: Iterable[Row], columns: list[str], delimiter: str) -> Iterator[Record]:
    for row in rows:
        cells = dict(zip(columns, row.cells, strict=False))
        if row.problem:
            yield Record(row.line, problem=row.problem)
        elif any(_has_broken(cell) for cell in row.cells):
            yield Record(row.line, problem="is not UTF-8")
        elif len(row.cells) > len(columns):
            counts = f"{len(row.cells)} cells, the header {len(columns)}"
            yield Record(row.line, problem=f"has {counts}: put quotes around cells that contain {delimiter!r}")
        else:
            yield Record(row.line, cells)


def _columns(header: str, needed: str, name: str) -> tuple[list[str], str]:
    """The names in the header and the delimiter that finds `needed` among them."""
    found: list[str] = []
    for delimiter in DELIMITERS:
        row = next(rows_of([header], delimiter))
        columns = [cell.strip() or f"column {place}" for place, cell in enumerate(row.cells, 1)]
        if needed in columns:
            if len(set(columns)) < len(columns):
                raise Invalid(f"{name}: two columns have the same name: {', '.join(columns)}")
            return columns, delimiter
        found = max(found, columns, key=len)
    seen = ", ".join(found)[:200]
    raise Invalid(f"{name} has no column {needed!r}: the first line must name the columns; it reads: {seen}")


def _has_broken(text: str) -> bool:
    return not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON value")
