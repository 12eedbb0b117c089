"""Finds the customer's name: in an introduction, under a signature, or known to the database."""

import re

from frontdesk.engine.lists import any_of, read
from frontdesk.engine.own_words import SIGN_OFF

from .claims import Claims
from .known import occurrences

_LISTS = read("entities/names.toml")
_PART = r"(?:[A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩА-Я][\w'’-]*[^\W\d_]|[A-ZÀ-ÖØ-Þ]\.)"
_NAME = (
    rf"{_PART}(?:[ ](?:(?:van|von|de|da|dos|del|della|di|du|la|le|der|den|zu|el|bin|al|y)[ "
    rf"]){{0,2}}{_PART}){{0,3}}"
)
_INTRODUCTION = re.compile(rf"(?i:\b{any_of(_LISTS['introductions'])}[ ]{{0,2}}{any_of(_LISTS['titles'])}?)({_NAME})")
_I_AM = re.compile(
    rf"\b(?:I am|I['’]m|[Ii]ch bin|[Jj]e suis|[Ss]oy)[ ](?:Herr |Frau |Mr\.? |Mrs\.? |Ms\.? |Dr\.? "
    rf")?({_PART}[ ]{_PART})(?=[ ]?(?:,|\.|\n|and\b|und\b|et\b|y\b|from\b|aus\b|de\b|$))"
)
_CALLED = re.compile(
    any_of(_LISTS["called"]) + r"[ :]{0,3}((?:[^\W\d_]|[\u0900-\u097f])(?:[\w'’.\u0900-\u097f-]*)"
    r"(?:[ ](?:[^\W\d_]|[\u0900-\u097f])[\w'’\u0900-\u097f-]*){0,3})",
    re.I,
)
_AFTER_NAME = frozenset(_LISTS["after_name"].split())
_SIGNED_LINE = re.compile(
    rf"[ \t]*(?:(?:Herr|Frau|Mr|Mrs|Ms|Dr|Prof|M|Mme|Sr|Sra)\.?[ ]+)*({_NAME})[ \t]*[.,]?[ \t]*(?:$|(?=["
    rf"|(]))",
    re.M,
)
_SIGNED_INLINE = re.compile(rf"(?i:{any_of(_LISTS['sign_offs'])})[ ]?[,.!–-]*[ \n]+({_NAME})[ ]?\.?\s*$")
_DASHED = re.compile(rf"(?:^|[.!?]\s+|\n)[ \t]*[-–—~][ ]?({_NAME})\s*$")
_NO_NAME = frozenset(_LISTS["no_name"].split())


def find(claims: Claims) -> None:
    """Names that are written like names; a vocabulary's names in any case."""
    for start, end in occurrences(claims.plain, claims.vocabulary.customers):
        claims.add("customer_name", start, end)
    for pattern in (_INTRODUCTION, _I_AM):
        for match in claims.words(pattern):
            _add(claims, *match.span(1))
    for match in claims.words(_CALLED):
        _add_called(claims, *match.span(1))
    for sign_off in SIGN_OFF.finditer(claims.plain):
        _signed(claims, sign_off.end())
    for pattern in (_SIGNED_INLINE, _DASHED):
        if last := pattern.search(claims.plain, max(0, len(claims.plain) - 200)):
            _add(claims, *last.span(1))


def _add_called(claims: Claims, start: int, end: int) -> None:
    """The words up to the first that belongs to no name; a small word alone is none."""
    here = start
    for word in claims.plain[start:end].split(" "):
        if word.lower().strip(".,") in _AFTER_NAME or not word:
            break
        here += len(word) + 1
        if word.endswith("."):
            break
    found = claims.plain[start : max(start, here - 1)].rstrip(" .,-")
    found = re.sub(r"(?:です|といいます|と申します|입니다|이에요|예요)$", "", found)
    if len(found) > 1 and found.split()[0].lower() not in _NO_NAME:
        claims.add("customer_name", start, start + len(found))


def _signed(claims: Claims, after: int) -> None:
    start = after
    while start < len(claims.plain) and claims.plain[start] in " \t\r\n":
        start += 1
    if match := _SIGNED_LINE.match(claims.plain, start):
        _add(claims, *match.span(1))


def _add(claims: Claims, start: int, end: int) -> None:
    first = claims.plain[start:end].split()[0].lower().strip(".")
    if first not in _NO_NAME and any(len(w.strip(".")) > 1 for w in claims.plain[start:end].split()):
        claims.add("customer_name", start, end)
