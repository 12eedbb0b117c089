"""What models write is taken apart without surprise, and values are cited only where they stand."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.interfaces import ErrorKind, ModelFailed
from frontdesk.llm.citing import Text, cited
from frontdesk.llm.tolerant import read_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
WORDS = st.text(alphabet=st.characters(blacklist_characters='{}[]"<>`', blacklist_categories=("Cs",)), max_size=40)


@given(st.dictionaries(st.text(max_size=8), VALUES, min_size=1, max_size=4), WORDS, WORDS)
def test_an_object_is_found_between_any_words(value: dict[str, object], before: str, after: str) -> None:
    assert read_json(before + json.dumps(value) + after) == value


@given(st.dictionaries(st.text(max_size=8), VALUES, min_size=1, max_size=4))
def test_commas_before_closing_brackets_are_forgiven_and_those_in_strings_kept(value: dict[str, object]) -> None:
    assert read_json(json.dumps(value | {"x": "a,}"})[:-1] + " , }") == value | {"x": "a,}"}


@given(st.text(max_size=200))
def test_whatever_is_written_ends_as_a_value_or_as_a_named_trouble(text: str) -> None:
    try:
        found = read_json(text)
    except ModelFailed as error:
        found = error.trouble
    named = {ErrorKind.EMPTY, ErrorKind.NOT_JSON, ErrorKind.CUT_OFF, ErrorKind.REFUSED}
    assert isinstance(found, dict | list) or found in named


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, "{" * 100_000 + "}" * 100_000])
def test_deep_nesting_is_a_named_trouble(text: str) -> None:
    with pytest.raises(ModelFailed):
        read_json(text)


@given(st.text(max_size=200), st.text(max_size=20))
def test_what_is_cited_stands_there(text: str, value: str) -> None:
    for each in cited(text, [{"field": "order_no", "value": value}]):
        assert text[each["start"] : each["end"]] == each["value"]


@given(st.lists(st.text(alphabet="abcäß é12", min_size=1, max_size=8), min_size=1, max_size=6), st.data())
def test_a_word_of_the_text_is_found(words: list[str], data: st.DataObject) -> None:
    text = ", ".join(words)
    word = data.draw(st.sampled_from(words))
    if any(letter.isalnum() for letter in word):
        assert Text(text).find(word) is not None


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("4500 017", "45-00/017"),
        ("4500017", "45-00/017"),
        ("MÜLLER", "Müller"),
        ("Muller", "Müller"),
        ("o'neil", "O’Neil"),
        ("500", None),
        ("45", "45"),
        ("eil", None),
        ("9999", None),
        ("", None),
        (" ", None),
    ],
)
def test_forms_that_are_forgiven_and_those_that_are_not(value: str, found: str | None) -> None:
    text = "Order 45-00/017 of Müller and O’Neil"
    place = Text(text).find(value)
    assert (text[place[0] : place[1]] if place else None) == found


def test_a_value_named_twice_is_found_twice_where_it_stands_twice() -> None:
    assert [each["start"] for each in cited("7711 and 7711", [{"field": "a", "value": "7711"}] * 3)] == [0, 9]
