"""Reads header fields: words in any charset (RFC 2047), addresses (RFC 5322), message ids. Never fails."""

import base64
import binascii
import hashlib
import quopri
import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from frontdesk.channels.email.charsets import text_of

MOST_VALUE = 20_000
MOST_ADDRESSES = 200
MOST_IDS = 100
ID_LENGTH = 200
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_FOLD = re.compile(r"\r?\n[ \t]*|\r")
_ID = re.compile(r"<([^<>\s]{1,996})>")
# A name and one address; the name may hold signs that have a meaning in lists.
_BRACKETED = re.compile(r"([^<>]*)<+([^<>@]{1,80}@[^<>@]{1,255})>*(?:[\s;]|\([^()]*\))*")
_LISTED = re.compile(r"@[^\s,;]*\s*[,;]|:")
_ADDRESS = re.compile(r"[^@\s<>,;:\"()]{1,64}@[^@\s<>,;:\"()]{1,255}")


def field(mail: Message, name: str) -> str:
    """The first field of this name as text, unfolded and decoded, empty where there is none."""
    return decoded(raw(mail, name))


def raw(mail: Message, name: str) -> str:
    """The first field of this name as it stands; foreign bytes are surrogates."""
    return next(iter(raws(mail, name)), "")


def raws(mail: Message, name: str) -> list[str]:
    """All fields of this name as they stand. (`Message.get` would decode, and fails on some.)"""
    return [str(value)[:MOST_VALUE] for key, value in mail.raw_items() if key.lower() == name.lower()]


def has(mail: Message, prefix: str) -> bool:
    """Whether any field's name begins so."""
    return any(key.lower().startswith(prefix.lower()) for key, _ in mail.raw_items())


def decoded(value: str) -> str:
    """A field's value as text: foreign bytes read, encoded words decoded, whitespace made one blank."""
    text = _FOLD.sub(" ", _without_surrogates(value))
    return " ".join(_words(_BETWEEN.sub(r"\1", text)).split())


def addresses(values: list[str]) -> tuple[tuple[str, str], ...]:
    """(name, address) of every mailbox that the fields name; what is no address is left out."""
    found: list[tuple[str, str]] = []
    for value in [_FOLD.sub(" ", _without_surrogates(v)) for v in values]:
        if (alone := _BRACKETED.fullmatch(value)) and not _LISTED.search(re.sub(r'"[^"]*"', "", alone[1])):
            pairs = [(alone[1].strip().strip("\"'"), re.sub(r"\s", "", alone[2]))]
        else:
            pairs = getaddresses([value])[:MOST_ADDRESSES]
        for name, address in pairs:
            match = _ADDRESS.fullmatch(address.strip()) or _ADDRESS.search(
                f"{address} {name}" if "@" in name + address else ""
            )
            if match:
                rest = address.replace(match.group(), "").strip(' \t<>"') if match.group() != address else ""
                found.append((decoded(name or rest).strip("\"'") if name != match.group() else "", match.group()))
    return tuple(found[:MOST_ADDRESSES])


def ids(values: list[str]) -> tuple[str, ...]:
    """The message ids in these fields, without brackets, in order, each once; of very many the first and the last."""
    found = [part for value in values for part in _ID.findall(_FOLD.sub("", _without_surrogates(value)))]
    each = list(dict.fromkeys(found))
    return tuple(each if len(each) <= MOST_IDS else [each[0], *each[1 - MOST_IDS :]])


def short_id(message_id: str) -> str:
    """A message id as it is stored: itself, or its SHA-256 where it is longer than a key may be."""
    printable = "".join(c for c in message_id if c.isprintable())
    if len(printable) <= ID_LENGTH and printable == message_id:
        return message_id
    return f"sha256:{hashlib.sha256(message_id.encode('utf-8', 'surrogatepass')).hexdigest()}"


def moment(value: str) -> datetime | None:
    """The time of a Date field in UTC, None where it tells none."""
    try:
        at = parsedate_to_datetime(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def _without_surrogates(value: str) -> str:
    """Foreign bytes, which the parser keeps as surrogates, read as text."""
    if value.isascii():
        return value
    return text_of(value.encode("utf-8", "surrogateescape"))


def _words(text: str) -> str:
    """Encoded words decoded. Neighbours of one charset are read together: some split a character between them."""
    pieces: list[str] = []
    pending, charset, end = b"", "", 0
    for match in _WORD.finditer(text):
        between = text[end : match.start()]
        if (between or match[1].lower() != charset) and charset:
            pieces.append(text_of(pending, charset))
            pending = b""
        pieces.append(between)
        charset = match[1].partition("*")[0].lower()
        pending += _bytes(match[2], match[3])
        end = match.end()
    if charset:
        pieces.append(text_of(pending, charset))
    return "".join([*pieces, text[end:]])


def _bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(data, header=True)
    try:
        return base64.b64decode(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return data
