"""Reads an intent list: a JSON list, JSONL or CSV of `code, name, description, examples`."""

import contextlib
import hashlib
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    code = _text(record.fields, "code", where)
    if not code or len(code) > LONGEST_CODE:
        raise Invalid(f"{where} needs a code of 1 to {LONGEST_CODE} characters")
    name = _text(record.fields, "name", where) or code
    return Intent(code, name, _text(record.fields, "description", where), _examples(record.fields, where))


def _text(fields: dict[str, Any], name: str, where: str) -> str:
    value = fields.get(name)
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str | None):
        raise Invalid(f"{where}: {name} is not a text")
    return (value or "").strip()


def _examples(fields: dict[str, Any], where: str) -> tuple[str, ...]:
    """A list; in CSV a cell that holds a JSON list, or one example a line."""
    value: Any = fields.get("examples") or []
    if isinstance(value, str):
        value = _cell(value)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Invalid(f"{where}: examples is not a list of texts")
    return tuple(each.strip() for each in value if each.strip())


def _cell(cell: str) -> Any:
    if cell.lstrip().startswith("["):
        with contextlib.suppress(ValueError):
            return json.loads(cell)
    return cell.splitlines()
