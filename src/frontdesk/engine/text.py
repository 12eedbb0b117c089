"""Extracts the sentences of a raw text, without greeting, quotation, markup or signature."""

import re
from bisect import bisect_right
from dataclasses import dataclass

READ_LIMIT = 20_000
EMBED_LIMIT = 5_000
SENTENCE_LIMIT = 400

_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_TAG = re.compile(r"<(?:!--.*?--|/?[a-zA-Z][^<>]{0,300}|(?:script|style)\b.*?</(?:script|style)\s*)>", re.S)
_HTML_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,6}|nbsp|amp|lt|gt|quot|apos);")
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.M)
_QUOTE_HEAD = re.compile(
    r"^[ \t]*(?:-{2,}[ \t]*(?:original message|ursprüngliche nachricht|message d'origine|mensaje "
    r"original).*|on\b.{5,120}\bwrote:|am\b.{5,120}\bschrieb\b.{0,80}:|le\b.{5,120}\ba écrit ?:"
    r"|el\b.{5,120}\bescribió:|il\b.{5,120}\bha scritto:|em\b.{5,120}\bescreveu:"
    r"|op\b.{5,120}\bschreef\b.{0,80}:)[ \t]*$",
    re.M | re.I,
)
_GREETING = re.compile(
    r"\s*(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|to whom it may concern"
    r"|hallo|guten (?:tag|morgen|abend)|moin|servus|grüezi|sehr geehrte[rs]?|liebe[rs]?|werte[rs]?|bonjour"
    r"|bonsoir|salut|ch(?:er|ère|ers)|madame|monsieur|mesdames|hola|buen[oa]s (?:d[ií]as|tardes|noches)"
    r"|estimad[oa]s?|querid[oa]s?|ciao|buongiorno|buonasera|salve|gentil[ei]|egregi[o]?|spett\.?|ol[áa]|bom "
    r"dia|boa (?:tarde|noite)|prezad[oa]s?|car[oai]s?|beste|geachte|goedemorgen|goedemiddag|goedendag|dag"
    r"|dzień dobry|witam|cześć|szanown\w+|merhaba|selam|sayın|iyi günler|здравствуйте|добрый (?:день|вечер)"
    r"|доброе утро|привет|уважаем\w+|مرحبا|السلام عليكم|hej|god dag|hei)\b(?:[ \t]+[^\s,!.:;?\n]+){0,5}?[ "
    r"\t]*(?:[,!:;.\n]+|[-–—]+(?=\s)|$)|(?:こんにちは|こんばんは|お世話になっております|您好|你好|大家好|안녕하세요)[、。,，!！.]*)\s*",
    re.I,
)
SIGN_OFF = re.compile(
    r"^[ \t]*(?:-- ?$|(?:(?:with )?(?:best|kind|warm|many)(?:est)? (?:regards|wishes)|regards|(?:yours "
    r")?sincerely(?: yours)?|yours (?:truly|faithfully)|cheers|best|(?:many )?thanks(?: again| in advance| "
    r"and (?:kind |best )?regards)?|thank you(?: in advance| very much| and (?:kind |best )?regards)?"
    r"|(?:mit )?(?:freundliche[nm]?|viele[n]?|beste[n]?|liebe[n]?|schöne[n]?|herzliche[n]?) gr(?:ü(?:ß"
    r"|ss)e?n?|uss|uß)(?: aus \w+)?|mfg|lg|vg|hochachtungsvoll|(?:vielen )?dank(?: im voraus)?(?: und "
    r"(?:viele|beste|freundliche|liebe) grü(?:ß|ss)e)?|(?:bien )?cordialement|bien à vous|salutations(?: "
    r"distinguées)?|sincères salutations|merci(?: d'avance| beaucoup)?|(?:un |reciban? un )?(?:cordial "
    r")?saludos?(?: cordial(?:es)?)?|atentamente|gracias(?: de antemano)?|muchas gracias|cordiali saluti"
    r"|distinti saluti|(?:un )?saluti?|grazie(?: mille)?|atenciosamente|cumprimentos|obrigad[oa]|abraços?"
    r"|met vriendelijke groet(?:en)?|groet(?:en|jes)?|pozdrawiam|z poważaniem|saygılarımla|teşekkürler|с "
    r"уважением|спасибо)[ \t]*[,.!:–-]*[ \t]*)$",
    re.M | re.I,
)
_BREAK = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？]+|[\n\r]+|(?<=\s)[-–•*](?=\s)", re.S)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:\d{1,2}|[^\W\d_]|nr|no|nº|n°|núm|num|art|bzw|ca|dr|mr|mrs|ms|prof|st|str|inkl|incl|tel"
    r"|ext|approx|vs|z\.b|d\.h|e\.g|i\.e|u\.s|sr|sra|mme|av|etc|usw|evtl|ggf)$",
    re.I,
)
_WORD = re.compile(r"\w", re.U)


@dataclass(frozen=True)
class Sentence:
    """A piece of the text: `text[start:end]` after markup was blanked out."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Prepared:
    """A text ready to be read.

    `plain` keeps the indices of the original (everything but text is blanked), `body` is the range of the message
    itself, `sentences` are its parts.
    """

    plain: str
    body: tuple[int, int]
    sentences: tuple[Sentence, ...]


def prepare(text: str) -> Prepared:
    """Reads any string, also a broken one; looks at the first 20,000 characters only."""
    plain = _SURROGATE.sub("\ufffd", text[:READ_LIMIT])
    plain = _CONTROL.sub(" ", plain)
    for pattern in (_TAG, _HTML_ENTITY):
        plain = pattern.sub(_blank, plain)
    start, end = _body(plain)
    sentences = tuple(_sentences(plain, start, end))
    if not sentences and plain.strip():
        start, end = 0, len(plain)
        sentences = tuple(_sentences(plain, start, end))
    return Prepared(plain, (start, end), sentences)


def squeeze(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, ended at a word with an ellipsis where something was left out."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    if not text[limit - 1].isspace():
        space = head.rfind(" ")
        if space > limit // 2:
            head = head[:space]
    return head.rstrip(" ,;:-–.") + "…"


def _blank(match: re.Match[str]) -> str:
    return "".join("\n" if c == "\n" else " " for c in match.group())


def _body(plain: str) -> tuple[int, int]:
    end = len(plain)
    quote = _QUOTE_HEAD.search(plain)
    if quote and plain[: quote.start()].strip():
        end = quote.start()
    start = 0
    greeting = _GREETING.match(plain, 0, end)
    if greeting and _WORD.search(plain, greeting.end(), end):
        start = greeting.end()
    for sign_off in SIGN_OFF.finditer(plain, start, end):
        if plain[start : sign_off.start()].strip() and end - sign_off.end() <= 400:
            return start, sign_off.start()
    return start, end


def _sentences(plain: str, start: int, end: int) -> list[Sentence]:
    found: list[Sentence] = []
    quoted = [m.span() for m in _QUOTED_LINE.finditer(plain, start, end)]
    starts = [first for first, _ in quoted]
    here = start
    for stop in _breaks(plain, start, end):
        before = bisect_right(starts, here) - 1
        if before < 0 or here + len(plain[here:stop].rstrip()) > quoted[before][1]:
            found.extend(_pieces(plain, here, stop))
        here = stop
    return found


def _breaks(plain: str, start: int, end: int) -> list[int]:
    stops = []
    for match in _BREAK.finditer(plain, start, end):
        if match.group() == "." and _ABBREVIATION.search(plain, max(start, match.start() - 8), match.start()):
            continue
        stops.append(match.end())
    return [*stops, end]


def _pieces(plain: str, start: int, end: int) -> list[Sentence]:
    raw = plain[start:end]
    start += len(raw) - len(raw.lstrip())
    end = start + len(raw.strip())
    if start >= end or not _WORD.search(plain, start, end):
        return []
    pieces = []
    while end - start > SENTENCE_LIMIT:
        space = plain.rfind(" ", start + SENTENCE_LIMIT // 2, start + SENTENCE_LIMIT)
        middle = space if space > 0 else start + SENTENCE_LIMIT
        pieces.append(Sentence(plain[start:middle], start, middle))
        start = middle
    pieces.append(Sentence(plain[start:end], start, end))
    return pieces
