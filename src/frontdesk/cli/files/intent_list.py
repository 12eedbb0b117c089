"""Reads an intent list: a JSON list, JSONL or CSV of `code, name, description, examples`."""

import hashlib
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from frontdesk.cli.files.entries import examples_of, text_of
from frontdesk.cli.files.records import Record, read_records
from frontdesk.interfaces import Invalid
from frontdesk.model import Intent

if TYPE_CHECKING:
    from frontdesk.interfaces import Catalogue

LONGEST_CODE = 40


def shipped_catalogue() -> "Catalogue":
    """The intents that a new folder begins with."""
    from frontdesk.interfaces import Catalogue
    from frontdesk.model import CodeList
    from frontdesk.storage.schema.seeds import code_lists

    entries = [entry for entry in code_lists() if entry.list is CodeList.INTENT]
    return Catalogue("shipped", tuple(Intent(e.code, e.name, e.description, e.examples) for e in entries))


def read_catalogue(file: str) -> "Catalogue":
    """The intents of a file. Raises Invalid that names the entry and what is wrong with it."""
    from frontdesk.interfaces import Catalogue

    try:
        raw = Path(file).read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}: name a file with intents") from None
    intents = tuple(_intent(record, file) for record in _entries(raw, file))
    codes = [intent.code for intent in intents]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise Invalid(f"{file}: these codes come more than once: {', '.join(twice)}")
    if not intents:
        raise Invalid(f"{file} holds no intents: each needs code and name, best also description and examples")
    return Catalogue(hashlib.sha256(raw).hexdigest(), intents)


def _entries(raw: bytes, file: str) -> Iterable[Record]:
    if raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"[":
        return read_records(io.BytesIO(raw), file, needed="code")
    try:
        listed = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Invalid(f"{file} is not JSON: {error}") from None
    return [
        Record(place, entry) if isinstance(entry, dict) else Record(place, problem="is not an object")
        for place, entry in enumerate(listed, 1)
    ]


def _intent(record: Record, file: str) -> Intent:
    where = f"{file}: intent {record.line}"
    if record.problem:
        raise Invalid(f"{where}: {record.problem}")
    try:
        code, name, description = (text_of(record.fields, each) for each in ("code", "name", "description"))
        examples = examples_of(record.fields.get("examples"))
    except Invalid as error:
        raise Invalid(f"{where}: {error}") from None
    if not code or len(code) > LONGEST_CODE:
        raise Invalid(f"{where} needs a code of 1 to {LONGEST_CODE} characters")
    return Intent(code, name or code, description, examples)
