"""What is for nobody gets no intent, unless somebody has configured an intent for it."""

import pytest

from frontdesk.engine import Engine, IntentIndex, IntentSpec
from frontdesk.engine.encoder import Encoder, said

from .conftest import RETAIL

FOR_NOBODY = (
    *("Hello", "Good morning!", "Bonjour", "How are you today?", "test", "Who invented the steam engine?"),
    *("What is the capital of Norway?", "Have you got a job for me as an electrician?", "Tell me a joke."),
    *("Win 1,000,000 in our lottery, click here!", "I am a journalist and would like to interview your director."),
)


@pytest.mark.parametrize("text", FOR_NOBODY)
def test_what_is_for_no_customer_service_has_no_intent(engine: Engine, retail: IntentIndex, text: str) -> None:
    assert engine.read(text, retail).intent is None


@pytest.mark.xfail(strict=True, reason="shops are asked about lamps and bulbs so often that this is taken for one")
def test_a_quiz_about_what_shops_sell_has_no_intent(engine: Engine, retail: IntentIndex) -> None:
    assert engine.read("Who invented the light bulb?", retail).intent is None


@pytest.mark.parametrize("text", ["refund please", "where is my order", "kaputt", "price of the lamp?"])
def test_two_or_three_words_may_be_enough(engine: Engine, retail: IntentIndex, text: str) -> None:
    assert engine.read(text, retail).intent is not None


def test_a_greeting_before_a_concern_does_not_hide_it(engine: Engine, retail: IntentIndex) -> None:
    assert engine.read("Hello! How are you? My washing machine is broken.", retail).intent == "TI"


def test_an_older_mail_quoted_below_does_not_count(engine: Engine, retail: IntentIndex) -> None:
    text = (
        "When will the sofa be delivered?\n\nOn Mon, 3 Mar 2025, Desk wrote:\n> Your toaster is broken, we are sorry."
    )
    assert engine.read(text, retail).intent == "DI"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Greeting", "Hello"),
        ("Greeting", "Good morning!"),
        ("Small talk", "I am so bored today."),
        ("Job application", "I would like to apply for a job as a cook."),
        ("General knowledge", "What is the capital of Norway?"),
    ],
)
def test_an_intent_for_it_is_known_by_its_name_alone(engine: Engine, name: str, text: str) -> None:
    index = engine.intent_index([*RETAIL, IntentSpec("NEW", name)])
    assert engine.read(text, index).intent == "NEW"


def test_another_intent_does_not_suffer_from_it(engine: Engine) -> None:
    index = engine.intent_index([*RETAIL, IntentSpec("GR", "Greeting"), IntentSpec("JA", "Job application")])
    assert engine.read("My oven does not heat any more.", index).intent == "TI"


def test_our_own_pass_says_what_the_package_says() -> None:
    encoder = Encoder()
    texts = ["Where is my order?", "Wo ist meine Bestellung?", "a", " ", "One. Two, three; four " * 60]
    assert said(encoder.encode(texts)) == pytest.approx(encoder._model.encode(texts), abs=1e-4)
