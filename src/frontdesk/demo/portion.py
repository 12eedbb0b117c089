"""A portion of made rows: for each table its columns, and rows in their order."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

COLUMNS: dict[str, tuple[str, ...]] = {
    "customer": ("id", "name", "created_at", "version"),
    "contact": ("id", "name", "email", "phone", "customer_id", "created_at", "version"),
    "contact_identity": ("channel", "address", "contact_id"),
    "interaction": (
        "id", "reference", "title", "summary", "category", "channel", "status", "priority", "customer_id", "team",
        "route", "tags", "intent", "sentiment", "created_by", "modified_by", "created_at", "updated_at",
        "first_answer_at", "acknowledged_at", "first_person_answer_at", "waiting_since", "waiting_on",
        "closed_at", "version",
    ),
    "inbound_message": (
        "id", "interaction_id", "sequence", "channel", "text", "sender_name", "sender_address", "sender_phone",
        "customer_no", "contact_id", "analysis_id", "recorded", "received_at",
    ),
    "inbox_event": ("id", "channel", "provider_id", "message_id", "received_at"),
    "analysis": (
        "id", "message_id", "run", "tier", "model", "language", "sentiment", "sentiment_probability", "title",
        "summary", "message_type", "type_probability", "intent", "intent_probability", "intents", "entities",
        "milliseconds", "created_at",
    ),
    "decision": (
        "id", "message_id", "rule_set", "rule_set_version", "rule", "route", "actions", "facts", "created_at",
    ),
    "effect": (
        "key", "message_id", "interaction_id", "decision_id", "position", "kind", "parameters", "state", "attempts",
        "reference", "detail", "error", "created_at", "done_at", "waits_for", "apart",
    ),
    "service_call": (
        "id", "key", "subject", "remarks", "priority", "status", "interaction_id", "customer_id", "contact_id",
        "created_at",
    ),
    "outbound_message": (
        "id", "interaction_id", "sequence", "type", "channel", "recipient", "text", "processed_by", "remark",
        "reply_to", "effect_key", "state", "provider_id", "error", "created_at",
    ),
    "correction": ("id", "message_id", "analysis_id", "field", "was", "becomes", "by", "at"),
    "model_call": (
        "id", "run_id", "at", "day", "operation", "use_case", "version", "service", "model", "tier", "caller",
        "message_id", "attempt", "outcome", "input_tokens", "output_tokens", "cost", "priced", "milliseconds",
        "cached", "masked",
    ),
    "journal": ("at", "kind", "interaction_id", "message_id", "by", "detail"),
}  # fmt: skip


@dataclass(slots=True)
class Portion:
    """Rows by table, in an order in which foreign keys are satisfied."""

    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    messages: int = 0

    def tables(self) -> list[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
        """Each table with its columns and rows; those that others point to come first."""
        return [(name, columns, self.rows[name]) for name, columns in COLUMNS.items() if self.rows[name]]
