"""The test behind 'what changed': known values, symmetry, and no false alarm where nothing changed."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.insights.changes import adjusted, compare, fisher, newcombe, p_value
from frontdesk.model.shares import wilson


def test_fisher_gives_the_tea_ladys_value() -> None:
    assert fisher(3, 1, 1, 3) == pytest.approx(0.4857142857)


def test_chi_square_gives_the_textbook_value() -> None:
    # 40 of 100 against 60 of 100: chi-square 8.0 with one degree of freedom
    assert p_value(40, 100, 60, 100) == pytest.approx(0.004677735, rel=1e-6)


def test_newcombe_gives_the_published_interval() -> None:
    # Newcombe 1998, table II, example (a), method 10: 56/70 - 48/80
    low, high = newcombe(56, 70, 48, 80)
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


def test_wilson_gives_the_published_interval() -> None:
    low, high = wilson(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


def test_benjamini_hochberg_gives_the_published_example() -> None:
    # The 15 p-values of Benjamini and Hochberg 1995: four are significant at 0.05.
    values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528]
    values += [0.759, 1.0]
    [some] = compare("x", {"a": 1}, {"a": 1})
    from dataclasses import replace

    found = adjusted([replace(some, p=p) for p in values])
    assert sum(each.is_significant for each in found) == 4


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_p_is_a_probability_and_symmetric(a: int, b: int, c: int, d: int) -> None:
    p = p_value(a, a + b, c, c + d)
    assert 0 <= p <= 1
    assert p == pytest.approx(p_value(c, c + d, a, a + b))


def test_chance_alone_is_seldom_called_significant() -> None:
    chance = random.Random(4)
    alarms = 0
    for _ in range(200):
        draws = [dict.fromkeys("abcdefgh", 0) for _ in range(2)]
        for counts in draws:
            for _ in range(400):
                counts[chance.choice("aabcdefgh")] += 1
        alarms += any(each.is_significant for each in adjusted(compare("x", *draws)))
    assert alarms <= 20  # 5 % of 200 are 10


def test_a_real_change_is_found_first() -> None:
    found = adjusted(compare("intent", {"TI": 300, "DI": 300, "PI": 400}, {"TI": 310, "DI": 390, "PI": 300}))
    assert [each.key for each in found if each.is_significant][:2] in (["PI", "DI"], ["DI", "PI"])
    assert found[-1].key == "TI"
