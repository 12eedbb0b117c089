"""An English text that remembers its template is an ordinary text to whoever does not translate."""

import copy
import json
import pickle

from frontdesk.interfaces import Failed, Invalid
from frontdesk.model.translatable import Joined, Translatable, tr


def test_the_text_is_the_template_filled_in_as_an_f_string_would() -> None:
    text = tr("{name!r} has {count:,} of {known}", name="a'b", count=1234, known=Joined(("x", tr("y")), " or "))
    assert text == '"a\'b" has 1,234 of x or y'
    assert (text.message_id, text.arguments["count"]) == ("{name!r} has {count:,} of {known}", 1234)
    assert type(str(text)) is str
    assert json.dumps(text) == json.dumps(str(text))


def test_a_template_without_arguments_is_taken_by_the_letter() -> None:
    assert tr("write {name}") == "write {name}"
    assert tr("write {name}").message_id == "write {name}"


def test_an_error_that_is_said_in_another_brings_its_template_along() -> None:
    inner = Invalid(tr("give at most {most} values", most=3))
    outer = Failed(tr("it failed: {error}", error=inner))
    assert str(outer) == "it failed: give at most 3 values"
    assert isinstance(outer.text, Translatable)
    assert outer.text.arguments["error"] is inner.text
    assert tr("it failed: {error}", error=KeyError("x")).arguments["error"] == "'x'"


def test_an_error_with_a_plain_text_says_it_plainly() -> None:
    assert type(Invalid("no").text) is str
    assert Invalid("no").text == str(Invalid("no"))


def test_copies_keep_the_template() -> None:
    text = tr("give at most {most} values", most=3)
    for copied in (copy.copy(text), copy.deepcopy(text), pickle.loads(pickle.dumps(text))):
        assert (copied, copied.message_id, copied.arguments) == (text, text.message_id, {"most": 3})


def test_other_arguments_make_another_text_of_the_same_template() -> None:
    text = tr("{field} has more than {most} characters", field="address", most=320)
    assert text.with_arguments(field="e-mail") == "e-mail has more than 320 characters"
