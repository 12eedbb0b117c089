"""Finds dates of an order, a delivery or an invoice; other dates are ignored."""

import re
from calendar import monthrange
from collections.abc import Iterator

from frontdesk.engine.lists import any_of, read

from .claims import Claims

_LISTS = read("entities/dates.toml")
MONTHS = {name: int(number) for number, names in _LISTS["months"].items() for name in names.split()}
_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b(?:\.(?=[ ]?\d{4}))?"
_ISO = re.compile(r"(?<![\w./-])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?![\w/-]|\.\d)")
_NUMERIC = re.compile(r"(?<![\w./-])(\d{1,2})([./-])[ ]?(\d{1,2})\2(?:[ ]?(\d{4}|\d{2}))?(?![\w/-]|\.\d)")
_SHORT = re.compile(r"(?<![\w./-])(\d{1,2})/(\d{1,2})(?![\w/-]|\.\d)")
_DAY_FIRST = re.compile(
    rf"(?<![\w./-])(\d{{1,2}})(?:st|nd|rd|th|er|\.|º|°)?[ ]?(?:of |de )?({_MONTH})(?:,?[ ](?:de |del "
    rf")?(\d{{4}})(?!\w))?",
    re.I,
)
# "05-Aug-2026", "01/août/2026"
_NAMED = re.compile(
    rf"(?<![\w./-])(\d{{1,2}})([./-])({_MONTH.replace('(?=[ ]?', '(?=[ /-]?')})\2(\d{{4}}|\d{{2}})(?![\w/-])", re.I
)
_MONTH_FIRST = re.compile(
    rf"(?<!\w)({_MONTH})[ ](\d{{1,2}})(?:st|nd|rd|th)?(?![\w:]|[.,]\d)(?:,?[ ](\d{{4}})(?!\w))?", re.I
)
_RELATIVE = re.compile(
    rf"\b{any_of(_LISTS['relative']['days'])}(?!\w)".replace("WEEKDAY", any_of(_LISTS["relative"]["weekdays"])), re.I
)
_CUES = {field: re.compile(rf"\b{any_of(cues)}\b", re.I) for field, cues in _LISTS["cues"].items()}
_REACH = 80
_STOP = re.compile(r"[.!?](?=\s+[^\W\d_a-z])|[;\n]")
_CLAUSE = re.compile(r"[.!?,;\n]")


def find(claims: Claims) -> None:
    """Dates that exist in the calendar, beside a word that says whose date it is."""
    for start, end, exact in sorted(_candidates(claims), key=lambda c: (c[0], -c[1])):
        if not claims.is_free(start, end):
            continue
        field = _field(claims.plain, start, end, _REACH if exact else _REACH // 2)
        if field is None and exact:
            claims.block(start, end)
        elif field is not None:
            claims.add(field, start, end)


def _candidates(claims: Claims) -> Iterator[tuple[int, int, bool]]:
    """Start, end and whether it is a full date; a bare 3/4 or "yesterday" needs its cue nearer."""
    for m in claims.words(_ISO):
        if _exists(int(m[3]), int(m[2]), int(m[1])):
            yield *m.span(), True
    for m in claims.words(_NUMERIC):
        if (m[4] or m[2] == ".") and _exists_somehow(int(m[1]), int(m[3]), int(m[4] or 2000)):
            yield *m.span(), True
    for m in claims.words(_SHORT):
        if _exists_somehow(int(m[1]), int(m[2]), 2000):
            yield *m.span(), False
    for pattern, day, month in ((_DAY_FIRST, 1, 2), (_MONTH_FIRST, 2, 1)):
        for m in claims.words(pattern):
            if _exists(int(m[day]), MONTHS[m[month].lower().rstrip(".")], int(m[3] or 2000)):
                yield *m.span(), True
    for m in claims.words(_NAMED):
        if _exists(int(m[1]), MONTHS[m[3].lower().rstrip(".")], int(m[4])):
            yield *m.span(), True
    for m in claims.words(_RELATIVE):
        yield *m.span(), False


def _exists_somehow(first: int, second: int, year: int) -> bool:
    return _exists(first, second, year) or _exists(second, first, year)


def _exists(day: int, month: int, year: int) -> bool:
    year += 2000 if year < 100 else 0
    return 1900 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _field(plain: str, start: int, end: int, reach: int) -> str | None:
    """The field whose cue is nearest; words before a date count more than words after it."""
    left = max((m.end() for m in _STOP.finditer(plain, max(0, start - reach), start)), default=0)
    clause = _CLAUSE.search(plain, end)
    right = clause.start() if clause else len(plain)
    best, nearest = None, float(reach)
    for field, cue in _CUES.items():
        for match in cue.finditer(plain, max(left, start - reach), min(right, end + reach)):
            distance = start - match.end() if match.end() <= start else 1.5 * (match.start() - end) + 8
            # "the delivery of my order of 3 May": a noun right beside the date wins.
            if distance < nearest:
                best, nearest = field, distance
    return best
