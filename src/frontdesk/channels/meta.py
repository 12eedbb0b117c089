"""What WhatsApp, Messenger and Instagram have in common: Meta's handshake, signature and errors of the Graph API.

The signature has no time in it: that each event is stored once is the protection against replays.
"""

from typing import Any

from frontdesk.channels import parts
from frontdesk.channels.refusals import refusal
from frontdesk.channels.signing import compare, digest, hex_mac
from frontdesk.interfaces import DeliveryFailed, HttpAnswer
from frontdesk.interfaces.channels import Forged, Genuine, Handshake, OutsideWindow, WebhookRequest

GRAPH = "https://graph.facebook.com/v26.0"
SIGNATURE = "x-hub-signature-256"
AGAIN_SECONDS = 3600.0
# Meta's codes of errors that pass: too many calls (4, 17, 32, 613), unknown and service errors (1, 2), rate limits.
PASSING = frozenset({1, 2, 4, 17, 32, 613, 80007, 130429, 131048, 131056, 131000, 133016})
TOKEN_IS_BAD = 190


def verify(request: WebhookRequest, app_secret: str, verify_token: str) -> Genuine | Handshake:
    """Meta's handshake (GET), and its signature over the body (POST). Raises Forged."""
    if request.method == "GET":
        compare(request.first("hub.verify_token"), verify_token, "hub.verify_token")
        if request.first("hub.mode") != "subscribe":
            raise Forged("hub.mode is not subscribe")
        return Handshake(request.first("hub.challenge").encode())
    compare(request.headers.get(SIGNATURE, ""), f"sha256={hex_mac(app_secret, request.body)}", "X-Hub-Signature-256")
    return Genuine(digest(request.body))


def answer_of(title: str, answer: HttpAnswer, window_codes: frozenset[tuple[int, int]]) -> dict[str, Any]:
    """The JSON of a success. Raises DeliveryFailed, and OutsideWindow for one of these (code, subcode) pairs."""
    if answer.ok:
        value = answer.json()
        return value if isinstance(value, dict) else {}
    error = parts.mapping(answer.said(), "error")
    code, subcode = error.get("code"), error.get("error_subcode")
    words = parts.text(error, "error_data", "details") or parts.text(error, "message")
    if (code, subcode) in window_codes or (code, 0) in window_codes:
        raise OutsideWindow(
            f"{title} takes no answer until the customer writes again: {words[:200]}", after_seconds=AGAIN_SECONDS
        )
    if code == TOKEN_IS_BAD:
        raise DeliveryFailed(f"{title} does not take the access token: {words[:200]}", after_seconds=60)
    raise refusal(title, answer, f"({code}) {words}" if code else words, False if code in PASSING else None)
