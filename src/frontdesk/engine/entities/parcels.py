"""Finds parcel tracking numbers: by their check digits, or where the text says that it is one."""

import re

from frontdesk.engine.lists import any_of, read

from .claims import Claims

_UPS = re.compile(r"\b1Z[ ]?[0-9A-Z]{3}[ ]?[0-9A-Z]{3}[ ]?[0-9A-Z]{2}[ ]?[0-9A-Z]{4}[ ]?[0-9A-Z]{4}\b")
_S10 = re.compile(r"\b[A-Z]{2} ?\d{3} ?\d{3} ?\d{3} ?[A-Z]{2}\b|\b[A-Z]{2} ?\d{9} ?[A-Z]{2}\b")
_ANNOUNCED = re.compile(
    any_of(read("entities/parcels.toml")["announced"])
    + r"""[\s:#.=()\"'-]{0,4}(?:(?:is|ist|lautet|est|es|è|é|number|nummer|no\.?|nr\.?)[\s:#.=\"'-]{1,4}){0,2}"""
    r"((?=[A-Z0-9 -]*\d)[A-Z0-9](?:[A-Z0-9]|-(?=[A-Z0-9])|[ ](?=\d{4}\b)){6,33}[A-Z0-9])\b",
    re.I,
)


def find(claims: Claims) -> None:
    """UPS numbers and S10 (Universal Postal Union) numbers with right check digits, and announced ones."""
    for match in _UPS.finditer(claims.plain):
        if _is_ups(match.group().replace(" ", "")):
            claims.add("tracking_no", *match.span())
    for match in _S10.finditer(claims.plain):
        if _is_s10(match.group().replace(" ", "")):
            claims.add("tracking_no", *match.span())
    for match in _ANNOUNCED.finditer(claims.plain):
        if sum(c.isdigit() for c in match.group(1)) >= 4:
            claims.add("tracking_no", *match.span(1))


def _is_ups(code: str) -> bool:
    """Check digit of a 1Z number: letters count (code - 63) mod 10, every second place is doubled."""
    body = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in code[2:]]
    total = sum(d * 2 if i % 2 else d for i, d in enumerate(body[:-1]))
    return code[-1].isdigit() and (10 - total % 10) % 10 == int(code[-1])


def _is_s10(code: str) -> bool:
    """Check digit of UPU standard S10: weights 8 6 4 2 3 5 9 7, eleven minus the remainder."""
    digits = [int(c) for c in code[2:11]]
    total = sum(d * w for d, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=False))
    check = 11 - total % 11
    return digits[8] == {10: 0, 11: 5}.get(check, check)
