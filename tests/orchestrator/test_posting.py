"""Answers inside the limits of their channel: split without losing a word, held, withheld, refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.interfaces import DeliveryFailed
from frontdesk.interfaces.channel_stores import SendingFacts
from frontdesk.model import OutboundMessage
from frontdesk.model.channels import ChannelLimits, LengthUnit
from frontdesk.orchestrator.channel_sender import (
    SendingRules,
    refuse_what_cannot_go,
    size,
    split,
    window_closed,
    withheld,
)

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)


def answer(text: str = "Hello", effect_key: str | None = "m1:1", recipient: str = "kim") -> OutboundMessage:
    return OutboundMessage("o1", 1, 1, "AR", "WTA", recipient, text, "Frontdesk", NOW, effect_key=effect_key)


@given(st.text(max_size=400), st.integers(4, 60), st.sampled_from(LengthUnit))
def test_parts_fit_and_hold_every_word(text: str, length: int, measure: LengthUnit) -> None:
    parts = split(text, ChannelLimits(length, measure, most_parts=1000))
    assert all(size(part, measure) <= length for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert split("  as it is \n", ChannelLimits(length=100)) == ("  as it is \n",)


def test_a_text_is_cut_between_paragraphs_rather_than_sentences_rather_than_words() -> None:
    assert split("First one.\n\nSecond one. Third", ChannelLimits(length=20)) == ("First one.", "Second one. Third")
    assert split("First one. Second one", ChannelLimits(length=18)) == ("First one.", "Second one")
    assert split("first second third", ChannelLimits(length=13)) == ("first second", "third")


def test_emoji_count_as_the_vendor_counts_them() -> None:
    assert (size("😀", LengthUnit.CHARACTERS), size("😀", LengthUnit.UTF16), size("😀", LengthUnit.BYTES)) == (1, 2, 4)


def test_too_many_parts_are_refused_and_say_how_long_it_may_be() -> None:
    with pytest.raises(DeliveryFailed, match="takes 10 in each of up to 2 messages") as caught:
        split("word " * 10, ChannelLimits(length=10, most_parts=2))
    assert caught.value.permanent


@pytest.mark.parametrize(("hours", "is_closed"), [(1, False), (24, False), (24.01, True), (900, True)])
def test_the_window_is_counted_from_the_customers_last_message(hours: float, is_closed: bool) -> None:
    facts = SendingFacts(heard_at=NOW - timedelta(hours=hours))
    said = window_closed("WhatsApp", facts, ChannelLimits(window=timedelta(hours=24)), NOW)
    assert bool(said) is is_closed
    assert not is_closed or "until the customer writes again" in said


def test_a_machine_is_not_answered_automatically_but_by_a_person() -> None:
    facts, rules = SendingFacts(machine="Auto-Submitted: auto-replied"), SendingRules()
    assert "a machine wrote the message" in withheld(answer(), facts, rules)
    assert withheld(answer(effect_key=None), facts, rules) == ""


@pytest.mark.parametrize(("before", "is_withheld"), [(2, False), (3, True)])
def test_one_sender_gets_so_many_automatic_answers(before: int, is_withheld: bool) -> None:
    said = withheld(answer(), SendingFacts(automatic_before=before), SendingRules(most_automatic=3))
    assert bool(said) is is_withheld


def test_an_answer_to_nobody_is_refused_unless_customers_come_for_it() -> None:
    with pytest.raises(DeliveryFailed, match="no address"):
        refuse_what_cannot_go("SMS", answer(recipient=""), SendingFacts(), ChannelLimits())
    refuse_what_cannot_go("Website", answer(recipient=""), SendingFacts(), ChannelLimits(picked_up=True))
