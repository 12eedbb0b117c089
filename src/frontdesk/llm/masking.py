"""Masks personal data in texts that leave our systems and restores it in answers. Fails closed.

The same value gets the same placeholder (<EMAIL_1>) within one question; placeholders are numbered in the order of
the text, so equal texts are masked alike.
"""

import asyncio
import contextlib
import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from operator import itemgetter
from typing import Any

from frontdesk.interfaces import ErrorKind, ModelFailed
from frontdesk.llm.detecting import DetectionScope, Found, KnownNames, find, seen
from frontdesk.llm.documents import texts_in, with_texts

_PLACEHOLDER = re.compile(r"(?:<|&lt;|\[|\\u003c)\s?([A-Z]{4,7}_\d{1,4})\s?(?:>|&gt;|\]|\\u003e)", re.I)
_BARE = re.compile(r"[A-Z]{4,7}_\d{1,4}")
# What models make of them: the brackets may be lost.
_ALTERED = re.compile(f"{_PLACEHOLDER.pattern}|(?<![A-Za-z0-9_])([A-Z]{{4,7}}_\\d{{1,4}})(?![A-Za-z0-9_])", re.I)
# The end of a piece in which one of them may have begun.
_BEGUN = re.compile(
    r"(?:<|\[|&(?:l(?:t;?)?)?|\\(?:u(?:0(?:0(?:3c?)?)?)?)?)\s?"
    r"(?:[A-Za-z]{0,7}|[A-Za-z]{4,7}_\d{0,4}\s?(?:&(?:gt?)?|\\(?:u(?:0(?:03?)?)?)?)?)$"
    r"|(?<![A-Za-z0-9_])(?:[A-Z]{1,7}|[A-Z]{4,7}_\d{0,4})$"
)
LOOKS = 5
LONGEST = 40  # characters of one, however it is written
LONG = 20_000  # characters; this many take about a tenth of a second

Finder = Callable[[str, Iterable[KnownNames], DetectionScope], list[Found]]


class Mode(StrEnum):
    """How personal data is masked before text goes to a service."""

    OFF = "off"
    ON = "on"
    STRICT = "strict"


class Vault:
    """The masked values of one question, by placeholder."""

    def __init__(self) -> None:
        """Begin empty."""
        self._values: dict[str, str] = {}
        self._known: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}
        self._taken: set[str] = set()

    def __len__(self) -> int:
        """How many values were masked."""
        return len(self._values)

    def avoid(self, text: str) -> None:
        """Never give a placeholder that already occurs in the text."""
        self._taken.update(name.upper() for name in _BARE.findall(text.upper()))

    def take(self, kind: str, value: str) -> str:
        """The placeholder of a value."""
        key = kind, " ".join(value.casefold().split())
        if key not in self._known:
            self._known[key] = self._next(kind)
            self._values[self._known[key]] = value
        return f"<{self._known[key]}>"

    def restore(self, value: Any) -> Any:
        """The value with originals in place of placeholders, in all strings and names of a JSON value."""
        if isinstance(value, str):
            return self.restored(value)
        if isinstance(value, list):
            return [self.restore(each) for each in value]
        if isinstance(value, Mapping):
            return {self.restored(str(key)): self.restore(each) for key, each in value.items()}
        return value

    def restored(self, text: str, *, is_json: bool = False) -> str:
        """A text with originals in place of placeholders, also of those within originals.

        `is_json`: the text is JSON, or a piece of it, so that originals are escaped.
        """

        def original(match: re.Match[str]) -> str:
            name = (match[1] or match[2]).upper()
            if name not in self._values or (match[2] and match[2] != name):
                return match[0]
            value = self._values[name]
            return json.dumps(value, ensure_ascii=False)[1:-1] if is_json else value

        for _ in range(LOOKS if self._values else 0):
            text = _ALTERED.sub(original, text)
        return text

    def restored_document(self, text: str) -> str:
        """A text that may be JSON: its decoded values get the originals, so that it stays JSON."""
        if self._values and text.lstrip()[:1] in ("{", "["):
            with contextlib.suppress(ValueError, RecursionError):
                value = json.loads(text)
                made = self.restore(value)
                return text if made == value else json.dumps(made, ensure_ascii=False, separators=(",", ":"))
        return self.restored(text)

    def _next(self, kind: str) -> str:
        while True:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            name = f"{kind}_{self._counts[kind]}"
            if name not in self._taken:
                return name


class Masker:
    """Masks texts; `finder` is the detector, a parameter so that tests can make it fail."""

    def __init__(self, *, numbers: bool = False, finder: Finder = find) -> None:
        """`numbers`: customer and order numbers are masked too."""
        self._numbers, self._finder = numbers, finder

    def mask(self, value: Any, mode: Mode, names: Sequence[KnownNames], vault: Vault) -> Any:
        """The value with placeholders in all its strings; nothing is changed when the mode is off.

        Raises ModelFailed (NOT_MASKED) whatever goes wrong, and when personal data can be found again and again.
        """
        if mode is Mode.OFF:
            return value
        wanted = DetectionScope(strict=mode is Mode.STRICT, numbers=self._numbers)
        try:
            for text in texts_in(value):
                vault.avoid(text)
            return with_texts(value, lambda text: self._masked(text, names, wanted, vault))
        except ModelFailed:
            raise
        except Exception as error:  # whatever fails in the detector, nothing may be sent that it did not check
            reason = f"personal data could not be looked for ({type(error).__name__}): nothing was sent"
            raise ModelFailed(ErrorKind.NOT_MASKED, reason, permanent=True) from None

    async def mask_aside(self, value: Any, mode: Mode, names: Sequence[KnownNames], vault: Vault) -> Any:
        """Like `mask`; a long value is looked at in a thread, so that nobody else waits for it."""
        if mode is Mode.OFF or _length(value) <= LONG:
            return self.mask(value, mode, names, vault)
        return await asyncio.to_thread(self.mask, value, mode, names, vault)

    async def finds_aside(self, value: Any, names: Sequence[KnownNames]) -> bool:
        """Like `finds`, likewise."""
        if _length(value) <= LONG:
            return self.finds(value, names)
        return await asyncio.to_thread(self.finds, value, names)

    def finds(self, value: Any, names: Sequence[KnownNames]) -> bool:
        """Whether there is personal data in the value; True if that cannot be determined."""
        wanted = DetectionScope(numbers=self._numbers)
        try:
            return any(self._finder(seen(_visible(text)), names, wanted) for text in texts_in(value))
        except Exception:  # whatever fails in the detector, unchecked text counts as personal
            return True

    def _masked(self, text: str, names: Sequence[KnownNames], wanted: DetectionScope, vault: Vault) -> str:
        """Mask repeatedly until nothing is found: masking a value can reveal another one beside it."""
        text = _visible(text)
        for _ in range(LOOKS):
            parts, last = [], 0
            for found in self._found(text, names, wanted):
                parts += [text[last : found.start], vault.take(found.kind, text[found.start : found.end])]
                last = found.end
            if not parts:
                return text
            text = "".join([*parts, text[last:]])
        reason = "personal data could not all be taken out: nothing was sent"
        raise ModelFailed(ErrorKind.NOT_MASKED, reason, permanent=True)

    def _found(self, text: str, names: Sequence[KnownNames], wanted: DetectionScope) -> list[Found]:
        found = self._finder(seen(text), names, wanted)
        spans = [match.span() for match in _PLACEHOLDER.finditer(text)] if found else []
        return [each for each in found if not _is_placeholder(text, spans, each)]


class Unmasking:
    """Restores originals in a text that arrives in pieces; a placeholder may be cut anywhere."""

    def __init__(self, vault: Vault, *, is_json: bool = False) -> None:
        """Take originals from here; `is_json` as of `Vault.restored`."""
        self._vault, self._is_json, self._held = vault, is_json, ""

    def feed(self, piece: str) -> str:
        """What can be passed on now."""
        text = self._held + piece
        begun = _BEGUN.search(text, max(0, len(text) - LONGEST)) if len(self._vault) else None
        cut = begun.start() if begun else len(text)
        self._held = text[cut:]
        return self._vault.restored(text[:cut], is_json=self._is_json)

    def rest(self) -> str:
        """What was held back, at the end."""
        held, self._held = self._held, ""
        return self._vault.restored(held, is_json=self._is_json)


def _visible(text: str) -> str:
    """Without characters that have no width: they would hide a number from the patterns, not from a reader."""
    if text.isascii():
        return text
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf")


def _is_placeholder(text: str, spans: Sequence[tuple[int, int]], found: Found) -> bool:
    """Whether the find lies on a placeholder (`spans` are where they all are): its kind and number look like a name or
    a number to a pattern."""
    around = text[max(0, found.start - 1) : found.end + 1]
    rest = _PLACEHOLDER.sub("", around)
    if rest != around and not any(letter.isalnum() for letter in rest):
        return True
    before = bisect_right(spans, found.start, key=itemgetter(0)) - 1
    return before >= 0 and found.end <= spans[before][1]


def _length(value: Any) -> int:
    """Characters in all strings."""
    return sum(map(len, texts_in(value)))
