"""Decodes text of mails, whose declared charset is often unknown and sometimes wrong."""

import codecs

# What is meant by a label is what mail programs and browsers read under it (encoding.spec.whatwg.org, "labels").
_LABELS = {
    "cp1252": "ascii us-ascii iso-8859-1 iso8859-1 latin1 latin-1",
    "cp1254": "iso-8859-9",
    "cp874": "iso-8859-11 tis-620",
    "iso8859-8": "iso-8859-8-i",
    "gb18030": "gb2312 gbk x-gbk",
    "big5hkscs": "big5",
    "cp932": "shift_jis shift-jis x-sjis",
    "cp949": "euc-kr ks_c_5601-1987 ks_c_5601",
    "utf-7": "unicode-1-1-utf-7 x-unicode-2-0-utf-7",
    "utf-8": "utf8mb4",
    "cp850": "cp-850",
    "mac-roman": "x-mac-roman macintosh",
}
MEANT = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}
# Codecs of Python's that are no charsets: a mail must not choose them.
NOT_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
MOST_LABEL = 40


def text_of(data: bytes, charset: str = "") -> str:
    """The text of these bytes: as the mail says where that fits, else as UTF-8 where that fits, else as Windows-1252.

    Never fails; a byte that is nothing in the charset becomes U+FFFD.
    """
    label = charset.strip().strip("\"'").lower()[:MOST_LABEL]
    for name in dict.fromkeys((*_first_guesses(data, label), _codec(label))):
        if name and (text := _strictly(data, name)) is not None:
            return text.removeprefix("\ufeff")
    return data.decode(_codec(label) or "cp1252", "replace").removeprefix("\ufeff")


def _first_guesses(data: bytes, label: str) -> tuple[str, ...]:
    """UTF-8 comes first where it is claimed, nothing is claimed, or plain Latin is claimed of what is valid UTF-8."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    is_latin = MEANT.get(label) == "cp1252" or label in ("windows-1252", "cp1252")
    return ("utf-8",) if is_latin or not _codec(label) or label in ("utf-8", "utf8") else ()


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
