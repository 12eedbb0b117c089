"""Makes a title and a short summary of a text, both taken from its own sentences."""

import re

import numpy as np

from .encoder import Vectors
from .lists import any_of, read
from .reading import SUMMARY_LIMIT, TITLE_LIMIT
from .text import Prepared, cut, squeeze

_LISTS = read("set_phrases.toml")
_LEADS = (0.45, 0.15, 0.05)
_FILLER_PENALTY = 0.5
_NUMBERS_PENALTY = 0.15
_SHORT_PENALTY = 0.25
# What a sentence that asks for something is worth more, in a short text and in one of more sentences than that.
_REQUEST, _LONG_REQUEST, _LONG = 0.1, 0.5, 4
_ASKS = re.compile(rf"[?？]\s*$|\b{any_of(_LISTS['asks'])}\b|{any_of(_LISTS['unparted_asks'])}", re.I)
_FILLER = re.compile(f"^{any_of(_LISTS['fillers'])}", re.I)
_WORDS = re.compile(r"\w+")
_LEAD_IN = re.compile(rf"^{any_of(_LISTS['lead_ins'])}\s+", re.I)


def title_of(text: str, prepared: Prepared, vectors: Vectors) -> str:
    """At most 100 characters of the most informative sentence; empty only for a blank text."""
    if not prepared.sentences:
        return cut(squeeze(text[: 4 * TITLE_LIMIT]) or ("…" if text.strip() else ""), TITLE_LIMIT)
    order = _ranking(prepared, vectors)
    line = squeeze(prepared.sentences[order[0]].text)
    return cut(_polish(line), TITLE_LIMIT)


def summary_of(text: str, prepared: Prepared, vectors: Vectors) -> str:
    """At most 300 characters: what is asked for, then the most informative other sentences in the order of the text.

    A text that is short enough stays as it is, without what it repeats.
    """
    if not prepared.sentences:
        return cut(squeeze(text[: 4 * SUMMARY_LIMIT]) or ("…" if text.strip() else ""), SUMMARY_LIMIT)
    lines = [squeeze(s.text) for s in prepared.sentences]
    fresh = _unrepeated(lines)
    if sum(len(lines[i]) + 1 for i in fresh) - 1 <= SUMMARY_LIMIT:
        return cut(_capital(" ".join(lines[i] for i in fresh)), SUMMARY_LIMIT)
    order = [i for i in _ranking(prepared, vectors) if i in fresh]
    asks = next((i for i in order if _asks(lines[i])), None)
    if asks is not None:
        order = [asks, *(i for i in order if i != asks)]
    chosen = _fitting(lines, order)
    if asks is not None:
        chosen = [asks, *(i for i in chosen if i != asks)]
    return cut(_capital(" ".join(lines[i] for i in chosen)), SUMMARY_LIMIT)


def _unrepeated(lines: list[str]) -> list[int]:
    """The places of lines whose words were not all said in one line before."""
    seen: list[set[str]] = []
    fresh = []
    for i, line in enumerate(lines):
        words = set(_WORDS.findall(line.casefold()))
        if words and any(words <= other for other in seen):
            continue
        seen.append(words)
        fresh.append(i)
    return fresh or [0]


def _asks(line: str) -> bool:
    return _ASKS.search(line) is not None and _FILLER.match(line) is None


def is_filler(sentence: str) -> bool:
    """Whether it is a set phrase: an introduction, thanks, a hope to hear."""
    return _FILLER.match(sentence) is not None


def _fitting(lines: list[str], order: list[int]) -> list[int]:
    chosen, space_left = [order[0]], SUMMARY_LIMIT - len(lines[order[0]])
    for i in order[1:]:
        if len(lines[i]) + 1 <= space_left:
            chosen.append(i)
            space_left -= len(lines[i]) + 1
    return sorted(chosen)


def _ranking(prepared: Prepared, vectors: Vectors) -> list[int]:
    count = min(len(prepared.sentences), len(vectors))
    if count == 0:
        return [0]
    centre = vectors[:count].mean(axis=0)
    centre /= float(np.linalg.norm(centre)) or 1.0
    scores = vectors[:count] @ centre
    said = 0
    for i, sentence in enumerate(prepared.sentences[:count]):
        if _FILLER.match(sentence.text):
            scores[i] -= _FILLER_PENALTY
            continue
        # People come to the point early: the first sentences that say something count most.
        scores[i] += _LEADS[said] if said < len(_LEADS) else 0.0
        said += 1
        if _asks(sentence.text):
            scores[i] += _LONG_REQUEST if count > _LONG else _REQUEST
        if sum(c.isdigit() for c in sentence.text) > len(sentence.text) / 8:
            scores[i] -= _NUMBERS_PENALTY
        if len(sentence.text.split()) < 4 and len(sentence.text) < 20:
            scores[i] -= _SHORT_PENALTY
    return [int(i) for i in np.argsort(-scores, kind="stable")]


def _polish(line: str) -> str:
    rest = _LEAD_IN.sub("", line, count=1)
    if len(rest.split()) >= 3:
        line = rest
    line = line.strip(" \t-–—•*#>,;:.。…\"'“”„«»") or line.strip()
    return _capital(line)


def _capital(line: str) -> str:
    first = next((i for i, c in enumerate(line) if c.isalnum()), 0)
    return line[:first] + line[first : first + 1].upper() + line[first + 1 :]
