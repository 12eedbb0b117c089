"""Composes an answer as a mail: in the thread, recognisable when repeated, and marked if it is automatic."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

import idna

from frontdesk.channels.email.loops import MARKS
from frontdesk.interfaces import DeliveryFailed
from frontdesk.model.channels import DeliveryPart

MOST_SUBJECT = 200
MOST_REFERENCES = 30
_OURS = re.compile(r"fd\.([0-9A-Za-z-]{1,60})@")
_REPLY = re.compile(r"^\s*(?:(?:re|aw|antw|sv|vs|rif|res)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_ID = re.compile(r"[^\s<>@]+@[^\s<>@]+")
_KEY = re.compile(r"[^0-9A-Za-z-]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """Our fields of every mail: sender, address for answers (`reply_to`), date.

    `key_field` is a header field that carries the key, for mail services that hand it back.
    """

    name: str
    address: str
    reply_to: str
    at: datetime
    key_field: str = ""


def message_id(key: str, address: str) -> str:
    """Our id of the mail with this key, without brackets: the same whenever the mail is repeated."""
    return f"fd.{_KEY.sub('-', key)[:60]}@{_ascii_domain(address).rpartition('@')[2].lower()}"


def key_of(message_id: str, own: Sequence[str]) -> str:
    """The key of a mail of ours, by its id; empty where it is none of ours."""
    found = _OURS.match(message_id)
    domains = {_ascii_domain(address).rpartition("@")[2].lower() for address in own}
    return found[1] if found and message_id[found.end() :].lower() in domains else ""


def compose(delivery: DeliveryPart, sheet: Sheet) -> tuple[str, bytes]:
    """The recipient and the mail, ready to be sent. Raises DeliveryFailed, permanent, for an address that cannot be."""
    recipient = _mailable(delivery.context.get("reply_to") or delivery.recipient)
    mail = EmailMessage(policy=SMTP.clone(max_line_length=78))
    mail["From"] = _address(sheet.name, sheet.address)
    mail["To"] = _address("", recipient)
    mail["Subject"] = _subject(delivery)
    mail["Date"] = format_datetime(sheet.at)
    mail["Message-ID"] = f"<{message_id(delivery.key, sheet.address)}>"
    if sheet.reply_to != sheet.address:
        mail["Reply-To"] = _address(sheet.name, sheet.reply_to)
    answered = delivery.context.get("message_id", "")
    if _ID.fullmatch(answered):
        mail["In-Reply-To"] = f"<{answered}>"
        mail["References"] = " ".join(f"<{each}>" for each in _references(delivery, answered))
    for name, value in MARKS.items() if delivery.automatic else ():
        mail[name] = value
    if sheet.key_field:
        mail[sheet.key_field] = _KEY.sub("-", delivery.key)
    mail.set_content(_plain(delivery.text), charset="utf-8", cte="quoted-printable")
    return recipient, mail.as_bytes()


def notice(to: str, subject: str, text: str, sheet: Sheet) -> tuple[str, bytes]:
    """The recipient and a mail that answers none and that no program is to answer (RFC 3834). Raises DeliveryFailed."""
    recipient = _mailable(to)
    mail = EmailMessage(policy=SMTP.clone(max_line_length=78))
    mail["From"] = _address(sheet.name, sheet.address)
    mail["To"] = _address("", recipient)
    mail["Subject"] = _line(subject)[:MOST_SUBJECT]
    mail["Date"] = format_datetime(sheet.at)
    mail["Message-ID"] = make_msgid(domain=_ascii_domain(sheet.address).rpartition("@")[2])
    for name, value in MARKS.items():
        mail[name] = value
    mail.set_content(_plain(text), charset="utf-8", cte="quoted-printable")
    return recipient, mail.as_bytes()


def _subject(delivery: DeliveryPart) -> str:
    """The customer's own subject, so that programs keep the thread together, with our reference once."""
    asked = _line(delivery.context.get("subject", "")) or _line(delivery.subject)
    tag = f"[{delivery.reference}]" if delivery.reference else ""
    words = _REPLY.sub("", asked)[:MOST_SUBJECT]
    return f"Re: {words}" if not tag or tag in words else f"Re: {words} {tag}".replace("  ", " ")


def _references(delivery: DeliveryPart, answered: str) -> list[str]:
    """Those of the mail that is answered and the mail itself (RFC 5322, 3.6.4); of very many the first and the last."""
    known = [each for each in delivery.context.get("references", "").split() if _ID.fullmatch(each)]
    ids = list(dict.fromkeys([*known, answered]))
    return ids if len(ids) <= MOST_REFERENCES else [ids[0], *ids[1 - MOST_REFERENCES :]]


def _mailable(address: str) -> str:
    """The address as SMTP takes it: domains of other scripts in their ASCII form (RFC 5891)."""
    plain = _ascii_domain(address.strip())
    if not plain.isascii() or not re.fullmatch(r"[^\s<>\"(),;:@\\]+@[^\s<>\"(),;:@\\]+", plain):
        raise DeliveryFailed(f"{address[:100]!r} is not an address that mail can be sent to", permanent=True)
    return plain


def _ascii_domain(address: str) -> str:
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}" if not domain.isascii() else address
    except idna.IDNAError:
        return address


def _address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    try:
        return Address(display_name=_line(name), username=local, domain=domain)
    except (ValueError, IndexError):
        raise DeliveryFailed(f"{address[:100]!r} is not an address that mail can be sent to", permanent=True) from None


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip() + "\n"
