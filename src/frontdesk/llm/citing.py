"""Finds the place in a text of a value that a model named; values that are not in the text are dropped.

Case, kinds of spaces, dashes and quotes, compatibility forms (full-width digits, ligatures) and separators between
digits are forgiven; the value becomes what the text says.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_QUOTES = dict.fromkeys(map(ord, "‘’‚′"), "'") | dict.fromkeys(map(ord, "“”„″"), '"')
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s.,/'()-]+(?=\d)")
_FOLD = _DASHES | _QUOTES


class Text:
    """A text in which values are looked up."""

    def __init__(self, text: str) -> None:
        """Prepare it once for all values."""
        self._text = text
        self._folded, self._places = _fold(text)
        self._packed: tuple[str, list[int]] | None = None

    def find(self, value: str, after: int = 0) -> tuple[int, int] | None:
        """Start and end of the first whole occurrence at or after `after`, None where there is none."""
        wanted = _fold(value)[0].strip()
        if not wanted:
            return None
        if (found := self._whole(self._folded, self._places, wanted, after)) is not None:
            return found
        if sum(letter.isdigit() for letter in wanted) < 4:
            return None
        if self._packed is None:
            self._packed = _pack(self._folded, self._places)
        return self._whole(*self._packed, _BETWEEN_DIGITS.sub("", wanted), after)

    def _whole(self, folded: str, places: list[int], wanted: str, after: int) -> tuple[int, int] | None:
        """An occurrence that does not begin or end inside a word or number."""
        at = folded.find(wanted)
        while at >= 0:
            end = at + len(wanted)
            alone = not (_joins(folded, at - 1) and _joins(folded, at))
            alone = alone and not (_joins(folded, end) and _joins(folded, end - 1))
            start_place, end_place = places[at], places[end - 1] + 1
            if alone and start_place >= after:
                return start_place, end_place
            at = folded.find(wanted, at + 1)
        return None


def cited(text: str, named: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What is said of a text, in its order, each with the words of the text as its `value`, their `start` and `end`.

    What cites words that are not there is dropped; the same that is said twice is looked for twice.
    """
    searched = Text(text)
    after: dict[tuple[str, ...], int] = {}
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for each in named:
        said = tuple(str(value) for value in each.values() if not isinstance(value, float))
        place = searched.find(str(each["value"]), after.get(said, 0))
        if place is None:
            continue
        start, end = place
        after[said] = end
        kind = tuple(value for name, value in each.items() if name != "value" and not isinstance(value, float))
        found.setdefault((kind, start), {**each, "value": text[start:end], "start": start, "end": end})
    return sorted(found.values(), key=lambda each: (each["start"], each["end"], str(each)))


def _joins(folded: str, place: int) -> bool:
    return 0 <= place < len(folded) and folded[place].isalnum()


def _fold(text: str) -> tuple[str, list[int]]:
    """The text as it is compared, and for each of its characters the place that it came from."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if unicodedata.category(letter) in ("Cf", "Mn") and not letter.isspace():
            continue
        form = unicodedata.normalize("NFKC", letter).translate(_FOLD).casefold()
        for each in unicodedata.normalize("NFD", form):
            if unicodedata.category(each) == "Mn":
                continue
            if each.isspace():
                if letters and letters[-1] == " ":
                    continue
                each = " "
            letters.append(each)
            places.append(place)
    return "".join(letters), places


def _pack(folded: str, places: list[int]) -> tuple[str, list[int]]:
    """Without the separators between digits."""
    kept: list[int] = []
    last = 0
    for match in _BETWEEN_DIGITS.finditer(folded):
        kept.extend(range(last, match.start()))
        last = match.end()
    kept.extend(range(last, len(folded)))
    return "".join(folded[n] for n in kept), [places[n] for n in kept]
