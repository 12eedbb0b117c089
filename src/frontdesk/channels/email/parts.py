"""Walks the parts of a mail and finds the text and the files, within limits."""

import mimetypes
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, message_from_string
from email.message import Message
from email.policy import compat32
from functools import partial
from itertools import islice
from urllib.parse import unquote_to_bytes

from frontdesk.channels.email.charsets import text_of
from frontdesk.channels.email.headers import decoded, raw
from frontdesk.channels.email.html import text_of_html, without_tags
from frontdesk.channels.email.packed import signed_content, text_of_calendar, text_of_card, unflowed, unpacked
from frontdesk.channels.email.quoting import parted
from frontdesk.channels.email.wording import words

MEGABYTE = 1024 * 1024
MOST_PARTS = 500
MOST_DEPTH = 40
MOST_FILE_BYTES = 20 * MEGABYTE
MOST_BYTES = 30 * MEGABYTE
MOST_FILES = 100
MOST_TEXT_BYTES = 2 * MEGABYTE
MOST_NAME = 200
BODIES = ("text/plain", "text/html")
ENCRYPTED = "This message is encrypted. It is kept as it came; the sender has to send it unencrypted."
SEALED_TEXT = "This message is wrapped in an S/MIME envelope that cannot be opened here. It is kept as it came."
# So many mails inside of one another are shown, each with these fields.
MOST_MAILS = 3
SHOWN = ("From", "To", "Date", "Subject")
# Of a plain part that says less than this share of the HTML part's words the HTML part is read.
LEAST_SHARE, MOST_MISSING = 0.7, 4
MOST_COMPARED = 100_000
_WORD = re.compile(r"\w+")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/([a-z]{1,10});base64,([A-Za-z0-9+/=\s]{40,})")
_DELIMITER = re.compile(r"^--(\S[^\r\n]{0,200}?)[ \t]*\r?\n(?=content-)", re.IGNORECASE | re.MULTILINE)
_PGP_HEAD = re.compile(r"-----BEGIN PGP SIGNED MESSAGE-----\s*(?:Hash:[^\n]{0,80}\s*)?")
_PGP_SIGNATURE = re.compile(r"-----BEGIN PGP SIGNATURE-----.*?(?:-----END PGP SIGNATURE-----|\Z)", re.DOTALL)


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
    quoted: str = ""
    files: tuple[File, ...] = ()
    left_out: tuple[str, ...] = ()


def contents(mail: Message, *, is_answer: bool = False, depth: int = 0) -> Contents:
    """The new text of the sender, what is quoted of earlier mails, and the files of the mail."""
    gathered = _Gathered(mail, is_answer, depth)
    for part in _leaves(mail):
        gathered.take(part)
    return gathered.contents()


def _leaves(mail: Message) -> Iterator[Message]:
    """The parts to read, in order: the best of alternatives with the files of all, and the content of signed parts."""
    waiting, seen = [(mail, 0)], 0
    while waiting and seen < MOST_PARTS:
        part, depth = waiting.pop()
        seen += 1
        kind = _kind(part)
        if kind in words("types", "sealed") and (opened := signed_content(_payload(part))):
            waiting.append((message_from_bytes(opened, policy=compat32), depth + 1))
            continue
        if kind.startswith("multipart/") and not part.is_multipart():
            part = _mended(part)
        inside = part.get_payload() if part.is_multipart() else None
        if kind == "multipart/encrypted" or not isinstance(inside, list) or kind.startswith("message/"):
            yield part
        elif depth < MOST_DEPTH:
            chosen = _chosen(kind, [p for p in inside if isinstance(p, Message)])
            waiting += [(p, depth + 1) for p in reversed(chosen)]


def _mended(part: Message) -> Message:
    """A multipart whose delimiter is not the one that it names is read by that which is there, else as text."""
    text = part.get_payload()
    body = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else b""
    found = _DELIMITER.search(body[:MOST_TEXT_BYTES].decode("latin-1"))
    if found is None:
        kind = "html" if b"<html" in body[:2000].lower() else "plain"
        return message_from_bytes(f"Content-Type: text/{kind}\n\n".encode() + body, policy=compat32)
    kind = "alternative" if _kind(part) == "multipart/alternative" else "mixed"
    head = f'Content-Type: multipart/{kind}; boundary="{found[1].replace(chr(34), "")}"\n\n'
    return message_from_bytes(head.encode("latin-1") + body, policy=compat32)


def _chosen(kind: str, parts: list[Message]) -> list[Message]:
    """Of alternatives the one to read: plain text, unless HTML says more; and the files beside the others.

    Outlook and Apple Mail put pictures and attachments there.
    """
    if kind != "multipart/alternative":
        return parts
    plain = next((p for p in reversed(parts) if _kind(p) == "text/plain" and _text(p).strip()), None)
    rich = [p for p in parts if _kind(p) == "text/html" or _kind(p).startswith("multipart/")]
    said, shown = (_vocabulary([plain]) if plain else set()), _vocabulary(rich)
    says_less = len(shown - said) >= MOST_MISSING and len(said & shown) < LEAST_SHARE * len(shown)
    best = rich[-1] if rich and (plain is None or says_less) else plain or parts[-1] if parts else None
    return [leaf for p in parts for leaf in ([p] if p is best else _inside(p)) if p is best or not _is_body(leaf)]


def _vocabulary(parts: Iterable[Message]) -> set[str]:
    """The words of the texts in these parts, roughly."""
    leaves = (leaf for part in parts for leaf in _inside(part) if _is_body(leaf))
    return {word for leaf in leaves for word in _WORD.findall(without_tags(_text(leaf)[:MOST_COMPARED]).lower())}


def _inside(part: Message) -> Iterator[Message]:
    """All parts in it that hold no others, but for attached mails, which stay whole."""
    waiting, seen = [part], 0
    while waiting and seen < MOST_PARTS:
        each = waiting.pop()
        seen += 1
        inside = each.get_payload() if _kind(each).startswith("multipart/") else None
        if isinstance(inside, list):
            waiting += [p for p in reversed(inside) if isinstance(p, Message)]
        else:
            yield each


class _Gathered:
    """Texts and files as they are met, within limits."""

    def __init__(self, mail: Message, is_answer: bool, depth: int) -> None:
        self._mail, self._is_answer, self._depth = mail, is_answer, depth
        self._pictures = {raw(p, "Content-ID").strip(" <>"): _file_name(p) for p in islice(mail.walk(), MOST_PARTS)}
        self._is_report = _kind(mail) == "multipart/report"
        self._texts: list[tuple[str, str]] = []
        self._added: list[str] = []
        self._files: list[File] = []
        self._left_out: list[str] = []
        self._bytes = 0

    def take(self, part: Message) -> None:
        kind = _kind(part)
        if kind == "multipart/encrypted":
            self._added.append(ENCRYPTED)
            self._keep(part, "encrypted.eml", part.as_bytes)
        elif kind in words("types", "sealed"):
            self._added.append(SEALED_TEXT)
            self._keep_payload(part, "smime.p7m")
        elif kind.startswith("message/") and part.is_multipart():
            self._take_mail(part)
        elif _is_body(part) or (kind in BODIES and self._is_named_body(part)):
            self._texts.append(self._read(part, kind))
        elif kind in words("types", "calendars"):
            self._added.append(text_of_calendar(_text(part)))
            self._keep_payload(part, "invitation.ics")
        elif kind in words("types", "cards"):
            self._added.append(text_of_card(_text(part)))
            self._keep_payload(part, "contact.vcf")
        elif kind in words("types", "outlook") or _file_name(part).lower() == "winmail.dat":
            self._take_packed(part)
        elif kind not in words("types", "signatures") | words("types", "unread"):
            self._keep_payload(part, "file")

    def contents(self) -> Contents:
        """Where nothing is new, and no file came, the whole is what the sender wants to be read."""
        new = [text for text, _ in self._texts if text] + [text for text in self._added if text]
        quoted = "\n\n".join(quoted for _, quoted in self._texts if quoted)
        if not new and not self._files:
            new, quoted = [re.sub(r"(?m)^> ?", "", quoted)], ""
        return Contents("\n\n".join(new), quoted, tuple(self._files), tuple(self._left_out))

    def _is_named_body(self, part: Message) -> bool:
        """Some programs give the text itself a name; as a file of its own it would have a text before it."""
        is_first = not self._texts and not self._files
        return part is self._mail or (is_first and part.get_content_disposition() != "attachment")

    def _read(self, part: Message, kind: str) -> tuple[str, str]:
        text = _text(part)
        if kind == "text/html":
            for picture, data in _PICTURE.findall(text)[:MOST_FILES]:
                head = f"Content-Type: image/{picture}; name=picture.{picture}\nContent-Transfer-Encoding: base64\n\n"
                self._keep_payload(message_from_string(head + data), "picture")
            text = text_of_html(text, is_answer=self._is_answer, pictures=self._pictures)
            return parted(text, is_answer=self._is_answer)
        if str(part.get_param("format", "")).lower() == "flowed":
            text = unflowed(text, is_joined=str(part.get_param("delsp", "")).lower() == "yes")
        for identity, name in self._pictures.items():
            text = text.replace(f"[cid:{identity}]", f"[image: {name}]") if identity and name else text
        if "-----BEGIN PGP MESSAGE-----" in text:
            self._added.append(ENCRYPTED)
        return parted(_PGP_SIGNATURE.sub("", _PGP_HEAD.sub("", text)), is_answer=self._is_answer)

    def _take_mail(self, part: Message) -> None:
        """An attached mail is shown below the text, as programs show a forwarded one, and kept as a file."""
        first = next((each for each in part.get_payload() if isinstance(each, Message)), part)
        is_shown = _kind(part) == "message/rfc822" and not self._is_report
        if is_shown and self._depth < MOST_MAILS and len(self._added) < MOST_MAILS:
            head = [f"{name}: {value}" for name in SHOWN if (value := decoded(raw(first, name)))]
            text = contents(first, depth=self._depth + 1).text
            self._added.append("\n".join(["---------- Forwarded message ----------", *head, "", text]).strip())
        self._keep(part, "message.eml", first.as_bytes)

    def _take_packed(self, part: Message) -> None:
        """What Outlook packed into winmail.dat; what of that cannot be read is kept as it came."""
        text, files = unpacked(_payload(part))
        if text and not any(new for new, _ in self._texts):
            self._texts.append(parted(text, is_answer=self._is_answer))
        for name, data in files:
            self._keep(part, "file", partial(bytes, data), name=_clean(name))
        if not files:
            self._keep_payload(part, "winmail.dat")

    def _keep_payload(self, part: Message, name: str) -> None:
        self._keep(part, name, lambda: _payload(part))

    def _keep(self, part: Message, otherwise: str, content: Callable[[], bytes], *, name: str = "") -> None:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream" if name else _kind(part)[:100]
        name = name or _file_name(part) or otherwise
        if len(self._files) >= MOST_FILES:
            self._left_out.append(f"{name}: more than {MOST_FILES} files")
            return
        data = content()
        if len(data) > MOST_FILE_BYTES or self._bytes + len(data) > MOST_BYTES:
            self._left_out.append(f"{name}: {len(data) / MEGABYTE:.1f} MB is more than is taken")
        elif data:
            self._bytes += len(data)
            self._files.append(File(name, kind, data))


def _kind(part: Message) -> str:
    """The type of a part, also where a parameter follows without a semicolon."""
    return re.split(r"[\s,]", part.get_content_type(), maxsplit=1)[0]


def _is_body(part: Message) -> bool:
    is_file = part.get_content_disposition() == "attachment" or bool(_file_name(part))
    return _kind(part) in BODIES and not is_file


def _text(part: Message) -> str:
    """The text of a part; its charset may be unknown or wrong."""
    data = _payload(part)[:MOST_TEXT_BYTES]
    charset = _charset(part)
    named = _META_CHARSET.search(data[:4000]) if not charset and _kind(part) == "text/html" else None
    return text_of(data, named[1].decode("ascii", "replace") if named else charset)


def _payload(part: Message) -> bytes:
    """The content, also where blanks or signs stand after the name of its encoding."""
    given = raw(part, "Content-Transfer-Encoding")
    known = re.search(r"base64|quoted-printable|x-uuencode", given, re.IGNORECASE)
    if known and known.group() != given:
        part.replace_header("Content-Transfer-Encoding", known.group().lower())
    told = part.get_payload()
    if known and known.group().lower() == "quoted-printable" and isinstance(told, str):
        part.set_payload(re.sub(r"=[ \t]+(?=\r?\n)", "=", told))
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset() or ""
    except (LookupError, ValueError):
        return ""


def _file_name(part: Message) -> str:
    """The name to show: the last piece of a path, printable, at most 200 characters, its ending kept."""
    try:
        name = _told_name(part)
    except (LookupError, ValueError, TypeError):
        name = decoded(raw(part, "Content-Disposition").partition("filename=")[2])
    return _clean(name)


def _told_name(part: Message) -> str:
    """The name as it stands; the parser loses letters that are neither encoded nor ASCII."""
    for name, key in (("Content-Disposition", "filename"), ("Content-Type", "name")):
        value = raw(part, name)
        if found := re.search(rf"\b{key}\*\s*=\s*\"?([\w-]{{1,40}})'[^']{{0,20}}'([^;\"\s]+)", value, re.IGNORECASE):
            return text_of(unquote_to_bytes(found[2]), found[1])
        spelt = re.search(rf'\b{key}\s*=\s*(?:"([^"]*)"|([^;]*))', value, re.IGNORECASE)
        if spelt and not value.isascii():
            return decoded(spelt[1] or spelt[2] or "")
    return decoded(part.get_filename() or "")


def _clean(name: str) -> str:
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*').strip(" .")
    return clean if len(clean) <= MOST_NAME else clean[: MOST_NAME - 10] + clean[-10:]
