"""Backtest: seconds for a draft over 10,000 stored messages."""

import random
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert
from ulid import ULID

from benchmarks.deciding import long_rules, made_up_facts
from benchmarks.measure import Figure, median
from frontdesk.interfaces.rules import PastDecisionsQuery
from frontdesk.orchestrator.rules import default_rules
from frontdesk.settings.loading import load
from frontdesk.storage.schema.interactions import decision, inbound_message, interaction
from frontdesk.wiring.container import Container, open_container

MESSAGES = 10_000
RUNS = 3


async def backtest() -> AsyncIterator[Figure]:
    """Store decisions of the shipped rules, then try a draft with 100 rows on all of them; the median of three."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        async with open_container(load(data=Path(folder), environment={})) as container:
            await _store(container)
            seconds, changed = [], 0
            for _ in range(RUNS):
                began = time.perf_counter()
                report = await container.configuration.rules.backtest(long_rules(), PastDecisionsQuery(last=MESSAGES))
                seconds.append(time.perf_counter() - began)
                changed = len(report.changed)
                assert report.messages == MESSAGES
    yield Figure("backtest_10000_messages_100_rows", median(seconds), "s", "< 10 s")
    yield Figure("backtest_changed_decisions", changed, "decisions")


async def _store(container: Container) -> None:
    chance, rules, rows = random.Random(1), default_rules(), []
    at = datetime.now(UTC) - timedelta(seconds=MESSAGES)
    for number in range(1, MESSAGES + 1):
        facts = made_up_facts(chance)
        verdict = rules.decide(facts)
        when = at + timedelta(seconds=number)
        actions = [
            {"kind": a["kind"], "parameters": {k: v for k, v in a.items() if k != "kind"}} for a in verdict.actions
        ]
        rows.append((number, when, facts, verdict, actions))

    def store(connection: Connection) -> None:
        connection.execute(insert(interaction), [_matter(number, when) for number, when, *_ in rows])
        ids = [str(ULID.from_datetime(when)) for _, when, *_ in rows]
        messages = [
            {"id": key, "interaction_id": n, "sequence": 1, "channel": "WEB", "text": "made up", "received_at": when}
            for key, (n, when, *_) in zip(ids, rows, strict=True)
        ]
        connection.execute(insert(inbound_message), messages)
        decisions = [
            {
                "id": key,
                "message_id": key,
                "rule_set": verdict.rule_set,
                "rule_set_version": verdict.version,
                "rule": verdict.rule,
                "route": verdict.route,
                "actions": actions,
                "facts": facts,
                "created_at": when,
            }
            for key, (_, when, facts, verdict, actions) in zip(ids, rows, strict=True)
        ]
        connection.execute(insert(decision), decisions)

    await container.database.write(store)


def _matter(number: int, when: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "reference": f"B{number:07}",
        "category": "SUP",
        "channel": "WEB",
        "status": "NW",
        "priority": "M",
        "created_at": when,
        "updated_at": when,
    }
