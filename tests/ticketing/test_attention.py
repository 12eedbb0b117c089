"""When a number of messages is worth a look."""

import pytest

from frontdesk.ticketing.attention import is_spike


@pytest.mark.parametrize(
    ("today", "usual", "expected"),
    [(4, 0.0, False), (5, 0.0, True), (10, 9.0, False), (19, 9.0, True), (18, 9.0, False), (0, 0.0, False)],
)
def test_a_day_is_a_spike_when_chance_does_not_explain_it(today: int, usual: float, expected: bool) -> None:
    assert is_spike(today, usual) is expected
