"""What the engine promises of any text: limits, exact places, order, no error."""

import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontdesk.engine import Engine, IntentIndex, IntentSpec, Reading, Vocabulary

PIECES = (
    *("order", "4711", "#", "Nr.", "<b>", "</b>", "&", "€", "$12.50", "03.04.2024", "\n", ">", "Hi,"),
    *("Regards,", "Jane", "Doe", "+49", "6221", "a@b.co", "?", "!", "😀", "\x00", "\u202e", "İ"),
)
ANY_TEXT = st.one_of(
    st.text(max_size=400),
    st.text(st.characters(categories=("Cs", "Cc", "Mn", "So", "Nd", "Lo")), max_size=80),
    st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join),
)


def check(reading: Reading, text: str) -> None:
    assert len(reading.title) <= 100
    assert len(reading.summary) <= 300
    assert bool(reading.title) >= bool(text.strip())
    assert reading.sentiment in ("Positive", "Neutral", "Negative")
    assert all(text[e.start : e.end] == e.value and e.value for e in reading.entities)
    assert [e.start for e in reading.entities] == sorted(e.start for e in reading.entities)
    assert all(0 <= s.probability <= 1 for s in reading.intents)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY_TEXT)
def test_any_text_is_read_within_limits_and_cited_exactly(engine: Engine, retail: IntentIndex, text: str) -> None:
    check(engine.read(text, retail), text)


@pytest.mark.parametrize("text", ["", " \n\t ", "12345", "😀😀", "?!", "\x00", "\ud800", "<p></p>", "\u0301\u0301"])
def test_a_text_without_words_has_no_language_and_no_intent(engine: Engine, retail: IntentIndex, text: str) -> None:
    reading = engine.read(text, retail)
    check(reading, text)
    assert (reading.language, reading.intent) == ("und", None)


@pytest.mark.parametrize(
    "piece",
    [
        ("a"),
        ("order 4711 "),
        "<b>x</b> ",
        "(",
        "> quoted\n",
        "\n",
        "1 ",
        "订单",
        "a@",
        "+49 ",
        "#1 ",
        "e\u0301",
        "\u202eabc ",
    ],
)
def test_two_megabytes_are_read_like_their_beginning(engine: Engine, retail: IntentIndex, piece: str) -> None:
    text = piece * (2_000_000 // len(piece))
    check(engine.read(text, retail), text)


def test_many_read_together_are_read_as_one_by_one(engine: Engine, retail: IntentIndex) -> None:
    texts = ["My oven is broken.", "", "Danke, alles bestens!", "Where is order 4500012345?"] * 20
    together = engine.read_many(texts, retail)
    assert [(r.language, r.intent, r.title, r.entities) for r in together[:4]] == [
        (r.language, r.intent, r.title, r.entities) for r in (engine.read(t, retail) for t in texts[:4])
    ]
    assert len(together) == 80


@pytest.mark.slow
def test_threads_may_share_the_engine(engine: Engine, retail: IntentIndex) -> None:
    texts = [f"The lamp number {i} is broken, order {4500000000 + i}." for i in range(24)]
    alone = [engine.read(t, retail).entities for t in texts]
    shared: dict[int, tuple[object, ...]] = {}

    def work(part: int) -> None:
        for i in range(part, 24, 4):
            shared[i] = engine.read(texts[i], retail).entities

    threads = [threading.Thread(target=work, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [shared[i] for i in range(24)] == alone


def test_without_intents_everything_else_is_still_read(engine: Engine) -> None:
    reading = engine.read("My oven is broken, order 4500012345", engine.intent_index([]))
    assert (reading.intent, reading.intent_probability, reading.intents) == (None, 0.0, ())
    assert reading.entities


def test_corrections_to_unknown_intents_are_ignored(engine: Engine) -> None:
    index = engine.intent_index([IntentSpec("a", "Opening hours", "When the shop is open")], [("hello", "gone")])
    assert [s.code for s in engine.read("When do you open on Monday?", index).intents] == ["a"]


def test_embeddings_are_unit_vectors_and_alike_across_languages(engine: Engine) -> None:
    english, german, other = engine.embed(["Where is my order?", "Wo ist meine Bestellung?", "I love music."])
    assert np.isclose(np.linalg.norm(english), 1.0, atol=1e-3)
    assert english @ german > 0.7 > english @ other
    assert engine.embed([]).shape == (0, 512)


def test_a_vocabulary_finds_its_names_in_any_case(engine: Engine, retail: IntentIndex) -> None:
    names = Vocabulary(products=("Breeze 20",), stores=("Harbour Street",), customers=("Ada Sample",))
    reading = engine.read("the BREEZE 20 from harbour street is loud, says ada sample", retail, names)
    assert [(e.field, e.value) for e in reading.entities] == [
        ("product_name", "BREEZE 20"),
        ("store_name", "harbour street"),
        ("customer_name", "ada sample"),
    ]
