"""Versions of rows for ETags: a counted number, or a digest of the changeable columns."""

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from frontdesk.interfaces import NotFound, Stale
from frontdesk.model.querying import Version, Write
from frontdesk.storage.odata.frames import Opened
from frontdesk.storage.odata.sources import SOURCES

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
