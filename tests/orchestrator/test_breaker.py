"""Performers behind the circuit breaker: who does not answer is left alone, then probed by one."""

from typing import Any

import pytest

from frontdesk.interfaces import ConnectorFailed, Held
from frontdesk.interfaces.circuit_breaker import CircuitBreaker, CircuitRules
from frontdesk.model import Receipt
from frontdesk.orchestrator.breaker import WithBreaker
from tests.connectors.conftest import case, effect
from tests.fakes import BackEnd, Seconds

RULES = CircuitRules(failures=3, seconds=10, longest=40)


@pytest.fixture
def watch() -> Seconds:
    return Seconds()


def guarded(back_end: Any, watch: Seconds) -> tuple[WithBreaker, CircuitBreaker]:
    breaker = CircuitBreaker(RULES, watch)
    return WithBreaker(back_end, breaker, "fsm"), breaker


async def attempt(action_handler: WithBreaker) -> str:
    try:
        await action_handler.perform(effect("create_service_call"), case())
    except Held:
        return "held"
    except ConnectorFailed:
        return "failed"
    return "done"


async def test_after_enough_failures_in_a_row_nobody_asks_any_more(watch: Seconds) -> None:
    back_end = BackEnd([ConnectorFailed("503")] * 9)
    action_handler, _ = guarded(back_end, watch)
    assert [await attempt(action_handler) for _ in range(5)] == ["failed"] * 3 + ["held"] * 2
    assert back_end.asked == 3


async def test_one_probes_after_the_pause_and_opens_it_for_all(watch: Seconds) -> None:
    back_end = BackEnd([ConnectorFailed("503")] * 3)
    action_handler, breaker = guarded(back_end, watch)
    for _ in range(3):
        await attempt(action_handler)
    watch.now = 10.0
    assert [await attempt(action_handler) for _ in range(3)] == ["done"] * 3
    assert breaker.open_circuits() == {}


async def test_a_failed_probe_doubles_the_pause_up_to_the_longest(watch: Seconds) -> None:
    back_end = BackEnd([ConnectorFailed("503")] * 99)
    action_handler, breaker = guarded(back_end, watch)
    for _ in range(3):
        await attempt(action_handler)
    pauses = []
    for _ in range(4):
        watch.now += breaker.open_circuits()["fsm"]
        assert await attempt(action_handler) == "failed"
        pauses.append(breaker.open_circuits()["fsm"])
    assert pauses == [20, 40, 40, 40]


async def test_a_refusal_for_good_is_an_answer(watch: Seconds) -> None:
    back_end = BackEnd([ConnectorFailed("400", permanent=True)] * 9)
    action_handler, _ = guarded(back_end, watch)
    assert [await attempt(action_handler) for _ in range(9)] == ["failed"] * 9


async def test_parts_of_a_system_have_circuits_of_their_own(watch: Seconds) -> None:
    class Half:
        async def find(self, key: str) -> None:
            return None

        async def perform(self, each: Any, _case: Any) -> Receipt:
            if each.action.parameters["target"] == "dead":
                raise ConnectorFailed("503")
            return Receipt()

    breaker = CircuitBreaker(RULES, watch)
    action_handler = WithBreaker(Half(), breaker, "webhook", lambda each: str(each.action.parameters["target"]))
    for _ in range(3):
        with pytest.raises(ConnectorFailed):
            await action_handler.perform(effect("notify_webhook", target="dead"), case())
    with pytest.raises(Held):
        await action_handler.perform(effect("notify_webhook", target="dead"), case())
    assert await action_handler.perform(effect("notify_webhook", target="alive"), case()) == Receipt()
