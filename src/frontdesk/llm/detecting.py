"""Finds personal data in texts, with place and kind: by patterns with validation, and by known names.

`find` works on what the reader sees: compatibility forms (full-width digits) are read as what they look like.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

STRICT_DIGITS = 6

# Every repetition is bounded or cannot be begun in the middle of a word: hostile texts cost no more than others.
_W = r"[^\W\d_]"
_WORD = rf"[A-ZÀ-ÖØ-Þ]{_W}{{1,40}}"
_NAME = rf"{_WORD}(?:[-'’]{_W}{{1,40}}){{0,3}}"
_NAMES = rf"{_NAME}(?:\s+(?:von|van|de|der|den|da|di|le|la|zu|bin|al)\s+{_NAME}|[ \t]+(?:[A-Z]\.[ \t]+)?{_NAME}){{0,3}}"
_LOCAL = r"\w.!#$%&'*+/=?^`{|}~-"

_EMAIL = re.compile(
    rf"(?<![{_LOCAL}])[{_LOCAL}]+(?:@|\s?(?:\(at\)|\[at\]|@)\s?|\s+at\s+(?=[\w-]+\s?[\[(]?(?:\.|dot|punkt)))"
    r"(?:[\w-]{1,63}(?:\.|\s?(?:\(dot\)|\[dot\]|\(punkt\))\s?|\s+(?:dot|punkt)\s+)){1,8}[^\W\d_]{2,24}",
    re.I,
)
_PHONE = re.compile(
    r"(?<![\w+])(?:(?:\+|00)\d{1,3}[\s./()-]*(?:\(0\)[\s./-]*)?\d(?:[\s./()-]*\d){5,12}"
    r"|\(0\d{1,5}\)[\s./-]*\d(?:[\s./-]*\d){3,9}"
    r"|0\d{1,5}[\s./-]+\d(?:[\s./-]*\d){3,9}"
    r"|01[567]\d{7,9}|07\d{9}"
    r"|\(\d{3}\)\s?\d{3}[\s.-]?\d{4}|\d{3}[-.]\d{3}[-.]\d{4})(?!\w)"
)
_CALLED = re.compile(
    r"(?:\btel(?:efon|ephone)?|\bphone|\bmobile?|\bcell|\bhandy|\bfax|\bcall me(?: back)?(?: at| on)?|\bruf\w*"
    r"|\brückruf|\bnumber is|\bnummer ist|\bwhatsapp)(?:nummer|\s+number|\s+no\.?|\s+nr\.?)?"
    r"(?:[\s:.,]|\b(?:unter|at|on|is|ist|lautet|der)\b){0,6}(\+?[\d(](?:[\s./()-]*\d){4,14})(?!\w)",
    re.I,
)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}(?!\w)", re.I)
_CARD = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w])")
_ACCOUNT = re.compile(
    r"(?:\baccount(?:\s+(?:no\.?|number|nr\.?))?|\bkonto(?:\s*nr\.?|nummer)?|\bkto\.?(?:\s*nr\.?)?|\bblz|\bbic"
    r"|\bswift|\bsort code|\brouting(?:\s+number)?|\bbankleitzahl)[\s:#]*(?:(?:is|ist|lautet)\s+)?"
    r"((?=[A-Z0-9 -]*\d)[A-Z0-9](?:[ -]?[A-Z0-9]){4,20}|[A-Z]{6}[A-Z0-9]{2,5})(?!\w)",
    re.I,
)
_STREET_END = (
    r"(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer|chaussee|steig|stieg|pfad|markt|hof|graben|wall)"
)
_HOUSE = r"\s+\d{1,4}\s?[a-zA-Z]?(?:\s?[-/]\s?\d{1,4}[a-z]?)?(?!\w)"
_STREETS = (
    re.compile(rf"(?<!\w){_W}{{2,40}}(?:-{_W}{{1,40}}){{0,3}}[- ]?{_STREET_END}{_HOUSE}", re.I),
    re.compile(
        rf"(?<!\w)(?:{_WORD}[- ]){{1,4}}(?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer){_HOUSE}"
        rf"|(?<!\w)(?:Am|An der|An den|Auf dem|Auf der|Im|In der|In den|Zum|Zur|Unter den)\s+{_NAME}"
        rf"(?:\s+{_NAME})?{_HOUSE}"
    ),
)
_ENGLISH_STREET = (
    rf"(?<!\w)\d{{1,5}}[A-Za-z]?,?\s+(?:{_NAME}\.?\s+){{1,4}}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Court|Ct"
    r"|Square|Sq|Boulevard|Blvd|Way|Close|Crescent|Terrace|Place|Pl|Gardens|Grove|Mews|Hill|Row|Park)\b\.?"
    r"(?:,?\s+(?:Apt|Apartment|Flat|Unit|Suite)\.?\s*\w{1,5})?"
)
_ENGLISH, _ENGLISH_STRICT = re.compile(_ENGLISH_STREET), re.compile(_ENGLISH_STREET, re.I)
# Cheap patterns that tell whether the expensive pattern beside each can match at all.
_HINTS = (
    (re.compile(rf"{_STREET_END}\s+\d", re.I), _STREETS[0]),
    (
        re.compile(r"(?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer|Am|An|Auf|Im|In|Zum|Zur|Unter)\s"),
        _STREETS[1],
    ),
    (re.compile(r"\d[A-Za-z]?,?\s+[A-ZÀ-ÖØ-Þ]"), _ENGLISH),
)
_TOWN = re.compile(
    r"(?<![\w.-])(?:[A-Z]{1,2}-)?\d{5}\s+(?!(?:EUR|Euro|Stück|mal|km)\b)"
    rf"{_NAME}(?:[ -](?:am|an der|im|bei)?\s?{_NAME})?"
    rf"|{_NAME},?\s+[A-Z]{{2}}\s+\d{{5}}(?:-\d{{4}})?(?!\w)"
    r"|(?<!\w)[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}(?!\w)"
)
_NUMBER = re.compile(
    r"(?:\b(?:order|purchase order|po|customer|client|invoice|delivery|contract|serial|tracking|case|ticket|shipment)"
    r"|\b(?:bestell|auftrags?|kunden|rechnungs?|liefer(?:schein)?|vertrags?|serien|sendungs?|vorgangs?)(?=-?n)"
    r"|\b(?:bestellung|auftrag|kunde|rechnung|lieferung|lieferschein|vertrag|sendung))"
    r"[\s-]*(?:number|num|no\.?|nr\.?|id|code|nummer)?[\s:.#]*(?:(?:is|ist|lautet|mit der nummer)\s+)?#?\s?"
    r"((?=[A-Z0-9/-]*\d{2})[A-Z0-9](?:[A-Z0-9/-]*[A-Z0-9])?)(?!\w)",
    re.I,
)
_GREETING = re.compile(
    r"(?:\b(?:Dear|Hi|Hello|Hey|Hallo|Liebe[rs]?|Guten (?:Tag|Morgen|Abend)|Sehr geehrte[rs]?|Moin|Servus|Bonjour|Hola"
    r"|Estimad[oa]|Cher|Chère|Ciao|Gentile)[ \t,]+)"
    r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Herrn|Frau|Sir|Madam)\.?[ \t]+){0,3}"
    rf"({_NAMES})"
)
_SELF = re.compile(
    r"(?:\b(?i:my name is|name is|i am|i'm|this is|here is|mein name ist|ich bin|ich heiße|ich heisse|hier ist"
    r"|hier spricht|je m'appelle|me llamo|mi nombre es|mi chiamo)\s+)(?:(?:Mr|Mrs|Ms|Dr|Prof|Herr|Frau)\.?\s+){0,3}"
    rf"({_NAMES})"
)
_TITLED = re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Herrn|Frau|Señor|Señora|Madame|Monsieur)\b\.?\s+({_NAMES})")
_ENDINGS = (
    r"(?:(?:(?:kind |best |warm |many |with (?:kind |best )?)?regards|best wishes|best|yours(?: sincerely| truly"
    r"| faithfully)?|sincerely|cheers|thanks(?: a lot| in advance)?|thank you|many thanks"
    r"|mit (?:freundlichen|besten|lieben|herzlichen) grü(?:ß|ss)en"
    r"|(?:viele|beste|liebe|schöne|freundliche|herzliche) grü(?:ß|ss)e|lg|vg|mfg|gru(?:ß|ss)|danke(?: im voraus)?"
    r"|vielen dank|cordialement|saludos|cordiali saluti))"
)
_CLOSING = re.compile(
    rf"(?i:\b{_ENDINGS})[ \t,.!]*[\r\n,;-]\s*({_NAMES}|{_W}{{2,40}}(?:[ \t]+{_W}{{1,40}}){{0,2}})[ \t]*(?=$|[\r\n.,!])"
    rf"|(?i:\b(?:regards|wishes|sincerely|grü(?:ß|ss)en?|lg|vg|mfg))[,.]?[ \t]+({_NAMES})"
)
_A_DIGIT = re.compile(r"\d")
_LONG_NUMBER = re.compile(rf"(?<![\d])(?:[A-Za-z]{{0,4}}[-#]?)\d(?:[ \t./-]?\d){{{STRICT_DIGITS - 1},}}")
_NOT_NAMES = frozenset(
    re.findall(
        r"\w+",
        "team service support customer frontdesk sir madam damen herren there all everyone everybody zusammen you your "
        "ihr ihre mein meine my the this that it order not very still just sorry disappointed happy leider sehr nicht "
        "herr herrn frau mr mrs ms miss dr prof",
    )
)


@dataclass(frozen=True, slots=True)
class Found:
    """Personal data of a kind at text[start:end]."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DetectionScope:
    """What to look for: `strict` adds long numbers and names at their usual places, `numbers` adds business numbers."""

    strict: bool = False
    numbers: bool = False


class KnownNames:
    """Names that are known to be people's or customers'; looked up as whole words, whatever their case."""

    def __init__(self, names: Iterable[str]) -> None:
        """Names shorter than three letters are not looked for."""
        self._by_first: dict[str, list[str]] = {}
        for name in names:
            words = " ".join(seen(name).casefold().split())
            if len(words) >= 3:
                self._by_first.setdefault(words.split()[0], []).append(words)

    def find(self, text: str) -> Iterator[Found]:
        """All occurrences in a text as `seen` gives it."""
        if not self._by_first:
            return
        folded = "".join(low if len(low := letter.casefold()) == 1 else letter for letter in text)
        for match in re.finditer(r"[^\s,;:!?()\"<>]+", folded):
            word = match.group().rstrip(".'’")
            for name in self._by_first.get(word, self._by_first.get(word.removesuffix("s").rstrip("'’"), ())):
                end = _follows(folded, match.start(), name)
                if end:
                    yield Found("NAME", match.start(), end)


def seen(text: str) -> str:
    """The text as it looks, of the same length: compatibility forms and kinds of spaces made plain."""
    return "".join(map(_plain, text)) if not text.isascii() else text


def find(text: str, names: Iterable[KnownNames], wanted: DetectionScope) -> list[Found]:
    """Personal data in a text (as `seen` gives it), in order and without overlaps; the longer find wins."""
    found = [Found("EMAIL", *match.span()) for match in _EMAIL.finditer(text)]
    if _A_DIGIT.search(text):
        found += [each for kind in (_phones, _accounts, _addresses) for each in kind(text)]
    found += [each for known in names for each in known.find(text)]
    if wanted.numbers or wanted.strict:
        found += _groups("NUMBER", _NUMBER, text)
    if wanted.strict:
        found += [*_people(text), *_groups("NUMBER", _LONG_NUMBER, text)]
        found += _groups("ADDRESS", _ENGLISH_STRICT, text)
    return _apart(found)


def _phones(text: str) -> Iterator[Found]:
    for match in _PHONE.finditer(text):
        if 7 <= sum(map(str.isdigit, match.group())) <= 16:
            yield Found("PHONE", *match.span())
    yield from _groups("PHONE", _CALLED, text)


def _accounts(text: str) -> Iterator[Found]:
    for match in _IBAN.finditer(text):
        if (end := _iban_end(text, *match.span())) is not None:
            yield Found("ACCOUNT", match.start(), end)
    for match in _CARD.finditer(text):
        if passes_luhn(match.group()):
            yield Found("CARD", *match.span())
    yield from _groups("ACCOUNT", _ACCOUNT, text)


def _addresses(text: str) -> Iterator[Found]:
    likely = [pattern for hint, pattern in _HINTS if hint.search(text)]
    for pattern in (*likely, _TOWN):
        for match in pattern.finditer(text):
            yield Found("ADDRESS", *match.span())


def _people(text: str) -> Iterator[Found]:
    for pattern in (_GREETING, _SELF, _TITLED, _CLOSING):
        for each in _groups("NAME", pattern, text):
            words = text[each.start : each.end].casefold().split()
            if words and words[0] not in _NOT_NAMES:
                yield each


def passes_luhn(number: str) -> bool:
    """Whether the digits have the check digit of payment cards (ISO/IEC 7812-1, Luhn's formula)."""
    digits = [int(letter) for letter in number if letter.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return len(digits) >= 13 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 and len(set(digits)) > 1


def is_iban(text: str) -> bool:
    """Whether the text is an IBAN by its check digits (ISO 13616, ISO/IEC 7064 MOD 97-10)."""
    packed = re.sub(r"[\s-]", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", packed):
        return False
    return int("".join(str(int(letter, 36)) for letter in packed[4:] + packed[:4])) % 97 == 1


def _iban_end(text: str, start: int, end: int) -> int | None:
    """Where the IBAN that begins at `start` ends: the pattern may have run on into the next words."""
    while end - start >= 15:
        if text[end - 1].isalnum() and is_iban(text[start:end]):
            return end
        end -= 1
    return None


def _groups(kind: str, pattern: re.Pattern[str], text: str) -> Iterator[Found]:
    for match in pattern.finditer(text):
        number = match.lastindex or 0
        yield Found(kind, *match.span(number))


def _follows(folded: str, start: int, name: str) -> int:
    """The end of the name that begins at `start`, 0 when other words follow there."""
    place = start
    for number, word in enumerate(name.split()):
        if number:
            gap = re.compile(r"[\s,]{1,3}").match(folded, place)
            if gap is None:
                return 0
            place = gap.end()
        if not folded.startswith(word, place):
            return 0
        place += len(word)
    ends = (
        place >= len(folded) or not folded[place].isalnum() or folded[place : place + 2].rstrip() in ("s", "s,", "s.")
    )
    return place if ends else 0


def _apart(found: list[Found]) -> list[Found]:
    """Without overlaps: what overlaps becomes one find of the longer one's kind, over both."""
    merged: list[Found] = []
    for each in sorted(found, key=lambda f: (f.start, -f.end)):
        if merged and each.start < merged[-1].end:
            last = merged[-1]
            kind = last.kind if last.end - last.start >= each.end - each.start else each.kind
            merged[-1] = Found(kind, last.start, max(last.end, each.end))
        elif each.end > each.start:
            merged.append(each)
    return merged


def _plain(letter: str) -> str:
    form = unicodedata.normalize("NFKC", letter)
    if len(form) != 1:
        return letter
    return " " if form.isspace() and form not in "\r\n\t" else form
