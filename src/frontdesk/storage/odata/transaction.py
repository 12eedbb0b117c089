"""The transaction, time and ids for changes of entities, with common look-ups."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select

from frontdesk.interfaces import Invalid, NewId, NotFound, Stale
from frontdesk.model import Code, CodeList
from frontdesk.model.querying import Version
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
