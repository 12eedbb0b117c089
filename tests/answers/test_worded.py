"""What a model words is struck where its passage does not say it."""

import pytest

from frontdesk.answers.worded import Sentence, supported

PASSAGES = [
    "Delivery: A parcel takes 3 days and costs 4.90 euros. See https://shop.example/delivery.",
    "Lamp Aurora K2: It burns for 40 hours.",
]


@pytest.mark.parametrize(
    ("text", "passage", "stays"),
    [
        ("A parcel takes 3 days.", 0, True),
        ("Es kostet 4,90 Euro.", 0, True),
        ("A parcel takes 2 days.", 0, False),
        ("It burns for 40 hours.", 0, False),
        ("The Aurora K2 burns for 40 hours.", 1, True),
        ("The Aurora K3 burns for 40 hours.", 1, False),
        ("It is brought by Hermes within 3 days.", 0, False),
        ("See https://shop.example/delivery.", 0, True),
        ("See https://shop.example/refunds.", 0, False),
        ("Write to help@shop.example.", 0, False),
        ("It is quick.", 7, False),
        ("It is quick.", -1, False),
    ],
)
def test_a_sentence_stays_only_with_facts_of_its_own_passage(text: str, passage: int, stays: bool) -> None:
    language = "de" if "Euro." in text else "en"
    assert bool(supported([Sentence(text, passage)], PASSAGES, "How long does it take?", language)) is stays
