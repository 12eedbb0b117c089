"""Sets aside what is not the writer's own message: quoted mails, signatures, lines of telephones, legal notices."""

import re
from dataclasses import dataclass

from .lists import any_of, read

_DATA = read("quotations.toml")


def _line(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(r"^[ \t>]*\**(?:" + "|".join(patterns) + r")\**[ \t]*$", re.M | re.I)


_HEAD = _line(_DATA["heads"])
_MOBILE = _line(_DATA["mobile"])
_NOTICE = re.compile(r"^[ \t*_]*(?:" + "|".join(_DATA["notices"]) + ")", re.M | re.I)
_FROM = re.compile(rf"^[ \t>]*\*?(?:{_DATA['from']})\*?[ \t]?[:：]\*?[ \t]*\S.*$", re.M | re.I)
_OTHER = re.compile(rf"[ \t>]*\*?(?:{_DATA['others']})\*?[ \t]?[:：]", re.I)
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.M)
_RULE = re.compile(r"^[ \t]*[_\-=]{8,}[ \t]*$", re.M)
# How many lines of a block of headers are looked at, and how many must be known.
_BLOCK, _KNOWN = 6, 2
_NAME_LINES = 12
SIGN_OFF = re.compile(rf"^[ \t]*(?:-- ?$|{any_of(_DATA['sign_offs'])}[ \t]*[,.!:–-]*[ \t]*)$", re.M | re.I)


@dataclass(frozen=True)
class Parts:
    """Where the writer's message ends, the signature behind it, and the places of what is set aside."""

    end: int
    signature: tuple[int, int] | None
    aside: tuple[tuple[int, int], ...]


def split(plain: str) -> Parts:
    """The parts of a text; a text of nothing but a quotation counts as the writer's own."""
    quote = _quotation(plain)
    end = quote if quote is not None else len(plain)
    quoted = [match.span() for match in _QUOTED_LINE.finditer(plain)]
    aside = [*quoted, *(match.span() for match in _MOBILE.finditer(plain, 0, end))]
    aside += (match.span() for match in _HEAD.finditer(plain, 0, end) if quoted)
    if end < len(plain):
        aside.append((end, len(plain)))
    notice = _NOTICE.search(plain, 0, end)
    if notice and plain[: notice.start()].strip():
        aside.append((notice.start(), end))
        end = notice.start()
    signed = _signature(plain, end)
    return Parts(signed if signed is not None else end, (signed, end) if signed is not None else None, tuple(aside))


def _quotation(plain: str) -> int | None:
    """Where an earlier message begins that reaches to the end, with words before it."""
    starts = [match.start() for match in _HEAD.finditer(plain)]
    starts += [match.start() for match in _FROM.finditer(plain) if _is_block(plain, match.end())]
    for start in sorted(starts):
        rules = [
            m.start() for m in _RULE.finditer(plain, max(0, start - 200), start) if not plain[m.end() : start].strip()
        ]
        start = rules[-1] if rules else start
        if plain[:start].strip(" \t\r\n>"):
            return start
    return None


def _is_block(plain: str, after: int) -> bool:
    lines = [line for line in plain[after : after + 1_000].split("\n") if line.strip()][:_BLOCK]
    return sum(_OTHER.match(line) is not None for line in lines) >= _KNOWN


def _signature(plain: str, end: int) -> int | None:
    """Where the sign-off begins behind which only a name and an address stand."""
    for match in SIGN_OFF.finditer(plain, 0, end):
        rest = [line.strip() for line in plain[match.end() : end].split("\n") if line.strip()]
        short = all(len(line) <= 80 and not line.endswith(("?", "!")) for line in rest)
        if plain[: match.start()].strip() and len(rest) <= _NAME_LINES and short:
            return match.start()
    return None
