"""Other ways to write the same word: what an index keeps beside the words themselves, and what a question asks as well.

So an answer does not depend on who wrote `ü` as `ue`, who has no key for `ı` or `ø`, and who writes XR-200 as XR200.
"""

import re
from collections.abc import Iterator, Sequence

LONGEST = 40
_LETTERS = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "a", "œ": "o", "þ": "th", "ŋ": "n"})
# After another vowel, or q, the e is a letter of its own: neue, Quelle.
_UMLAUTS = re.compile("(?<![aeiouq])([aou])e")
_JOINED = re.compile(r"[^\W_]+(?:[-\u2010\u2011./][^\W_]+)+")
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
