"""Which messages are accepted, and which are refused with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.interfaces import Invalid
from frontdesk.model import NewMessage, Sender
from frontdesk.ticketing.submission import MOST_CHARACTERS, check, storable

CHANNELS = {"WEB": True, "OLD": False}


@pytest.mark.parametrize("text", ["", "   \n\t", "\u200b\u2060", "\u202e", "\x00\x01"])
def test_a_text_without_anything_to_read_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="empty") as refusal:
        check(NewMessage(text, "WEB"), CHANNELS)
    assert refusal.value.field == "text"


@pytest.mark.parametrize("channel", ["", "XXX", "OLD", "WEB' OR 1=1", "x" * 10_000])
def test_an_unknown_or_retired_channel_is_refused_with_the_known_ones(channel: str) -> None:
    with pytest.raises(Invalid, match="use one of WEB"):
        check(NewMessage("hello", channel), CHANNELS)


def test_a_text_of_many_thousand_characters_is_kept_whole() -> None:
    text = "long " * 10_000
    assert check(NewMessage(text, "WEB"), CHANNELS).text == text


def test_a_text_beyond_the_limit_is_refused_not_cut() -> None:
    with pytest.raises(Invalid, match="100,000"):
        check(NewMessage("x" * (MOST_CHARACTERS + 1), "WEB"), CHANNELS)


@pytest.mark.parametrize("field", ["name", "address", "phone", "customer_no"])
def test_a_sender_field_that_is_too_long_is_named(field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check(NewMessage("hello", "WEB", Sender(**{field: "x" * 500})), CHANNELS)
    assert refusal.value.field == field


@pytest.mark.parametrize("provider_id", ["x" * 201, "a\x00b", "line\nfeed\x1b"])
def test_a_provider_id_that_cannot_be_an_id_is_refused(provider_id: str) -> None:
    with pytest.raises(Invalid, match="provider_id"):
        check(NewMessage("hello", "WEB", provider_id=provider_id), CHANNELS)


@given(st.text(alphabet=st.characters(), max_size=200))
def test_what_is_storable_holds_no_nul_and_no_half_character(text: str) -> None:
    stored = storable(text)
    assert "\x00" not in stored
    assert stored.encode("utf-8").decode() == stored
    assert len(stored) == len(text)


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    assert storable("a\ud800b") == "a\ufffdb"
