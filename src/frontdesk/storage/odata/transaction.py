"""The transaction, time and ids for changes of entities, with common look-ups."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select

from frontdesk.interfaces import Invalid, NewId, NotFound, Stale
from frontdesk.model import Code, CodeList
from frontdesk.model.querying import Version, Write
from frontdesk.storage.odata.frames import Opened
from frontdesk.storage.odata.sources import SOURCES
from frontdesk.storage.schema.configuration import code


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction under way; `by` says for whom. `learns_at_once`: a corrected intent need not be reviewed first."""

    connection: Connection
    now: datetime
    new_id: NewId
    by: str = ""
    learns_at_once: bool = True

    def row(self, table: Table, what: str, **key: Any) -> RowMapping:
        """The row with these values, locked until the end. Raises NotFound."""
        wanted = [table.c[name] == value for name, value in key.items()]
        found = self.connection.execute(select(table).where(*wanted).with_for_update()).mappings().first()
        if found is None:
            raise NotFound(f"there is no {what} {', '.join(map(str, key.values()))}")
        return found

    def referred(self, table: Table, what: str, field: str, **key: Any) -> RowMapping:
        """The row that a property refers to. Raises Invalid that names the property."""
        try:
            return self.row(table, what, **key)
        except NotFound as error:
            raise Invalid(str(error), field) from None

    def codes(self, which: CodeList) -> tuple[Code, ...]:
        """The entries of a list."""
        rows = select(code).where(code.c.list == which.value).order_by(code.c.position, code.c.code)
        found = self.connection.execute(rows).mappings()
        return tuple(Code(which, r["code"], r["name"], r["description"], r["position"], r["active"], ()) for r in found)


def check_version(row: RowMapping, wanted: Version | None, what: str) -> None:
    """Raises Stale unless the row is at the wanted version."""
    if wanted is not None and row["version"] != wanted:
        raise Stale(f"{what} was changed meanwhile: read it again")


def counted(version: Version | None) -> int | None:
    """The version of a row that counts them."""
    return version if isinstance(version, int) else None


def refuse_other(values: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raises Invalid if a property that cannot be changed is given another value."""
    for name, value in values.items():
        if name in now and value is not None and value != now[name]:
            raise Invalid(f"{name} cannot be changed: what was said stays as it was said", name)


LENGTH = 20


def version_of(parts: Sequence[Any]) -> Version:
    """The version of a row that has these values."""
    if len(parts) == 1 and isinstance(parts[0], int):
        return parts[0]
    return hashlib.sha256(repr([None if part is None else str(part) for part in parts]).encode()).hexdigest()[:LENGTH]


def check_digest(connection: Connection, wanted: Write) -> None:
    """Raises Stale unless a row that counts no versions is as the caller saw it; NotFound where there is none.

    The row is locked where it is one of a table, so that who comes later sees what is written now.
    """
    opened = Opened(SOURCES.named(wanted.entity), connection.dialect.name)
    columns = [version(opened) for version in opened.source.version]
    here = [opened.column(name) == value for name, value in wanted.key.items()]
    rows = select(*columns).where(*here, *opened.source.always(opened)).select_from(opened.joined.clause())
    if opened.source.identity:
        rows = rows.with_for_update(of=opened.c[opened.source.identity])
    found = connection.execute(rows).first()
    if found is None:
        raise NotFound(f"there is no such {wanted.entity}")
    if version_of(list(found)) != wanted.version:
        raise Stale(f"{wanted.entity} was changed meanwhile: read it again")
