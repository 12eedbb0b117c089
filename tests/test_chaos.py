"""A small run of `bin/chaos`: real processes, really killed."""

import os

import pytest

from benchmarks.chaos import chaos


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_nothing_is_lost_or_done_twice_when_processes_are_killed(
    database: str, request: pytest.FixtureRequest
) -> None:
    if database == "postgresql":
        os.environ.setdefault("FRONTDESK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
        request.getfixturevalue("postgres_url")  # skips where there is none
    outcome = await chaos(messages=60, kills=4, database=database, seed=7)
    assert outcome.kills == 4
    assert outcome.holds(), outcome


@pytest.mark.slow
async def test_a_field_service_that_fails_and_cuts_answers_gets_each_call_once() -> None:
    outcome = await chaos(messages=60, kills=3, database="sqlite", seed=11, with_fsm=True)
    assert outcome.service_calls > 0
    assert outcome.holds(), outcome
