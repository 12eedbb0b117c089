"""Reads an amount of money out of the words that name it: 1.234,50 €, USD 75, £3 million."""

import re
from dataclasses import dataclass

CURRENCIES = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "eur": "EUR", "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD",
    "dollars": "USD", "dólares": "USD", "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "pfund": "GBP",
    "chf": "CHF", "franken": "CHF", "francs": "CHF", "fr.": "CHF", "zł": "PLN", "pln": "PLN", "zloty": "PLN",
    "¥": "JPY", "jpy": "JPY", "cny": "CNY", "元": "CNY", "₹": "INR", "inr": "INR", "rs": "INR", "rs.": "INR",
    "₺": "TRY", "try": "TRY", "tl": "TRY", "₽": "RUB", "rub": "RUB", "kr": "SEK", "sek": "SEK", "nok": "NOK",
    "dkk": "DKK", "czk": "CZK", "kč": "CZK", "huf": "HUF", "ft": "HUF", "r$": "BRL", "brl": "BRL", "reais": "BRL",
    "cad": "CAD", "aud": "AUD", "₩": "KRW", "krw": "KRW", "円": "JPY",
}  # fmt: skip
SCALES = {
    "thousand": 1e3, "k": 1e3, "tausend": 1e3, "tsd": 1e3, "mille": 1e3, "mil": 1e3,
    "million": 1e6, "millions": 1e6, "millionen": 1e6, "mio": 1e6, "m": 1e6, "millones": 1e6, "billion": 1e9,
    "billions": 1e9, "milliarden": 1e9, "mrd": 1e9, "bn": 1e9,
}  # fmt: skip
# In these languages a comma alone before three digits separates thousands; elsewhere it is the decimal sign.
POINT_LANGUAGES = frozenset({"en", "zh", "ja", "ko", "hi", "he", "th"})
_NUMBER = re.compile(r"\d[\d.,'’\s\u00a0\u202f]*\d|\d")
_WORD = re.compile(r"us\$|r\$|[€$£¥₹₺₽₩元円]|[^\W\d]+\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of units of a currency (ISO 4217, empty where none is said)."""

    value: float
    currency: str


def amount_of(words: str, language: str = "en") -> Amount | None:
    """The amount that these words name, None where they have no number."""
    number = _NUMBER.search(words)
    if number is None:
        return None
    rest = [word.lower() for word in _WORD.findall(words[: number.start()] + " " + words[number.end() :])]
    scale = next((SCALES[key] for word in rest if (key := word.rstrip(".")) in SCALES), 1.0)
    currency = next((CURRENCIES[word] for word in rest if word in CURRENCIES), "")
    return Amount(round(_value(number[0], language) * scale, 2), currency)


def _value(digits: str, language: str) -> float:
    """The number; of two different signs the last one is the decimal sign."""
    digits = re.sub(r"[\s'’\u00a0\u202f]", "", digits).strip(".,")
    last = max(digits.rfind(","), digits.rfind("."))
    if last < 0:
        return float(digits)
    sign = digits[last]
    both = "," in digits and "." in digits
    groups = digits.count(sign) > 1 or (not both and len(digits) - last == 4 and (sign == ",") == _by_point(language))
    whole, part = (digits, "") if groups else (digits[:last], digits[last + 1 :])
    return float(re.sub(r"[.,]", "", whole) + (f".{part}" if part else ""))


def _by_point(language: str) -> bool:
    return language in POINT_LANGUAGES
