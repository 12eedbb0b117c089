"""All tables. Names are the singular of what a row is."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from frontdesk.storage.types import Json, Moment, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives automatic keys only to INTEGER; PostgreSQL should not run out at two thousand million.
Key = BigInteger().with_variant(Integer(), "sqlite")
Ulid = String(26)

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

customer = Table(
    "customer",
    metadata,
    Column("id", String(10), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("version", Integer, nullable=False, default=1),
)

contact = Table(
    "contact",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("name", String(200), nullable=False, default=""),
    Column("email", String(320), nullable=False, default=""),
    Column("phone", String(40), nullable=False, default=""),
    Column("customer_id", ForeignKey("customer.id"), index=True),
    Column("created_at", Moment, nullable=False),
    Column("version", Integer, nullable=False, default=1),
)

contact_identity = Table(
    "contact_identity",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("address", String(320), primary_key=True),
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), nullable=False, index=True),
)

LISTED = (
    *("category", "channel", "priority", "intent", "sentiment", "team", "tier", "confidence"),
    *("language", "message_type", "created_at", "customer_id", "route", "merged_into"),
)

interaction = Table(
    "interaction",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("reference", String(8), nullable=False, unique=True),
    Column("title", String(100), nullable=False, default=""),
    Column("summary", String(300), nullable=False, default=""),
    Column("category", String(40), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("status", String(40), nullable=False),
    Column("priority", String(40), nullable=False),
    Column("customer_id", ForeignKey("customer.id"), index=True),
    Column("team", String(40), nullable=False, default=""),
    Column("route", String(60), nullable=False, default=""),
    Column("tags", String(100), nullable=False, default=""),
    Column("intent", String(40)),
    Column("sentiment", String(11)),
    Column("created_by", String(100), nullable=False, default=""),
    Column("modified_by", String(100), nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("first_answer_at", Moment),
    Column("closed_at", Moment),
    Column("version", Integer, nullable=False, default=1),
    # How the latest message that was read reads; kept by `searching`.
    Column("tier", String(20)),
    Column("confidence", Float, nullable=False, default=-1, server_default=text("-1")),  # -1: not read yet
    Column("language", String(10)),
    Column("message_type", String(40)),
    Column("merged_into", Key),
    # Hold all that lists filter and sort by, so that they never look at the rows that they leave out.
    Index("ix_interaction_list", "updated_at", "id", "status", *LISTED),
    Index("ix_interaction_status", "status", "updated_at", "id", *LISTED),
    Index("ix_interaction_created", "created_at", "id"),
    Index(
        "ix_interaction_unanswered",
        "created_at",
        sqlite_where=text("first_answer_at IS NULL AND closed_at IS NULL"),
        postgresql_where=text("first_answer_at IS NULL AND closed_at IS NULL"),
    ),
    Index("ix_interaction_confidence", "confidence", "id"),
    Index("ix_interaction_priority", "priority", "id"),
)

inbound_message = Table(
    "inbound_message",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("interaction_id", ForeignKey("interaction.id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("channel", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("sender_name", String(200), nullable=False, default=""),
    Column("sender_address", String(320), nullable=False, default=""),
    Column("sender_phone", String(40), nullable=False, default=""),
    Column("customer_no", String(40), nullable=False, default=""),
    Column("contact_id", ForeignKey("contact.id"), index=True),
    Column("analysis_id", Ulid),
    Column("recorded", Boolean, nullable=False, default=False),
    Column("received_at", Moment, nullable=False),
    # What the channel needs for an answer: the vendor's ids of message and conversation, and its own context.
    Column("provider_id", String(200), nullable=False, default=""),
    Column("thread", String(200), nullable=False, default=""),
    Column("context", Json, nullable=False, default=dict),
    Column("automatic", String(200), nullable=False, default=""),
    UniqueConstraint("interaction_id", "sequence"),
    Index("ix_inbound_message_sender", "channel", "sender_address", "received_at"),
    Index(
        "ix_inbound_message_thread",
        "channel",
        "thread",
        sqlite_where=text("thread <> ''"),
        postgresql_where=text("thread <> ''"),
    ),
)

audio_recording = Table(
    "audio_recording",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("message_id", ForeignKey("inbound_message.id"), nullable=False, index=True),
    Column("media_type", String(100), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
)

# One row for every message that a channel handed in: the unique index is what stops duplicates.
inbox_event = Table(
    "inbox_event",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("provider_id", String(200), nullable=False),
    Column("message_id", Ulid, index=True),
    Column("raw", LargeBinary),
    Column("received_at", Moment, nullable=False),
    Column("event_id", Ulid),
    UniqueConstraint("channel", "provider_id"),
    Index("ix_inbox_event_received", "received_at", "channel"),
)

analysis = Table(
    "analysis",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("message_id", ForeignKey("inbound_message.id"), nullable=False),
    Column("run", Integer, nullable=False),
    Column("tier", String(20), nullable=False),
    Column("model", String(100), nullable=False),
    Column("language", String(10), nullable=False),
    Column("sentiment", String(11), nullable=False),
    Column("sentiment_probability", Float, nullable=False),
    Column("title", String(100), nullable=False),
    Column("summary", String(300), nullable=False),
    Column("message_type", String(40), nullable=False),
    Column("type_probability", Float, nullable=False),
    Column("intent", String(40)),
    Column("intent_probability", Float, nullable=False),
    Column("intents", Json, nullable=False),
    Column("entities", Json, nullable=False),
    Column("milliseconds", Float, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("message_id", "run"),
)

correction = Table(
    "correction",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("message_id", ForeignKey("inbound_message.id"), nullable=False, index=True),
    Column("analysis_id", ForeignKey("analysis.id"), nullable=False),
    Column("field", String(40), nullable=False),
    Column("was", Words, nullable=False),
    Column("becomes", Words, nullable=False),
    Column("by", String(100), nullable=False),
    Column("at", Moment, nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("message_id", ForeignKey("inbound_message.id"), nullable=False, unique=True),
    Column("rule_set", String(100), nullable=False),
    Column("rule_set_version", Integer, nullable=False),
    Column("rule", String(200), nullable=False),
    Column("route", String(60), nullable=False),
    Column("actions", Json, nullable=False),
    Column("facts", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
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
    Column("waits_for", Json, nullable=False, default=list),
    Column("apart", Boolean, nullable=False, default=False),
    # Failed and waiting effects are few and looked for often.
    Index(
        "ix_effect_attention",
        "state",
        "created_at",
        sqlite_where=text("state IN ('failed', 'waiting', 'pending')"),
        postgresql_where=text("state IN ('failed', 'waiting', 'pending')"),
    ),
)

outbound_message = Table(
    "outbound_message",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("interaction_id", ForeignKey("interaction.id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("type", String(40), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("recipient", String(320), nullable=False, default=""),
    Column("text", Text, nullable=False),
    Column("processed_by", String(100), nullable=False, default=""),
    Column("remark", String(200), nullable=False, default=""),
    Column("reply_to", Ulid),
    Column("effect_key", String(100), unique=True),
    Column("state", String(20), nullable=False),
    Column("provider_id", String(200), nullable=False, default=""),
    Column("error", Text, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("interaction_id", "sequence"),
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
    Index(
        "ix_work_due",
        "due_at",
        "id",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    Index(
        "ix_work_failed",
        "created_at",
        sqlite_where=text("state = 'failed'"),
        postgresql_where=text("state = 'failed'"),
    ),
)

journal = Table(
    "journal",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("interaction_id", Key, index=True),
    Column("message_id", Ulid),
    Column("by", String(100), nullable=False, default=""),
    Column("detail", Json, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("email", String(320), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("created_at", Moment, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("role", String(20), nullable=False),
    Column("prefix", String(16), nullable=False),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("scopes", Text, nullable=False, server_default=""),
    Column("budget_day", BigInteger, nullable=False, server_default="0"),
    Column("budget_month", BigInteger, nullable=False, server_default="0"),
    Column("requests_per_minute", Integer, nullable=False, server_default="0"),
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

meta = Table(
    "meta",
    metadata,
    Column("key", String(60), primary_key=True),
    Column("value", Text, nullable=False),
)
