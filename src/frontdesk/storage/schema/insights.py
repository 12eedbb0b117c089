"""The tables of the insights: what changed and is still to be folded, and the facts that all figures come from.

Facts hold codes as they are now (a correction outranks the reading that it corrects) and '' for none; times are whole
seconds since 1970. They are made from the other tables alone, so they can be made anew at any time.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table

from frontdesk.storage.schema.base import Key, Ulid, metadata

# A row for each change of something that figures depend on, written by triggers in the transaction of the change.
insight_change = Table(
    "insight_change",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("interaction_id", BigInteger, nullable=False),
)

# One row: `stamp` rises with each fold, `epoch` with each rebuild.
insight_state = Table(
    "insight_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, nullable=False),
    Column("stamp", BigInteger, nullable=False),
)

# In the order of their columns: seconds, of which `worked` are working time, then flags.
SINCE_TIME = ("person_seconds", "person_worked", "close_worked", "level_kept", "reopened", "one_touch", "open")


def _code(name: str, length: int = 40) -> Column[str]:
    return Column(name, String(length), nullable=False, default="")


# Seconds are -1 where there was no answer or end; `gone` rows tell caches that an interaction is no more.
insight_interaction = Table(
    "insight_interaction",
    metadata,
    Column("interaction_id", BigInteger, primary_key=True, autoincrement=False),
    Column("stamp", BigInteger, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    _code("customer", 10),
    _code("priority"),
    _code("category"),
    _code("intent"),
    _code("channel"),
    _code("status"),
    _code("sentiment", 11),
    _code("type"),
    _code("language", 10),
    _code("route", 60),
    _code("team"),
    _code("tier", 20),
    Column("answer_seconds", BigInteger, nullable=False),
    Column("acknowledge_seconds", BigInteger, nullable=False, server_default="-1"),
    Column("close_seconds", BigInteger, nullable=False),
    Column("automated", Integer, nullable=False),
    *(Column(name, BigInteger, nullable=False, server_default="-1") for name in SINCE_TIME),
    Index("ix_insight_interaction_stamp", "stamp"),
)

insight_message = Table(
    "insight_message",
    metadata,
    Column("message_id", Ulid, primary_key=True),
    Column("interaction_id", BigInteger, nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    _code("intent"),
    _code("channel"),
    _code("sentiment", 11),
    _code("type"),
    _code("language", 10),
    _code("tier", 20),
    Column("service_calls", Integer, nullable=False),
    Column("corrections", Integer, nullable=False),
    Column("cost", BigInteger, nullable=False),
)

insight_reply = Table(
    "insight_reply",
    metadata,
    Column("message_id", Ulid, primary_key=True),
    Column("interaction_id", BigInteger, nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    _code("channel"),
)
