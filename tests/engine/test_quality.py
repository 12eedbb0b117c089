"""Floors under the engine's quality, on messages made up for these tests alone."""

import pytest

from frontdesk.engine import Engine, IntentIndex

from .conftest import RETAIL
from .held_out import MESSAGES, OFF_TOPIC

pytestmark = pytest.mark.slow

TEXTS = [text for _, _, text in MESSAGES]


def share(hits: list[bool]) -> float:
    return sum(hits) / len(hits)


def test_most_intents_are_right_from_their_descriptions_alone(engine: Engine, retail: IntentIndex) -> None:
    readings = engine.read_many(TEXTS, retail)
    assert share([r.intents[0].code == m[0] for r, m in zip(readings, MESSAGES, strict=True)]) >= 0.64


def test_ordinary_messages_are_given_an_intent(engine: Engine, retail: IntentIndex) -> None:
    assert share([r.intent is not None for r in engine.read_many(TEXTS, retail)]) >= 0.9


def test_messages_off_topic_seem_less_likely_than_ordinary_ones(engine: Engine, retail: IntentIndex) -> None:
    inside = [r.intent_probability for r in engine.read_many(TEXTS, retail)]
    outside = [r.intent_probability for r in engine.read_many(OFF_TOPIC, retail)]
    assert share([a > b for a in inside for b in outside]) >= 0.85


def test_sentiment_is_right_in_four_languages(engine: Engine, retail: IntentIndex) -> None:
    readings = engine.read_many(TEXTS, retail)
    assert share([r.sentiment == m[1] for r, m in zip(readings, MESSAGES, strict=True)]) >= 0.87


def test_the_type_never_contradicts_the_sentiment(engine: Engine, retail: IntentIndex) -> None:
    readings = engine.read_many(TEXTS, retail)
    assert all(r.sentiment == "Positive" for r in readings if r.message_type == "Complement")
    assert all(r.sentiment != "Positive" for r in readings if r.message_type == "Complaint")


def test_praise_questions_and_anger_have_their_types(engine: Engine, retail: IntentIndex) -> None:
    wanted = {"CI": "Complement", "PI": "Question", "CA": "Complaint"}
    pairs = [(engine.read(t, retail).message_type, wanted[i]) for i, _, t in MESSAGES if i in wanted]
    assert share([got == want for got, want in pairs]) >= 0.85


def test_a_correction_changes_what_a_like_message_is_taken_for(engine: Engine) -> None:
    text = "The robot mower ignores the boundary wire and drives into the flower bed."
    index = engine.intent_index(RETAIL, [(text, "WR")])
    assert engine.read("My robot mower drives over the boundary wire into the flowers.", index).intent == "WR"


def test_examples_of_an_intent_without_description_are_enough(engine: Engine) -> None:
    from frontdesk.engine import IntentSpec

    index = engine.intent_index(
        [
            IntentSpec(
                "a", "", "", ("please lower the blinds", "close the shutters", "make it dark outside the window")
            ),
            IntentSpec("b", "", "", ("feed the fish", "give the goldfish some food", "the fish are hungry")),
        ]
    )
    assert engine.read("can you put down the blinds", index).intent == "a"


def test_probabilities_of_all_intents_stay_below_one(engine: Engine, retail: IntentIndex) -> None:
    for reading in engine.read_many(TEXTS, retail):
        assert 0 <= sum(s.probability for s in reading.intents) <= 1.001
        assert reading.intent_probability == reading.intents[0].probability
