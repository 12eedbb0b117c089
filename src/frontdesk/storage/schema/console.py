"""Tables of the console alone: views that people saved."""

from sqlalchemy import Boolean, Column, String, Table, Text, UniqueConstraint

from frontdesk.storage.engines.types import Moment
from frontdesk.storage.schema.base import Ulid, metadata

saved_view = Table(
    "saved_view",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("owner", String(100), nullable=False),
    Column("name", String(60), nullable=False),
    Column("query", Text, nullable=False),
    Column("shared", Boolean, nullable=False, default=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("owner", "name"),
)
