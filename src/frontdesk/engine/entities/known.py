"""Finds names of a list in a text, whole words in any case, quickly also for thousands of names."""

import re
import threading

_WORD = re.compile(r"\w+")
_Index = dict[str, list[str]]
_indexes: dict[int, tuple[tuple[str, ...], _Index]] = {}
_lock = threading.Lock()
_KEPT = 64


def occurrences(plain: str, names: tuple[str, ...]) -> list[tuple[int, int]]:
    """Places of the names in `plain`, the longest name first where several begin together."""
    if not names:
        return []
    index = _index(names)
    lowered = plain.lower()
    # A few characters change their length in lower case; places would then be wrong.
    if len(lowered) != len(plain):
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in plain)
    found = []
    for word in _WORD.finditer(lowered):
        for name in index.get(word.group(), ()):
            start = word.start()
            end = start + len(name)
            if lowered.startswith(name, start) and not lowered[end : end + 1].isalnum():
                found.append((start, end))
                break
    return found


def _index(names: tuple[str, ...]) -> _Index:
    """First word to names; kept by identity, for hashing thousands of names costs more than the search."""
    with _lock:
        kept = _indexes.get(id(names))
        if kept is not None and kept[0] is names:
            return kept[1]
        index: _Index = {}
        for name in names:
            clean = name.strip().lower()
            first = _WORD.match(clean)
            if first and len(clean) > 1:
                index.setdefault(first.group(), []).append(clean)
        for group in index.values():
            group.sort(key=len, reverse=True)
        if len(_indexes) >= _KEPT:
            _indexes.clear()
        _indexes[id(names)] = (names, index)
        return index
