"""Answers have the fields that are written down beside this file: what the model gets is shown on purpose alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import frontdesk.edges.llm_gateway.use_cases.answers
import frontdesk.edges.rest  # noqa: F401 - declares all others
from frontdesk.edges.rest.api_answer import ApiAnswer

WRITTEN = Path(__file__).with_name("shown_fields.json")


def below(answer: Any) -> Iterator[Any]:
    """All answers that derive from this one, and have no other of the same name below them."""
    for each in answer.__subclasses__():
        deeper = list(below(each))
        yield from deeper
        if each.__name__ not in {one.__name__ for one in deeper}:
            yield each


def test_no_field_of_the_model_is_shown_that_is_not_written_down() -> None:
    shown = {each.__name__: sorted(each.__struct_fields__) for each in below(ApiAnswer)}
    assert shown == json.loads(WRITTEN.read_text("utf-8"))
    assert {"EffectAnswer", "OutboundAnswer", "InteractionAnswer"} <= shown.keys()
