"""Tokens of conversations: whoever holds one reads and writes on in that one conversation, for some days."""

import base64
import hmac
from datetime import timedelta

from frontdesk.interfaces import Clock

SIGNATURE_BYTES = 24


class ChatTokens:
    """Signs a reference and a day: HMAC-SHA-256 under this installation's secret, cut to 192 bits."""

    def __init__(self, secret: bytes, clock: Clock, days: int) -> None:
        """A token is good for `days` days."""
        self._secret, self._clock, self._days = secret, clock, days

    def token(self, reference: str) -> str:
        """A new token of the conversation with this reference."""
        until = int((self._clock() + timedelta(days=self._days)).timestamp())
        return f"{reference}.{until}.{self._signature(reference, str(until))}"

    def reference(self, token: str) -> str:
        """The conversation that a token opens; empty for one that is forged or over."""
        reference, _, rest = token.partition(".")
        until, _, signature = rest.partition(".")
        expected = self._signature(reference, until).encode()
        if not hmac.compare_digest(expected, signature.encode("utf-8", "replace")):
            return ""
        return reference if int(until) > self._clock().timestamp() else ""

    def _signature(self, reference: str, until: str) -> str:
        signed = f"chat:{reference}:{until}".encode("utf-8", "replace")
        return base64.urlsafe_b64encode(hmac.digest(self._secret, signed, "sha256")[:SIGNATURE_BYTES]).decode()
