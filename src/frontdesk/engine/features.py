"""What the heads see of a text beside its vectors: phrases of the signals, words of feeling, emoji, capitals."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from .cues import Cues, Hit, fold
from .lists import read

Array = npt.NDArray[np.float32]
_SMILES = re.compile(r"(?<!\w)[:;=8]['’]?-?[)D\]pP](?!\w)|<3|\^\^|(?<!\w)[xX]D(?!\w)")
_FROWNS = re.compile(r"(?<![\w(])[:;=]['’]?-?[(/\\\[|](?!\w)|>:\(|(?<!\w)-\.-(?!\w)")
_LETTER = re.compile(r"[^\W\d_]")
_UPPER = re.compile(r"[A-ZÀ-ÖØ-ÞА-ЯЁ]")
# How many words before a word of feeling may turn it around ("not at all late").
_REACH = 4
_GENERAL = 15
# A first clause of so few words that praises, before others, is often not meant.
_OPENING, _REST = 4, 3
_CLAUSE = re.compile(r"[.!,:;…。！、，]")


@dataclass(frozen=True)
class SignalFile:
    """One file of engine/signals. `scope` says what decides: the strongest part of a text, or all of it."""

    name: str
    scope: str
    limit: float
    cues: Mapping[str, Sequence[str]]
    against: Mapping[str, Sequence[str]]


@cache
def registry() -> tuple[SignalFile, ...]:
    """All signals, by name."""
    folder = resources.files(__package__) / "signals"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml"))
    return tuple(_signal(read(f"signals/{name}")) for name in names)


def _signal(said: dict[str, object]) -> SignalFile:
    lists = [{str(k): [str(x) for x in v] for k, v in dict(said.get(key, {})).items()} for key in ("cues", "against")]  # type: ignore[call-overload]
    return SignalFile(str(said["name"]), str(said["scope"]), float(str(said["limit"])), *lists)


@dataclass(frozen=True)
class Traits:
    """The features of one text, and the phrases of signals that stand in it (places count from its beginning)."""

    row: Array
    hits: tuple[Hit, ...]


class Features:
    """Makes the features; safe to share between threads."""

    def __init__(self) -> None:
        """Read the phrases from their files."""
        self.names = tuple(signal.name for signal in registry())
        self._places = {name: i for i, name in enumerate(self.names)}
        phrases = {f"+{s.name}": _all(s.cues) for s in registry()} | {f"-{s.name}": _all(s.against) for s in registry()}
        self._cues = Cues(phrases)
        words = read("feelings.toml")
        self._feelings = Cues({kind: _all(words[kind]) for kind in ("positive", "negative", "turns", "set")})

    @property
    def size(self) -> int:
        """How many features a row has."""
        return 2 * len(self.names) + _GENERAL

    def of(self, text: str) -> Traits:
        """The features of a sentence or a whole text."""
        folded = fold(text)
        found = self._cues.find(folded)
        blocks = [hit for hit in found if hit.name[0] == "-"]
        hits = [hit for hit in found if hit.name[0] == "+" and not _blocked(hit, blocks)]
        row = np.zeros(self.size, np.float32)
        for hit in hits:
            row[self._places[hit.name[1:]]] = 1.0
        for hit in blocks:
            row[len(self.names) + self._places[hit.name[1:]]] = 1.0
        row[2 * len(self.names) :] = self._general(text, folded)
        return Traits(row, tuple(Hit(hit.name[1:], hit.start, hit.end) for hit in hits))

    def _general(self, text: str, folded: str) -> list[float]:
        found = self._feelings.find(folded)
        turns = [hit.end for hit in found if hit.name == "turns"]
        plain = [hit for hit in found if hit.name == "set"]
        counts = {"positive": [0, 0], "negative": [0, 0]}
        for hit in found:
            if hit.name in counts and not any(each.start <= hit.start < each.end for each in plain):
                counts[hit.name][_turned(folded, hit.start, turns)] += 1
        (good, not_good), (bad, not_bad) = counts["positive"], counts["negative"]
        opening, rest = _after_praise(folded, [hit for hit in found if hit.name in counts and hit not in plain])
        letters = len(_LETTER.findall(text))
        loud = letters > 5 and len(_UPPER.findall(text)) > 0.7 * letters
        words = len(text.split())
        return [
            min(good, 3) / 2,
            min(bad, 3) / 2,
            min(not_good, 2) / 2,
            min(not_bad, 2) / 2,
            float(good > 0 and bad > 0),
            float(good == 0 and bad == 0),
            float(_SMILES.search(text) is not None),
            float(_FROWNS.search(text) is not None),
            float(loud),
            min(text.count("!"), 3) / 3,
            float("?" in text or "？" in text),
            min(words, 60) / 60,
            float(words <= 3),
            float(opening and not rest),
            float(opening and rest),
        ]


def _after_praise(folded: str, hits: Sequence[Hit]) -> tuple[bool, bool]:
    """Whether a few words of praise open the text before some without any, and whether those have bad ones."""
    clause = _CLAUSE.search(folded)
    if clause is None or len(folded[: clause.start()].split()) > _OPENING:
        return False, False
    after = len(folded[clause.end() :].split()) >= _REST
    praised = any(hit.name == "positive" and hit.start < clause.start() for hit in hits)
    again = any(hit.name == "positive" and hit.start > clause.start() for hit in hits)
    return after and praised and not again, any(hit.name == "negative" and hit.start > clause.start() for hit in hits)


def _all(lists: Mapping[str, Sequence[str]]) -> list[str]:
    return [phrase for lines in lists.values() for phrase in lines]


def _blocked(hit: Hit, blocks: Sequence[Hit]) -> bool:
    return any(b.name[1:] == hit.name[1:] and b.start < hit.end and hit.start < b.end for b in blocks)


def _turned(folded: str, start: int, turns: Sequence[int]) -> bool:
    for end in turns:
        if (
            start - end > 0
            and len(folded[end:start].split()) <= _REACH
            and not re.search(r"[.,;!?]", folded[end:start])
        ):
            return True
    return False
