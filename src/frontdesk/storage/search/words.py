"""Splits texts into words for full-text search, and parses search queries.

Both databases get the same words, cut here, so that a search finds the same on each and no user syntax reaches either.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Chinese, Japanese: written without spaces, so each character is a word and neighbours are searched as a phrase.
_IDEOGRAMS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORDS = re.compile(f"[{_IDEOGRAMS}]|[^\\W_{_IDEOGRAMS}]+")
_IDEOGRAM = re.compile(f"[{_IDEOGRAMS}]")
_ASCII_WORDS = re.compile("[a-z0-9]+")
_PARTS = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
LONGEST_WORD = 40
MOST_WORDS = 16_000
LONGEST_LINE = 200
MOST_TERMS = 12
SHORTEST_BEGINNING = 3
# A Korean stem may have one syllable; what follows it is written without a space.
HANGUL = frozenset(map(chr, range(0xAC00, 0xD7A4)))


@dataclass(frozen=True, slots=True)
class Term:
    """Words that follow each other, or one of `others` alone; `begins`: the last one may go on."""

    words: tuple[str, ...]
    begins: bool = False
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """All of `terms` and none of `without`."""

    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()


def words_of(text: str) -> list[str]:
    """The words of a text, without case, accents and what is no letter or digit."""
    if text.isascii():
        return [word[:LONGEST_WORD] for word in _ASCII_WORDS.findall(text.lower())]
    return [word[:LONGEST_WORD] for word in _WORDS.findall(_bare(text))]


def indexed_of(text: str) -> list[str]:
    """The words of a text, and behind them all the other ways in which it is to be found."""
    words = words_of(text)
    return words + beside(words, text.lower() if text.isascii() else _bare(text))


def _bare(text: str) -> str:
    """Small letters without accents."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", "".join(each for each in plain if not unicodedata.combining(each)))


def wanted_of(line: str) -> SearchTerms:
    """Parse a search query: every word (its beginning is enough), "a phrase", -not. Never raises."""
    terms: list[Term] = []
    without: list[Term] = []
    for minus, phrase, word in _PARTS.findall(line[:LONGEST_LINE]):
        words = tuple(words_of(phrase or word))
        if words and len(terms) + len(without) < MOST_TERMS:
            begins = not phrase and not minus and (len(words[-1]) >= SHORTEST_BEGINNING or words[-1][-1] in HANGUL)
            (without if minus else terms).append(Term(words, begins, () if phrase else _others(words)))
    return SearchTerms(tuple(terms), tuple(without))


def _others(words: tuple[str, ...]) -> tuple[str, ...]:
    """The other ways in which a word is kept; a code with hyphens is one word as well."""
    joined = "".join(words)[:LONGEST_WORD]
    if len(words) > 1 and _IDEOGRAM.search(joined):
        return ()
    return tuple(sorted({joined, fold(joined)} - {words[0]}))


def as_fts5(wanted: SearchTerms) -> str:
    """For SQLite; needs a term (https://sqlite.org/fts5.html, 3). Quoted words are never taken as syntax."""
    everything = " AND ".join(map(_fts5, wanted.terms))
    return " NOT ".join([f"({everything})", *map(_fts5, wanted.without)])


def _fts5(term: Term) -> str:
    ways = (f'"{way}"' + (" *" if term.begins else "") for way in (" ".join(term.words), *term.others))
    return f"({' OR '.join(ways)})"


def as_tsquery(wanted: SearchTerms) -> str:
    """For PostgreSQL; needs a term (its manual, 8.11.2)."""
    return " & ".join([*map(_tsquery, wanted.terms), *(f"!({_tsquery(term)})" for term in wanted.without)])


def _tsquery(term: Term) -> str:
    end = ":*" if term.begins else ""
    ways = (" <-> ".join(f"'{word}'" for word in way) + end for way in (term.words, *((o,) for o in term.others)))
    return f"({' | '.join(ways)})"


def as_tsvector(words: list[str]) -> str:
    """Words with their places, for PostgreSQL (its manual, 8.11.1)."""
    places: dict[str, list[int]] = {}
    for at, word in enumerate(words, 1):
        seen = places.setdefault(word, [])
        if len(seen) < 255:  # more places of one word are not kept
            seen.append(at)
    return " ".join(f"'{word}':{','.join(map(str, at))}" for word, at in places.items())


def as_spaced(words: list[str]) -> str:
    """Words between spaces, for `as_like`."""
    return f" {' '.join(words)} "


def as_like(term: Term) -> str:
    """A pattern for words between spaces; words have neither % nor _ in them."""
    return f"% {' '.join(term.words)}{'' if term.begins else ' '}%"


LONGEST = 40
_LETTERS = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "a", "œ": "o", "þ": "th", "ŋ": "n"})
# After another vowel, or q, the e is a letter of its own: neue, Quelle.
_UMLAUTS = re.compile("(?<![aeiouq])([aou])e")
# From where a word begins only: a try at each letter of a long word takes time by its square.
_JOINED = re.compile(r"(?<![^\W_])[^\W_]+(?:[-\u2010\u2011./][^\W_]+)+")
_APART = re.compile(r"\b([^\W\d_]{1,5}) (\d[^\W_]{0,11})\b")
_CODE = re.compile(r"([^\W\d_]{1,5})(\d{1,12})")
_NUMBER = re.compile(r"\d{6,20}")
SHORTEST_PART = 5


def fold(word: str) -> str:
    """The word (small letters without accents) as those write it who lack its letters: ue and ü are u."""
    plain = word if word.isascii() else word.translate(_LETTERS)
    return _UMLAUTS.sub(r"\1", plain)


def beside(words: Sequence[str], plain: str) -> list[str]:
    """What a text is found by beside its words; `plain` is the text in small letters without accents."""
    return list(dict.fromkeys(each[:LONGEST] for each in (*_of_words(set(words)), *_of_codes(plain))))


def _of_words(words: set[str]) -> Iterator[str]:
    for word in sorted(words):
        if (folded := fold(word)) != word:
            yield folded
        if code := _CODE.fullmatch(word):
            yield from code.groups()
        if _NUMBER.fullmatch(word):
            yield from (word[at:] for at in range(1, len(word) - SHORTEST_PART + 1))


def _of_codes(plain: str) -> Iterator[str]:
    for joined in _JOINED.findall(plain):
        yield fold(re.sub(r"[\W_]", "", joined))
    for letters, digits in _APART.findall(plain):
        yield fold(letters + digits)
