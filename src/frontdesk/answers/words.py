"""Words of texts: what counts, how rare it is, and how much of a question an article says with the same words."""

import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float32]

_TOKEN = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_STEM = 6
# Of Okapi BM25 (Robertson and Zaragoza 2009): how soon repetition stops to count, and how much length does.
_K1, _B = 1.2, 0.5


def tokens_of(text: str) -> list[str]:
    """The words of a text as written, in order."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text))


def folded(word: str) -> str:
    """The word in small letters and without accents."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def stem_of(word: str) -> str:
    """What a word shares with its other forms: its first letters; numbers and models stay whole."""
    short = folded(word)
    return short if any(c.isdigit() for c in short) else short[:_STEM]


def content_of(text: str) -> list[str]:
    """The words that say something: no articles, pronouns, question words or courtesies of the languages listed."""
    return [word for word in tokens_of(text) if folded(word) not in stop_words() and (len(word) > 1 or word.isdigit())]


@cache
def stop_words() -> frozenset[str]:
    """Function words, question words and courtesies, folded."""
    lists = tomllib.loads(resources.files(__package__).joinpath("stop_words.toml").read_text("utf-8"))
    return frozenset(folded(word) for words in lists.values() for word in words.split())


def terms_of(text: str) -> list[str]:
    """Stems of the content words; scripts without spaces give pairs of characters."""
    terms: list[str] = []
    for word in content_of(text):
        if _HAN.search(word):
            terms += [word[i : i + 2] for i in range(max(len(word) - 1, 1))]
        else:
            terms.append(stem_of(word))
    return terms


class WordIndex:
    """Scores texts by the words that they share with a question (BM25), as a share of the best possible: 0 to 1."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Count the words of all texts."""
        counts: dict[str, list[tuple[int, int]]] = defaultdict(list)
        lengths = np.ones(len(texts), np.float32)
        for place, text in enumerate(texts):
            terms = Counter(terms_of(text))
            lengths[place] = max(sum(terms.values()), 1)
            for term, count in terms.items():
                counts[term].append((place, count))
        self._size = len(texts)
        mean = float(lengths.mean()) if len(texts) else 1.0
        self._postings: dict[str, tuple[npt.NDArray[np.int64], Numbers]] = {}
        for term, found in counts.items():
            places = np.array([place for place, _ in found])
            often = np.array([count for _, count in found], np.float32)
            weight = often * (_K1 + 1) / (often + _K1 * (1 - _B + _B * lengths[places] / mean))
            self._postings[term] = (places, np.asarray(weight / (_K1 + 1), np.float32))

    def rarity(self, term: str) -> float:
        """The inverse document frequency of a stem; one that no text has is as rare as can be."""
        places = self._postings.get(term)
        count = len(places[0]) if places else 0
        return float(np.log(1 + (self._size - count + 0.5) / (count + 0.5)))

    def scores(self, question: str) -> Numbers:
        """One number for each text."""
        found = np.zeros(self._size, np.float32)
        most = 1e-6
        for term in dict.fromkeys(terms_of(question)):
            rarity = self.rarity(term)
            most += rarity
            if term in self._postings:
                places, weight = self._postings[term]
                found[places] += rarity * weight
        return np.asarray(found / most, np.float32)
