"""What rules know of a message: amounts, words, signals, the desk's clock."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from frontdesk.interfaces import Invalid
from frontdesk.model import SIGNALS, Analysis, SecondReading, Sentiment, Signal, Tier
from frontdesk.model.signals import signal_kinds
from frontdesk.orchestrator.amounts import amount_of
from frontdesk.orchestrator.facts import PRESSING
from frontdesk.orchestrator.gathering import Desk, facts_of_text, folded, local_time, most_pressing
from frontdesk.wiring.desk import public_holidays

AT = datetime(2026, 12, 24, 23, 30, tzinfo=UTC)


def reading(**changed: Any) -> Analysis:
    values: dict[str, Any] = {
        **{"id": "a", "message_id": "m", "run": 1, "tier": Tier.BUILTIN, "model": "builtin", "language": "de"},
        **{"sentiment": Sentiment.NEUTRAL, "sentiment_probability": 0.8, "title": "", "summary": ""},
        **{"message_type": "IN", "type_probability": 0.7, "intent": "DI", "intent_probability": 0.6, "intents": ()},
        **{"entities": (), "milliseconds": 1.0, "created_at": AT},
    }
    return Analysis(**values | changed)


@pytest.mark.parametrize(
    ("words", "language", "value", "currency"),
    [
        ("1.234,50 €", "de", 1234.5, "EUR"),
        ("1,234.50 USD", "en", 1234.5, "USD"),
        ("$ 75 million", "en", 75_000_000, "USD"),
        ("100 usd", "en", 100, "USD"),
        ("1.000 Euro", "de", 1000, "EUR"),
        ("1.000 dollars", "en", 1, "USD"),
        ("1,000 dollars", "en", 1000, "USD"),
        ("12,99", "fr", 12.99, ""),
        ("CHF 1'250.-", "de", 1250, "CHF"),
        ("2 500,00 zł", "pl", 2500, "PLN"),
        ("£3.5 bn", "en", 3_500_000_000, "GBP"),
        ("3 Mio. Euro", "de", 3_000_000, "EUR"),
    ],
)
def test_an_amount_is_a_number_with_its_currency(words: str, language: str, value: float, currency: str) -> None:
    found = amount_of(words, language)
    assert found is not None
    assert (found.value, found.currency) == (value, currency)


def test_words_without_a_number_are_no_amount() -> None:
    assert amount_of("a lot of money") is None


def test_texts_are_folded_and_bounded() -> None:
    assert folded("ÉCHANGE, Größe, Ärger") == "echange, grosse, arger"
    assert len(folded("ß" * 10_000)) <= 2_000


def test_rules_see_the_customers_own_words() -> None:
    text = "Rückgabe bitte.\n> Ihr Angebot: Umtausch"
    facts = facts_of_text(text, reading(reads=((0, 15),)), Desk())
    assert (facts["text"], facts["words"]) == ("ruckgabe bitte.", ["ruckgabe", "bitte"])


def test_the_most_pressing_signal_that_is_present_is_the_one() -> None:
    limit = {name: kind.limit for name, kind in signal_kinds().items()}
    signals = (Signal("thanks_only", 0.99), Signal("danger", limit["danger"]), Signal("spam", limit["spam"] - 0.01))
    facts = facts_of_text("x", reading(signals=signals), Desk())
    assert facts["signal"] == "danger"
    assert (facts["has"]["danger"], facts["has"]["spam"], facts["has"]["thanks_only"]) == (True, False, True)
    assert facts["signals"].keys() == set(SIGNALS)
    assert set(PRESSING) == set(SIGNALS) - {"urgent"}


def test_what_the_built_in_reader_says_stands_beside_a_models_reading() -> None:
    second = SecondReading("TI", 0.5, "Negative", 0.6, "SR", 0.7)
    facts = facts_of_text("x", reading(tier=Tier.MODEL, second=second), Desk())
    assert (facts["intent"], facts["second_intent"], facts["second_sentiment"]) == ("DI", "TI", "Negative")
    assert facts_of_text("x", reading(), Desk())["second_intent"] == "DI"


def test_times_are_told_by_the_desks_clock() -> None:
    desk = Desk(ZoneInfo("Europe/Berlin"), public_holidays("DE-BY"))
    assert local_time(AT, desk) == {"month": 12, "hour": 0, "weekday": 5, "holiday": "Christmas Day"}
    assert local_time(AT, Desk()) == {"month": 12, "hour": 23, "weekday": 4, "holiday": ""}


@pytest.mark.parametrize("place", ["XX", "DE-XX", "-", "Germany land"])
def test_a_place_without_a_calendar_is_refused(place: str) -> None:
    with pytest.raises(Invalid, match=r"rules\.holidays"):
        public_holidays(place)


@pytest.mark.parametrize(
    ("present", "signal"),
    [
        ({}, ""),
        ({"wants_person": 0.96, "automatic": 1.0}, "automatic"),
        ({"wants_person": 0.96, "automatic": 0.5}, "wants_person"),
        ({"danger": 0.5, "automatic": 1.0}, "danger"),
        ({"spam": 0.9, "thanks_only": 0.8}, "spam"),
        ({"resolved": 0.9, "thanks_only": 0.99}, "resolved"),
    ],
)
def test_a_machine_that_words_wishes_is_a_machine(present: dict[str, float], signal: str) -> None:
    assert most_pressing(present) == signal
