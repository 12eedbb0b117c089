"""Keeps track of the parts of a text that are already used, so that no two finders use the same characters."""

import re
from collections.abc import Iterator
from dataclasses import replace

from frontdesk.engine.reading import Span, Vocabulary

# Where a word begins, or one of the signs that announce a number.
_BEGINNING = re.compile(r"(?<!\w)\w|[#№]")


class Claims:
    """The text under reading, and what was found in it so far."""

    def __init__(self, text: str, plain: str, language: str, vocabulary: Vocabulary, asked: str = "") -> None:
        """`plain` has the same indices as `text`, with markup blanked out; `asked` is the question it answers."""
        self.text = text
        self.plain = plain
        self.language = language
        self.vocabulary = vocabulary
        self.asked = asked
        self._beginnings = [match.start() for match in _BEGINNING.finditer(plain)]
        self._taken: list[tuple[int, int]] = []
        self._spans: list[Span] = []

    def words(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Like `pattern.finditer(plain)`, for one that begins with a word: five times as quick as trying each place."""
        after = 0
        for start in self._beginnings:
            if start >= after and (match := pattern.match(self.plain, start)):
                after = match.end()
                yield match

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing was found in these characters yet."""
        return all(end <= a or b <= start for a, b in self._taken)

    def add(self, field: str, start: int, end: int) -> bool:
        """Record an entity, trimmed of spaces; False when the place is taken."""
        raw = self.text[start:end]
        start += len(raw) - len(raw.lstrip())
        end = start + len(raw.strip())
        if start >= end or not self.is_free(start, end):
            return False
        self._taken.append((start, end))
        self._spans.append(Span(field, self.text[start:end], start, end))
        return True

    def block(self, start: int, end: int) -> None:
        """Mark characters as used without reporting an entity (a link, a bank account)."""
        self._taken.append((start, end))

    def spans(self, signature: tuple[int, int] | None = None) -> tuple[Span, ...]:
        """What was found, sorted by place; of equal values the first, marked where it stands in the signature."""
        found: dict[tuple[str, str], Span] = {}
        for span in sorted(self._spans, key=lambda span: (span.start, span.end)):
            inside = signature is not None and signature[0] <= span.start < signature[1]
            if inside and span.field == "product_name":
                continue  # what looks like a model's name there is a street or a firm
            origin = "signature" if inside else ""
            found.setdefault((span.field, span.value.casefold()), replace(span, origin=origin))
        return tuple(found.values())
