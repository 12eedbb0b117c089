"""Tables of what people configure: code lists with their examples, what is set up on pages, and stamps of changes."""

from sqlalchemy import Boolean, Column, Connection, Integer, LargeBinary, String, Table, Text, insert, select, update

from frontdesk.storage.engines.types import Json, Moment, Words
from frontdesk.storage.schema.base import Name, Ulid, metadata

code = Table(
    "code",
    metadata,
    Column("list", String(20), primary_key=True),
    Column("code", String(40), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("description", Words, nullable=False, default=""),
    Column("position", Integer, nullable=False, default=0),
    Column("active", Boolean, nullable=False, default=True),
)

example = Table(
    "example",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("intent", String(40), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("correction_id", Ulid, unique=True),
    Column("created_at", Moment, nullable=False),
)

set_up_entry = Table(
    "set_up_entry",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("settings", Json, nullable=False),
    # Always encrypted, see storage.configuration.set_up.
    Column("secrets", LargeBinary),
    Column("version", Integer, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("by", Name, nullable=False),
    Column("at", Moment, nullable=False),
)

meta = Table("meta", metadata, Column("key", String(60), primary_key=True), Column("value", Text, nullable=False))


def meta_of(connection: Connection, key: str) -> str | None:
    """What is kept under a key."""
    return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar()


def keep_meta(connection: Connection, key: str, value: str) -> None:
    """Keep it in place of what was kept before."""
    if connection.execute(update(meta).where(meta.c.key == key).values(value=value)).rowcount == 0:
        connection.execute(insert(meta), [{"key": key, "value": value}])
