"""What stands where in the documents of chats: personal texts, images and sound, the pieces of a streamed answer.

All else of a document is passed on without a look, so that a field that is new tomorrow needs nothing here.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from frontdesk.interfaces import Document, Form

# What is no text of a person: names of parts, and what would be broken by a placeholder.
STRUCTURE = frozenset(
    """type role id name tool_call_id tool_use_id call_id index cache_control signature format media_type detail
    effort mode ttl file_id encrypted_content url image_url input_audio file data file_data""".split()  # noqa: SIM905
)
# Written by who makes the application, not by persons; of tools the descriptions are looked at.
DEFINITIONS = frozenset(
    """response_format output_config tool_choice function_call stop stop_sequences reasoning_effort service_tier
    modalities audio thinking logit_bias""".split()  # noqa: SIM905
)
SPOKEN = ("messages", "system", "choices", "content")
TOOLS = ("tools", "functions")
MEDIA = {"image_url": "images", "image": "images", "input_audio": "sound", "file": "files", "document": "files"}

Change = Callable[[str], str]


def mapped(body: Document, change: Change, change_text: Change | None = None) -> dict[str, Any]:
    """The document with its personal texts changed, and those in JSON that is a text (the arguments of a tool).

    `change_text` changes a text that may be JSON, where not its decoded values are to be changed one by one.
    """
    made = {}
    for key, value in body.items():
        if key in TOOLS:
            made[key] = _described(value, change)
        elif key in SPOKEN:
            made[key] = _texts(value, change, change_text)
        elif key in DEFINITIONS or key in STRUCTURE or isinstance(value, int | float):
            made[key] = value
        else:
            made[key] = everywhere(value, change)  # nobody knows what is in a field that is new
    return made


def _texts(value: Any, change: Change, change_text: Change | None) -> Any:
    if isinstance(value, str):
        return change_text(value) if change_text else _text(value, change)
    if isinstance(value, list):
        return [_texts(each, change, change_text) for each in value]
    if not isinstance(value, Mapping):
        return value
    # The text of a document is personal, its bytes cannot be looked at; the input of a tool is all personal.
    plain = {"data"} if value.get("type") == "text" and "media_type" in value else set()
    return {
        key: everywhere(part, change)
        if key == "input" and value.get("type") == "tool_use"
        else part
        if key in STRUCTURE - plain
        else _texts(part, change, change_text)
        for key, part in value.items()
    }


def _text(text: str, change: Change) -> str:
    if text.lstrip()[:1] in ("{", "["):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return change(text)
        made = everywhere(value, change)
        return text if made == value else json.dumps(made, ensure_ascii=False)
    return change(text)


def everywhere(value: Any, change: Change) -> Any:
    """A JSON value with all of its texts, names and numbers changed."""
    if isinstance(value, str):
        return _text(value, change)
    if isinstance(value, list):
        return [everywhere(each, change) for each in value]
    if isinstance(value, Mapping):
        return {change(str(key)): everywhere(part, change) for key, part in value.items()}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value if (told := change(str(value))) == str(value) else told
    return value


def with_texts(value: Any, change: Callable[[str], Any]) -> Any:
    """A JSON value with all of its texts changed, but no names."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        return [with_texts(each, change) for each in value]
    if isinstance(value, Mapping):
        return {key: with_texts(each, change) for key, each in value.items()}
    return value


def texts_in(value: Any) -> Iterator[str]:
    """All texts of a JSON value, but no names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from texts_in(each)


def _described(value: Any, change: Change) -> Any:
    if isinstance(value, list):
        return [_described(each, change) for each in value]
    if isinstance(value, Mapping):
        return {
            key: change(part) if key == "description" and isinstance(part, str) else _described(part, change)
            for key, part in value.items()
        }
    return value


def media(body: Document) -> dict[str, list[Document]]:
    """What of it cannot be masked, by kind: images, sound, files."""
    found: dict[str, list[Document]] = {}
    waiting: list[Any] = [body.get("system"), body.get("messages")]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, Mapping):
            source = part.get("source")
            kind = MEDIA.get(str(part.get("type")))
            if kind and not (isinstance(source, Mapping) and source.get("type") in ("text", "content")):
                found.setdefault(kind, []).append(part)
            waiting += [part.get("content"), source]
    return found


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that an event adds to: which one (`path`), where in the event it stands, whether it is JSON in a text."""

    path: tuple[str | int, ...]
    holder: dict[str, Any]
    key: str
    is_json: bool = False
    is_answer: bool = False

    @property
    def text(self) -> str:
        """What is added."""
        return str(self.holder[self.key])


def pieces(event: Document, form: Form) -> Iterator[Piece]:
    """The texts that an event of a stream adds to."""
    if form is Form.ANTHROPIC:
        delta = event.get("delta")
        for key in ("text", "thinking", "partial_json"):
            if isinstance(delta, dict) and isinstance(delta.get(key), str):
                yield Piece((event.get("index", 0), key), delta, key, key == "partial_json", key == "text")
        return
    for choice in event.get("choices") or ():
        yield from _strings(choice.get("delta") or {}, (choice.get("index", 0),))


def _strings(value: dict[str, Any], path: tuple[str | int, ...]) -> Iterator[Piece]:
    for key, part in value.items():
        here = (*path, key)
        if isinstance(part, str) and key not in STRUCTURE:
            yield Piece(here, value, key, key in ("arguments", "input"), len(here) == 2 and key == "content")
        elif isinstance(part, dict):
            yield from _strings(part, here)
        elif isinstance(part, list):
            for place, each in enumerate(part):
                if isinstance(each, dict):
                    yield from _strings(each, (*here, each.get("index", place)))


def added(piece: Piece, event: Document, text: str, form: Form) -> dict[str, Any]:
    """An event like this one that adds nothing but a text to the same place."""
    if form is Form.ANTHROPIC:
        kind = event.get("delta", {}).get("type")
        return {"type": "content_block_delta", "index": piece.path[0], "delta": {"type": kind, piece.key: text}}
    value: Any = text
    for step in reversed(piece.path[1:]):
        value = [{"index": step, **value}] if isinstance(step, int) else {step: value}
    choice = {"index": piece.path[0], "delta": value, "logprobs": None, "finish_reason": None}
    return {key: part for key, part in event.items() if key != "usage"} | {"choices": [choice]}


def answer_texts(body: Document, form: Form) -> list[tuple[dict[str, Any], str]]:
    """Where the texts of a whole answer stand: of each choice, or of each block."""
    if form is Form.ANTHROPIC:
        return [(block, "text") for block in body.get("content") or () if block.get("type") == "text"]
    messages = [choice.get("message") or {} for choice in body.get("choices") or ()]
    return [(message, "content") for message in messages if isinstance(message.get("content"), str)]


def with_text(body: Document, form: Form, text: str) -> dict[str, Any]:
    """The answer with this for its (first) text."""
    if form is Form.ANTHROPIC:
        rest = [block for block in body.get("content") or () if block.get("type") != "text"]
        return {**body, "content": [*rest, {"type": "text", "text": text}]}
    first, *others = body.get("choices") or [{}]
    message = {**(first.get("message") or {}), "content": text}
    return {**body, "choices": [{**first, "message": message}, *others]}


def as_refusal(body: Document, form: Form, text: str) -> dict[str, Any]:
    """The answer as a refusal in these words, as clients know it."""
    if form is Form.ANTHROPIC:
        return {**body, "stop_reason": "refusal"}
    first, *others = body.get("choices") or [{}]
    message = {**(first.get("message") or {}), "content": None, "refusal": text}
    return {**body, "choices": [{**first, "message": message}, *others]}


def transcript(body: Document) -> str:
    """The turns of a request as text, for records."""
    turns = [{"role": "system", "content": body["system"]}] if body.get("system") else []
    said = []
    for turn in (*turns, *body["messages"]):
        content = turn.get("content")
        said.append(f"{turn['role']}: {content if isinstance(content, str) else json.dumps(content or turn)}")
    return "\n\n".join(said)
