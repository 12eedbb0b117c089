"""Tables of the LLM room: calls, money, limits, remembered answers, use case versions, messages to read again."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from frontdesk.storage.engines.types import Json, Moment
from frontdesk.storage.schema.base import Name, Ulid, metadata

model_call = Table(
    "model_call",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("run_id", Ulid, nullable=False),
    Column("at", Moment, nullable=False),
    Column("day", String(10), nullable=False),
    Column("operation", String(20), nullable=False),
    Column("use_case", String(60), nullable=False),
    Column("version", Integer, nullable=False),
    Column("service", String(60), nullable=False),
    Column("model", String(100), nullable=False),
    Column("tier", String(10), nullable=False),
    Column("caller", Name, nullable=False),
    Column("message_id", Ulid, nullable=False, default="", index=True),
    Column("attempt", Integer, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("priced", Boolean, nullable=False),
    Column("milliseconds", Float, nullable=False),
    Column("cached", Boolean, nullable=False),
    Column("masked", Boolean, nullable=False),
    Column("asked", Text),
    Column("answered", Text),
    Index("ix_model_call_day", "day", "use_case", "model", "caller"),
    Index("ix_model_call_at", "at"),
)

# What may still be spent: spent + reserved stays at or below the limit that the caller of the moment knows.
money_pot = Table(
    "money_pot",
    metadata,
    Column("name", String(220), primary_key=True),
    Column("period", String(10), primary_key=True),
    Column("spent", BigInteger, nullable=False, default=0),
    Column("reserved", BigInteger, nullable=False, default=0),
)

# Times are seconds since 1970: the moment at which all that was admitted so far would have been due.
service_rate = Table(
    "service_rate",
    metadata,
    Column("service", String(60), primary_key=True),
    Column("requests_due", Float, nullable=False, default=0.0),
    Column("tokens_due", Float, nullable=False, default=0.0),
)

call_permit = Table(
    "call_permit",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("service", String(60), nullable=False, index=True),
    Column("until", Moment, nullable=False, index=True),
    Column("cost", BigInteger, nullable=False),
    Column("pots", Json, nullable=False),
)

kept_answer = Table(
    "kept_answer",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("used_at", Moment, nullable=False, index=True),
)

use_case_version = Table(
    "use_case_version",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("note", String(200), nullable=False, default=""),
    Column("by", Name, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
)

published_use_case = Table(
    "published_use_case",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("version", Integer, nullable=False),
)

to_reread = Table(
    "to_reread",
    metadata,
    Column("message_id", Ulid, primary_key=True),
    Column("reason", String(300), nullable=False, default=""),
    Column("marked_at", Moment, nullable=False),
)
