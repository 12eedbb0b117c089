"""Tables of interactions: messages, what was understood and decided, answers."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from frontdesk.storage.engines.sealing import Sealed
from frontdesk.storage.engines.stamps import stamp_column
from frontdesk.storage.engines.types import Json, Moment, Words
from frontdesk.storage.schema.base import Key, Name, Ulid, metadata
from frontdesk.storage.schema.pipeline import _some

LISTED = (
    *("category", "channel", "priority", "intent", "sentiment", "team", "tier", "confidence"),
    *("language", "message_type", "created_at", "customer_id", "route", "merged_into"),
)
VIEWED = ("team", "channel", "snoozed_until", "waiting_on", "waiting_since", "confidence", "merged_into", "status")
ENDED = "('SP', 'CO', 'CL')"

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
    Column("created_by", Name, nullable=False, default=""),
    Column("modified_by", Name, nullable=False, default=""),
    Column("assignee", Name, nullable=False, default="", server_default=""),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("first_answer_at", Moment),
    Column("acknowledged_at", Moment),
    Column("first_person_answer_at", Moment),
    Column("waiting_since", Moment),
    Column("waiting_on", String(8), nullable=False, default="", server_default=""),
    Column("snoozed_until", Moment),
    # When it became its owner's; when and from whom it went back to its team because the owner was silent.
    Column("assigned_at", Moment),
    Column("returned_at", Moment),
    Column("returned_from", Name, nullable=False, default="", server_default=""),
    Column("closed_at", Moment),
    Column("reopened", Integer, nullable=False, default=0, server_default="0"),  # how many times
    Column("version", Integer, nullable=False, default=1),
    # How the latest message that was read reads; kept by `searching`.
    Column("tier", String(20)),
    Column("confidence", Float, nullable=False, default=-1, server_default=text("-1")),  # -1: not read yet
    Column("language", String(10)),
    Column("message_type", String(40)),
    stamp_column(),
    Column("merged_into", Key),
    Column("merged_to", String(8), nullable=False, default="", server_default=""),  # the reference of `merged_into`
    # The reference that the sender named without taking part in it; a person decides.
    Column("may_belong_to", String(8), nullable=False, default="", server_default=""),
    Column("customer_proven", Boolean, nullable=False, default=False, server_default=false()),
    # Hold all that lists filter and sort by, so that they never look at the rows that they leave out.
    Index("ix_interaction_list", "updated_at", "id", "status", *LISTED),
    Index("ix_interaction_status", "status", "updated_at", "id", *LISTED),
    Index("ix_interaction_changed", "changed", "id"),
    Index("ix_interaction_created", "created_at", "id"),
    _some("ix_interaction_waiting", "waiting_since", only="waiting_since IS NOT NULL"),
    # Holds all that views are counted by.
    _some("ix_interaction_open", "assignee", "updated_at", "id", *VIEWED, only=f"status NOT IN {ENDED}"),
    Index("ix_interaction_confidence", "confidence", "id"),
    Index("ix_interaction_priority", "priority", "id"),
)

# What one person has of one interaction: how many of its messages they saw, drafts, and when they were last here.
personal_state = Table(
    "personal_state",
    metadata,
    Column("interaction_id", ForeignKey("interaction.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(100), primary_key=True),
    Column("name", Name, nullable=False),
    Column("seen", Integer, nullable=False, default=0),
    Column("reply", Text, nullable=False, default=""),
    Column("memo", Text, nullable=False, default=""),
    Column("present_at", Moment),
    Column("writing_at", Moment),
    # What they are told of it until they look, and when they were last mentioned in it.
    Column("told", String(10), nullable=False, default="", server_default=""),
    Column("told_by", Name, nullable=False, default="", server_default=""),
    Column("told_at", Moment),
    Column("mentioned_at", Moment),
    Index("ix_personal_state_person", "person"),
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
    Column("provider_id", String(200), nullable=False, default="", server_default=""),
    Column("thread", String(200), nullable=False, default="", server_default=""),
    Column("context", Json, nullable=False, default=dict, server_default=text("'{}'")),
    Column("automatic", String(200), nullable=False, default="", server_default=""),
    # The words of earlier messages that the channel cut out of `text`.
    Column("quoted", Text, nullable=False, default="", server_default=""),
    Column("identity", String(20), nullable=False, default="unproven", server_default="unproven"),
    # The interaction in which it was written, where that one was merged into this one; 0: this one.
    Column("merged_from", Key, nullable=False, default=0, server_default="0"),
    # When its words were erased, see `personal_data`.
    Column("erased_at", Moment, index=True),
    UniqueConstraint("interaction_id", "sequence"),
    Index("ix_inbound_message_sender", "channel", "sender_address", "received_at"),
    _some("ix_inbound_message_thread", "channel", "thread", only="thread <> ''"),
)

# How many words of a suggested answer a person changed before it was sent.
taken_suggestion = Table(
    "taken_suggestion",
    metadata,
    Column("message_id", Ulid, primary_key=True),
    Column("origin", String(10), nullable=False),
    Column("words", Integer, nullable=False),
    Column("edited", Integer, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
)

audio_recording = Table(
    "audio_recording",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("message_id", ForeignKey("inbound_message.id"), nullable=False, index=True),
    Column("media_type", String(100), nullable=False),
    Column("content", Sealed, nullable=False),
    Column("created_at", Moment, nullable=False),
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
    Column("signals", Json, nullable=False, default=list, server_default=text("'[]'")),
    Column("concerns", Json, nullable=False, default=list, server_default=text("'[]'")),
    Column("reads", Json, nullable=False, default=list, server_default=text("'[]'")),
    Column("second", Json),
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
    Column("by", Name, nullable=False),
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
    # It was left to be decided with the message after it.
    Column("followed", Boolean, nullable=False, default=False, server_default=false()),
    Column("created_at", Moment, nullable=False),
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
    Column("processed_by", Name, nullable=False, default=""),
    Column("remark", String(200), nullable=False, default=""),
    Column("reply_to", Ulid),
    Column("effect_key", String(100), unique=True),
    Column("state", String(20), nullable=False),
    Column("provider_id", String(200), nullable=False, default=""),
    Column("error", Text, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    # What its reader said to "Did this help?", None where they said nothing.
    Column("helped", Boolean),
    UniqueConstraint("interaction_id", "sequence"),
)

# The targets of service levels and the timers of rules, see the package `timing`; `start` is what began one.
deadline = Table(
    "deadline",
    metadata,
    Column("interaction_id", ForeignKey("interaction.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("start", String(120), primary_key=True),
    Column("entry", String(40), nullable=False),
    Column("calendar", String(40), nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("worked", Integer, nullable=False),
    *(Column(name, Moment) for name in ("since", "due_at", "wake_at", "near_at", "missed_at", "ended_at")),
    Column("outcome", String(10), nullable=False),
    _some("ix_deadline_wake", "wake_at", only="wake_at IS NOT NULL"),
    _some("ix_deadline_due", "interaction_id", "due_at", only="due_at IS NOT NULL"),
    _some("ix_deadline_fired", "ended_at", only="outcome = 'fired'"),
)
