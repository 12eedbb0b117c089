"""Tables of channels: raw events, how far watchers came, attachments, parts of answers and what became of them."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from frontdesk.storage.engines.sealing import Sealed
from frontdesk.storage.engines.types import Json, Moment
from frontdesk.storage.schema.base import Ulid, metadata

# One row for every raw event that a channel handed in: the unique index is what stops duplicates.
channel_event = Table(
    "channel_event",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("provider_id", String(200), nullable=False),
    Column("content_type", String(200), nullable=False, default=""),
    Column("body", Sealed, nullable=False),
    Column("state", String(10), nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("messages", Integer, nullable=False, default=0),
    Column("duplicates", Integer, nullable=False, default=0),
    Column("notices", Integer, nullable=False, default=0),
    Column("edits", Integer, nullable=False, default=0),
    Column("ignored", Integer, nullable=False, default=0),
    Column("unread", Integer, nullable=False, default=0),
    Column("error", Text, nullable=False, default=""),
    UniqueConstraint("channel", "provider_id"),
    Index("ix_channel_event_received", "received_at", "id"),
    Index(
        "ix_channel_event_failed",
        "received_at",
        sqlite_where=text("state = 'failed'"),
        postgresql_where=text("state = 'failed'"),
    ),
)

channel_mark = Table(
    "channel_mark",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("key", String(100), primary_key=True),
    Column("value", Text, nullable=False),
)

# Who watches a channel now; whoever finds `until` in the past may take it.
channel_watch = Table(
    "channel_watch",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("owner", String(120), nullable=False),
    Column("until", Moment, nullable=False),
)

# What the vendor says it holds of a day, for the ledger.
channel_held = Table(
    "channel_held",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("messages", Integer, nullable=False),
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("message_id", ForeignKey("inbound_message.id"), nullable=False, index=True),
    Column("name", String(200), nullable=False, default=""),
    Column("media_type", String(100), nullable=False),
    Column("size", Integer, nullable=False, default=0),
    Column("sha256", String(64), nullable=False, default=""),
    Column("state", String(10), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("remote", Json, nullable=False),
    Column("is_speech", Boolean, nullable=False, default=False),
    Column("content", Sealed),
    Column("created_at", Moment, nullable=False),
)

# An answer goes out in one part or several; a part that was begun and not ended may have arrived.
outbound_part = Table(
    "outbound_part",
    metadata,
    Column("message_id", ForeignKey("outbound_message.id"), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("recipient", String(320), nullable=False, default=""),
    Column("key", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("provider_id", String(200), nullable=False, default=""),
    Column("at", Moment, nullable=False),
    Index("ix_outbound_part_provider", "channel", "provider_id"),
    Index("ix_outbound_part_key", "key"),
    Index("ix_outbound_part_recipient", "channel", "recipient", "at"),
)

# Everything vendors said of our answers; kept, as a notice may come before we know that the answer was sent.
delivery_notice = Table(
    "delivery_notice",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("provider_id", String(200), nullable=False, default=""),
    Column("key", String(40), nullable=False, default=""),
    Column("recipient", String(320), nullable=False, default=""),
    Column("until", Moment),
    Column("state", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("error", Text, nullable=False, default=""),
    Index("ix_delivery_notice_provider", "channel", "provider_id"),
    Index("ix_delivery_notice_recipient", "channel", "recipient"),
)

# What customers changed afterwards; `text` is empty where they took the message back.
message_edit = Table(
    "message_edit",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("provider_id", String(200), nullable=False),
    Column("text", Text),
    Column("at", Moment, nullable=False),
    Index("ix_message_edit_provider", "channel", "provider_id"),
)
