"""Tables of the pipeline: work, effects, service calls, the journal, idempotency keys."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, false, text

from frontdesk.storage.engines.sealing import Sealed
from frontdesk.storage.engines.types import Json, Moment
from frontdesk.storage.schema.base import Key, Name, Ulid, metadata


def _some(name: str, *columns: str, only: str, on_sqlite: str = "") -> Index:
    """An index of some rows alone, where a database can."""
    return Index(name, *columns, sqlite_where=text(on_sqlite or only), postgresql_where=text(only))


# One row for every message that a channel handed in: the unique index is what stops duplicates.
inbox_event = Table(
    "inbox_event",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("provider_id", String(200), nullable=False),
    Column("message_id", Ulid, index=True),
    Column("raw", Sealed),
    Column("received_at", Moment, nullable=False),
    Column("event_id", Ulid),
    UniqueConstraint("channel", "provider_id"),
    Index("ix_inbox_event_received", "received_at", "channel"),
)

effect = Table(
    "effect",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("message_id", ForeignKey("inbound_message.id"), nullable=False, index=True),
    Column("interaction_id", ForeignKey("interaction.id"), nullable=False, index=True),
    Column("decision_id", ForeignKey("decision.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("parameters", Json, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("reference", String(200), nullable=False, default=""),
    Column("detail", Json, nullable=False),
    Column("error", Text, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("waits_for", Json, nullable=False, default=list, server_default=text("'[]'")),
    Column("apart", Boolean, nullable=False, default=False, server_default=false()),
    # A question that is asked because the reading was not certain enough.
    Column("proposal", Boolean, nullable=False, default=False, server_default=false()),
    # Failed and waiting effects are few and looked for often.
    _some(
        "ix_effect_proposed",
        "interaction_id",
        only="state = 'waiting' AND proposal",
        on_sqlite="state = 'waiting' AND proposal = 1",
    ),
    _some("ix_effect_attention", "state", "created_at", only="state IN ('failed', 'waiting', 'pending')"),
)

service_call = Table(
    "service_call",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("key", String(100), nullable=False, unique=True),
    Column("subject", String(200), nullable=False),
    Column("remarks", Text, nullable=False, default=""),
    Column("priority", String(40), nullable=False, default=""),
    Column("status", String(40), nullable=False),
    Column("interaction_id", ForeignKey("interaction.id"), nullable=False, index=True),
    Column("customer_id", String(10)),
    Column("contact_id", Key),
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,  # customers are told the number: it is never another one's
)

work = Table(
    "work",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("subject", String(100), nullable=False, index=True),
    Column("step", String(40), nullable=False, default=""),
    Column("state", String(20), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_owner", String(120), nullable=False, default=""),
    Column("last_error", Text, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    # Open rows with the same key are done one at a time, oldest first; see `locking`.
    Column("lock_key", String(60), nullable=False, default="", server_default=""),
    Column("blocked", Boolean, nullable=False, default=False, server_default=false()),
    _some(
        "ix_work_due", "due_at", "id", only="state = 'open' AND NOT blocked", on_sqlite="state = 'open' AND blocked = 0"
    ),
    _some("ix_work_order", "lock_key", "blocked", "created_at", "id", only="state = 'open'"),
    _some("ix_work_failed", "created_at", only="state = 'failed'"),
)

journal = Table(
    "journal",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("interaction_id", Key, index=True),
    Column("message_id", Ulid),
    Column("by", Name, nullable=False, default=""),
    Column("detail", Json, nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("caller", String(100), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
)
