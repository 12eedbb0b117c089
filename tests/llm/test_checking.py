"""What a model says counts only within lists, limits and the text."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.interfaces import Catalogue, ProviderFailed, ReaderAnswer
from frontdesk.llm.checking import check, cites, cut
from frontdesk.model import Entity, Intent, Probability

TEXT = "Order 4711 of Kim is late."
CATALOGUE = Catalogue("1", (Intent("DI", "Delivery"),))
GOOD = ReaderAnswer(
    language="en",
    sentiment="Negative",
    sentiment_probability=0.9,
    title="Order is late",
    summary="Order 4711 is late.",
    message_type="Complaint",
    type_probability=0.8,
    intent="DI",
    intent_probability=0.7,
    intents=(Probability("DI", 0.7),),
    entities=(Entity("order_no", "4711", 6, 10),),
)


def test_a_good_answer_passes_with_its_type_as_a_code() -> None:
    assert check(GOOD, TEXT, CATALOGUE) == replace(GOOD, message_type="CM")


@pytest.mark.parametrize(
    "entity",
    [
        Entity("order_no", "4712", 6, 10),
        Entity("order_no", "4711", 7, 11),
        Entity("order_no", "4711", -5, 10),
        Entity("order_no", "", 6, 6),
        Entity("password", "4711", 6, 10),
        Entity("order_no", "4711", 6, 99),
    ],
)
def test_an_entity_that_does_not_cite_the_text_is_dropped(entity: Entity) -> None:
    assert check(replace(GOOD, entities=(entity,)), TEXT, CATALOGUE).entities == ()


def test_an_intent_outside_the_list_is_none() -> None:
    answer = check(replace(GOOD, intent="DROP TABLE", intents=(Probability("XX", 1.0),)), TEXT, CATALOGUE)
    assert (answer.intent, answer.intents) == (None, ())


@pytest.mark.parametrize("wrong", [{"sentiment": "Angry"}, {"message_type": "Rant"}])
def test_a_sentiment_or_type_outside_its_list_fails_the_answer(wrong: dict[str, str]) -> None:
    with pytest.raises(ProviderFailed, match="unknown"):
        check(replace(GOOD, **wrong), TEXT, CATALOGUE)


def test_probabilities_are_held_within_zero_and_one() -> None:
    answer = check(replace(GOOD, sentiment_probability=7.0, intent_probability=-1.0), TEXT, CATALOGUE)
    assert (answer.sentiment_probability, answer.intent_probability) == (1.0, 0.0)


@given(st.text(max_size=500), st.integers(min_value=5, max_value=100))
def test_a_cut_text_is_within_its_limit_and_begins_as_the_text(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= limit
    assert " ".join(text.split()).startswith(short.removesuffix("…").rstrip()) or short == " ".join(text.split())


def test_a_text_is_cut_at_a_word() -> None:
    assert cut("the quick brown fox jumps", 18) == "the quick brown…"


def test_citing_needs_the_very_words() -> None:
    assert cites(Entity("order_no", "4711", 6, 10), TEXT)
    assert not cites(Entity("order_no", "4711 ", 6, 10), TEXT)
