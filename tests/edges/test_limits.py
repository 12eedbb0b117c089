"""How often one may try."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.edges.access.rate_limits import TokenBuckets, place
from frontdesk.interfaces import TooMany


class Seconds:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def exhaust(limit: TokenBuckets, key: str) -> int:
    """How many are let in before the first refusal."""
    for count in range(10_000):
        try:
            limit.admit(key)
        except TooMany:
            return count
    raise AssertionError("never refused")


def test_a_minutes_worth_is_let_in_at_once_and_then_refused(seconds: Seconds) -> None:
    assert exhaust(TokenBuckets(10, seconds), "a") == 10


def test_a_refusal_says_when_to_come_back_and_it_is_true(seconds: Seconds) -> None:
    limit = TokenBuckets(10, seconds)
    exhaust(limit, "a")
    with pytest.raises(TooMany) as refusal:
        limit.admit("a")
    seconds.now += refusal.value.seconds
    limit.admit("a")


def test_keys_do_not_share_their_attempts(seconds: Seconds) -> None:
    limit = TokenBuckets(10, seconds)
    exhaust(limit, "a")
    assert exhaust(limit, "b") == 10


def test_a_good_attempt_can_be_given_back(seconds: Seconds) -> None:
    limit = TokenBuckets(1, seconds)
    for _ in range(5):
        limit.admit("a")
        limit.give_back("a")


@given(st.lists(st.floats(0, 30), min_size=1, max_size=50))
def test_over_any_time_no_more_are_let_in_than_saved_and_earned(pauses: list[float]) -> None:
    seconds = Seconds()
    limit, admitted, begun = TokenBuckets(6, seconds), 0, seconds.now
    for pause in pauses:
        seconds.now += pause
        admitted += exhaust(limit, "a")
    assert admitted <= 6 + (seconds.now - begun) / 10 + 1e-6


def test_a_flood_of_keys_does_not_fill_the_memory(seconds: Seconds) -> None:
    limit = TokenBuckets(10, seconds, most_callers=100)
    for number in range(1000):
        limit.admit(str(number))
    assert len(limit._left) <= 100


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_an_ipv6_customer_is_one_place(address: str, counted_as: str) -> None:
    assert place(address) == counted_as
