"""Stores decisions as if so many messages had been handled, on facts that a seed makes."""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert
from ulid import ULID

from frontdesk.model import ENTITY_FIELDS
from frontdesk.orchestrator.gathering import text_flags
from frontdesk.orchestrator.rules import TableRules, default_rules
from frontdesk.storage.schema.interactions import decision, inbound_message, interaction
from frontdesk.wiring.container import Container, now

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def made_up_facts(chance: random.Random) -> dict[str, Any]:
    """Facts as they may be."""
    named = {field: ["X1"] for field in chance.sample(ENTITY_FIELDS, chance.randrange(4))}
    return {
        "intent": chance.choice(["", "TI", "PI", "WR", "DI", "CA", "CI", "ZZ"]),
        "intent_probability": round(chance.random(), 3),
        "sentiment": chance.choice(["Positive", "Neutral", "Negative"]),
        "sentiment_probability": round(chance.random(), 3),
        "message_type": chance.choice(["CM", "CL", "QS", "SR", "IN"]),
        "language": chance.choice(["en", "de", "fr"]),
        "tier": "builtin",
        **text_flags(chance.choice(["It is broken!", "WHERE IS IT?", "Urgent: please call me.", ""])),
        "channel": chance.choice(["WEB", "EMI"]),
        "category": "SUP",
        "priority": chance.choice(["L", "M", "H"]),
        "status": chance.choice(["NW", "IP"]),
        "customer": chance.choice(["", "C1"]),
        "team": chance.choice(["", "TEC"]),
        "first_message": chance.random() < 0.7,
        "sequence": chance.randrange(1, 5),
        "age_hours": round(chance.random() * 100, 3),
        "entities": named,
        "has": {field: field in named for field in ENTITY_FIELDS},
        "remote_route": chance.choice(["", "", "", "TI-Chatbot"]),
    }


async def store_past(
    container: Container, count: int, rules: TableRules | None = None, seed: int = 1
) -> list[dict[str, Any]]:
    """Store so many decisions of `rules` (the shipped ones), oldest first; their rows."""
    chance, used, at = random.Random(seed), rules or default_rules(), now()
    matters, messages, decisions = [], [], []
    for number in range(count):
        facts = made_up_facts(chance)
        verdict = used.decide(facts)
        when = at - timedelta(seconds=count - number)
        key = str(ULID.from_datetime(when))
        matters.append(_matter(number, when))
        messages.append(_message(number, key, when))
        actions = [
            {"kind": a["kind"], "parameters": {k: v for k, v in a.items() if k != "kind"}} for a in verdict.actions
        ]
        decisions.append(
            {
                "id": str(ULID.from_datetime(when)),
                "message_id": key,
                "rule_set": verdict.rule_set,
                "rule_set_version": verdict.version,
                "rule": verdict.rule,
                "route": verdict.route,
                "actions": actions,
                "facts": facts,
                "created_at": when,
            }
        )

    def store(connection: Connection) -> None:
        for table, rows in ((interaction, matters), (inbound_message, messages), (decision, decisions)):
            connection.execute(insert(table), rows)

    await container.database.write(store)
    return decisions


def _matter(number: int, when: Any) -> dict[str, Any]:
    reference = "".join(LETTERS[(number // 26**place) % 26] for place in range(8))
    return {
        "id": 1_000_000 + number,
        "reference": reference,
        "category": "SUP",
        "channel": "WEB",
        "status": "NW",
        "priority": "M",
        "created_at": when,
        "updated_at": when,
    }


def _message(number: int, key: str, when: Any) -> dict[str, Any]:
    return {
        "id": key,
        "interaction_id": 1_000_000 + number,
        "sequence": 1,
        "channel": "WEB",
        "text": "made up",
        "recorded": True,
        "received_at": when,
    }
