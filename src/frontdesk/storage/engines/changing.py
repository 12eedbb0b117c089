"""Changes rows and returns them: in one statement where the database can (RETURNING), else after locking them."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Delete, RowMapping, Select, Update, delete, select


def changed(
    connection: Connection,
    change: Update | Delete,
    columns: Sequence[Column[Any]],
    values: Mapping[str, Any] | None = None,
) -> Sequence[RowMapping]:
    """Carry `change` out; these columns of the rows it changed (as they are now) or deleted (as they were).

    The table has a primary key of one column, which `change` leaves alone. `values` fill the statement's parameters.
    """
    given = dict(values or {})
    if _returns(connection, change):
        return connection.execute(_returning(change, tuple(columns)), given).mappings().all()
    table, [key] = change.table, change.table.primary_key
    wanted = () if change.whereclause is None else (change.whereclause,)
    if isinstance(change, Delete):
        found = connection.execute(select(*{*columns, key}).where(*wanted).with_for_update(), given).mappings().all()
        connection.execute(delete(table).where(key.in_([row[key.name] for row in found])))
        return found
    keys = connection.execute(select(key).where(*wanted).with_for_update(), given).scalars().all()
    if not keys:
        return []
    connection.execute(change.where(key.in_(keys)), given)
    return connection.execute(select(*columns).where(key.in_(keys))).mappings().all()


def taken(
    connection: Connection,
    free: Select[Any],
    change: Update | Delete,
    columns: Sequence[Column[Any]],
    values: Mapping[str, Any] | None = None,
) -> Sequence[RowMapping]:
    """Like `changed`, for the rows whose primary keys `free` chooses and may lock; `change` has no condition."""
    if _returns(connection, change):
        return changed(connection, _chosen(change, free), columns, values)
    [key] = change.table.primary_key
    keys = connection.execute(free, dict(values or {})).scalars().all()
    return changed(connection, change.where(key.in_(keys)), columns, values) if keys else []


@lru_cache(64)  # statements that are constants are put together once, and then found by what they are
def _returning(change: Update | Delete, columns: tuple[Column[Any], ...]) -> Any:
    return change.returning(*columns)


@lru_cache(64)
def _chosen(change: Update | Delete, free: Select[Any]) -> Any:
    [key] = change.table.primary_key
    return change.where(key.in_(free.scalar_subquery()))


def _returns(connection: Connection, change: Update | Delete) -> bool:
    dialect = connection.dialect
    return dialect.delete_returning if isinstance(change, Delete) else dialect.update_returning
