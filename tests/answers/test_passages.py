"""Passages and what is searched of them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.answers.concerns import concerns_of
from frontdesk.answers.passages import even, passages_of, plain, readable, sentences_of, text_of
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


TABLE = """Prices by zone:

| Zones | Full fare | Reduced |
|---|---|---|
| 1 | 2.40 euros for an hour | 1.20 euros |
| 2 | 4.10 euros for an hour | 2.05 euros |

Not included:

- **Bicycles:** a ticket of their own
- Dogs that are larger than a cat
"""


def test_a_row_is_searched_with_the_names_of_its_columns_and_an_item_with_what_introduces_the_list() -> None:
    article = Article("a", "Fares", TABLE)
    found = [text_of(article, each) for each in passages_of(article)]
    assert "Fares: Zones 2: Full fare 4.10 euros for an hour, Reduced 2.05 euros" in found
    assert "Fares: Not included: Dogs that are larger than a cat" in found
    assert "|" not in "".join(found)


def test_a_table_without_names_of_columns_is_read_row_by_row() -> None:
    assert readable("| | |\n|---|---|\n| Fee | 5 euros |\n| Term | a year |", 0, 99) == "Fee: 5 euros\nTerm: a year"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Dial `*100#` or `**05*PUK#`.", "Dial *100# or **05*PUK#."),
        ("Write to ada_l@example.com, _soon_.", "Write to ada_l@example.com, soon."),
        ("**Two** *words* of [a page](/page) and 2 * 3", "Two words of a page and 2 * 3"),
    ],
)
def test_marks_go_and_what_only_looks_like_them_stays(text: str, read: str) -> None:
    assert plain(text) == read


@given(st.text(alphabet="| -*:\nab", max_size=80), st.integers(0, 80), st.integers(0, 80))
def test_any_place_of_any_body_can_be_read(body: str, start: int, length: int) -> None:
    assert readable(body, start, start + length) == readable(body, start, start + length).strip()


def test_the_number_of_an_item_stays_with_it() -> None:
    body = "1. Make a backup of the phone.\n2. Bring it to one of our shops.\n3. Take the receipt with you."
    assert [body[start:end] for start, end in sentences_of(body)] == body.split("\n")


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
