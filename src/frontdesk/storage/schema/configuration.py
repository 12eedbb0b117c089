"""Tables of what people configure: code lists with their examples, and the stamp that says when they changed."""

from sqlalchemy import Boolean, Column, Integer, String, Table, Text

from frontdesk.storage.engines.types import Moment, Words
from frontdesk.storage.schema.base import Ulid, metadata

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

meta = Table("meta", metadata, Column("key", String(60), primary_key=True), Column("value", Text, nullable=False))
