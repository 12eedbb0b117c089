"""The circuit breaker's states: closed, open, probed by one."""

import pytest

from frontdesk.interfaces import Held
from frontdesk.interfaces.circuit_breaker import MOST_CIRCUITS, CircuitBreaker, CircuitRules
from tests.fakes import Seconds

RULES = CircuitRules(failures=3, seconds=10, longest=40)


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def breaker(clock: Seconds) -> CircuitBreaker:
    return CircuitBreaker(RULES, clock)


def fail(breaker: CircuitBreaker, times: int = 1) -> None:
    for _ in range(times):
        breaker.failed("fsm")


def admits(breaker: CircuitBreaker, name: str = "fsm") -> bool:
    try:
        breaker.admit(name)
    except Held:
        return False
    return True


def test_failures_that_are_not_in_a_row_open_nothing(breaker: CircuitBreaker) -> None:
    for _ in range(9):
        fail(breaker, 2)
        breaker.succeeded("fsm")
    assert admits(breaker)


def test_enough_failures_in_a_row_open_it_and_say_for_how_long(breaker: CircuitBreaker, clock: Seconds) -> None:
    fail(breaker, 3)
    clock.now = 4.0
    with pytest.raises(Held) as held:
        breaker.admit("fsm")
    assert held.value.after_seconds == 6.0
    assert breaker.open_circuits() == {"fsm": 6.0}


def test_another_circuit_stays_closed(breaker: CircuitBreaker) -> None:
    fail(breaker, 3)
    assert admits(breaker, "webhook")


def test_after_the_pause_one_probes_and_the_others_still_wait(breaker: CircuitBreaker, clock: Seconds) -> None:
    fail(breaker, 3)
    clock.now = 10.0
    assert [admits(breaker) for _ in range(3)] == [True, False, False]


def test_a_probe_that_succeeds_closes_it(breaker: CircuitBreaker, clock: Seconds) -> None:
    fail(breaker, 3)
    clock.now = 10.0
    breaker.admit("fsm")
    breaker.succeeded("fsm")
    assert [admits(breaker) for _ in range(3)] == [True] * 3
    assert breaker.open_circuits() == {}


def test_a_probe_that_fails_doubles_the_pause_up_to_the_longest(breaker: CircuitBreaker, clock: Seconds) -> None:
    fail(breaker, 3)
    pauses = []
    for _ in range(3):
        clock.now += breaker.open_circuits()["fsm"]
        breaker.admit("fsm")
        fail(breaker)
        pauses.append(breaker.open_circuits()["fsm"])
    assert pauses == [20, 40, 40]


def test_a_probe_that_tells_nothing_lets_another_try(breaker: CircuitBreaker, clock: Seconds) -> None:
    fail(breaker, 3)
    clock.now = 10.0
    breaker.admit("fsm")
    breaker.gave_up("fsm")
    assert [admits(breaker) for _ in range(2)] == [True, False]


def test_requests_that_were_under_way_when_it_opened_do_not_lengthen_the_pause(breaker: CircuitBreaker) -> None:
    fail(breaker, 32)
    assert breaker.open_circuits() == {"fsm": 10.0}


def test_no_more_circuits_are_remembered_than_there_is_room_for(breaker: CircuitBreaker) -> None:
    fail(breaker, 3)
    for number in range(MOST_CIRCUITS):
        breaker.failed(str(number))
    assert admits(breaker)
