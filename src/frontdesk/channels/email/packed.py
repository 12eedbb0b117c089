"""Reads what is packed into a part: invitations, business cards, flowed lines, signed content, winmail.dat."""

import re

from frontdesk.channels.email.charsets import text_of
from frontdesk.channels.email.wording import labels

_OF_CALENDAR, _OF_CARD, _STATES = labels("calendar"), labels("card"), labels("invitation")
MOST_CHARACTERS = 20_000
MOST_LINES = 60
MOST_PIECES = 20_000
MOST_DEPTH = 30
TNEF = b"\x78\x9f\x3e\x22"
# The attributes of winmail.dat (MS-OXTNEF, 2.1.3.2): text, beginning of a file, its name, its content.
_BODY, _RENDERING, _TITLE, _CONTENT = 0x800C, 0x9002, 0x8010, 0x800F
_FOLD = re.compile(r"\r?\n[ \t]")
_ESCAPED = re.compile(r"\\([nN,;\\])")
_PROPERTY = re.compile(
    r"(?:[\w-]{1,40}\.)?([A-Z-]{1,40})(;(?:[^:\"\n]|\"[^\"\n]{0,300}\"){0,600})?:(.*)", re.IGNORECASE
)


def text_of_calendar(text: str) -> str:
    """What becomes of the first event, its title, times, place, people and description, one a line."""
    text = _FOLD.sub("", text[:MOST_CHARACTERS])
    method = re.search(r"(?m)^METHOD:\s*(\w+)", text)
    event = text.partition("BEGIN:VEVENT")[2].partition("BEGIN:VALARM")[0].partition("END:VEVENT")[0]
    said = [_STATES.get(method[1].upper(), "") if method else "", *_properties(event, _OF_CALENDAR)]
    return "\n".join(filter(None, said))


def text_of_card(text: str) -> str:
    """Name, company and how to reach them, one a line."""
    return "\n".join(_properties(_FOLD.sub("", text[:MOST_CHARACTERS]), _OF_CARD))


def _properties(text: str, wanted: dict[str, str]) -> list[str]:
    lines = []
    for line in text.splitlines()[:2000]:
        found = _PROPERTY.fullmatch(line.strip())
        value = _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], found[3]).strip() if found else ""
        if found is None or found[1].upper() not in wanted or not value:
            continue
        state = re.search(r"PARTSTAT=(\w+)", found[2] or "", re.IGNORECASE)
        label = _STATES.get(state[1].upper() if state else "", wanted[found[1].upper()])
        name = re.search(r"CN=\"?([^;:\"]+)", found[2] or "", re.IGNORECASE)
        value = re.sub(r"(?i)^mailto:", "", value)
        value = f"{name[1]} <{value}>" if name else value
        lines.append(label + (" ".join(filter(None, value.split(";"))) if wanted is _OF_CARD else value))
    return lines[:MOST_LINES]


def unflowed(text: str, *, is_joined: bool = False) -> str:
    """Lines that a program broke are whole again (RFC 3676); `is_joined`: without the blank at the break."""
    lines: list[str] = []
    was_open, depth_before = False, 0
    for line in text.replace("\r\n", "\n").split("\n"):
        marks = re.match(r">*", line)
        depth = marks.end() if marks else 0
        words = line[depth:].removeprefix(" ")
        if was_open and depth == depth_before and words != "-- ":
            lines[-1] += words
        else:
            lines.append(("> " * depth if depth else "") + words)
        was_open, depth_before = words.endswith(" ") and words != "-- ", depth
        if was_open and is_joined:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def signed_content(data: bytes) -> bytes:
    """The mail inside of an S/MIME signature that holds it (RFC 5652, 5.2); empty where there is none to be read."""
    found = b"".join(_octets(data))
    begin = re.search(rb"(?im)^content-(?:type|transfer-encoding)[ \t]*:|^mime-version:", found)
    if begin is None:
        begin, found = re.search(rb"(?i)content-type[ \t]*:", data), data
    return found[begin.start() :] if begin else b""


def _octets(data: bytes) -> list[bytes]:
    """The octet strings in front of the certificates. Lengths may be left open, contents be cut in pieces."""
    found: list[bytes] = []
    place, depth = 0, 0
    while place + 2 <= len(data) and len(found) < MOST_PIECES and depth < MOST_DEPTH:
        tag, length = data[place], data[place + 1]
        place += 2
        if length > 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[place : place + size])
            place += size
        if tag & 0x20:
            depth += 1 if not found else 0
            if found and tag in (0xA0, 0x31):  # certificates, signers
                break
        elif tag == 0x04:
            found.append(data[place : place + length])
            place += length
        else:
            if found and tag:
                break
            place += length
    return found


def unpacked(data: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    """The text and the files, each with its name, of a winmail.dat (MS-OXTNEF)."""
    text, files = "", list[list[bytes]]()
    place = 6 if data.startswith(TNEF) else len(data)
    while place + 9 < len(data):
        attribute, length = (
            int.from_bytes(data[n : n + size], "little") for n, size in ((place + 1, 2), (place + 5, 4))
        )
        content = data[place + 9 : place + 9 + length]
        place += 11 + length
        if attribute == _BODY:
            text = text_of(content.rstrip(b"\x00"))
        elif attribute == _RENDERING:
            files.append([b"", b""])
        elif files and attribute in (_TITLE, _CONTENT):
            files[-1][attribute == _CONTENT] = content
    return text, [(text_of(name.rstrip(b"\x00")), content) for name, content in files if content]
