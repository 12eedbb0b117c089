"""Turns a mail into a customer's message, or into a notice about a mail that we sent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from frontdesk.channels.email.authentication import Verdict
from frontdesk.channels.email.bounces import BounceReport
from frontdesk.channels.email.composing import key_of
from frontdesk.channels.email.headers import short_id
from frontdesk.channels.email.parsing import Mail, Unparseable, identity, mail_of
from frontdesk.channels.email.plus_address import interaction_of
from frontdesk.model import DeliveryState, Identity, Sender
from frontdesk.model.channels import (
    COMPLAINT,
    CustomerMessage,
    DeliveryNotice,
    Found,
    Ignored,
    IncomingAttachment,
    Unread,
)

MOST_ANSWERED = 40
MOST_CONTEXT = 1900
CLOCKS_DIFFER = timedelta(minutes=10)
_REFERENCE = re.compile(r"\[#?([A-Z0-9]{8})\]")


@dataclass(frozen=True, slots=True)
class Own:
    """What is ours: addresses, the secret of plus addresses (empty: there are none), mail servers, web forms."""

    addresses: tuple[str, ...]
    secret: bytes = field(default=b"", repr=False)
    servers: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()


def found_in(data: bytes, own: Own) -> Sequence[Found]:
    """What these bytes of a mail mean. One that nobody can read is Unread: it is kept, shown, and can be read again."""
    try:
        mail = mail_of(data, own.addresses, own.servers, own.forms)
    except Unparseable as error:
        return [Unread(str(error))]
    if key_of(mail.message_id, own.addresses):
        return [Ignored("a mail of ours that came back")]
    return _news(mail, own) or [_message(mail, identity(data), own)]


def _news(mail: Mail, own: Own) -> list[Found]:
    """What a report tells of mails of ours; one about others' mails stays in the mailbox and is nobody's message."""
    report = mail.report
    if report is None:
        return []
    ours = [each for each in report.message_ids if key_of(each, own.addresses)]
    if report.is_complaint:
        is_known = ours and report.recipient
        return [_complaint(mail, report, ours) if is_known else Ignored("a complaint about no known mail")]
    if report.state is None:
        return [Ignored(f"a mail of ours is on its way still, or of no news: {report.reason}"[:200])]
    error = report.reason if report.state is DeliveryState.FAILED else ""
    if ours or report.key:
        return [DeliveryNotice(report.state, next(iter(ours), ""), report.key, at=mail.sent_at, error=error)]
    if report.recipient and mail.sent_at and report.state is DeliveryState.FAILED:  # services put in ids of their own
        until, whom = mail.sent_at + CLOCKS_DIFFER, report.recipient.lower()
        return [DeliveryNotice(report.state, recipient=whom, until=until, at=mail.sent_at, error=error)]
    return [Ignored(f"a report on a mail that is not ours: {report.recipient} {report.reason}"[:200])]


def _complaint(mail: Mail, report: BounceReport, ours: Sequence[str]) -> CustomerMessage:
    """A word of the recipient's provider, in the interaction of the mail that it is about."""
    text = f"{report.recipient} calls a mail of ours unwanted, says their provider ({report.reason})."
    sender, why = Sender("", report.recipient.lower()), f"{COMPLAINT}: {report.reason}"
    known = short_id(mail.message_id) if mail.message_id else ""
    found = CustomerMessage(known, text, sender, mail.sent_at, joins_by_sender=False, automatic=why)
    return replace(found, answers=tuple(map(short_id, ours)))


def _message(mail: Mail, provider_id: str, own: Own) -> CustomerMessage:
    reference = _REFERENCE.search(mail.subject)
    answered = (*mail.references[: MOST_ANSWERED - 1], *mail.references[-1:])
    return CustomerMessage(
        provider_id=provider_id,
        text=_words(mail),
        sender=Sender(mail.sender_name, mail.sender_address.lower(), identity=_identity(mail)),
        is_disproved=mail.verdict is Verdict.FAILED,
        at=mail.sent_at,
        thread=short_id(mail.references[-1] if mail.references else mail.message_id),
        answers=tuple(dict.fromkeys(short_id(each) for each in answered)),
        interaction_id=interaction_of(mail.recipients, own.addresses, own.secret) if own.secret else None,
        mentions=reference[1] if reference else "",
        joins_by_sender=False,  # a new mail that is no answer opens a new interaction
        context=_context(mail),
        attachments=tuple(IncomingAttachment(each.name, each.media_type, each.content) for each in mail.files),
        automatic=mail.automatic,
        quoted=mail.quoted,
    )


def _identity(mail: Mail) -> Identity:
    return Identity.MAIL_AUTHENTICATED if mail.verdict is Verdict.PASSED else Identity.UNPROVEN


def _words(mail: Mail) -> str:
    """What is analysed and shown: the subject of a first mail is part of what the customer says."""
    said = mail.subject if not mail.is_answer and mail.subject and mail.subject not in mail.text else ""
    notes = [f"[not taken: {each}]" for each in mail.left_out]
    return "\n\n".join(part for part in (said, mail.text, "\n".join(notes)) if part)


def _context(mail: Mail) -> dict[str, str]:
    """What an answer needs: the subject, the thread, and where answers are to go."""
    known = list(reversed(mail.references))
    while len(" ".join(known)) > MOST_CONTEXT:
        del known[1 if len(known) > 2 else 0]
    told = {
        "subject": mail.subject,
        "message_id": mail.message_id if len(mail.message_id) <= MOST_CONTEXT else "",
        "references": " ".join(known),
        "reply_to": mail.reply_to,
        "to": ", ".join(mail.recipients)[:MOST_CONTEXT],
    }
    return {name: value for name, value in told.items() if value}
