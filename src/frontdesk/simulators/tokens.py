"""OAuth 2 client credentials (RFC 6749, 4.4) as simulators check them."""

import base64
import binascii
import secrets
import time
from dataclasses import dataclass, field

from frontdesk.simulators.serving import Asked, Told, told


@dataclass
class Tokens:
    """Gives tokens to one client and knows which are still good; `seconds` is how long one is."""

    client_id: str
    client_secret: str = field(repr=False)
    seconds: float = 3600.0
    given: dict[str, float] = field(default_factory=dict, repr=False)

    def give(self, asked: Asked) -> Told:
        """Answer a token request."""
        if asked.method != "POST":
            return told({"error": "invalid_request", "error_description": "POST it"}, 405)
        if basic(asked) != (self.client_id, self.client_secret):
            return told({"error": "invalid_client"}, 401, {"www-authenticate": "Basic"})
        if asked.form().get("grant_type") != "client_credentials":
            return told({"error": "unsupported_grant_type"}, 400)
        return self._new()

    def give_to_form(self, asked: Asked) -> Told:
        """Answer a token request whose client is in the form (RFC 6749, 2.3.1)."""
        form = asked.form()
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return told({"error": "invalid_client"}, 401)
        if form.get("grant_type") != "client_credentials" or not form.get("scope"):
            return told({"error": "invalid_request"}, 400)
        return self._new()

    def new(self) -> str:
        """A token that is good for `seconds`."""
        token = secrets.token_urlsafe(24)
        self.given[token] = time.monotonic() + self.seconds
        return token

    def _new(self) -> Told:
        token = self.new()
        return told({"access_token": token, "token_type": "bearer", "expires_in": max(1, int(self.seconds))})

    def is_good(self, asked: Asked) -> bool:
        """Whether the request carries a token that was given and has not expired."""
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self.given.get(token, 0.0) > time.monotonic()

    def forget(self) -> None:
        """Make all tokens expire."""
        self.given.clear()


def basic(asked: Asked) -> tuple[str, str] | None:
    """User and password of HTTP Basic authentication (RFC 7617)."""
    scheme, _, value = asked.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, password
