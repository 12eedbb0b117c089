"""Finds the facts that a message names (numbers, dates, people, places), each with its exact place."""

from collections.abc import Callable, Sequence

from frontdesk.engine.reading import Span, Turn, Vocabulary
from frontdesk.engine.text import Prepared

from . import amounts, contacts, dates, names, numbers, parcels, places
from .claims import Claims

# The first finder keeps its text: what is called a phone number is no order number, a tracking number neither.
_FINDERS: tuple[Callable[[Claims], None], ...] = (
    contacts.find_addresses,
    contacts.find_announced_phones,
    parcels.find,
    numbers.find,
    contacts.find_phones,
    amounts.find,
    dates.find,
    names.find,
    places.find,
)


def find(
    text: str, prepared: Prepared, language: str, vocabulary: Vocabulary, before: Sequence[Turn] = ()
) -> tuple[Span, ...]:
    """All entities, sorted by place, none overlapping another; `text[start:end] == value` for each.

    Quotations are not looked at, and no value is given twice. What the service asked for last (a phone number, say)
    needs no announcement.
    """
    asked = before[-1].text if before and before[-1].role == "service" else ""
    claims = Claims(text, prepared.own, language, vocabulary, asked)
    for finder in _FINDERS:
        finder(claims)
    return claims.spans(prepared.signature)
