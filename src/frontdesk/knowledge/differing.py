"""What differs between two versions of an article, word by word within lines that changed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from frontdesk.model.knowledge import Article

# Beyond it, changed lines are shown as a whole: comparing takes the square of their words.
MOST_WORDS = 4_000
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


class Edit(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text and what became of it."""

    edit: Edit
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of an article that differs, by its name."""

    field: str
    pieces: tuple[Piece, ...]


def differences(before: Article, after: Article) -> tuple[Difference, ...]:
    """The fields that differ, title and body first."""
    found = []
    for name in (*_FIRST, *(name for name in Article.__dataclass_fields__ if name not in (*_FIRST, "id", "version"))):
        old, new = _text(getattr(before, name)), _text(getattr(after, name))
        if old != new:
            found.append(Difference(name, tuple(_pieces(old, new))))
    return tuple(found)


_FIRST = ("title", "body", "questions")


def edited_words(old: str, new: str) -> int:
    """The edit distance in words: those added, removed or put in the place of others."""
    before, after = old.split(), new.split()
    if len(before) + len(after) > MOST_WORDS:
        return 0 if before == after else max(len(before), len(after))
    changes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return sum(max(b - a, d - c) for kind, a, b, c, d in changes if kind != "equal")


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)


def _pieces(old: str, new: str) -> Iterator[Piece]:
    """By lines first, so that a long text takes no longer than its changed lines."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for kind, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        if kind == "equal":
            yield Piece(Edit.SAME, "".join(before[a:b]))
        else:
            yield from _words("".join(before[a:b]), "".join(after[c:d]))


def _words(old: str, new: str) -> Iterator[Piece]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) + len(after) > MOST_WORDS:
        before, after = [old], [new]
    for kind, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        if kind == "equal":
            yield Piece(Edit.SAME, "".join(before[a:b]))
            continue
        if a < b:
            yield Piece(Edit.REMOVED, "".join(before[a:b]))
        if c < d:
            yield Piece(Edit.ADDED, "".join(after[c:d]))
