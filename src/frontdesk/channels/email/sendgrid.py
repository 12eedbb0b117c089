"""Twilio SendGrid: Inbound Parse hands mails in as a form, the Event Webhook tells what became of ours.

Signed webhooks: ECDSA (P-256, SHA-256) over timestamp and body, the key as base64 of its DER form
(https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features).
Inbound Parse: https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from typing import Any

import msgspec

from frontdesk.channels.email.callers import check_password, digest, mail_named_in
from frontdesk.channels.email.charsets import text_of
from frontdesk.channels.email.finding import Own, found_in
from frontdesk.channels.email.headers import short_id
from frontdesk.channels.email.parts import File
from frontdesk.channels.email.rebuilding import fields_of, rebuilt, value_of
from frontdesk.channels.signing import check_age
from frontdesk.interfaces.channels import Forged, WebhookRequest
from frontdesk.model import DeliveryState
from frontdesk.model.channels import DeliveryNotice, Found, Ignored, RawEvent, Unread

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
# SendGrid repeats what we did not take for three days; unverified: whether it signs each repetition anew.
MOST_AGE_SECONDS = 73 * 3600.0
MOST_PARTS = 200
STATES = {
    "delivered": DeliveryState.DELIVERED,
    "open": DeliveryState.READ,
    "bounce": DeliveryState.FAILED,
    "dropped": DeliveryState.FAILED,
}


def check(request: WebhookRequest, password: str, public_key: str, now: datetime) -> None:
    """Raises Forged. Where a key is set up the signature counts, else the password."""
    if public_key:
        _check_signature(request, public_key)
        check_age(request.headers.get(TIMESTAMP, ""), now, MOST_AGE_SECONDS, TIMESTAMP)
    else:
        check_password(request, password)


def event_id(request: WebhookRequest) -> str:
    """The mail's own id, by which it is known over IMAP too; else a digest."""
    named = mail_named_in(request.body) if _is_form(request.headers.get("content-type", "")) else ""
    return short_id(named) if named else digest(request.body)


def read(event: RawEvent, own: Own) -> Sequence[Found]:
    """The mail of a form, or the notices of a list of events."""
    if not _is_form(event.content_type):
        return _notices(event.body)
    fields, files = _form(event)
    if "email" in fields:  # set up to "post the raw, full MIME message"
        return found_in(fields["email"], own)
    charsets = _charsets(fields.get("charsets", b""))
    words = {name: text_of(value, charsets.get(name, "utf-8")) for name, value in fields.items()}
    header = fields_of(words.get("headers", ""))
    for name in ("From", "To", "Subject"):
        if not value_of(header, name) and words.get(name.lower()):
            header.append((name, " ".join(words[name.lower()].split())))
    if not header:
        return [Unread("the form holds no mail: neither headers nor email")]
    return found_in(rebuilt(header, words.get("text", ""), words.get("html", ""), files), own)


def _is_form(content_type: str) -> bool:
    return content_type.strip().lower().startswith("multipart/form-data")


def _check_signature(request: WebhookRequest, public_key: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    signed = request.headers.get(TIMESTAMP, "").encode() + request.body
    try:
        key = load_der_public_key(base64.b64decode(public_key))
        signature = base64.b64decode(request.headers.get(SIGNATURE, ""), validate=True)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise Forged("channels.email.inbound_public_key is not SendGrid's verification key")
        key.verify(signature, signed, ec.ECDSA(SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        raise Forged(f"{SIGNATURE} is missing or wrong") from None


def _form(event: RawEvent) -> tuple[dict[str, bytes], list[File]]:
    """The fields of the form, and its files (RFC 7578)."""
    head = f"Content-Type: {' '.join(event.content_type.split())}\r\n\r\n".encode("utf-8", "replace")
    whole = message_from_bytes(head + event.body, policy=compat32)
    parts = whole.get_payload()
    fields: dict[str, bytes] = {}
    files: list[File] = []
    for part in [p for p in parts if isinstance(p, Message)][:MOST_PARTS] if isinstance(parts, list) else []:
        name = part.get_param("name", "", "content-disposition")
        data = part.get_payload(decode=True)
        content = data if isinstance(data, bytes) else b""
        file_name = part.get_filename()
        if file_name is not None:
            files.append(File(str(file_name), part.get_content_type(), content))
        elif isinstance(name, str) and name:
            fields.setdefault(name, content)
    return fields, files


def _charsets(data: bytes) -> dict[str, str]:
    try:
        told = json.loads(data) if data else {}
    except (ValueError, RecursionError):
        return {}
    return {str(k): str(v) for k, v in told.items()} if isinstance(told, dict) else {}


def _notices(body: bytes) -> Sequence[Found]:
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return [Unread("the body is neither a form nor JSON")]
    events = told if isinstance(told, list) else [told]
    return [_notice(each) for each in events] or [Ignored("an empty list of events")]


def _notice(each: Any) -> Found:
    if not isinstance(each, dict) or not isinstance(each.get("event"), str):
        return Unread("an entry of the list is no event")
    state, mail = STATES.get(each["event"]), each.get("smtp-id")
    if state is None:
        return Ignored(f"an event {each['event'][:40]}")
    if not isinstance(mail, str) or not mail:
        return Ignored(f"an event {each['event'][:40]} of a mail without smtp-id")
    at = each.get("timestamp")
    reason = each.get("reason")
    return DeliveryNotice(
        state,
        short_id(mail.strip().strip("<>")),
        at=datetime.fromtimestamp(at, UTC) if isinstance(at, int) and 0 < at < 4_000_000_000 else None,
        error=str(reason)[:500] if state is DeliveryState.FAILED and reason else "",
    )
