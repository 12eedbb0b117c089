"""Extracts the new text of a reply, without the quoted mail that it answers."""

import re

from mailparser_reply import EmailReplyParser

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "da", "sv", "cs")
# What the library sees of a text, so that its patterns end in good time on hostile texts.
MOST_LINES = 600
MOST_LINE = 400
# Lines that mail programs put before what they quote, which the library leaves standing.
_SEPARATOR = re.compile(
    r"[\s*]*(?:_{20,}|-{20,}|-{2,} ?(?:original(?:nachricht|nachricht.?| message|e nachricht)|"
    r"urspr(?:ü|ue)ngliche nachricht|message d['’]origine|mensaje original|messaggio originale|"
    r"oorspronkelijk bericht) ?-{2,})[\s*]*",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"forwarded message|weitergeleitete[n]? nachricht|message transféré|mensaje reenviado|messaggio inoltrato|"
    r"doorgestuurd bericht|mensagem encaminhada",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\s{0,3}>")


def new_text(text: str, *, is_forward: bool = False) -> str:
    """The text without the quoted mail; all of it if nothing else would be left."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept = _without_quoted(lines if is_forward else _without_answered(lines))
    while kept and (not kept[-1] or _SEPARATOR.fullmatch(kept[-1])):
        kept.pop()
    return _joined(kept) or _joined(lines)


def _without_answered(lines: list[str]) -> list[str]:
    """What stands above the header of the mail that is answered; also what is between and below its marked lines."""
    seen = [line.strip() if len(line) <= MOST_LINE else "…" for line in lines[:MOST_LINES]]
    replies = EmailReplyParser(languages=list(LANGUAGES)).read("\n".join(seen)).replies
    header = next((reply.headers for reply in replies if reply.headers), "").split("\n")
    begin = _place(seen, header[0]) if header[0] else len(seen)
    begin = min(begin, next((n for n, line in enumerate(seen) if _is_separator(seen, n, line)), begin))
    below = lines[begin + len(header) :]
    if begin == len(seen) or any(_FORWARD.search(line) for line in seen[max(0, begin - 3) : begin + 1]):
        return lines
    if _QUOTED.match(next((line for line in below if line), "")):
        return lines[:begin] + below
    return lines[:begin] if begin else lines


def _place(seen: list[str], line: str) -> int:
    return next((n for n, other in enumerate(seen) if other == line), len(seen))


def _is_separator(seen: list[str], place: int, line: str) -> bool:
    """A line of dashes alone separates nothing: a header must follow it."""
    if not line or len(line) > MOST_LINE or not _SEPARATOR.fullmatch(line):
        return False
    after = [other for other in seen[place + 1 : place + 4] if other]
    return bool(after) and re.match(r"[*\s]*[A-ZÀ-Ž][\w-]{1,14}\s?:", after[0]) is not None


def _without_quoted(lines: list[str]) -> list[str]:
    """Without lines marked as quoted, and the line that says whose they are."""
    kept: list[str] = []
    was_quoted = False
    for line in lines:
        is_quoted = _QUOTED.match(line) is not None
        if is_quoted and not was_quoted:
            _drop_attribution(kept)
        if not is_quoted:
            kept.append(line)
        was_quoted = is_quoted
    return kept


def _drop_attribution(kept: list[str]) -> None:
    """Of up to two lines before a quotation that end in a colon and hold a date or an address."""
    while kept and not kept[-1]:
        kept.pop()
    last = kept[-1] if kept else ""
    if last.endswith(":") and len(last) <= MOST_LINE and re.search(r"\d|@|<", last):
        kept.pop()


def _joined(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
