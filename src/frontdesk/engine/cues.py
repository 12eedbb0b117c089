"""Finds set phrases in a text; they come from data files, one list for each language, and are tried in all texts.

A phrase is words with a space between: `talk|speak to .. human|person`. `|` parts words of which one must stand there,
`*` at the end of a word stands for any ending, `?` for a word that may be left out, `..` for up to four words of any
kind. Writing systems without spaces between words, and emoji, are looked for letter by letter.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+|[:=]")
_GAP = 4
_KEY = 3
# From here on (Arabic, Devanagari, Thai, Chinese and so on, emoji) words are not parted or change inside.
_UNSPACED = "\u0600"


class Hit(NamedTuple):
    """A phrase's name and where it stands."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class _Token:
    words: frozenset[str]
    beginnings: tuple[str, ...]
    optional: bool = False
    gap: bool = False

    def fits(self, word: str) -> bool:
        return word in self.words or (bool(self.beginnings) and word.startswith(self.beginnings))


class Cues:
    """Phrases by name, each tried only where its first word stands."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        """`phrases` are lists by the name that their hits get; raises ValueError for one that cannot be read."""
        self._by_key: dict[str, list[tuple[str, tuple[_Token, ...]]]] = {}
        self._letters: list[tuple[str, str]] = []
        for name, lines in phrases.items():
            for line in lines:
                self._add(name, line)

    def find(self, text: str) -> list[Hit]:
        """All hits in `text`, which `fold` has made."""
        words = [(m.group(), m.start(), m.end()) for m in _WORD.finditer(text)]
        plain = [word for word, _, _ in words]
        hits = []
        for at, (word, start, _) in enumerate(words):
            for name, tokens in self._by_key.get(word[:_KEY], ()):
                last = _match(plain, at, tokens, 0)
                if last:
                    hits.append(Hit(name, start, words[last - 1][2]))
        if not text.isascii():
            hits += (Hit(name, at, at + len(part)) for name, part in self._letters if (at := text.find(part)) >= 0)
        return hits

    def _add(self, name: str, line: str) -> None:
        if any(c >= _UNSPACED for c in line):
            self._letters.append((name, fold(line)))
            return
        tokens = tuple(_token(part) for part in line.split())
        if not tokens or tokens[0].gap or tokens[0].optional:
            raise ValueError(f"A phrase must begin with a word: {line!r}")
        first = tokens[0]
        if any(len(beginning) < _KEY for beginning in first.beginnings):
            raise ValueError(f"The first word of a phrase needs {_KEY} letters before the *: {line!r}")
        for key in {word[:_KEY] for word in (*first.words, *first.beginnings)}:
            self._by_key.setdefault(key, []).append((name, tokens))


def fold(text: str) -> str:
    """The text in lower case without accents, as long as before."""
    if text.isascii():
        return text.lower()
    return "".join(map(_folded, text))


@lru_cache(4096)
def _folded(char: str) -> str:
    if char >= _UNSPACED:
        return " " if char == "\ufe0f" else char
    low = char.lower()
    first = unicodedata.normalize("NFD", low)[:1] if len(low) == 1 else low[:1]
    return {"\u0131": "i", "\u2019": "'", "ł": "l", "ø": "o", "ß": "s"}.get(first, first)


def _token(part: str) -> _Token:
    if part == "..":
        return _Token(frozenset(), (), gap=True)
    words, optional = (part[:-1], True) if part.endswith("?") else (part, False)
    options = [fold(word) for word in words.replace("'", "").split("|")]
    exact = frozenset(word for word in options if not word.endswith("*"))
    return _Token(exact, tuple(word[:-1] for word in options if word.endswith("*")), optional)


def _match(words: list[str], at: int, tokens: tuple[_Token, ...], first: int) -> int:
    """The place behind the last word of the phrase, 0 for none."""
    for place in range(first, len(tokens)):
        token = tokens[place]
        if token.gap:
            return next(_ends(words, at, tokens, place + 1), 0)
        if at < len(words) and token.fits(words[at]):
            at += 1
        elif not token.optional:
            return 0
    return at


def _ends(words: list[str], at: int, tokens: tuple[_Token, ...], place: int) -> Iterator[int]:
    for skipped in range(_GAP + 1):
        if end := _match(words, at + skipped, tokens, place):
            yield end
