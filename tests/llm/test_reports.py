"""Calls added up: percentiles by nearest rank, on both databases."""

from dataclasses import replace

from frontdesk.model import Tier
from frontdesk.model.llm import ModelCall
from frontdesk.wiring.container import Container, new_id, now

CALL = ModelCall(
    "", "", now(), "chat", "chat", 0, "main", "m", Tier.MODEL, "shop", "", 1, "ok", 10, 5, 20, True, 0.0, False, True
)


async def test_percentiles_are_of_calls_that_the_cache_did_not_answer(container: Container) -> None:
    for milliseconds in range(1, 101):
        container.llm.calls.note(replace(CALL, id=new_id(), run_id=new_id(), milliseconds=float(milliseconds)))
    container.llm.calls.note(replace(CALL, id=new_id(), run_id=new_id(), milliseconds=9999.0, cached=True))
    container.llm.calls.note(
        replace(CALL, id=new_id(), run_id=new_id(), caller="other", outcome="timeout", masked=False)
    )
    await container.llm.calls.flush()
    [mine] = await container.llm.calls.report(["caller", "tier"], caller="shop")
    assert (mine.p50, mine.p95, mine.p99, mine.milliseconds) == (50.0, 95.0, 99.0, 50.5)
    assert (mine.calls, mine.cached, mine.masked, mine.failed, mine.cost) == (101, 1, 101, 0, 2020)
    assert [(each.group["outcome"], each.failed) for each in await container.llm.calls.report(["outcome"])] == [
        ("ok", 0),
        ("timeout", 1),
    ]
    [whole] = await container.llm.calls.report([])
    assert whole.calls == 102
