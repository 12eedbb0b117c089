"""Extracts the JSON of a model's answer. Fences, surrounding text and trailing commas are accepted."""

import json
import re
from typing import Any, NoReturn

from frontdesk.interfaces import ErrorKind, ModelAnswer, ModelFailed

MOST_CHARACTERS = 1_000_000
MOST_STARTS = 10
# Only at the beginning, where models put them: searched for everywhere, a hostile answer could make it take for ever.
_THOUGHTS = re.compile(r"\s*<(think|thinking|reasoning)>.*?</\1>", re.S | re.I)
_FENCE = re.compile(r"```[a-zA-Z0-9]*[ \t]*\n?(.*?)```", re.S)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_REFUSAL = re.compile(
    r"^\W*(i['’]?m sorry|i am sorry|sorry,|i (can ?not|can['’]t|won['’]t|am (not able|unable))|as an ai|"
    r"es tut mir leid|tut mir leid|ich kann (das |dabei |diese |hier)?.{0,20}nicht|leider kann ich)",
    re.I,
)


class Refused(ModelFailed):
    """The model refused, in the words of its answer."""

    def __init__(self, answer: ModelAnswer) -> None:
        """Its own text does not hold these words."""
        super().__init__(ErrorKind.REFUSED, "the model refused to answer", permanent=True)
        self.answer = answer


def read_answer(answer: ModelAnswer) -> Any:
    """The JSON value in an answer. Raises ModelFailed that names what is wrong; it never repeats the answer."""
    finished(answer)
    try:
        return read_json(answer.text, cut_off=answer.finish == "length")
    except ModelFailed as error:
        if error.trouble is ErrorKind.REFUSED:
            raise Refused(answer) from None
        raise


def finished(answer: ModelAnswer) -> None:
    """Raises ModelFailed for an answer that was filtered, refused or is empty."""
    if answer.finish == "content_filter":
        raise ModelFailed(ErrorKind.CONTENT_FILTER, "the service's content filter took the answer away", permanent=True)
    if answer.finish == "refusal":
        raise Refused(answer)
    if not answer.text.strip() and answer.finish != "tool":
        raise ModelFailed(ErrorKind.CUT_OFF if answer.finish == "length" else ErrorKind.EMPTY, "the answer is empty")


def read_json(text: str, *, cut_off: bool = False) -> Any:
    """The first JSON object or array in the text. Raises ModelFailed (EMPTY, REFUSED, CUT_OFF, NOT_JSON)."""
    text = text[:MOST_CHARACTERS].lstrip("\ufeff")
    if thoughts := _THOUGHTS.match(text):
        text = text[thoughts.end() :]
    text = text.strip()
    if not text:
        raise ModelFailed(ErrorKind.EMPTY, "the answer is empty")
    for candidate in _candidates(text):
        value = _parsed(candidate)
        if isinstance(value, dict | list):
            return value
    if _REFUSAL.match(text) and "{" not in text:
        raise ModelFailed(ErrorKind.REFUSED, "the model refused to answer", permanent=True)
    start = _start(text)
    if cut_off or (start is not None and _end(text, start) is None):
        raise ModelFailed(ErrorKind.CUT_OFF, "the answer is cut off in the middle of its JSON")
    raise ModelFailed(ErrorKind.NOT_JSON, "the answer holds no JSON object")


def _candidates(text: str) -> list[str]:
    found = [text, *_FENCE.findall(text)]
    start = _start(text)
    for _ in range(MOST_STARTS):
        if start is None:
            break
        end = _end(text, start)
        if end is not None:
            found.append(text[start : end + 1])
        start = _start(text, (end or start) + 1)
    return found


def _parsed(text: str) -> Any:
    for form in (text, _without_trailing_commas(text)):
        try:
            return json.loads(form, strict=False, parse_constant=_refuse)
        except (ValueError, RecursionError):
            continue
    return None


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _without_trailing_commas(text: str) -> str:
    """Commas before a closing bracket taken out, where they are not in a string."""
    parts = re.split(r'("(?:[^"\\]|\\.)*")', text)
    return "".join(part if number % 2 else _TRAILING_COMMA.sub(r"\1", part) for number, part in enumerate(parts))


def _start(text: str, after: int = 0) -> int | None:
    places = [place for place in (text.find("{", after), text.find("[", after)) if place >= 0]
    return min(places) if places else None


def _end(text: str, start: int) -> int | None:
    """Where the bracket at `start` closes, None where it never does."""
    depth, in_string, escaped = 0, False, False
    for place in range(start, len(text)):
        letter = text[place]
        if in_string:
            if escaped:
                escaped = False
            elif letter == "\\":
                escaped = True
            elif letter == '"':
                in_string = False
        elif letter == '"':
            in_string = True
        elif letter in "{[":
            depth += 1
        elif letter in "}]":
            depth -= 1
            if depth == 0:
                return place
    return None
