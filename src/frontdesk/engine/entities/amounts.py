"""Finds amounts of money: a number with a currency beside it."""

import re

from frontdesk.engine.lists import any_of, read

from .claims import Claims

_CODES = "EUR|USD|GBP|CHF|JPY|CNY|PLN|SEK|NOK|DKK|CZK|HUF|RON|TRY|RUB|BRL|MXN|CAD|AUD|NZD|INR|KRW|ARS|COP|CLP"
_SIGNS = "€|US\\$|A\\$|C\\$|R\\$|\\$|£|¥|₹|₺|₽|₩|zł|Kč|Fr\\.|kr"
_LISTS = read("entities/amounts.toml")
_WORDS = "|".join(_LISTS["currencies"])
# "$ 75 million" is one amount; a scale of one letter must follow the number at once ("5k").
_SCALE = rf"(?:(?:[ ]?{any_of(_LISTS['scales'])}(?:[ ](?:de|d'|di))?(?!\w)|[kKmM](?!\w))"
_NUMBER = r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_BEFORE = re.compile(
    rf"(?<![\w.,])(?:{_CODES}|{_SIGNS}|(?i:usd|eur|gbp|chf|jpy|cny|pln|sek|nok|dkk|cad|aud|inr|rs\.?))\s?(?:{_NUMBER})(?:{_SCALE}|(?:\.-|,-|,--)?(?![\w%]|[.,]\d))"
)
_AFTER = re.compile(
    rf"(?<![\w.,#/-])(?:{_NUMBER})(?:[.,]-{{1,2}}|{_SCALE})?\s?(?:(?:{_CODES})\b|(?:{_SIGNS})(?!\w)|(?i:{_WORDS})\b)"
)


def find(claims: Claims) -> None:
    """Amounts as they are written, currency included."""
    for pattern in (_AFTER, _BEFORE):
        for match in pattern.finditer(claims.plain):
            claims.add("amount", *match.span())
