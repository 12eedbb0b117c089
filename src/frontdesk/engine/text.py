"""Extracts the sentences of a raw text, without greeting, quotation, markup or signature."""

import re
from dataclasses import dataclass

from .lists import any_of, read
from .own_words import split

_LISTS = read("set_phrases.toml")
READ_LIMIT = 20_000
EMBED_LIMIT = 5_000
SENTENCE_LIMIT = 400

_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_TAG = re.compile(r"<(?:!--.*?--|/?[a-zA-Z][^<>]{0,300}|(?:script|style)\b.*?</(?:script|style)\s*)>", re.S)
_HTML_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,6}|nbsp|amp|lt|gt|quot|apos);")
_GREETING = re.compile(
    rf"\s*(?:{any_of(_LISTS['greetings'])}\b(?:[ \t]+[^\s,!.:;?\n]+){{0,5}}?[ \t]*(?:[,!:;.\n]+|[-–—]+(?=\s)|$)"
    rf"|{any_of(_LISTS['unparted_greetings'])}[、。,，!！.]*)\s*",
    re.I,
)
_BREAK = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？]+|[\n\r]+|(?<=\s)[-–•*](?=\s)", re.S)
_ABBREVIATION = re.compile(rf"(?:^|[\s(]){any_of(_LISTS['abbreviations'])}$", re.I)
_WORD = re.compile(r"\w", re.U)
# A number of four digits or more, or of letters and digits, and the words that announce it.
_NUMBER = re.compile(
    r"(?:\b(?:my |meine |mi |ma |mon |il mio |o meu |mijn )?(?:order|bestell(?:ung|nummer)?|auftrag|commande|pedido"
    r"|ordine|encomenda|bestelling|zamówienie|sipariş|заказ|invoice|rechnung|facture|factura|fattura|fatura|customer"
    r"|kunden?|client|cliente|ref(?:erence)?|article|artikel)\w{0,3}[ ]?(?:(?:number|nummer|num[eé]ro|n[uú]mero|no|nr"
    r"|id|n[°ºo])\b\.?[ ]?)?(?:is|ist|est|es|è|é|:|#|-)?[ ]?|[#№])?(?<![\w.,-])"
    r"(?=[\w-]*\d[\w-]*\d[\w-]*\d[\w-]*\d)[\w-]{4,30}(?![\w%€$£])",
    re.I,
)
_WORDS = re.compile(r"[^\W\d_]{2,}")
_ENOUGH = 3
_PLACEHOLDER = re.compile(
    r"\[[^\[\]\n]{1,80}\]|<[^<>\n]{1,80}>|[^\s/]{1,80}\.(?:jpe?g|png|gif|heic|webp|pdf|docx?|xlsx?|mp[34]|m4a|ogg|opus|wav|mov"
    r"|avi|vcf|zip|eml|p7m|asc)\b|^\s*\((?:attachment|image|photo|anhang|bild|foto|sticker|voice|audio|video)[^()\n]{0,60}\)",
    re.I,
)
_ENCRYPTED = re.compile(r"-{3,} ?BEGIN PGP MESSAGE|^[A-Za-z0-9+/=\r\n]{300,}$")
_LETTERS = re.compile(r"[^\n]")


@dataclass(frozen=True)
class Sentence:
    """A piece of the text: `text[start:end]` after markup was blanked out."""

    text: str
    start: int
    end: int

    @property
    def words(self) -> str:
        """The text without numbers of orders and the like: an order's number makes a fault no delivery."""
        rest = squeeze(_NUMBER.sub(" ", self.text))
        return rest if len(_WORDS.findall(rest)) >= _ENOUGH else self.text

    @property
    def is_number_only(self) -> bool:
        """Whether it says nothing but a number and whose it is ("Order 4500012345.")."""
        return bool(_NUMBER.search(self.text)) and len(_WORDS.findall(_NUMBER.sub(" ", self.text))) < _ENOUGH


@dataclass(frozen=True)
class Prepared:
    """A text ready to be read.

    `plain` keeps the indices of the original (everything but text is blanked), `body` is the range of the message
    itself, `sentences` are its parts. `own` is `plain` without what others wrote, `signature` the writer's, and
    `reads` are the places of what was read.
    """

    plain: str
    body: tuple[int, int]
    sentences: tuple[Sentence, ...]
    own: str = ""
    signature: tuple[int, int] | None = None
    reads: tuple[tuple[int, int], ...] = ()


def prepare(text: str) -> Prepared:
    """Reads any string, also a broken one; looks at the first 20,000 characters only."""
    plain = _SURROGATE.sub("\ufffd", text[:READ_LIMIT])
    plain = _CONTROL.sub(" ", plain)
    for pattern in (_TAG, _HTML_ENTITY):
        plain = pattern.sub(_blank, plain)
    parts = split(plain)
    own = _without(plain, parts.aside)
    start = _start(own, parts.end)
    sentences = tuple(_sentences(own, start, parts.end))
    if sentences:
        return Prepared(
            plain, (start, parts.end), sentences, own, parts.signature, _reads(start, parts.end, parts.aside, own)
        )
    sentences = tuple(_sentences(own, 0, len(own)))
    return Prepared(plain, (0, len(plain)), sentences, own, None, _reads(0, len(own), (), own))


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


def _without(plain: str, aside: tuple[tuple[int, int], ...]) -> str:
    kept, here = [], 0
    for start, end in sorted(aside):
        kept.append(plain[here : max(start, here)])
        kept.append(_LETTERS.sub(" ", plain[max(start, here) : end]))
        here = max(end, here)
    return "".join(kept) + plain[here:]


def _start(own: str, end: int) -> int:
    """Where the message begins behind its greeting."""
    greeting = _GREETING.match(own, 0, end)
    return greeting.end() if greeting and _WORD.search(own, greeting.end(), end) else 0


def _reads(start: int, end: int, aside: tuple[tuple[int, int], ...], own: str) -> tuple[tuple[int, int], ...]:
    """The places between those that were set aside, without the blanks around them."""
    found, here = [], start
    for first, last in [*sorted(aside), (end, end)]:
        piece = own[here : max(min(first, end), here)]
        if piece.strip():
            begin = here + len(piece) - len(piece.lstrip())
            found.append((begin, begin + len(piece.strip())))
        here = max(here, last)
    return tuple(found)


def _sentences(plain: str, start: int, end: int) -> list[Sentence]:
    found: list[Sentence] = []
    here = start
    for stop in _breaks(plain, start, end):
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


def is_greeting(own: str) -> bool:
    """Whether a text says hello and nothing else."""
    return _GREETING.fullmatch(own.strip()) is not None


def is_wordless(own: str) -> bool:
    """Whether a text holds nothing but names of files, notes in brackets about what cannot be shown, and signs."""
    if _ENCRYPTED.search(own):
        return True
    rest = _PLACEHOLDER.sub(" ", own)
    return not _WORD.search(rest) and (rest != own or not own.strip())
