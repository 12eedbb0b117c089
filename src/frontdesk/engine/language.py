"""Names the language of a text: by its script, else by byte statistics and function words."""

import functools
import re
import threading
from array import array
from pathlib import Path

from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]  # the package has no types

from .lists import read
from .mapped_table import mapped_numbers

UNKNOWN = "und"
_READ = 3_000
_WORD_WEIGHT = 1.0
_FIRST_GUESS = {"en": 0.15, "de": 0.05, "fr": 0.05, "es": 0.05, "it": 0.03, "pt": 0.03, "nl": 0.02}

_LISTS = read("languages.toml")
_LANGUAGES: list[str] = _LISTS["known"].split()
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("el", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("arabic", re.compile("[\u0600-\u06ff]")),
    ("cyrillic", re.compile("[\u0400-\u04ff]")),
    ("latin", re.compile("[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]")),
)
_LATIN = tuple(code for code in _LANGUAGES if code not in _LISTS["other_scripts"].split())
_FAMILIES = {"arabic": ("ar", "fa", "ur"), "cyrillic": ("ru", "uk", "bg")}
_NOISE = re.compile(r"https?://\S+|\S+@\S+|[\w-]*\d[\w-]*")
_WORD = re.compile(r"[^\W\d_]+")

_ONE_LOADS = threading.Lock()
_FUNCTION_WORDS = {language: frozenset(words.split()) for language, words in _LISTS["function_words"].items()}


class LanguageReader:
    """Says what language a text is in; safe to share between threads."""

    def __init__(self, cache: Path | None = None) -> None:
        """Prepare; the statistics themselves are loaded when the first text needs them, once a process.

        With a `cache` folder their largest table is kept in a file there, which saves 42 MB.
        """
        self._cache = cache

    def read(self, text: str) -> str:
        """The ISO 639-1 code, `und` when there are no words."""
        text = _NOISE.sub(" ", text[:_READ])
        script = _script(text)
        if script is None:
            return UNKNOWN
        if script == "latin" or script in _FAMILIES:
            return self._among(text, _FAMILIES.get(script))
        return script

    def _among(self, text: str, family: tuple[str, ...] | None) -> str:
        words = _WORD.findall(text.lower())
        statistics = dict(self._ranked(text))
        best, highest = UNKNOWN, float("-inf")
        # Statistics are sure of long texts and guess at short ones, where a few function words tell more.
        for language in family or _LATIN:
            known = _FUNCTION_WORDS.get(language, frozenset())
            share = sum(w in known for w in words) / max(len(words), 1)
            score = statistics.get(language, 0.0) + _WORD_WEIGHT * share + _FIRST_GUESS.get(language, 0.0)
            if score > highest:
                best, highest = language, score
        return best

    def _ranked(self, text: str) -> list[tuple[str, float]]:
        with _ONE_LOADS:
            statistics = _load(self._cache)
        return [(str(code), float(p)) for code, p in statistics.rank(text)]


@functools.lru_cache(maxsize=2)
def _load(cache: Path | None) -> LanguageIdentifier:
    statistics = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    statistics.set_languages(_LANGUAGES)
    # Lists of numbers become arrays, and only the columns in use are kept: 7 MB less stay resident.
    statistics._rowbase = array("I", statistics._rowbase)
    statistics.tk_output = array("i", statistics.tk_output)
    statistics.nb_ptc = statistics.nb_ptc.copy()
    if cache is not None:
        statistics.tk_nextmove = mapped_numbers(statistics.tk_nextmove, cache, "languages")
    statistics._full_model = (statistics.nb_ptc, statistics.nb_pc, statistics.nb_classes)
    return statistics


def _script(text: str) -> str | None:
    counts = {name: len(pattern.findall(text)) for name, pattern in _SCRIPTS}
    # Japanese is written with Chinese characters too, but hardly ever without a kana.
    if counts["ja"]:
        counts["ja"] += counts.pop("zh")
    # One character of these says as much as two or three letters.
    for name in ("zh", "ja", "ko"):
        if name in counts:
            counts[name] *= 3
    name, count = max(counts.items(), key=lambda item: item[1])
    return name if count else None
