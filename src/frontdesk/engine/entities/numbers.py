"""Finds numbers that the text itself names: order, invoice, delivery, customer and product numbers."""

import re

from frontdesk.engine.lists import any_of, read

from .claims import Claims

_CODE = r"[A-Za-z0-9](?:[A-Za-z0-9]|[-/._](?=[A-Za-z0-9])){0,29}"
_ID = rf"(?:\d{{2,6}}(?: \d{{2,6}}){{1,4}}(?![\w€$£%])|{_CODE})"
_WORDS = read("entities/number_words.toml")
_NO = any_of(_WORDS["number"])
_LINK = (
    r"(?:[\s:#.=()\"'„“«]{1,4}|(?<=[#°º№:])|[ ]?[-–][ ])(?:(?:is|are|was|ist|lautet|war|sind|est|es|è|é|was"
    r"|with|mit|avec|con|le|la|el|il|die|der|das|the|my|:)[\s:#\"'„“«]{1,3}){0,2}"
)

_CUES = {field: any_of(cues) for field, cues in read("entities/numbers.toml").items()}
_GLUE = r"s?['’]?[ -]?"


def _announced(cue: str) -> re.Pattern[str]:
    before = (
        rf"(?:{_NO}[ ]?(?:de|d['’]|di|da|del|do|of)[ ]?(?:la |el |l['’]|mi |mon |ma |my |the )?{cue}"
        rf"|{cue}{_GLUE}{_NO}|{cue})"
    )
    return re.compile(rf"(?<![\w@])({before}){_LINK}({_ID})", re.I)


_MIDDLE = (
    r"\s?(?:\(|[,–-]?\s?(?:is|was|ist|est|es|è|as|als|comme|como)\s(?:my|the|our|your|meine?|die|ma|mon"
    r"|le|mi|el|su|the)\s)"
)
_CALLED = re.compile(rf"(?<![\w@.,-])({_CODE}){_MIDDLE}", re.I)


def _afterwards(cue: str) -> re.Pattern[str]:
    return re.compile(rf"{_CALLED.pattern}({cue}{_GLUE}{_NO})", re.I)


_ANNOUNCED = {field: _announced(cue) for field, cue in _CUES.items()}
_AFTERWARDS = {field: _afterwards(cue) for field, cue in _CUES.items()}
_MORE = re.compile(
    rf"\s?(?:,|&|/|;|\+|\b(?:and|und|et|y|e|en|i|or|oder|ou|o|as well as|sowie)\b)\s?(?:#"
    rf"|{_NO}\s?)?({_CODE})",
    re.I,
)
_HAS_NO = re.compile(rf"{_NO}$", re.I)
_HASH = re.compile(rf"(?<![\w&#])#\s?({_CODE})(?!\w)")
_HASH_CUE = re.compile(rf"\b{_CUES['order_no']}\b", re.I)
_PREFIXED = re.compile(
    r"(?<![\w-])(?:(ORD|ORDER|PO|SO|BEST|CMD|PED)|(INV|RECH|FACT|FAC|RG)|(DEL|DN|LS)|(CUST|KD|KDN"
    r"|CLI))[-/#_]([A-Z0-9](?:[A-Z0-9]|[-/](?=[A-Z0-9])){2,20})(?!\w)"
)
_PREFIX_FIELDS = ("order_no", "invoice_no", "delivery_no", "customer_no")

_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_TAIL = re.compile(rf"\s?(?:€|\$|£|%|:\d\d|{any_of(_WORDS['units'])}\b)", re.I)


def find(claims: Claims) -> None:
    """Numbers with their field's name beside them; a price, a date, a count or a time is none."""
    hits = [(m.start(2), m.end(2), field, m.group(1)) for field, p in _ANNOUNCED.items() for m in claims.words(p)]
    for start, end, field, cue in sorted(hits, key=lambda hit: (hit[0], -len(hit[3]))):
        marked = _HAS_NO.search(cue) is not None or "#" in claims.plain[max(0, start - 2) : start]
        if found := _accept(claims, field, start, end, marked):
            _continue(claims, field, found)
    if next(claims.words(_CALLED), None):
        for field, pattern in _AFTERWARDS.items():
            for match in claims.words(pattern):
                _accept(claims, field, match.start(1), match.end(1), True)
    for match in claims.words(_PREFIXED):
        field = next(f for f, group in zip(_PREFIX_FIELDS, match.groups(), strict=False) if group)
        if any(c.isdigit() for c in match.group(5)):
            claims.add(field, *match.span())
    _find_hashes(claims)


def _continue(claims: Claims, field: str, end: int) -> None:
    while more := _MORE.match(claims.plain, end):
        if sum(c.isdigit() for c in more.group(1)) < 4:
            return
        accepted = _accept(claims, field, more.start(1), more.end(1), True)
        if not accepted:
            return
        end = accepted


def _accept(claims: Claims, field: str, start: int, end: int, marked: bool) -> int:
    """Add the number if it is one; its end, or 0 for no."""
    raw = claims.plain[start:end]
    if " " in raw and not (marked and sum(map(str.isdigit, raw)) >= 6):
        end = start + raw.index(" ")
        raw = claims.plain[start:end]
    if field == "customer_no" and not marked and raw.isdigit() and len(raw) < 5:
        return 0  # "my account 4278" names the end of a bank account as likely
    if not _is_number(raw, field, marked) or _TAIL.match(claims.plain, end) or not _ends_clean(claims.plain, end):
        return 0
    return end if claims.add(field, start, end) else 0


def _ends_clean(plain: str, end: int) -> bool:
    following = plain[end : end + 2]
    return not (following[:1].isalnum() or following[:1] == "@" or re.match(r"[.,]\d", following))


def _is_number(raw: str, field: str, marked: bool) -> bool:
    digits = sum(c.isdigit() for c in raw)
    if not digits or _DATE.fullmatch(raw):
        return False
    if raw.isdigit():
        is_year = len(raw) == 4 and raw[:2] in ("19", "20")
        return digits >= 2 if marked else digits >= 4 and not is_year
    if re.fullmatch(r"\d+[.,]\d{1,2}|\d+(?:st|nd|rd|th|x|er|e|h|kg|cm|l|w|v)", raw, re.I):
        return False
    if field == "product_no":
        return len(raw) >= 3 and (marked or any(c.isupper() for c in raw))
    return len(raw) >= 4 and digits >= (2 if marked else 3)


def _find_hashes(claims: Claims) -> None:
    for match in _HASH.finditer(claims.plain):
        nearby = claims.plain[max(0, match.start() - 120) : match.end() + 60]
        if _HASH_CUE.search(nearby):
            _accept(claims, "order_no", match.start(1), match.end(1), True)
