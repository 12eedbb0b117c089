"""Turns a mail into a customer's message, or into a notice about a mail that we sent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from frontdesk.channels.email.composing import key_of
from frontdesk.channels.email.headers import short_id
from frontdesk.channels.email.parsing import Mail, Unparseable, identity, mail_of
from frontdesk.channels.email.plus_address import interaction_of
from frontdesk.model import DeliveryState, Sender
from frontdesk.model.channels import CustomerMessage, DeliveryNotice, Found, Ignored, IncomingAttachment, Unread

MOST_ANSWERED = 40
MOST_CONTEXT = 1900
_REFERENCE = re.compile(r"\[#?([A-Z0-9]{8})\]")
_REPLY = re.compile(r"^\s*(?:re|aw|antw|sv|vs|rif|res)(?:\[\d+\])?\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Own:
    """What is ours: addresses, and the secret of plus addresses (empty: there are none)."""

    addresses: tuple[str, ...]
    secret: bytes = field(default=b"", repr=False)


def found_in(data: bytes, own: Own) -> Sequence[Found]:
    """What these bytes of a mail mean. One that nobody can read is Unread: it is kept, shown, and can be read again."""
    try:
        mail = mail_of(data, own.addresses)
    except Unparseable as error:
        return [Unread(str(error))]
    if key_of(mail.message_id, own.addresses):
        return [Ignored("a mail of ours that came back")]
    return _news(mail, own) or [_message(mail, identity(data), own)]


def _news(mail: Mail, own: Own) -> list[Found]:
    """What a report tells of mails of ours; nothing where it is about none of them, so that it is seen as a message."""
    if mail.report is None:
        return []
    ours = [each for each in mail.report.message_ids if key_of(each, own.addresses)]
    if ours and mail.report.state is None:
        return [Ignored(f"a mail of ours is on its way still: {mail.report.reason}"[:200])]
    state = mail.report.state
    reason = mail.report.reason if state is DeliveryState.FAILED else ""
    return [DeliveryNotice(state, each, at=mail.sent_at, error=reason) for each in ours[:1] if state]


def _message(mail: Mail, provider_id: str, own: Own) -> CustomerMessage:
    reference = _REFERENCE.search(mail.subject)
    answered = (*mail.references[: MOST_ANSWERED - 1], *mail.references[-1:])
    return CustomerMessage(
        provider_id=provider_id,
        text=_words(mail),
        sender=Sender(mail.sender_name, mail.sender_address.lower()),
        at=mail.sent_at,
        thread=short_id(mail.references[-1] if mail.references else mail.message_id),
        answers=tuple(dict.fromkeys(short_id(each) for each in answered)),
        interaction_id=interaction_of(mail.recipients, own.addresses, own.secret) if own.secret else None,
        mentions=reference[1] if reference else "",
        joins_by_sender=False,  # a new mail that is no answer opens a new interaction
        context=_context(mail),
        attachments=tuple(IncomingAttachment(each.name, each.media_type, each.content) for each in mail.files),
        automatic=mail.automatic,
    )


def _words(mail: Mail) -> str:
    """What is analysed and shown: the subject of a first mail is part of what the customer says."""
    is_answer = bool(mail.references) or _REPLY.match(mail.subject) is not None
    said = mail.subject if not is_answer and mail.subject and mail.subject not in mail.text else ""
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
