"""A small run of `bin/chaos`: real processes, really killed."""

import pytest

from benchmarks import servers
from benchmarks.chaos import chaos
from tests.processes import Process


@pytest.fixture(autouse=True)
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have processes that start in no time, as they start often."""
    monkeypatch.setattr(servers, "Popen", Process)


@pytest.mark.slow
async def test_nothing_is_lost_or_done_twice_when_a_server_is_killed() -> None:
    outcome = await chaos(messages=40, kills=3, database="sqlite", seed=7)
    assert outcome.kills == 3
    assert outcome.holds(), outcome


@pytest.mark.slow
@pytest.mark.postgres
async def test_nothing_is_lost_or_done_twice_when_server_and_workers_are_killed(postgres_url: str) -> None:
    assert postgres_url  # skips where no server runs
    outcome = await chaos(messages=40, kills=3, database="postgresql", seed=7)
    assert outcome.kills == 3
    assert outcome.holds(), outcome


@pytest.mark.slow
async def test_a_field_service_that_fails_and_cuts_answers_gets_each_call_once() -> None:
    outcome = await chaos(messages=40, kills=3, database="sqlite", seed=11, with_fsm=True)
    assert outcome.service_calls > 0
    assert outcome.holds(), outcome
