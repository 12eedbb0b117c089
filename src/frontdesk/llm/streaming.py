"""Rewrites the events of a streamed answer: originals in place of placeholders, no fences around JSON, a check at its
end."""

import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from typing import Any

from frontdesk.interfaces import Document, ErrorKind, Form, ModelEvent, ModelFailed
from frontdesk.llm.documents import Piece, added, pieces
from frontdesk.llm.masking import Unmasking, Vault
from frontdesk.llm.schemas import Check
from frontdesk.llm.tolerant import read_json

_OPENING = re.compile(r"\s*```[A-Za-z0-9]*[ \t]*\r?\n?")
_MAY_OPEN = re.compile(r"\s*(`{0,2}|```[A-Za-z0-9]*[ \t]*\r?)$")
_CLOSING = re.compile(r"\s*(`{1,3}\s*)?$")


class Unfencing:
    """Takes the fences off a JSON text that arrives in pieces."""

    def __init__(self) -> None:
        """Before the first piece."""
        self._held, self._begun, self._is_fenced = "", False, False

    def feed(self, piece: str) -> str:
        """What can be passed on now."""
        text, self._held = self._held + piece, ""
        if not self._begun:
            if _MAY_OPEN.match(text):
                self._held = text
                return ""
            self._begun = True
            if opening := _OPENING.match(text):
                self._is_fenced, text = True, text[opening.end() :]
        closing = _CLOSING.search(text) if self._is_fenced else None
        cut = closing.start() if closing else len(text)
        self._held = text[cut:]
        return text[:cut]

    def rest(self) -> str:
        """What was held back, at the end, without a closing fence."""
        held, self._held = self._held, ""
        return "" if held.strip() == "```" else held


class _Text:
    """One text of an answer on its way: all that changes it, and where it was last added to."""

    def __init__(self, piece: Piece, vault: Vault, *, is_checked: bool) -> None:
        self._unfencing = Unfencing() if is_checked and piece.is_answer else None
        self._unmasking = Unmasking(vault, is_json=piece.is_json or (is_checked and piece.is_answer))
        self.piece, self.event = piece, dict[str, Any]()

    def feed(self, text: str) -> str:
        return self._unmasking.feed(self._unfencing.feed(text) if self._unfencing else text)

    def rest(self) -> str:
        unfenced = self._unmasking.feed(self._unfencing.rest()) if self._unfencing else ""
        return unfenced + self._unmasking.rest()


class Rewriting:
    """Rewrites one stream."""

    def __init__(self, form: Form, vault: Vault, check: Check | None) -> None:
        """`vault` holds the originals; `check` is what the answer's text must satisfy."""
        self._form, self._vault, self._check = form, vault, check
        self._texts: dict[tuple[str | int, ...], _Text] = {}
        self._said: dict[str | int, str] = {}

    async def of(self, first: Sequence[ModelEvent], events: AsyncGenerator[ModelEvent]) -> AsyncGenerator[ModelEvent]:
        """The rewritten events. Raises ModelFailed."""
        calls_tool = False
        async with aclosing(events):  # which books what was spent
            for event in first:
                calls_tool |= event.finish == "tool"
                for body in self._rewritten(event):
                    yield body
            async for event in events:
                calls_tool |= event.finish == "tool"
                for body in self._rewritten(event):
                    yield body
            for each in self._ended(None):
                yield ModelEvent(each)
        for said in self._said.values() if not calls_tool else ():
            if self._check and said.strip() and (problem := self._check.problem(read_json(said))):
                raise ModelFailed(ErrorKind.WRONG_SCHEMA, f"the answer does not fit its schema: {problem}")

    def _rewritten(self, event: ModelEvent) -> Iterator[ModelEvent]:
        for which in _ends(event.body, self._form):
            for each in self._ended(which):
                yield ModelEvent(each)
        for piece in pieces(event.body, self._form):
            text = self._texts.get(piece.path)
            if text is None:
                text = self._texts[piece.path] = _Text(piece, self._vault, is_checked=self._check is not None)
            piece.holder[piece.key] = self._noted(piece, text.feed(piece.text))
            text.piece, text.event = piece, dict(event.body)
        yield event

    def _ended(self, which: str | int | None) -> Iterator[dict[str, Any]]:
        """What was held back of the texts of a choice or block, of all where it is None."""
        for path in [path for path in self._texts if which is None or path[0] == which]:
            text = self._texts.pop(path)
            if rest := text.rest():
                yield added(text.piece, text.event, self._noted(text.piece, rest), self._form)

    def _noted(self, piece: Piece, shown: str) -> str:
        if self._check is not None and piece.is_answer:
            self._said[piece.path[0]] = self._said.get(piece.path[0], "") + shown
        return shown


def _ends(event: Document, form: Form) -> list[str | int]:
    """The choices or blocks that an event ends, unless it adds to them too."""
    if form is Form.ANTHROPIC:
        return [event.get("index", 0)] if event.get("type") == "content_block_stop" else []
    choices = [choice for choice in event.get("choices") or () if choice.get("finish_reason")]
    return [choice.get("index", 0) for choice in choices if not any((choice.get("delta") or {}).values())]
