"""Tables of the OData interface: drafts of intents, and the vectors that clients keep with intents."""

from sqlalchemy import Boolean, Column, String, Table, Text

from frontdesk.storage.engines.types import Moment
from frontdesk.storage.schema.base import Name, metadata

intent_draft = Table(
    "intent_draft",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("name", String(100)),
    Column("description", Text),
    Column("embedding", Text),
    Column("has_active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Name, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", Name, nullable=False),
)

intent_vector = Table(
    "intent_vector", metadata, Column("code", String(40), primary_key=True), Column("embedding", Text, nullable=False)
)
