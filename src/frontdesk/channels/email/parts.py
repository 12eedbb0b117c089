"""Walks the parts of a mail and finds the text and the files, within limits."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message

from frontdesk.channels.email.charsets import text_of
from frontdesk.channels.email.headers import decoded, raw
from frontdesk.channels.email.html import text_of_html
from frontdesk.channels.email.quoting import new_text

MEGABYTE = 1024 * 1024
MOST_PARTS = 500
MOST_DEPTH = 40
MOST_FILE_BYTES = 20 * MEGABYTE
MOST_BYTES = 30 * MEGABYTE
MOST_FILES = 100
MOST_TEXT_BYTES = 2 * MEGABYTE
MOST_NAME = 200
SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
SEALED = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
ENCRYPTED = "This message is encrypted. It is kept as it came; the sender has to send it unencrypted."
SEALED_TEXT = "This message is wrapped in an S/MIME envelope that cannot be opened here. It is kept as it came."
# Of invitations (RFC 5545) the few properties that people read.
_OF_CALENDAR = {"SUMMARY": "", "DTSTART": "Begin: ", "DTEND": "End: ", "LOCATION": "Place: ", "DESCRIPTION": ""}
MOST_CALENDAR = 20_000
_FOLD = re.compile(r"\r?\n[ \t]")
_ESCAPED = re.compile(r"\\([nN,;\\])")
_PROPERTY = re.compile(r"([A-Z-]{1,40})(?:;[^:\n]{0,300})?:(.*)")


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a mail; the name is for showing only and holds no path."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a mail holds. `left_out` names, for people, what was too large or too much."""

    text: str
    files: tuple[File, ...] = ()
    left_out: tuple[str, ...] = ()


def contents(mail: Message, *, is_forward: bool = False) -> Contents:
    """The new text of the sender, and the files of the mail."""
    gathered = _Gathered(is_forward)
    for part in _leaves(mail):
        gathered.take(part)
    return gathered.contents()


def _leaves(mail: Message) -> Iterator[Message]:
    """The parts to read, in order: the best of alternatives, and the content of signed parts."""
    waiting, seen = [(mail, 0)], 0
    while waiting and seen < MOST_PARTS:
        part, depth = waiting.pop()
        seen += 1
        inside = part.get_payload() if part.is_multipart() else None
        kind = _kind(part)
        if kind == "multipart/encrypted" or not isinstance(inside, list) or kind.startswith("message/"):
            yield part
        elif depth < MOST_DEPTH:
            chosen = _chosen(kind, [p for p in inside if isinstance(p, Message)])
            waiting += [(p, depth + 1) for p in reversed(chosen)]


def _chosen(kind: str, parts: list[Message]) -> list[Message]:
    """The part of `multipart/alternative` to read: plain text unless blank, else the richest; with its files."""
    if kind != "multipart/alternative":
        return parts
    plain = [p for p in parts if _kind(p) == "text/plain" and _text(p).strip()]
    others = [p for p in parts if _kind(p) == "text/calendar" or p.get_content_disposition() == "attachment"]
    rich = [p for p in parts if _kind(p) not in ("text/plain", "text/calendar") and p not in others]
    best = plain[-1:] or rich[-1:] or parts[-1:]
    inside = [p for p in rich if p not in best and _kind(p).startswith("multipart/")]
    return [*best, *(f for p in inside for f in _files_in(p)), *(p for p in others if p not in best)]


def _files_in(part: Message) -> list[Message]:
    """The files beside a rich alternative that is not shown (Outlook and Apple Mail put attachments there)."""
    inside = part.get_payload()
    found = [p for p in inside if isinstance(p, Message)] if isinstance(inside, list) else []
    return [p for p in found if p.get_content_disposition() == "attachment"]


class _Gathered:
    """Texts and files as they are met, within limits."""

    def __init__(self, is_forward: bool) -> None:
        self._is_forward = is_forward
        self._texts: list[str] = []
        self._otherwise: list[str] = []
        self._files: list[File] = []
        self._left_out: list[str] = []
        self._bytes = 0

    def take(self, part: Message) -> None:
        kind = _kind(part)
        if kind == "multipart/encrypted":
            self._otherwise.append(ENCRYPTED)
            self._keep(part, "encrypted.eml", part.as_bytes)
        elif kind in SEALED:
            self._otherwise.append(SEALED_TEXT)
            self._keep_payload(part, "smime.p7m")
        elif kind.startswith("message/") and part.is_multipart():
            self._keep(part, "message.eml", lambda: _attached_mail(part))
        elif kind in ("text/plain", "text/html") and not _is_file(part):
            self._texts.append(self._read(part, kind))
        elif kind == "text/calendar" and not _is_file(part):
            self._otherwise.append(_text_of_calendar(_text(part)))
            self._keep_payload(part, "invitation.ics")
        elif kind not in SIGNATURES:
            self._keep_payload(part, "file")

    def contents(self) -> Contents:
        text = "\n\n".join(text for text in self._texts if text) or "\n\n".join(t for t in self._otherwise if t)
        return Contents(text, tuple(self._files), tuple(self._left_out))

    def _read(self, part: Message, kind: str) -> str:
        text = _text(part)
        if kind == "text/html":
            text = text_of_html(text, is_forward=self._is_forward)
        return new_text(text, is_forward=self._is_forward)

    def _keep_payload(self, part: Message, name: str) -> None:
        self._keep(part, name, lambda: _payload(part))

    def _keep(self, part: Message, otherwise: str, content: Callable[[], bytes]) -> None:
        name = _file_name(part) or otherwise
        if len(self._files) >= MOST_FILES:
            self._left_out.append(f"{name}: more than {MOST_FILES} files")
            return
        data = content()
        if len(data) > MOST_FILE_BYTES or self._bytes + len(data) > MOST_BYTES:
            self._left_out.append(f"{name}: {len(data) / MEGABYTE:.1f} MB is more than is taken")
        elif data:
            self._bytes += len(data)
            self._files.append(File(name, _kind(part)[:100], data))


def _kind(part: Message) -> str:
    return part.get_content_type()


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_file_name(part))


def _text(part: Message) -> str:
    """The text of a part; its charset may be unknown or wrong."""
    return text_of(_payload(part)[:MOST_TEXT_BYTES], _charset(part))


def _payload(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset() or ""
    except (LookupError, ValueError):
        return ""


def _attached_mail(part: Message) -> bytes:
    """An attached mail as a file, unchanged."""
    inside = part.get_payload()
    first = inside[0] if isinstance(inside, list) and inside else None
    return first.as_bytes() if isinstance(first, Message) else b""


def _file_name(part: Message) -> str:
    """The name to show: the last piece of a path, printable, at most 200 characters, its ending kept."""
    try:
        name = decoded(part.get_filename() or "")
    except (LookupError, ValueError, TypeError):
        name = decoded(raw(part, "Content-Disposition").partition("filename=")[2])
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*').strip(" .")
    return clean if len(clean) <= MOST_NAME else clean[: MOST_NAME - 10] + clean[-10:]


def _text_of_calendar(text: str) -> str:
    """Title, times, place and description of the first event, one a line."""
    _, _, event = _FOLD.sub("", text[:MOST_CALENDAR]).partition("BEGIN:VEVENT")
    lines = []
    for line in event.partition("END:VEVENT")[0].splitlines():
        found = _PROPERTY.fullmatch(line.strip())
        if found and found[1] in _OF_CALENDAR and found[2].strip():
            lines.append(_OF_CALENDAR[found[1]] + _ESCAPED.sub(_meant, found[2]).strip())
    return "\n".join(lines)


def _meant(match: re.Match[str]) -> str:
    return "\n" if match[1] in "nN" else match[1]
