"""Tables of the agents' desk: assignment, who is there, canned answers and macros."""

from sqlalchemy import Column, Integer, String, Table, Text

from frontdesk.storage.engines.types import Json, Moment
from frontdesk.storage.schema.base import Name, metadata

team_assignment = Table(
    "team_assignment",
    metadata,
    Column("team", String(40), primary_key=True),
    Column("mode", String(12), nullable=False),
    Column("most_open", Integer, nullable=False),
    Column("when_absent", String(8), nullable=False),
    Column("returns_after_hours", Integer, nullable=False),
)

macro = Table(
    "macro",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", String(100), nullable=False, index=True),
    Column("team", String(40), nullable=False),
    Column("name", String(100), nullable=False),
    Column("text", Text, nullable=False),
    Column("changes", Json, nullable=False),
    Column("goes_on", String(8), nullable=False),
)

agent_presence = Table(
    "agent_presence",
    metadata,
    Column("person", String(100), primary_key=True),
    Column("availability", String(10), nullable=False),
    Column("deputy", Name, nullable=False, default=""),
    # When they chose this, when they were last heard of, and when they were last given an interaction.
    Column("since", Moment),
    Column("heard_at", Moment),
    Column("assigned_at", Moment),
)
