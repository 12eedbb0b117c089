"""Finds the facts that a message names (numbers, dates, people, places), each with its exact place."""

from collections.abc import Callable

from frontdesk.engine.reading import Span, Vocabulary
from frontdesk.engine.text import Prepared

from . import amounts, contacts, dates, names, numbers, parcels, places
from .claims import Claims

# The first finder keeps its text: a tracking number is no order number, an order number no phone number.
_FINDERS: tuple[Callable[[Claims], None], ...] = (
    contacts.find_addresses,
    parcels.find,
    numbers.find,
    contacts.find_phones,
    amounts.find,
    dates.find,
    names.find,
    places.find,
)


def find(text: str, prepared: Prepared, language: str, vocabulary: Vocabulary) -> tuple[Span, ...]:
    """All entities, sorted by place, none overlapping another; `text[start:end] == value` for each."""
    claims = Claims(text, prepared.plain, language, vocabulary)
    for finder in _FINDERS:
        finder(claims)
    return claims.spans()
