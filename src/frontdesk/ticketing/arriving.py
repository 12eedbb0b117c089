"""Makes what a channel found fit to be stored: within our limits, nothing lost, and whether media may be kept."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from frontdesk.model import Sender
from frontdesk.model.channels import CustomerMessage, IncomingAttachment
from frontdesk.ticketing.submission import LIMITS, MOST_CHARACTERS, PROVIDER_ID_LENGTH, storable

NAME_LENGTH = 200
TYPE_LENGTH = 100
CONTEXT_LENGTH = 2000
OLDEST = timedelta(days=14)
UNKNOWN_TYPE = "application/octet-stream"
# How contents begin that must never be opened by accident: Windows, Linux, macOS and Java programs, scripts.
PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa", b"#!", b"dex\n")
# How contents begin whose type is worth checking against what the sender claims.
MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"RIFF", "audio/wav image/webp video/x-msvideo audio/x-wav audio/wave"),
    (b"PK\x03\x04", "application/zip"),
)
ACTIVE = ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml", "text/javascript")
_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,90}")
_UNSAFE_NAME = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


@dataclass(frozen=True, slots=True)
class MediaRules:
    """What attachments may be: at most `most_bytes` each; `refused` are beginnings of media types."""

    most_bytes: int = 25_000_000
    refused: tuple[str, ...] = ("application/x-msdownload", "application/x-dosexec", "application/java-archive")


def fit(message: CustomerMessage, arrived_at: datetime) -> CustomerMessage:
    """The message as it will be stored. Too long a text is kept whole as an attachment, its beginning as the text."""
    text = storable(message.text)
    attachments = tuple(_named(each) for each in message.attachments)
    if len(text) > MOST_CHARACTERS:
        whole = IncomingAttachment("message.txt", "text/plain", text.encode())
        text, attachments = text[:MOST_CHARACTERS], (*attachments, whole)
    return replace(
        message,
        provider_id=_short(storable(message.provider_id), PROVIDER_ID_LENGTH),
        text=text if text.strip() else stand_in(attachments),
        sender=_sender(message.sender),
        at=_likely(message.at, arrived_at),
        thread=_short(storable(message.thread), PROVIDER_ID_LENGTH),
        answers=tuple(_short(storable(each), PROVIDER_ID_LENGTH) for each in message.answers if each),
        context={name: storable(value)[:CONTEXT_LENGTH] for name, value in message.context.items()},
        attachments=attachments,
        automatic=message.automatic[:200],
        quoted=storable(message.quoted)[:MOST_CHARACTERS],
    )


def stand_in(attachments: Sequence[IncomingAttachment]) -> str:
    """What is shown and analysed in place of words that are not there."""
    if not attachments:
        return "[empty message]"
    return " ".join(f"[{each.media_type.partition('/')[0]}: {each.name or each.media_type}]" for each in attachments)


def media_type_of(content: bytes, claimed: str, rules: MediaRules) -> tuple[str, str]:
    """The type that content is kept under, and why it is refused (empty where it may be kept).

    What claims to be one thing and begins like another is kept without a type; markup, which browsers run, too.
    """
    kind = claimed.partition(";")[0].strip().lower()
    kind = kind if _TYPE.fullmatch(kind) else UNKNOWN_TYPE
    if len(content) > rules.most_bytes:
        return kind, f"it has {len(content):,} bytes: at most {rules.most_bytes:,} are kept"
    if content.startswith(PROGRAMS):
        return UNKNOWN_TYPE, "it is a program"
    if any(kind.startswith(each) for each in rules.refused):
        return kind, f"files of type {kind} are not kept"
    if kind in ACTIVE:
        return UNKNOWN_TYPE, ""
    begins = next((kinds for start, kinds in MAGIC if content.startswith(start)), "")
    if begins and kind not in begins.split() and not _is_office(kind, begins):
        return (begins.split()[0] if kind == UNKNOWN_TYPE else UNKNOWN_TYPE), ""
    claims_magic = any(kind in kinds.split() for _, kinds in MAGIC if kind != UNKNOWN_TYPE)
    return (UNKNOWN_TYPE if claims_magic and not begins and not _loose(kind) else kind), ""


def _is_office(kind: str, begins: str) -> bool:
    """Documents of offices and apps are ZIP files; Ogg holds video too; .mp3 may begin in several ways."""
    packed = begins == "application/zip" and kind.startswith("application/")
    return packed or (begins == "audio/ogg" and kind in ("video/ogg", "application/ogg", "audio/opus"))


def _loose(kind: str) -> bool:
    return kind == "audio/mpeg"


def _named(each: IncomingAttachment) -> IncomingAttachment:
    name = _UNSAFE_NAME.sub("_", storable(each.name)).strip(". ")[:NAME_LENGTH]
    return replace(each, name=name, media_type=(storable(each.media_type) or UNKNOWN_TYPE)[:TYPE_LENGTH])


def _sender(sender: Sender) -> Sender:
    return Sender(
        storable(sender.name).strip()[: LIMITS["name"]],
        _short(storable(sender.address).strip(), LIMITS["address"]),
        storable(sender.phone).strip()[: LIMITS["phone"]],
        storable(sender.customer_no).strip()[: LIMITS["customer_no"]],
        sender.identity,
    )


def _short(text: str, limit: int) -> str:
    """The text, or where it is too long its beginning with a digest, so that different ones stay different."""
    if len(text) <= limit:
        return text
    return f"{text[: limit - 65]}~{hashlib.sha256(text.encode()).hexdigest()}"


def _likely(at: datetime | None, arrived_at: datetime) -> datetime:
    """When it was written, if that can be: not after it arrived, not long before."""
    if at is None or at.tzinfo is None or at > arrived_at or at < arrived_at - OLDEST:
        return arrived_at
    return at
