"""Passages and what is searched of them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.answers.concerns import concerns_of
from frontdesk.answers.passages import even, passages_of, sentences_of, text_of
from frontdesk.model.knowledge import Article
from frontdesk.providers.e5 import safe


def test_each_sentence_has_its_place_and_the_title_before_it() -> None:
    article = Article(
        "a", "Hours", "## Shop\n\nWe open at 9, e.g. on Mondays. We close at 18.\n\n- Sundays: closed all day\n"
    )
    quotes = [article.body[p.start : p.end] for p in passages_of(article)]
    assert quotes[:2] == [article.body.strip(), "## Shop\n\nWe open at 9, e.g. on Mondays."]
    assert " ".join(quotes[1:]).split() == article.body.split()
    assert text_of(article, passages_of(article)[1]) == "Hours: Shop We open at 9, e.g. on Mondays."


def test_questions_stand_alone() -> None:
    article = Article("a", "Hours", "We open at nine in the morning.", questions=("When do you open?", " "))
    assert [text_of(article, p) for p in passages_of(article) if p.question] == ["When do you open?"]


@given(st.text(max_size=2000))
def test_any_body_is_cut_into_parts_that_lie_in_it(body: str) -> None:
    places = sentences_of(body)
    assert all(0 <= start < end <= len(body) for start, end in places)
    assert all(before[1] <= after[0] for before, after in pairwise(places))


@given(st.text(max_size=200))
def test_white_space_makes_no_difference_to_what_is_searched(text: str) -> None:
    assert even(f"  {text}\n\t") == even(text) == even(even(text))


@pytest.mark.parametrize("text", ["\ufdfa" * 700, "\0\0", "\ud800", "", "x" * 10**6])
def test_no_text_grows_within_the_encoder(text: str) -> None:
    assert 0 < len(safe(text)) <= 2_000
    assert safe(safe(text)) == safe(text)


def test_questions_of_a_message_are_told_apart_with_what_was_said_before_them() -> None:
    found = concerns_of(
        "Hello,\nI bought a lamp last week. Can I return it?\nAnd what do you charge for delivery?\nThanks"
    )
    assert [each.text for each in found] == ["Can I return it?", "And what do you charge for delivery?"]
    assert found[0].before == "I bought a lamp last week."


def test_a_story_with_one_question_is_one_concern() -> None:
    assert [each.text for each in concerns_of("My lamp is broken. What can I do?")] == [
        "My lamp is broken. What can I do?"
    ]
