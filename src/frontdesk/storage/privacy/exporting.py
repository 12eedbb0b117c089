"""Everything about a person as one archive: data.json with all rows, and each file beside it."""

import json
import mimetypes
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import Connection, Table, select

from frontdesk.model.privacy import Kind
from frontdesk.storage.engines.database import Database
from frontdesk.storage.privacy.erasing import count, keys_of, of_keys
from frontdesk.storage.privacy.finding import Scope, find
from frontdesk.storage.schema.base import metadata
from frontdesk.storage.schema.personal_data import DECLARED, Declared, Holds

LEFT_OUT = (Holds.ACTOR, Holds.SECRET)
ABOUT = """Everything that is kept about one person.

data.json    all rows, table by table; names of staff and passwords are left out
files/       attachments, recordings, and messages as their channels sent them, named in data.json
"""


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the archive: its name, and the row and column that hold it."""

    name: str
    table: Table
    key: tuple[Any, ...]
    column: str


async def write_archive(database: Database, person: str, target: BinaryIO, now: datetime) -> Mapping[Kind, int]:
    """Write a ZIP archive; how many rows of each kind are in it. Raises NotFound, Conflict, Invalid."""
    told, files, counts = await database.read(lambda c: _collect(c, person))
    whole = {"person": person, "at": now.isoformat(), "tables": told}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", ABOUT)
        archive.writestr("data.json", json.dumps(whole, ensure_ascii=False, indent=2, default=_plain))
        for each in files:
            content = await database.read(lambda c: _content(c, each))  # noqa: B023 - awaited at once
            if content:
                archive.writestr(each.name, content)
    return counts


def _collect(
    connection: Connection, person: str
) -> tuple[dict[str, list[dict[str, Any]]], list[_File], Mapping[Kind, int]]:
    scope = find(connection, person)
    told: dict[str, list[dict[str, Any]]] = {}
    files: list[_File] = []
    for table in metadata.sorted_tables:
        declared = DECLARED.get(table.name)
        if declared is not None and declared.kind is not None:
            rows = _rows(connection, table, declared, scope, files)
            told |= {table.name: rows} if rows else {}
    return told, files, count(connection, scope)


def _rows(
    connection: Connection, table: Table, declared: Declared, scope: Scope, files: list[_File]
) -> list[dict[str, Any]]:
    kept = [c for c in table.c if declared.columns.get(c.name) not in LEFT_OUT and c.name != declared.file]
    primary = [column.name for column in table.primary_key.columns]
    rows: list[dict[str, Any]] = []
    for some in of_keys(table, keys_of(connection, table, declared, scope)):
        for row in connection.execute(select(*kept).where(some).order_by(*table.primary_key.columns)).mappings():
            told = dict(row)
            if declared.file:
                key = tuple(row[name] for name in primary)
                files.append(_File(_name(table.name, key, told), table, key, declared.file))
                told["file"] = files[-1].name
            rows.append(told)
    return rows


def _name(table: str, key: Sequence[Any], row: Mapping[str, Any]) -> str:
    """A name that every system takes, which says what it is and ends as its type does."""
    kind = str(row.get("media_type") or row.get("content_type") or "").partition(";")[0]
    given = re.sub(r"[^\w.-]+", "_", str(row.get("name") or ""))[-80:].lstrip(".")
    ending = "" if "." in given else mimetypes.guess_extension(kind) or ".bin"
    return f"files/{table}-{'-'.join(map(str, key))}{'-' + given if given else ''}{ending}"


def _content(connection: Connection, file: _File) -> bytes:
    [here] = of_keys(file.table, [file.key])
    return bytes(connection.execute(select(file.table.c[file.column]).where(here)).scalar() or b"")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
