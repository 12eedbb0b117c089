"""Changes rows and returns them: in one statement where the database can (RETURNING), else after locking them."""

from collections.abc import Mapping, Sequence
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
        return connection.execute(change.returning(*columns), given).mappings().all()
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
    connection: Connection, free: Select[Any], change: Update | Delete, columns: Sequence[Column[Any]]
) -> Sequence[RowMapping]:
    """Like `changed`, for the rows whose primary keys `free` chooses and may lock; `change` has no condition."""
    [key] = change.table.primary_key
    if _returns(connection, change):
        return changed(connection, change.where(key.in_(free.scalar_subquery())), columns)
    keys = connection.execute(free).scalars().all()
    return changed(connection, change.where(key.in_(keys)), columns) if keys else []


def _returns(connection: Connection, change: Update | Delete) -> bool:
    dialect = connection.dialect
    return dialect.delete_returning if isinstance(change, Delete) else dialect.update_returning
