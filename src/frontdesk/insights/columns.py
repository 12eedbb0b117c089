"""Facts as columns of numbers, so that any split and filter over a million messages takes milliseconds.

A snapshot never changes; newer facts make a new one. Snapshots share only the vocabularies, which only grow.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from frontdesk.interfaces.insights import INTERACTION, MESSAGE, REPLY, FactPortion

Array = NDArray[Any]
Columns = Mapping[str, Array]

KEY = "interaction_id"
NUMBERS: Mapping[str, Any] = {
    "interaction_id": np.int64,
    "gone": np.bool_,
    "at": np.int64,
    "answer_seconds": np.int64,
    "acknowledge_seconds": np.int64,
    "close_seconds": np.int64,
    "person_seconds": np.int64,
    "person_worked": np.int64,
    "close_worked": np.int64,
    **dict.fromkeys(("automated", "level_kept", "reopened", "one_touch", "open"), np.int8),
    "service_calls": np.int32,
    "corrections": np.int32,
    "cost": np.int64,
    "message_id": "S26",
}


class Words(dict[str, int]):
    """The vocabulary of a dimension: word to number, in order of first occurrence."""

    def __init__(self) -> None:
        """Begin with the empty word, which is 0."""
        super().__init__()
        self.words: list[str] = []
        self[""]

    def __missing__(self, word: str) -> int:
        """A new word gets the next number."""
        self.words.append(word)
        number = self[word] = len(self.words) - 1
        return number


class Vocabularies(dict[str, Words]):
    """Words by dimension."""

    def __missing__(self, name: str) -> Words:
        """A new dimension gets an empty vocabulary."""
        words = self[name] = Words()
        return words


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All facts at one stamp. `owner` in messages and replies is the row number of their interaction."""

    epoch: int
    stamp: int
    interactions: Columns
    messages: Columns
    replies: Columns
    words: Vocabularies


def empty(epoch: int = 0, stamp: int = 0) -> Snapshot:
    """A snapshot without facts."""
    return Builder().finish(epoch, stamp)


class Builder:
    """Collects portions as they are read."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._words = Vocabularies()
        self._parts: list[tuple[dict[str, Array], dict[str, Array], dict[str, Array]]] = []
        self.add(FactPortion((), (), ()))

    def add(self, portion: FactPortion) -> None:
        """Take one more."""
        self._parts.append(_encoded(portion, self._words))

    def finish(self, epoch: int, stamp: int) -> Snapshot:
        """Everything that was added."""
        interactions, messages, replies = (
            {name: np.concatenate([part[at][name] for part in self._parts]) for name in self._parts[0][at]}
            for at in range(3)
        )
        if interactions[KEY].size > 1 and (np.diff(interactions[KEY]) <= 0).any():
            order = np.argsort(interactions[KEY], kind="stable")
            interactions = {name: column[order] for name, column in interactions.items()}
        messages, replies = (_owned(interactions[KEY], part) for part in (messages, replies))
        return Snapshot(epoch, stamp, interactions, messages, replies, self._words)


def follow(snapshot: Snapshot, portion: FactPortion, stamp: int) -> Snapshot:
    """A new snapshot, with the facts of some interactions replaced by newer ones."""
    if not portion.interactions:
        return replace(snapshot, stamp=stamp)
    interactions, messages, replies = _encoded(portion, snapshot.words)
    changed = interactions[KEY]
    kept = ~np.isin(snapshot.interactions[KEY], changed)
    merged = _joined(snapshot.interactions, kept, interactions)
    order = np.argsort(merged[KEY], kind="stable")
    if (np.diff(order) != 1).any():
        merged = {name: column[order] for name, column in merged.items()}
    was = snapshot.interactions[KEY]
    messages = _replaced(snapshot.messages, messages, was, changed, merged[KEY])
    replies = _replaced(snapshot.replies, replies, was, changed, merged[KEY])
    return replace(snapshot, stamp=stamp, interactions=merged, messages=messages, replies=replies)


def _replaced(old: Columns, new: dict[str, Array], was: Array, changed: Array, now: Array) -> dict[str, Array]:
    """Keep the rows of other interactions, and update their owners where rows of interactions have moved."""
    if old["owner"].size:
        is_kept = ~np.isin(was, changed)
        kept = is_kept[old["owner"]]
        moved = np.searchsorted(now, was).astype(np.int32)
        old = {**old, "owner": moved[old["owner"]]}
    else:
        kept = np.zeros(0, np.bool_)
    return _joined(old, kept, _owned(now, new))


def _joined(old: Columns, kept: Array, new: Mapping[str, Array]) -> dict[str, Array]:
    return {name: np.concatenate([old[name][kept], new[name]]) for name in new}


def _owned(keys: Array, part: dict[str, Array]) -> dict[str, Array]:
    """Add the row number of each row's interaction. Rows whose interaction is not there (yet) are left out."""
    numbers = part[KEY]
    rows = np.searchsorted(keys, numbers)
    found = np.zeros(numbers.size, np.bool_)
    inside = rows < keys.size
    found[inside] = keys[rows[inside]] == numbers[inside]
    owned = {name: column if found.all() else column[found] for name, column in part.items() if name != KEY}
    return {**owned, "owner": rows[found].astype(np.int32)}


def _encoded(portion: FactPortion, words: Vocabularies) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
    return (
        _table(portion.interactions, INTERACTION, words),
        _table(portion.messages, MESSAGE, words),
        _table(portion.replies, REPLY, words),
    )


def _table(rows: Sequence[Sequence[Any]], names: Sequence[str], words: Vocabularies) -> dict[str, Array]:
    columns: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else ((),) * len(names)
    return {name: _column(name, column, words) for name, column in zip(names, columns, strict=True)}


def _column(name: str, values: Sequence[Any], words: Vocabularies) -> Array:
    if name in NUMBERS:
        return np.array(values, NUMBERS[name])
    vocabulary = words[name]
    kind = np.int32 if name == "customer" else np.int16
    return np.fromiter(map(vocabulary.__getitem__, values), kind, len(values))
