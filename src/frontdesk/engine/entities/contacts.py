"""Finds e-mail addresses and phone numbers; blocks links, bank accounts and card numbers."""

import re
from collections.abc import Iterator, Mapping, Sequence

from phonenumbers import Leniency, PhoneNumberMatcher

from frontdesk.engine.lists import any_of, read

from .claims import Claims

_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+%'-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.){1,6}[A-Za-z]{2,24}(?![\w@-])"
)
_LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"']+", re.I)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_CARD = re.compile(r"(?<![\w-])\d{4}([ -]?)\d{4}\1\d{4}\1\d{1,7}(?![\w-])")

_PHONE_SHAPE = re.compile(r"(?<![A-Za-z0-9À-ɏ.,/#-])(?:\+|00|\(|0|[1-9])[\d\s()./-]{5,22}\d(?![A-Za-z0-9À-ɏ_-]|[.,]\d)")
_DATA = read("entities/phones.toml")
_COUNTRIES: tuple[str, ...] = tuple(_DATA["countries"])
_CUE = "|".join(_DATA["announced"].values())
# The announcement and up to 40 characters without a digit, a line's end or another kind of number.
_PHONE_CUE = re.compile(rf"(?<!\w)(?:{_CUE})(?![A-Za-zÀ-ɏ])(?P<between>[^\n\d+]{{0,40}})$", re.I)
_ASKED_FOR = re.compile(rf"(?<!\w)(?:{_CUE})(?!\w)", re.I)
_SAID_AFTER = re.compile(r"[\s,–-]{0,3}(?:" + "|".join(_DATA["said_after"].values()) + r")(?!\w)", re.I)
_OTHER_NUMBER = re.compile(rf"(?<!\w){any_of(_DATA['others'])}(?!\w)", re.I)
# The same right before an announcement: "customer number is".
_OTHER_BEFORE = re.compile(_OTHER_NUMBER.pattern + r"\W{0,3}$", re.I)
# Dates with or without a time of day, times, and addresses of computers: never telephone numbers.
_NEVER_PHONE = re.compile(
    r"(?<![\w.])(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d{2})"
    r"(?:[ T,]{1,2}\d{1,2}:\d{2}(?::\d{2})?)?(?![\w-])"
    r"|(?<![\w.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?::\d{1,5})?(?![\w.]\d|\w)"
    r"|(?<![\w:])\d{1,2}:\d{2}(?::\d{2})?(?![\w:])"
)
# A message longer than this is no mere answer to a question.
_ANSWER = 120
_REGIONS: Mapping[str, Sequence[str]] = _DATA["regions"]


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


def find_announced_phones(claims: Claims) -> None:
    """Numbers that the text, or the question it answers, calls telephone numbers; of any country of the list."""
    asked = _ASKED_FOR.search(claims.asked) is not None and len(claims.plain) <= _ANSWER
    for start, raw in _shapes(claims):
        before = _PHONE_CUE.search(claims.plain, max(0, start - 70), start)
        announced = before is not None and not _is_of_another(claims.plain, before)
        if announced or asked or _SAID_AFTER.match(claims.plain, start + len(raw)):
            digits = sum(c.isdigit() for c in raw)
            if not _add_phone(claims, start, raw, _COUNTRIES) and 8 <= digits <= 15 and not _is_plain_code(raw):
                claims.add("customer_phone", start, start + len(raw.rstrip(" .-/(")))


def find_phones(claims: Claims) -> None:
    """Other numbers that are valid in a country that the language suggests, and that look like one."""
    for start, raw in _shapes(claims):
        grouped = len(re.findall(r"\d+", raw)) >= 3 or raw.startswith("(") or re.match(r"0\d{2,5}[ /-]\d{4,}", raw)
        if raw.startswith(("+", "00")) or (grouped and not re.fullmatch(r"[\d./-]{8,10}", raw)):
            _add_phone(claims, start, raw, ())


def _shapes(claims: Claims) -> Iterator[tuple[int, str]]:
    never = [match.span() for match in _NEVER_PHONE.finditer(claims.plain)]
    for shape in _PHONE_SHAPE.finditer(claims.plain):
        overlaps = any(start < shape.end() and shape.start() < end for start, end in never)
        if not overlaps and claims.is_free(*shape.span()):
            yield shape.start(), shape.group()


def _is_of_another(text: str, cue: re.Match[str]) -> bool:
    """Whether an announcement is of another kind of number."""
    start = cue.start()
    return bool(_OTHER_NUMBER.search(cue["between"]) or _OTHER_BEFORE.search(text, max(0, start - 24), start))


def _is_plain_code(raw: str) -> bool:
    """Whether it may as well be another kind of number: digits alone that do not begin like a telephone number."""
    return raw.isdigit() and raw[0] != "0" and len(raw) > 11


def _add_phone(claims: Claims, start: int, raw: str, countries: tuple[str, ...]) -> bool:
    international = raw.startswith(("+", "00"))
    if raw.startswith("00"):
        padded, shift = "+" + raw[2:], -1
    else:
        padded, shift = raw, 0
    regions = dict.fromkeys((*_REGIONS.get(claims.language, ("US", "DE")), *countries))
    for region in (None,) if international else regions:
        for match in PhoneNumberMatcher(padded, region, leniency=Leniency.VALID, max_tries=5):
            first = start if shift and match.start == 0 else start + match.start - shift
            return claims.add("customer_phone", first, start + match.end - shift)
    return False


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
