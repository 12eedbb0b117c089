"""Parses the bytes of a mail. Pure."""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from frontdesk.channels.email.authentication import Verdict, verdict_of
from frontdesk.channels.email.bounces import BounceReport, report_of
from frontdesk.channels.email.headers import addresses, ids, moment, raw, raws, short_id
from frontdesk.channels.email.headers import field as header
from frontdesk.channels.email.loops import is_automatic, is_own, why_unanswered
from frontdesk.channels.email.parts import Contents, File, contents
from frontdesk.channels.email.wording import is_forward, is_reply
from frontdesk.channels.email.writers import Writer, writer_of

# A field of our own, put before the first part of a mail that is too large to be kept whole: its size.
CUT = "X-Frontdesk-Cut"
MOST_HEADER_BYTES = 1024 * 1024
MOST_SUBJECT = 500
# Where mail systems note which of our addresses a mail was meant for; To and Cc may name only others (Bcc, lists).
DELIVERED_TO = ("Delivered-To", "X-Original-To", "X-Envelope-To", "Envelope-To", "X-Delivered-To")


class Unparseable(Exception):
    """The bytes are no mail that could be read; the reason is for people."""


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says. Ids are without brackets; `references` are those of mails before it, the nearest first.

    `automatic` says why no machine may answer it, empty where one may. `report` is there when the mail only tells what
    became of one of ours.
    """

    message_id: str
    subject: str
    sender_name: str
    sender_address: str
    reply_to: str
    recipients: tuple[str, ...]
    references: tuple[str, ...]
    text: str
    sent_at: datetime | None
    automatic: str
    is_answer: bool = False
    quoted: str = field(default="", repr=False)
    files: tuple[File, ...] = field(default=(), repr=False)
    left_out: tuple[str, ...] = ()
    report: BounceReport | None = None
    verdict: Verdict = Verdict.UNKNOWN


def mail_of(data: bytes, own: Collection[str] = (), servers: Collection[str] = (), forms: Collection[str] = ()) -> Mail:
    """What these bytes say; `own` are our addresses, `servers` the names of our mail servers, `forms` as in writer_of.

    Raises Unparseable.
    """
    try:
        return _read(message_from_bytes(_bounded(data), policy=compat32), own, servers, forms)
    except Unparseable:
        raise
    except Exception as error:  # the standard library's parser has bugs that hostile mails find; the bytes are kept
        raise Unparseable(f"the mail could not be read: {type(error).__name__}") from error


def identity(data: bytes) -> str:
    """What tells a mail from all others: its Message-ID, else a SHA-256 over body, From, Date and Subject.

    At most 200 characters. Reads the header only and never fails, so that it can be had before anything is stored.
    """
    found = ids(_header_values(data, b"message-id"))
    if found:
        return short_id(found[0])
    told = [value for name in (b"from", b"date", b"subject") for value in _header_values(data, name)]
    return f"sha256:{hashlib.sha256(repr(told).encode() + _body(data)).hexdigest()}"


def _read(mail: Message, own: Collection[str], servers: Collection[str], forms: Collection[str]) -> Mail:
    if not mail.keys():
        raise Unparseable("the mail has no header")
    writer = writer_of(mail, own, forms)
    subject = header(mail, "Subject")[:MOST_SUBJECT]
    references = _references(mail)
    is_answer = not is_forward(subject) and (bool(references) or is_reply(subject))
    held = contents(mail, is_answer=is_answer)
    size = raw(mail, CUT).strip()
    if size.isdigit():
        cut = f"this mail of {int(size[:15]) / 1_048_576:.0f} MB is larger than is taken: only its beginning is here"
        held = Contents(held.text, held.quoted, (), (cut,))
    return Mail(
        message_id=next(iter(ids(raws(mail, "Message-ID"))), ""),
        subject=subject,
        sender_name=writer.name,
        sender_address=writer.address,
        reply_to=writer.reply_to,
        recipients=tuple(a for _, a in addresses([v for f in ("To", "Cc", *DELIVERED_TO) for v in raws(mail, f)])),
        references=references,
        text=held.text,
        is_answer=is_answer,
        quoted=held.quoted,
        sent_at=moment(raw(mail, "Date")),
        automatic=_why_unanswered(mail, writer, own, subject, held.text, is_answer),
        files=held.files,
        left_out=held.left_out,
        report=report_of(mail, own),
        verdict=_verdict(verdict_of(mail, servers), writer, own),
    )


def _verdict(found: Verdict, writer: Writer, own: Collection[str]) -> Verdict:
    """Who writes in another's name proves nothing of them; a stranger who does so must not join their conversation."""
    if not writer.relay:
        return found
    return Verdict.UNKNOWN if is_own(writer.relay, own) and found is not Verdict.FAILED else Verdict.FAILED


def _why_unanswered(
    mail: Message, writer: Writer, own: Collection[str], subject: str, text: str, is_answer: bool
) -> str:
    told = why_unanswered(mail, writer.address, own, is_our_list=is_own(writer.relay, own))
    is_worded = not told and is_automatic(subject, text, is_answer=is_answer)
    return "it reads like an automatic answer" if is_worded else told


def _references(mail: Message) -> tuple[str, ...]:
    """In-Reply-To names the mail that is answered, References those before it, oldest first (RFC 5322, 3.6.4)."""
    return tuple(dict.fromkeys([*ids(raws(mail, "In-Reply-To")), *reversed(ids(raws(mail, "References")))]))


def _bounded(data: bytes) -> bytes:
    """Refuse a header without an end, which no mail system sends but which would keep the parser busy."""
    if len(data) - len(_body(data)) > MOST_HEADER_BYTES:
        raise Unparseable("the header of the mail is larger than 1 MB")
    return data


def _body(data: bytes) -> bytes:
    ends = [(data.find(mark), len(mark)) for mark in (b"\r\n\r\n", b"\n\n")]
    found = [(place, length) for place, length in ends if place >= 0]
    place, length = min(found, default=(len(data), 0))
    return data[place + length :]


def _header_values(data: bytes, name: bytes) -> list[str]:
    """The values of a field in the header, without parsing the mail."""
    head = data[: min(len(data) - len(_body(data)), MOST_HEADER_BYTES)]
    pattern = re.compile(rb"^" + name + rb"[ \t]*:((?:.|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
    return [value.decode("utf-8", "replace") for value in pattern.findall(head)[:10]]
