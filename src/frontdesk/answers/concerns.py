"""What a message asks: its questions one by one, each with what was said before it."""

import re
from dataclasses import dataclass

from frontdesk.answers.passages import even, pieces_of, plain
from frontdesk.answers.words import content_of, terms_of

_MOST = 4
_ENOUGH = 2
_LONGEST = 600
_ASKS = re.compile(r"[?？¿؟]")
_LIST = re.compile(r"(?<=[?？])\s+|\n+")
_GREETING = re.compile(
    r"^\s*(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|hallo|guten (?:tag|morgen|abend)|moin|servus"
    r"|sehr geehrte|liebe[rs]?|bonjour|bonsoir|salut|madame|monsieur|hola|buen[oa]s (?:d[ií]as|tardes|noches)|ciao"
    r"|buongiorno|buonasera|salve|olá|bom dia|boa tarde|beste"
    r"|geachte|goedemorgen|goedemiddag|goedendag)\b[^,!.?\n]{0,40}"
    r"[,!.\n]+\s*)+",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that is asked, in the customer's words, and what the message said before it."""

    text: str
    before: str = ""


def concerns_of(message: str) -> tuple[Concern, ...]:
    """The questions of a message in order, at most four; all of it where it asks one thing or none."""
    body = _GREETING.sub("", message) or message
    sentences = [even(plain(part)) for part in _parts(body)]
    said = [part for part in sentences if content_of(part) or _ASKS.search(part)]
    asked = [i for i, part in enumerate(said) if _ASKS.search(part)]
    if len(asked) < 2:
        return (Concern(_whole(said, asked) or even(message)[:_LONGEST]),)
    found: list[Concern] = []
    start = 0
    for i in asked[:_MOST]:
        before = " ".join(said[start:i])[-_LONGEST:]
        start = i + 1
        if not before and found and len(terms_of(said[i])) < _ENOUGH:
            before = found[-1].text
        found.append(Concern(said[i][:_LONGEST], before))
    return tuple(found)


def _parts(body: str) -> list[str]:
    return [piece for start, end in pieces_of(body) for piece in _LIST.split(body[start:end]) if piece.strip()]


def _whole(said: list[str], asked: list[int]) -> str:
    """All that was said, the question last where there is too much."""
    whole = " ".join(said)
    if len(whole) <= _LONGEST or not asked:
        return whole[:_LONGEST]
    return f"{whole[: _LONGEST - len(said[asked[0]])]} {said[asked[0]]}"[:_LONGEST]
