"""Rules: microseconds for one decision of the shipped table."""

import time
from collections.abc import AsyncIterator

from benchmarks.measure import Figure, percentile
from frontdesk.orchestrator.rules import default_rules

DECISIONS = 5_000


async def rules() -> AsyncIterator[Figure]:
    """Decide on facts of several intents, with the trace that names the row."""
    table = default_rules()
    facts = [
        {"intent": intent, "intent_probability": 0.9, "sentiment": sentiment, "message_type": "IN", "channel": "WEB"}
        for intent in ("TI", "WR", "PI", "DI", "CA", "CI", "")
        for sentiment in ("Positive", "Neutral", "Negative")
    ]
    waits = []
    for number in range(DECISIONS):
        began = time.perf_counter()
        table.decide(facts[number % len(facts)])
        waits.append(time.perf_counter() - began)
    yield Figure("decision_p50", percentile(waits, 50) * 1e6, "µs", "< 1,000 µs")
    yield Figure("decision_p99", percentile(waits, 99) * 1e6, "µs")
