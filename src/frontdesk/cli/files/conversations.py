"""Reads conversations out of JSON: what was said before a question or a message."""

import json
from pathlib import Path
from typing import Any

from frontdesk.interfaces import Invalid
from frontdesk.model import CUSTOMER, SERVICE
from frontdesk.model.analysis import Turn
from frontdesk.model.translatable import tr

MOST_TURNS = 200


def read_conversation(file: Path) -> list[Turn]:
    """The turns in a file. Raises Invalid."""
    try:
        text = file.read_text("utf-8")
        raw = (
            json.loads(text)
            if text.lstrip().startswith("[")
            else [json.loads(x) for x in text.splitlines() if x.strip()]
        )
        return turns_of(raw)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    expected = 'a JSON list of {"role": "customer" or "service", "text": …}'
    raise Invalid(tr("{file} is not {expected}", file=str(file), expected=expected), "conversation")


def turns_of(raw: Any) -> list[Turn]:
    """The newest turns of a list of JSON objects. Raises KeyError, TypeError, ValueError."""
    turns = [Turn(each["role"], each["text"]) for each in raw]
    if not all(turn.role in (CUSTOMER, SERVICE) and isinstance(turn.text, str) for turn in turns):
        raise ValueError("a turn is of customer or service")
    return turns[-MOST_TURNS:]
