"""What changed since a token: for programs that keep a copy of the interactions and must miss none."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, func, select

from frontdesk.interfaces import Invalid
from frontdesk.model import Page
from frontdesk.model.console import ListRow
from frontdesk.model.translatable import tr
from frontdesk.storage.engines import paging
from frontdesk.storage.engines.stamps import settled
from frontdesk.storage.schema.interactions import interaction

BEGINNING = "0"


def following(
    connection: Connection,
    token: str,
    limit: int,
    reached: dict[str, tuple[str, ...]],
    rows_of: Callable[[Connection, Sequence[int]], dict[int, ListRow]],
) -> Page[ListRow]:
    """The next up to `limit` that changed after the token, oldest change first, and the next token, which there always
    is. `reached` is what the caller's reach leaves of columns. Raises Invalid.
    """
    if connection.dialect.name == "hana":
        raise Invalid(tr("changed_since is not offered on SAP HANA: follow the list by since"), "changed_since")
    place = (0, 0) if token == BEGINNING else paging.decode(token, (int, int))
    columns = interaction.c
    asked = select(columns.id, columns.changed).where(
        paging.after(columns.changed, columns.id, place, down=False),
        settled(connection.dialect.name, columns.changed),
        *(columns[name].in_(values) for name, values in reached.items() if values),
    )
    found = connection.execute(asked.order_by(columns.changed, columns.id).limit(limit)).all()
    if not found and connection.dialect.name == "postgresql":
        _check_is_of_here(connection, place[0])
    rows = rows_of(connection, [row.id for row in found])
    last = (found[-1].changed, found[-1].id) if found else place
    return Page(tuple(rows[row.id] for row in found if row.id in rows), paging.encode(last))


def _check_is_of_here(connection: Connection, stamp: int) -> None:
    """A token of a server that counted further would hide all that changes here."""
    if stamp > connection.execute(select(func.txid_snapshot_xmax(func.txid_current_snapshot()))).scalar_one():
        raise Invalid(tr("changed_since is of another database: begin with 0"), "changed_since")
