"""Verifies callers of our mail webhooks by a password in the address (HTTP Basic, RFC 7617)."""

import base64
import binascii
import hashlib
import hmac
import re

from frontdesk.interfaces.channels import Forged, WebhookRequest

_MESSAGE_ID = re.compile(rb"^message-id:[ \t]*(?:\r?\n[ \t]+)?<([^<>\s]{1,996})>", re.IGNORECASE | re.MULTILINE)


def check_password(request: WebhookRequest, password: str) -> None:
    """Raises Forged unless the caller shows the password."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        shown = base64.b64decode(given, validate=True).partition(b":")[2] if scheme.lower() == "basic" else b""
    except binascii.Error:
        shown = b""
    if not password or not hmac.compare_digest(shown, password.encode()):
        raise Forged("the password in the webhook's address is missing or wrong")


def digest(body: bytes) -> str:
    """The id of an event that names no mail: the same for the same bytes."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def mail_named_in(body: bytes) -> str:
    """The Message-ID of the mail whose header stands in these bytes, empty where there is none."""
    found = _MESSAGE_ID.search(body)
    return found[1].decode("utf-8", "replace") if found else ""
