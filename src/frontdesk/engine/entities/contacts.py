"""Finds e-mail addresses and phone numbers; blocks links, bank accounts and card numbers."""

import re

from phonenumbers import Leniency, PhoneNumberMatcher

from .claims import Claims

_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+%'-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.){1,6}[A-Za-z]{2,24}(?![\w@-])"
)
_LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"']+", re.I)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_CARD = re.compile(r"(?<![\w-])\d{4}([ -]?)\d{4}\1\d{4}\1\d{1,7}(?![\w-])")

_PHONE_SHAPE = re.compile(r"(?<![\w.,/#-])(?:\+|00|\(|0|[1-9])[\d\s()./-]{5,22}\d(?![\w-])")
_PHONE_CUE = re.compile(
    r"(?:phone|call(?: me)?|tel(?:efon|éfono|éphone|efone|efono|\.)?|mobile?|cell|móvil|celular|portable"
    r"|handy|handynummer|rufnummer|rückruf|erreichbar|erreichen|anrufen|whatsapp|fax|sms|text me|reach me"
    r"|number is|joindre|joignable|appel(?:er|ez)|numéro|llámeme|llamar(?:me)?|contactar(?:me)?|cellulare"
    r"|chiamar(?:e|mi)|ligar|bel(?:len)?|telefoonnummer|telefonnummer|telefonu|numer)\b[^\n\d+]{0,40}$",
    re.I,
)
_REGIONS = {
    "en": ("US", "GB"),
    "de": ("DE", "AT", "CH"),
    "fr": ("FR", "BE", "CH"),
    "es": ("ES", "MX"),
    "it": ("IT",),
    "pt": ("PT", "BR"),
    "nl": ("NL", "BE"),
    "pl": ("PL",),
    "tr": ("TR",),
    "ru": ("RU",),
    "ja": ("JP",),
    "ko": ("KR",),
    "zh": ("CN",),
    "sv": ("SE",),
    "da": ("DK",),
    "no": ("NO",),
    "fi": ("FI",),
    "cs": ("CZ",),
}


def find_addresses(claims: Claims) -> None:
    """E-mail addresses are reported; links, valid IBANs and card numbers are blocked."""
    for match in _EMAIL.finditer(claims.plain):
        claims.add("customer_email", *match.span())
    for match in _LINK.finditer(claims.plain):
        claims.block(*match.span())
    for match in _IBAN.finditer(claims.plain):
        if length := _iban_length(match.group()):
            claims.block(match.start(), match.start() + length)
    for match in _CARD.finditer(claims.plain):
        if _is_card(match.group()):
            claims.block(*match.span())


def find_phones(claims: Claims) -> None:
    """Numbers valid in a country that the language suggests, and that look or are announced like one."""
    for shape in _PHONE_SHAPE.finditer(claims.plain):
        if not claims.is_free(*shape.span()):
            continue
        raw = shape.group()
        international = raw.startswith(("+", "00"))
        announced = _PHONE_CUE.search(claims.plain, max(0, shape.start() - 60), shape.start()) is not None
        grouped = len(re.findall(r"\d+", raw)) >= 3 or raw.startswith("(") or re.match(r"0\d{2,5}[ /-]\d{4,}", raw)
        if international or announced or (grouped and not re.fullmatch(r"[\d./-]{8,10}", raw)):
            _add_phone(claims, shape.start(), raw, international)


def _add_phone(claims: Claims, start: int, raw: str, international: bool) -> None:
    regions = _REGIONS.get(claims.language, ("US", "DE"))
    if raw.startswith("00"):
        padded, shift = "+" + raw[2:], -1
    else:
        padded, shift = raw, 0
    for region in (None,) if international else regions:
        for match in PhoneNumberMatcher(padded, region, leniency=Leniency.VALID, max_tries=5):
            first = start if shift and match.start == 0 else start + match.start - shift
            claims.add("customer_phone", first, start + match.end - shift)
            return


def _iban_length(raw: str) -> int:
    """How many characters of `raw` are a valid IBAN (ISO 13616, remainder 1 modulo 97), 0 for none."""
    for length in range(len(raw), 14, -1):
        compact = raw[:length].replace(" ", "")
        if 15 <= len(compact) <= 34 and raw[length - 1] != " ":
            turned = compact[4:] + compact[:4]
            if int("".join(str(int(c, 36)) for c in turned)) % 97 == 1:
                return length
    return 0


def _is_card(raw: str) -> bool:
    """Whether the digits carry a payment card's length, first digit and check digit (Luhn)."""
    digits = [int(c) for c in raw if c.isdigit()]
    if not 13 <= len(digits) <= 19 or digits[0] not in (3, 4, 5, 6):
        return False
    doubled = sum(sum(divmod(2 * d, 10)) for d in digits[-2::-2])
    return (doubled + sum(digits[-1::-2])) % 10 == 0
