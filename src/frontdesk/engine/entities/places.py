"""Finds products and stores: known names, model names, kinds of appliance, branches in towns."""

import re
from collections.abc import Mapping, Sequence

from frontdesk.engine.lists import any_of, read

from .claims import Claims
from .dates import MONTHS
from .known import occurrences

_LISTS = read("entities/products.toml")
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’-]+"
_PLACE = rf"{_CAPITAL}(?:[ -](?:(?:am|an der|on|upon|sur|de|del|la|le|les|los|las)[ -])?{_CAPITAL}){{0,2}}"
_SHOP = any_of(_LISTS["shops"])
_IN = r"(?:in|at|on|of|near|im|am|an der|auf der|in der|von|de|du|à|en|di|a|em|w)"
_LOCATED = re.compile(rf"(?i:\b{_SHOP}\s{_IN}\s)((?:the )?{_PLACE})")
_LOCATED_DIRECT = re.compile(rf"\b(?:Filiale|Niederlassung|Markt|[Mm]agasin|[Tt]ienda|[Ss]ucursal)[ ]({_PLACE})")
_TOWN_STORE = re.compile(rf"\b(?:the|your|our|you[’']re)[ ]({_PLACE})[ ](?:store|shop|branch|outlet|showroom)\b")
_NO_PLACE = frozenset(_LISTS["no_place"].split())

_MODEL = re.compile(
    rf"\b((?:{_CAPITAL}[ ]){{1,3}}(?:(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Z][\w-]{{1,14}}|\d{{2,5}}(?:[ "
    rf"]?(?:Pro|Plus|Max|Mini|XL|Ultra|S|X))?|Pro|Plus|Max|Mini|XL|Ultra)"
    rf"|{_CAPITAL}[A-Z][\w-]*\d[\w-]*)(?!\w|[-/.]\d)"
)
_KINDS = re.compile(rf"\b(?:{any_of(_LISTS['qualities'])}[ -])*{any_of(_LISTS['kinds'])}\b", re.I)
_NO_MODEL = frozenset(_LISTS["no_model"].split())
_ONLY_IN: Mapping[str, Sequence[str]] = _LISTS["only_in"]
_STREET = re.compile(rf"(?i:{any_of(_LISTS['streets'])}(?!\w))|(?i:^{any_of(_LISTS['streets_begin'])}\b)")
_MORE_KINDS = re.compile(rf"(?<![^\W_]){any_of(_LISTS['endings'])}(?![^\W_])|{any_of(_LISTS['unparted'])}", re.I)


def find(claims: Claims) -> None:
    """Known names first, then stores with their town, model names, and at last kinds of product."""
    for start, end in occurrences(claims.plain, claims.vocabulary.products):
        claims.add("product_name", start, end)
    for start, end in occurrences(claims.plain, claims.vocabulary.stores):
        claims.add("store_name", start, end)
    for pattern in (_LOCATED, _LOCATED_DIRECT, _TOWN_STORE):
        for match in claims.words(pattern):
            if match.group(1).split()[0].lower() not in _NO_PLACE:
                claims.add("store_location", *match.span(1))
    for match in claims.words(_MODEL):
        _add_model(claims, *match.span(1))
    for match in claims.words(_KINDS):
        only = _ONLY_IN.get(match.group().lower())
        if only is None or claims.language in only:
            claims.add("product_name", *match.span())
    for match in _MORE_KINDS.finditer(claims.plain):
        claims.add("product_name", *match.span())


def _add_model(claims: Claims, start: int, end: int) -> None:
    words = claims.plain[start:end].split(" ")
    while len(words) > 1 and words[0].lower() in _NO_MODEL:
        start += len(words.pop(0)) + 1
    if _STREET.search(" ".join(words[:-1])) or any(word.lower().rstrip(".") in MONTHS for word in words):
        return
    is_name = len(words) > 1 or any(c.isdigit() for c in words[0])
    if is_name and not _NO_MODEL & {word.lower() for word in words} and not _starts_sentence(claims, start):
        claims.add("product_name", start, end)


def _starts_sentence(claims: Claims, start: int) -> bool:
    """Whether the first capital may be owed to the sentence, not to a name."""
    before = claims.plain[max(0, start - 40) : start].rstrip()
    return not before or before[-1] in ".!?:\n"
