"""The tables of the rules: versions, and what came into force when."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from frontdesk.storage.engines.types import Moment
from frontdesk.storage.schema.base import Key, Name, metadata

# `content` is text on purpose: JSONB would put the keys of somebody's decision model in another order.
rule_set = Table(
    "rule_set",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("name", String(40), nullable=False),
    Column("content", Text, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("created_by", Name, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("revision", Integer, nullable=False, default=1),
    Column("published_at", Moment),
    Column("published_by", Name, nullable=False, default=""),
)

# The newest row says which version is in force.
rule_publication = Table(
    "rule_publication",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("version", ForeignKey("rule_set.version"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Name, nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
)
