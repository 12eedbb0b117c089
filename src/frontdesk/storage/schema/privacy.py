"""The table of erasures: what is left of them, so that somebody can answer for them and repeat them on a back-up."""

from sqlalchemy import Column, Table

from frontdesk.storage.engines.types import Json, Moment
from frontdesk.storage.schema.base import Name, Ulid, metadata

erasure = Table(
    "erasure",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("by", Name, nullable=False),
    Column("contacts", Json, nullable=False),
    Column("counts", Json, nullable=False),
)
