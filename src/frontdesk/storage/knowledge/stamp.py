"""The stamp of the knowledge base: it changes whenever an article, a product or a vector does."""

from sqlalchemy import Connection, Integer, String, cast, select, update

from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.schema.configuration import meta

STAMP = "knowledge"


def read_stamp(connection: Connection) -> str:
    """As it is now."""
    return connection.execute(select(meta.c.value).where(meta.c.key == STAMP)).scalar() or "0"


def touch(connection: Connection) -> None:
    """Say that something changed."""
    if not insert_if_new(connection, meta, {"key": STAMP, "value": "1"}):
        following = cast(cast(meta.c.value, Integer) + 1, String(20))
        connection.execute(update(meta).where(meta.c.key == STAMP).values(value=following))
