"""Postmark: inbound mails, and news of ours, as JSON (https://postmarkapp.com/developer/webhooks/inbound-webhook).

Postmark signs nothing: its documentation asks for a password in the webhook's address.
"""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from frontdesk.channels.email.callers import check_password, digest
from frontdesk.channels.email.finding import Own, found_in
from frontdesk.channels.email.headers import ids, short_id
from frontdesk.channels.email.parts import MOST_FILES, File
from frontdesk.channels.email.rebuilding import rebuilt, value_of
from frontdesk.channels.parts import Unfit, document, iso_moment, items, objects, text
from frontdesk.interfaces.channels import WebhookRequest
from frontdesk.model import DeliveryState
from frontdesk.model.channels import DeliveryNotice, Found, Ignored, RawEvent, Unread

# The key of an answer travels in the mail as this metadata, which Postmark hands back with what it tells of it.
KEY_FIELD, KEY = "X-PM-Metadata-frontdesk", "frontdesk"
STATES = {"Delivery": DeliveryState.DELIVERED, "Open": DeliveryState.READ, "Bounce": DeliveryState.FAILED}


class _Field(msgspec.Struct):
    Name: str = ""
    Value: str = ""


class _Head(msgspec.Struct):
    """The fields that identify an event; all others are skipped."""

    RecordType: str = ""
    MessageID: str = ""
    Headers: list[_Field] = []


def check(request: WebhookRequest, password: str, _public_key: str, _now: datetime) -> None:
    """Raises Forged."""
    check_password(request, password)


def event_id(request: WebhookRequest) -> str:
    """The mail's own id, by which it is known over IMAP too; of news, a digest."""
    try:
        head = msgspec.json.decode(request.body, type=_Head)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return digest(request.body)
    if head.RecordType:
        return digest(request.body)
    named = ids([each.Value for each in head.Headers if each.Name.lower() == "message-id"])
    return short_id(named[0]) if named else digest(request.body)


def read(event: RawEvent, own: Own) -> Sequence[Found]:
    """The mail of an inbound event, or the notice of another."""
    try:
        told = document(event.body)
    except Unfit as error:
        return [Unread(str(error))]
    if text(told, "RecordType") not in ("", "Inbound"):
        return [_notice(told)]
    if raw := text(told, "RawEmail"):
        return found_in(raw.encode("utf-8", "surrogatepass"), own)
    header = _header(told)
    if not header:
        return [Unread("the event holds no mail: neither From nor Headers")]
    return found_in(rebuilt(header, text(told, "TextBody"), text(told, "HtmlBody"), _files(told)), own)


def _header(told: dict[str, Any]) -> list[tuple[str, str]]:
    """The mail's own fields, and those that Postmark tells apart from them."""
    fields = [(text(each, "Name"), text(each, "Value")) for each in objects(told, "Headers")]
    apart = {
        "From": text(told, "From"),
        "To": text(told, "To"),
        "Cc": text(told, "Cc"),
        "Subject": text(told, "Subject"),
        "Date": text(told, "Date"),
        "Reply-To": text(told, "ReplyTo"),
        "X-Original-To": text(told, "OriginalRecipient"),
    }
    return fields + [(name, value) for name, value in apart.items() if value and not value_of(fields, name)]


def _files(told: dict[str, Any]) -> list[File]:
    found = []
    for each in items(told, "Attachments")[:MOST_FILES]:
        try:
            content = base64.b64decode(text(each, "Content"))
        except (binascii.Error, ValueError):
            continue
        kind = text(each, "ContentType") or "application/octet-stream"
        found.append(File(text(each, "Name") or "file", kind, content))
    return found


def _notice(told: dict[str, Any]) -> Found:
    kind = text(told, "RecordType")
    state = STATES.get(kind)
    key = text(told, "Metadata", KEY)
    if state is None or not key:
        return Ignored(f"an event {kind[:40]}" + ("" if state is None else " of a mail that is not ours"))
    at = text(told, "DeliveredAt") or text(told, "BouncedAt") or text(told, "ReceivedAt")
    error = " ".join(filter(None, (text(told, "Name"), text(told, "Details") or text(told, "Description"))))
    return DeliveryNotice(state, key=key, at=iso_moment(at), error=error[:500] if state is DeliveryState.FAILED else "")
