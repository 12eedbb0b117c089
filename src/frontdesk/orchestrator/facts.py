"""The facts that rules may read."""

from typing import Any

from frontdesk.model import Analysis, Case


def facts_of(case: Case) -> dict[str, Any]:
    """All facts of a recorded case, as plain JSON values; documented in docs/reference/facts.md."""
    analysis, interaction, message = case.analysis, case.interaction, case.message
    if analysis is None:
        raise ValueError("a case has facts only after its analysis")
    return {
        "intent": analysis.intent or "",
        "intent_probability": analysis.intent_probability,
        "sentiment": analysis.sentiment.value,
        "sentiment_probability": analysis.sentiment_probability,
        "message_type": analysis.message_type,
        "language": analysis.language,
        "tier": analysis.tier.value,
        "channel": message.channel,
        "category": interaction.category,
        "priority": interaction.priority,
        "status": interaction.status.value,
        "customer": interaction.customer_id or "",
        "team": interaction.team,
        "first_message": message.sequence == 1,
        "sequence": message.sequence,
        "text_length": len(message.text),
        "age_hours": _hours(case),
        "entities": _entities(analysis),
    }


def _hours(case: Case) -> float:
    age = case.message.received_at - case.interaction.created_at
    return round(max(0.0, age.total_seconds()) / 3600, 3)


def _entities(analysis: Analysis) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entity in analysis.entities:
        found.setdefault(entity.field, []).append(entity.value)
    return found
