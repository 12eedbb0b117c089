"""What a language model worded from passages: sentences stay only if their passage holds every fact that they name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from frontdesk.answers.words import folded, stop_words, tokens_of

_LINK = re.compile(r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+\.\w+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer with the number of the passage that says it, from 0."""

    text: str
    passage: int


def supported(sentences: Sequence[Sentence], passages: Sequence[str], question: str, language: str) -> list[Sentence]:
    """The sentences whose numbers, links, names and models are in their own passage.

    Names and models may also be the question's, as an answer repeats them; numbers and links may not.
    """
    return [
        each
        for each in sentences
        if 0 <= each.passage < len(passages) and _is_supported(each.text, passages[each.passage], question, language)
    ]


def _is_supported(text: str, passage: str, question: str, language: str) -> bool:
    if any(link.rstrip(".,)") not in passage for link in _LINK.findall(text)):
        return False
    plain = _LINK.sub(" ", text)
    if not set(map(_even, _NUMBER.findall(plain))) <= set(map(_even, _NUMBER.findall(passage))):
        return False
    known = {folded(word) for word in [*tokens_of(passage), *tokens_of(question)]}
    return all(folded(name) in known for name in _names(plain, language))


def _even(number: str) -> str:
    return number.replace(",", ".").strip(".")


def _names(text: str, language: str) -> list[str]:
    """Words with a digit beside letters, and words with a capital within a sentence (not in German)."""
    tokens = tokens_of(text)
    found = [each for each in tokens if any(c.isdigit() for c in each) and any(c.isalpha() for c in each)]
    if language != "de":
        found += [b for a, b in pairwise(tokens) if b[0].isupper() and len(b) > 1 and f"{a}. {b}" not in text]
    return [each for each in found if folded(each) not in stop_words()]
