"""Reads reports on our mails (RFC 3464 delivery status, RFC 8098 read receipts): which mail, and its state."""

import re
from dataclasses import dataclass
from email.message import Message

from frontdesk.channels.email.charsets import text_of
from frontdesk.channels.email.headers import addresses, decoded, ids, raw, raws
from frontdesk.model import DeliveryState

MOST_PARTS = 50
MOST_BYTES = 200_000
# The actions of RFC 3464, section 2.3.3; what is only delayed or passed on is still on its way.
STATES = {"failed": DeliveryState.FAILED, "delivered": DeliveryState.DELIVERED, "expanded": DeliveryState.DELIVERED}
_ID_LINE = re.compile(r"^message-id:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{1,996}>)", re.IGNORECASE | re.MULTILINE)
# Mail servers that send no report in parts write so (qmail's and Exim's form).
_FAILED_SUBJECT = re.compile(
    r"undeliver|delivery (?:status notification|failure|has failed)|mail delivery failed|failure notice|returned mail|"
    r"unzustellbar|nicht zugestellt|non remis",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class BounceReport:
    """What became of a mail of ours. `message_ids` are those that it may be about, the likeliest first."""

    message_ids: tuple[str, ...]
    state: DeliveryState | None
    recipient: str = ""
    reason: str = ""


def report_of(mail: Message) -> BounceReport | None:
    """The report that this mail is; None where it is an ordinary mail. `state` None: on its way still."""
    kind = mail.get_content_type()
    if kind == "multipart/report":
        return _read(mail)
    sender = next(iter(addresses(raws(mail, "From"))), ("", ""))[1].lower()
    if sender.startswith(("mailer-daemon@", "postmaster@")) and _FAILED_SUBJECT.search(decoded(raw(mail, "Subject"))):
        return _guessed(mail)
    return None


def _read(mail: Message) -> BounceReport | None:
    found, state, recipient, reason = list(ids([*raws(mail, "In-Reply-To"), *raws(mail, "References")])), None, "", ""
    is_report = False
    for part in _parts(mail):
        kind = part.get_content_type()
        if kind in ("message/delivery-status", "message/global-delivery-status"):
            is_report = True
            state, recipient, reason = _worst(_groups(part))
        elif kind == "message/disposition-notification":
            is_report = True
            found[:0] = ids([v for group in _groups(part) for v in raws(group, "Original-Message-ID")])
            state = _disposition(_groups(part))
        elif kind in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
            found[:0] = _own_id(part)
    return BounceReport(tuple(dict.fromkeys(found)), state, recipient, reason) if is_report else _guessed(mail)


def _guessed(mail: Message) -> BounceReport:
    """Guess from a bounce in plain words: our mail is quoted somewhere in it."""
    found = list(ids([*raws(mail, "In-Reply-To"), *raws(mail, "References"), *raws(mail, "X-Failed-Recipients")]))
    words = ""
    for part in _parts(mail):
        if not part.is_multipart():
            text = _text(part)
            found += [i for line in _ID_LINE.findall(text) for i in ids([line])]
            words = words or " ".join(text.split())[:300]
        found += _own_id(part) if part is not mail else []
    failed = next(iter(addresses(raws(mail, "X-Failed-Recipients"))), ("", ""))[1]
    return BounceReport(tuple(dict.fromkeys(found)), DeliveryState.FAILED, failed, words)


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
    """The groups of fields in a status part; the parser makes a message of each."""
    inside = part.get_payload()
    return [g for g in inside if isinstance(g, Message)][:MOST_PARTS] if isinstance(inside, list) else []


def _worst(groups: list[Message]) -> tuple[DeliveryState | None, str, str]:
    """Of several recipients the one that failed counts."""
    states: dict[DeliveryState | None, tuple[str, str]] = {}
    for group in groups:
        action = raw(group, "Action").strip().lower().split(" ")[0].strip(";")
        if not action:
            continue
        whom = raw(group, "Original-Recipient") or raw(group, "Final-Recipient")
        why = decoded(raw(group, "Diagnostic-Code")).partition(";")[2].strip()
        status = raw(group, "Status").strip()[:20]
        states.setdefault(STATES.get(action), (whom.rpartition(";")[2].strip()[:320], f"{status} {why}".strip()[:500]))
    for state in (DeliveryState.FAILED, None, DeliveryState.DELIVERED):
        if state in states:
            return (state, *states[state])
    return None, "", ""


def _disposition(groups: list[Message]) -> DeliveryState | None:
    """A receipt says "displayed" when somebody opened it; "deleted" says nothing of reading."""
    kinds = [raw(group, "Disposition").rpartition(";")[2].strip().lower() for group in groups]
    return DeliveryState.READ if any(kind.startswith("displayed") for kind in kinds) else None


def _own_id(part: Message) -> list[str]:
    """The Message-ID of a mail, or of the header that stands in a part."""
    if part.get_content_type().endswith("rfc822-headers") and not part.is_multipart():
        return [i for line in _ID_LINE.findall(_text(part)) for i in ids([line])]
    inside = part.get_payload() if part.is_multipart() else None
    first = inside[0] if isinstance(inside, list) and inside and isinstance(inside[0], Message) else part
    return list(ids(raws(first, "Message-ID")))


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    return text_of(data[:MOST_BYTES]) if isinstance(data, bytes) else ""
