"""Tells the new text of an answer from the mail that it quotes. Nothing is dropped: what is cut is handed back too."""

import re
from collections.abc import Iterable, Sequence

from frontdesk.channels.email.wording import phrases, plain, words

# Beyond this only marked lines are known; longer lines are text.
MOST_LINES = 5000
MOST_LINE = 400
MOST_FIELDS = 30
# What the rendering of HTML puts before lines that its tags call quoted, and above the mail that is answered.
MARK, BELOW = "> ", "\ue002"
_QUOTED = re.compile(r"\s{0,3}[>＞]")
_RULE = re.compile(r"[\s*]*(?:_{10,}|-{10,}|={10,})[\s*]*")
_DASHED = re.compile(r"[\s*#]*[-—–_=\"'【\[]{2,}\s*(.{3,300}?)\s*[-—–_=\"'】\]]{2,}[\s*:#]*")
# Some programs put the whole head into one line.
_BEGINS_DASHED = re.compile(r"[\s*#]*[-—–_=\"'【\[]{2,}\s*([^-—–_=]{3,80}?)\s*[-—–_=\"'】\]]{2,}")
_FIELD = re.compile(r"\W{0,4}([^\W\d_][^:：]{0,24}?)\s*[*_]{0,2}\s*[:：]\s*[*_]{0,2}\s*(.*)")
_ADDRESS = re.compile(r"[<(\[]\s*(?:mailto:)?[^\s<>()\[\]@]{1,64}@[^\s<>()\[\]@]{1,255}")
_BARE_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.\w")
_YEAR = re.compile(r"(?<!\d)(?:[12۱۲١٢]\d{3}|\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2})(?!\d)")
_TIME = re.compile(r"(?<!\d)\d{1,2}\s?[:.hH時点點시]\s?\d{2}(?!\d)|\d\s?[ap]\.?m\b", re.IGNORECASE)
# A word of a script without blanks between words stands anywhere in a line.
_UNSPACED = 0x0590


def parted(text: str, *, is_answer: bool) -> tuple[str, str]:
    """The new text, and what is quoted with the answers between; all is new where nothing else is, or in no answer."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept, first, last = _cut(lines) if is_answer else (range(len(lines)), 0, 0)
    said = [lines[n] for n in kept]
    while said and (not said[-1] or _RULE.fullmatch(said[-1])):
        said.pop()
    if new := joined(said):
        return new, joined(lines[first:last])
    return joined(lines), ""


def joined(lines: Iterable[str]) -> str:
    """Lines as a text, without more than one empty line between."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if line != BELOW)).strip()


def _cut(lines: Sequence[str]) -> tuple[list[int], int, int]:
    """The numbers of the lines that are new, and where the others begin and end."""
    kept: list[int] = []
    first, last, place = len(lines), 0, 0
    while place < len(lines):
        begin, end = place, _end_of_marked(lines, place)
        if end > place:
            begin = _attribution_above(lines, kept)
        elif length := _head(lines, place):
            if _is_forward(lines[place][:MOST_LINE]):
                kept += range(place, len(lines))
                break
            below = next((n for n in range(place + length, len(lines)) if lines[n]), len(lines))
            end = below if below < len(lines) and _QUOTED.match(lines[below]) else len(lines)
        else:
            kept.append(place)
            place += 1
            continue
        first, last, place = min(first, place if begin < 0 else begin), end, end
    return kept, first, last


def _end_of_marked(lines: Sequence[str], place: int) -> int:
    """Where the lines marked as quoted end; the rest of a long one that was broken by a program is one of them."""
    while place < len(lines):
        was_long = len(lines[place - 1]) >= 68 and place > 0 and _QUOTED.match(lines[place - 1]) is not None
        is_rest = was_long and 0 < len(lines[place]) < 30 and place + 1 < len(lines) and _QUOTED.match(lines[place + 1])
        if not is_rest and not _QUOTED.match(lines[place]):
            break
        place += 1
    return place


def _attribution_above(lines: Sequence[str], kept: list[int]) -> int:
    """Take back the line that says whose the marked lines below are, and those that it goes on from; -1 for none."""
    while kept and not lines[kept[-1]]:
        kept.pop()
    found = -1
    if kept and _names_writer(lines[kept[-1]], is_marked=True):
        found = kept.pop()
        while kept and kept[-1] == found - 1 and not _is_dated(lines[found]) and _is_dated(lines[kept[-1]]):
            found = kept.pop()
    return found


def _head(lines: Sequence[str], place: int) -> int:
    """How many lines, from here on, are the head of what is quoted; 0: this is no head."""
    line = lines[place][:MOST_LINE]
    if not line or place > MOST_LINES:
        return 0
    if line == BELOW or _is_forward(line):
        return 1
    dashed = _BEGINS_DASHED.match(line)
    is_original = (
        dashed is not None and phrases("marks", "original").fullmatch(plain(dashed[1]).strip(" *")) is not None
    )
    if is_original or _RULE.fullmatch(line):
        below = next((n for n in range(place + 1, min(place + 4, len(lines))) if lines[n]), place)
        fields = _fields(lines, below, is_below_rule=is_original) if below > place else 0
        return fields + below - place if fields else int(is_original)
    if len(line) < 120 and phrases("marks", "above").search(plain(line)):
        return 1
    return _fields(lines, place) or _attribution(lines, place)


def _is_forward(line: str) -> bool:
    """Whether a forwarded mail begins below: it is what the customer wants to be read."""
    is_mark = _DASHED.fullmatch(line) is not None or plain(line).endswith((":", "："))
    return is_mark and len(line) < 120 and phrases("marks", "forward").search(plain(line)) is not None


def _fields(lines: Sequence[str], place: int, *, is_below_rule: bool = False) -> int:
    """How many lines the head of an answered mail has, as Outlook writes it: "From: … Sent: … To: … Subject: …"."""
    found: dict[str, str] = {}
    end = place
    for number in range(place, min(place + MOST_FIELDS, len(lines))):
        kind, value = _field(lines[number])
        if kind:
            found.setdefault(kind, value)
            end = number + 1
        elif not found or number - end >= 2 or (not lines[number] and "from" not in found):
            break
    sender, has_address = found.get("from"), "@" in found.get("from", "")
    at = found.get("sent") or found.get("date") or ""
    is_likely = "sent" in found or has_address or (_is_dated(at) and _TIME.search(at) is not None)
    is_whole = "subject" in found and bool(found.keys() & {"sent", "date", "to"})
    is_head = is_likely and (is_whole or (has_address and bool(at)))
    return end - place if sender is not None and (is_head or (is_below_rule and len(found) > 1)) else 0


def _field(line: str) -> tuple[str, str]:
    """Which field of a head a line is, and its value; empty where it is none."""
    match = _FIELD.fullmatch(line) if len(line) <= MOST_LINE else None
    key = plain(match[1]) if match else ""
    kinds = ("from", "sent", "date", "to", "subject", "other")
    kind = next((kind for kind in kinds if key and key in words("header", kind)), "")
    return (kind, match[2]) if match and kind else ("", "")


def _attribution(lines: Sequence[str], place: int) -> int:
    """How many lines say who wrote what follows; a program may have broken that line."""
    for length in range(1, 5):
        run = [re.split(r"(?<=[:：])\s{2,}", line[: 2 * MOST_LINE])[0] for line in lines[place : place + length]]
        if len(run) < length or not all(run) or (length > 1 and not _is_dated(run[0])):
            return 0
        if length > 1 and _is_dated(" ".join(run[1:])) and _names_writer(" ".join(run[1:])):
            return 0
        below = next((n for n in range(place + length, len(lines)) if lines[n]), place)
        if _names_writer(" ".join(run), is_marked=_QUOTED.match(lines[below]) is not None):
            return length
    return 0


def _names_writer(line: str, *, is_marked: bool = False) -> bool:
    """Whether a line tells who wrote what follows: with address and time, or with a word such as "wrote"."""
    if len(line) > MOST_LINE:
        return False
    dashed = _DASHED.fullmatch(line)
    said = plain(dashed[1] if dashed else line).strip("*_ ")
    if not said.endswith((":", "：")) and not dashed:
        return False
    tokens = set(re.findall(r"\w+", said))
    wrote = any(verb in (said if ord(verb[0]) > _UNSPACED else tokens) for verb in words("wrote"))
    has_time, has_address = _TIME.search(said) is not None, _ADDRESS.search(said) is not None
    if has_address or (wrote and _BARE_ADDRESS.search(said)):
        return wrote or has_time or _is_dated(said)
    is_own = bool(tokens & words("own", "words"))
    return wrote and not is_own and (is_marked or (has_time and _is_dated(said)))


def _is_dated(line: str) -> bool:
    return _YEAR.search(line) is not None
