"""Mails that a mail service took apart are put together again, so that they are read like any other."""

import re
from collections.abc import Sequence
from email import encoders
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.policy import SMTP

from frontdesk.channels.email.parts import File

# Of the original the new mail has its own.
OWN_FIELDS = {"content-type", "content-transfer-encoding", "content-disposition", "mime-version", "content-length"}
_NAME = re.compile(r"[!-9;-~]{1,76}")


def rebuilt(fields: Sequence[tuple[str, str]], text: str, html: str, files: Sequence[File]) -> bytes:
    """A mail with these header fields, text, HTML and files."""
    whole = MIMEMultipart("mixed", policy=SMTP)
    words = MIMEMultipart("alternative", policy=SMTP)
    for subtype, content in (("plain", text), ("html", html)):
        if content.strip():
            words.attach(MIMEText(content.encode("utf-8", "replace").decode(), subtype, "utf-8", policy=SMTP))
    whole.attach(words)
    for each in files:
        whole.attach(_file(each))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields if _is_kept(name))
    return _clean(head) + whole.as_bytes(policy=SMTP)


def fields_of(text: str) -> list[tuple[str, str]]:
    """The fields of a header in one piece, unfolded."""
    lines = re.sub(r"\r?\n[ \t]+", " ", text).splitlines()
    split = (line.partition(":") for line in lines)
    return [(name.strip(), value.strip()) for name, colon, value in split if colon]


def value_of(fields: Sequence[tuple[str, str]], name: str) -> str:
    """The first field of this name, empty where there is none."""
    return next((value for each, value in fields if each.lower() == name.lower()), "")


def _is_kept(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and name.lower() not in OWN_FIELDS


def _clean(head: str) -> bytes:
    """UTF-8 in the header is read like the rest; lines end where fields do."""
    lines = [re.sub(r"[\r\n\x00]+", " ", line) for line in head.split("\r\n") if line]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace")


def _file(file: File) -> Message:
    main, _, sub = file.media_type.partition("/")
    known = re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,90}", file.media_type, re.ASCII) and main not in (
        "multipart",
        "message",
    )
    part = MIMENonMultipart(main, sub) if known else MIMENonMultipart("application", "octet-stream")
    part.set_payload(file.content)
    encoders.encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", file.name))
    return part
