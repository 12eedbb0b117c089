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


def check(request: WebhookRequest, password: str, _public_key: str) -> None:
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
        told = msgspec.json.decode(event.body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return [Unread("the body is not JSON")]
    if not isinstance(told, dict):
        return [Unread("the body is not an object")]
    if _text(told, "RecordType") not in ("", "Inbound"):
        return [_notice(told)]
    if raw := _text(told, "RawEmail"):
        return found_in(raw.encode("utf-8", "surrogatepass"), own)
    header = _header(told)
    if not header:
        return [Unread("the event holds no mail: neither From nor Headers")]
    return found_in(rebuilt(header, _text(told, "TextBody"), _text(told, "HtmlBody"), _files(told)), own)


def _header(told: dict[str, Any]) -> list[tuple[str, str]]:
    """The mail's own fields, and those that Postmark tells apart from them."""
    given = [each for each in _list(told, "Headers") if isinstance(each, dict)]
    fields = [(_text(each, "Name"), _text(each, "Value")) for each in given]
    apart = {
        "From": _text(told, "From"),
        "To": _text(told, "To"),
        "Cc": _text(told, "Cc"),
        "Subject": _text(told, "Subject"),
        "Date": _text(told, "Date"),
        "Reply-To": _text(told, "ReplyTo"),
        "X-Original-To": _text(told, "OriginalRecipient"),
    }
    return fields + [(name, value) for name, value in apart.items() if value and not value_of(fields, name)]


def _files(told: dict[str, Any]) -> list[File]:
    found = []
    for each in _list(told, "Attachments")[:MOST_FILES]:
        try:
            content = base64.b64decode(_text(each, "Content"))
        except (binascii.Error, ValueError):
            continue
        found.append(
            File(_text(each, "Name") or "file", _text(each, "ContentType") or "application/octet-stream", content)
        )
    return found


def _notice(told: dict[str, Any]) -> Found:
    kind = _text(told, "RecordType")
    state = STATES.get(kind)
    metadata = told.get("Metadata")
    key = _text(metadata, KEY) if isinstance(metadata, dict) else ""
    if state is None or not key:
        return Ignored(f"an event {kind[:40]}" + ("" if state is None else " of a mail that is not ours"))
    at = _text(told, "DeliveredAt") or _text(told, "BouncedAt") or _text(told, "ReceivedAt")
    error = " ".join(filter(None, (_text(told, "Name"), _text(told, "Details") or _text(told, "Description"))))
    return DeliveryNotice(state, key=key, at=_moment(at), error=error[:500] if state is DeliveryState.FAILED else "")


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _text(each: Any, name: str) -> str:
    found = each.get(name) if isinstance(each, dict) else None
    return found if isinstance(found, str) else ""


def _list(each: dict[str, Any], name: str) -> list[Any]:
    found = each.get(name)
    return found if isinstance(found, list) else []
