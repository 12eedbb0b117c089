"""Who is signed in at the shop: its server signs the user's id with a secret that it shares with us."""

import hmac

from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import tr

SHORTEST = 32


class SignedUsers:
    """Checks signatures: HMAC-SHA-256 of the user id (UTF-8), in hexadecimal digits."""

    def __init__(self, secret: str) -> None:
        """An empty secret takes no signature. Raises Invalid for one that is short: every user has a signature to try
        guesses against.
        """
        if secret and len(secret) < SHORTEST:
            raise Invalid(f"chat.identity_secret has fewer than {SHORTEST} characters", "chat.identity_secret")
        self._secret = secret.encode()

    def proven(self, user: str, signature: str) -> str:
        """The user, empty where nobody is named. Raises Invalid for one that is named and not signed by the shop."""
        if not user and not signature:
            return ""
        if not self._secret:
            raise Invalid(tr("chat.identity_secret is not set, so no user can be named"), "identity")
        right = hmac.digest(self._secret, user.encode("utf-8", "replace"), "sha256").hex()
        if not user or not hmac.compare_digest(right.encode(), signature.lower().encode("utf-8", "replace")):
            raise Invalid(tr("identity is not the signature of this user"), "identity")
        return user
