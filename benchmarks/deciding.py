"""Rules: microseconds for one decision, of the shipped table and of one with 100 rows."""

import copy
import random
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

from benchmarks.measure import Figure, percentile
from frontdesk.model import ENTITY_FIELDS
from frontdesk.orchestrator.rules import TableRules, default_rules

DECISIONS = 5_000
ROWS = 100


async def rules() -> AsyncIterator[Figure]:
    """Decide on 5,000 messages, each with all its facts."""
    for name, table, target in (("", default_rules(), ""), ("_100_rows", long_rules(), "< 1,000 µs")):
        waits = list(_waits(table))
        yield Figure(f"decision_p50{name}", percentile(waits, 50) * 1e6, "µs", target)
        yield Figure(f"decision_p99{name}", percentile(waits, 99) * 1e6, "µs")


def long_rules() -> TableRules:
    """The shipped table below as many special cases as make 100 rows; most facts pass all of these."""
    content = copy.deepcopy(dict(default_rules().content))
    table = next(node["content"] for node in content["nodes"] if node["type"] == "decisionTableNode")
    special = [
        dict(
            table["rules"][3],
            _id=f"special-{number}",
            intent=f"'X{number}', 'TI'",
            sentiment="'Positive', 'Negative'",
            probability=f"[0.{number:02}5..0.{number:02}6]",
        )
        for number in range(ROWS - len(table["rules"]))
    ]
    table["rules"] = special + table["rules"]
    return TableRules("long", 2, content)


def _waits(table: TableRules) -> Iterator[float]:
    chance = random.Random(1)
    facts = [made_up_facts(chance) for _ in range(DECISIONS)]
    for each in facts:
        began = time.perf_counter()
        table.decide(each)
        yield time.perf_counter() - began


def made_up_facts(chance: random.Random) -> dict[str, Any]:
    """All facts of a message, as they may be."""
    named = {field: ["X-1000"] for field in chance.sample(ENTITY_FIELDS, 2)}
    return {
        "intent": chance.choice(["", "TI", "PI", "WR", "DI", "CA", "CI"]),
        "intent_probability": round(chance.random(), 4),
        "sentiment": chance.choice(["Positive", "Neutral", "Negative"]),
        "sentiment_probability": round(chance.random(), 4),
        "message_type": chance.choice(["CM", "CL", "QS", "SR", "IN"]),
        "language": "en",
        "tier": "builtin",
        "text_length": chance.randrange(2000),
        "question": chance.random() < 0.3,
        "capitals": 0.03,
        "urgent": chance.random() < 0.1,
        "channel": "WEB",
        "category": "SUP",
        "priority": "M",
        "status": "NW",
        "customer": "",
        "team": "",
        "first_message": True,
        "sequence": 1,
        "age_hours": 0.0,
        "remote_route": "",
        "entities": named,
        "has": {field: field in named for field in ENTITY_FIELDS},
    }
