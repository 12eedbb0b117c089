"""Decodes text of mails, whose declared charset is often unknown and sometimes wrong."""

import codecs
import re

from charset_normalizer import from_bytes

from frontdesk.channels.email.wording import labels, words

MEANT = {label: codec for codec, told in labels("labels").items() for label in told.split()}
# Codecs of Python's that are no charsets: a mail must not choose them.
NOT_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
MOST_LABEL = 40

MOST_SAMPLE = 4000
LATIN = ("", "utf-8", "cp1252")
# Western letters are few among plain ones; signs inside of words are letters of another charset.
_STRANGE = re.compile(r"[^\W\d_][¡-©«-´¶-¹»-¿×÷](?=[^\W\d_])|[\x80-\x9f]")


def text_of(data: bytes, charset: str = "") -> str:
    """The text of these bytes: UTF-8 where it fits, else as the mail says where that fits, else as it seems to be.

    Never fails; a byte that is nothing in the charset becomes U+FFFD.
    """
    label = charset.strip().strip("\"'").lower()[:MOST_LABEL]
    codec = _codec(label)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = "utf-16"
    is_paired = codec.startswith(tuple(words("charsets", "paired")))
    for name in (codec, "utf-8") if is_paired else ("utf-8", codec):
        if (name == "utf-8" or name not in LATIN) and (text := _strictly(data, name)) is not None:
            return text.removeprefix("\ufeff")
    if codec in LATIN:
        return _disputed(data, is_utf8=codec != "cp1252")
    return data.decode(codec, "replace").removeprefix("\ufeff")


def _disputed(data: bytes, *, is_utf8: bool) -> str:
    """UTF-8 with few faults is UTF-8; else Windows-1252, unless that makes no words of it."""
    text = data.decode("utf-8", "replace")
    if is_utf8 and text.count("\ufffd") * 10 <= sum(ord(c) > 0x7F for c in text):
        return text
    western = data.decode("cp1252", "replace")
    strange = sum(byte > 0x7F for byte in data)
    if strange * 4 > len(data) or _STRANGE.search(western):
        best = (
            from_bytes(data[:MOST_SAMPLE], cp_isolation=[*words("charsets", "disputed")]).best()
            if strange > 3
            else None
        )
        return data.decode(best.encoding, "replace") if best else western
    return western


def _codec(label: str) -> str:
    """The codec that reads this label, empty where there is none."""
    name = MEANT.get(label, label)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return ""
    is_charset = getattr(found, "_is_text_encoding", True) and found.name.replace("-", "_") not in NOT_CHARSETS
    return found.name if is_charset else ""


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None
