"""Reads reports on our mails (RFC 3464 delivery status, RFC 8098 read receipts): which mail, and its state."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from email import message_from_string
from email.message import Message

from frontdesk.channels.email.charsets import text_of
from frontdesk.channels.email.headers import addresses, decoded, has, ids, raw, raws
from frontdesk.channels.email.loops import is_machine, is_own
from frontdesk.channels.email.wording import is_named, phrases
from frontdesk.model import DeliveryState

MOST_PARTS = 50
MOST_BYTES = 200_000
# The actions of RFC 3464, section 2.3.3; what is only delayed or passed on is still on its way.
STATES = {"failed": DeliveryState.FAILED, "delivered": DeliveryState.DELIVERED, "expanded": DeliveryState.DELIVERED}
_ID_LINE = re.compile(r"^[>\s]{0,4}message-id:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{1,996}>)", re.IGNORECASE | re.MULTILINE)
_ANYBODY = re.compile(r"[\w.+'=-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
MOST_READ = 20_000


@dataclass(frozen=True, slots=True)
class BounceReport:
    """What became of a mail of ours. `message_ids` are those that it may be about, the likeliest first.

    `key` is the one that the server was given with the mail (RFC 3461, ENVID). `is_complaint`: the recipient calls the
    mail unwanted (RFC 5965). `state` None: the mail is on its way still, or its delivery is not what this is about.
    """

    message_ids: tuple[str, ...]
    state: DeliveryState | None
    recipient: str = ""
    reason: str = ""
    key: str = ""
    is_complaint: bool = False


def report_of(mail: Message, own: Collection[str] = ()) -> BounceReport | None:
    """The report that this mail is; None where it is an ordinary mail. `own` are our addresses."""
    if mail.get_content_type() == "multipart/report":
        return _read(mail, own)
    sender = next(iter(addresses(raws(mail, "From") or raws(mail, "Sender"))), ("", ""))[1].lower()
    is_daemon = is_named(sender, "daemons")
    is_empty = any(value.strip() in ("<>", "") for value in raws(mail, "Return-Path"))
    if has(mail, "X-Failed-Recipients") or ((is_daemon or is_empty) and _tells_failure(mail, is_daemon=is_daemon)):
        return _guessed(mail, own)
    return None


def _tells_failure(mail: Message, *, is_daemon: bool) -> bool:
    """By subject or text; by both where the address is no server's own."""
    parts = (_text(part) for part in _parts(mail) if part.get_content_maintype() == "text")
    in_text = any(phrases("bounces", "body").search(text[:MOST_READ]) for text in parts)
    in_subject = phrases("bounces", "subject").search(decoded(raw(mail, "Subject"))) is not None
    return (in_text or in_subject) if is_daemon else (in_text and in_subject)


def _read(mail: Message, own: Collection[str]) -> BounceReport:
    found, told = list(ids([*raws(mail, "In-Reply-To"), *raws(mail, "References")])), BounceReport((), None)
    is_report = False
    for part in _parts(mail):
        kind = part.get_content_type()
        if kind in ("message/delivery-status", "message/global-delivery-status"):
            is_report = True
            told = _worst(_groups(part))
        elif kind == "message/disposition-notification":
            is_report = True
            found[:0] = ids([v for group in _groups(part) for v in raws(group, "Original-Message-ID")])
            told = replace(told, state=_disposition(_groups(part)))
        elif kind == "message/feedback-report":
            is_report = True
            told = _complaint(_fields_of(part))
        elif kind in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
            found[:0] = _own_id(part)
            recipient = told.recipient or _recipient_of(part) if told.is_complaint else told.recipient
            told = replace(told, recipient=recipient)
    if not is_report and _tells_failure(mail, is_daemon=True):
        return _guessed(mail, own)
    return replace(told, message_ids=tuple(dict.fromkeys(found)))


def _complaint(fields: Message) -> BounceReport:
    whom = raw(fields, "Original-Rcpt-To") or raw(fields, "Removal-Recipient")
    kind = f"feedback: {raw(fields, 'Feedback-Type').strip()[:40]}"
    return BounceReport((), None, _bare(whom), kind, is_complaint=True)


def _recipient_of(part: Message) -> str:
    """Whom the returned mail went to."""
    return next((address for _, address in addresses(raws(_first(part), "To"))), "")


def _bare(recipient: str) -> str:
    """An address without its kind and brackets."""
    return recipient.rpartition(";")[2].strip(" \t<>")[:320]


def _guessed(mail: Message, own: Collection[str]) -> BounceReport:
    """Guess from a bounce in plain words: our mail is quoted somewhere in it."""
    found = list(ids([*raws(mail, "In-Reply-To"), *raws(mail, "References"), *raws(mail, "X-Failed-Recipients")]))
    texts = [_text(part) for part in _parts(mail) if part.get_content_maintype() == "text" and not part.is_multipart()]
    found += [i for text in texts for line in _ID_LINE.findall(text) for i in ids([line])]
    found += [i for part in _parts(mail)[1:] for i in _own_id(part)]
    said = " ".join(texts[:1])[:MOST_READ]
    named = [*(a for _, a in addresses(raws(mail, "X-Failed-Recipients"))), *_ANYBODY.findall(said)]
    senders = {address.lower() for _, address in addresses([*raws(mail, "From"), *raws(mail, "Reply-To")])}
    people = [each for each in named if not is_own(each, own) and not is_machine(each) and each.lower() not in senders]
    people = [each for each in people if each not in found]
    is_delay = phrases("bounces", "delayed").search(f"{decoded(raw(mail, 'Subject'))} {said[:1500]}") is not None
    state = None if is_delay else DeliveryState.FAILED
    return BounceReport(tuple(dict.fromkeys(found)), state, people[0] if people else "", " ".join(said.split())[:300])


def _parts(mail: Message) -> list[Message]:
    """The parts of the report itself and of what it returns, some levels deep."""
    waiting, found = [mail], list[Message]()
    while waiting and len(found) < MOST_PARTS:
        part = waiting.pop(0)
        found.append(part)
        inside = part.get_payload() if part.is_multipart() else None
        if isinstance(inside, list) and part.get_content_type() != "message/delivery-status":
            waiting += [p for p in inside if isinstance(p, Message)]
    return found


def _groups(part: Message) -> list[Message]:
    """The groups of fields in a status part; the parser makes a message of each, unless the part was encoded."""
    inside = part.get_payload()
    if isinstance(inside, list) and len(inside) > 1:
        return [g for g in inside if isinstance(g, Message)][:MOST_PARTS]
    return [message_from_string(each.strip()) for each in re.split(r"\r?\n[ \t]*\r?\n", _all_text(part))[:MOST_PARTS]]


def _fields_of(part: Message) -> Message:
    return message_from_string(_all_text(part).strip())


def _all_text(part: Message) -> str:
    """The text of a part, also of one that the parser took for a mail."""
    first = _first(part)
    return first.as_string()[:MOST_BYTES] if first is not part else _text(part)


def _worst(groups: list[Message]) -> BounceReport:
    """Of several recipients the one that failed counts."""
    states: dict[DeliveryState | None, BounceReport] = {}
    key = next((raw(group, "Original-Envelope-Id").strip()[:100] for group in groups if has(group, "Original-Env")), "")
    for group in groups:
        action = raw(group, "Action").strip().lower().split(" ")[0].strip(";")
        if not action:
            continue
        whom = raw(group, "Original-Recipient") or raw(group, "Final-Recipient")
        why = decoded(raw(group, "Diagnostic-Code")).partition(";")[2].strip()
        status = raw(group, "Status").strip()[:20]
        state, reason = STATES.get(action), f"{status} {why}".strip()[:500]
        states.setdefault(state, BounceReport((), state, _bare(whom), reason, key))
    order = (DeliveryState.FAILED, None, DeliveryState.DELIVERED)
    return next((states[state] for state in order if state in states), BounceReport((), None, key=key))


def _disposition(groups: list[Message]) -> DeliveryState | None:
    """A receipt says "displayed" when somebody opened it; "deleted" says nothing of reading."""
    kinds = [raw(group, "Disposition").rpartition(";")[2].strip().lower() for group in groups]
    return DeliveryState.READ if any(kind.startswith("displayed") for kind in kinds) else None


def _own_id(part: Message) -> list[str]:
    """The Message-ID of a mail, or of the header that stands in a part."""
    if part.get_content_type().endswith("rfc822-headers") and not part.is_multipart():
        return [i for line in _ID_LINE.findall(_text(part)) for i in ids([line])]
    return list(ids(raws(_first(part), "Message-ID")))


def _first(part: Message) -> Message:
    """The mail that a part holds, else the part."""
    inside = part.get_payload() if part.is_multipart() else None
    return inside[0] if isinstance(inside, list) and inside and isinstance(inside[0], Message) else part


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    return text_of(data[:MOST_BYTES]) if isinstance(data, bytes) else ""
