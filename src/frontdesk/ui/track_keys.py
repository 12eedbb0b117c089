"""Keys of links: whoever has the link to an interaction may see it."""

import base64
import hmac

KEY_BYTES = 18


class TrackKeys:
    """Signs references: HMAC-SHA-256 under this installation's secret, cut to 144 bits."""

    def __init__(self, secret: bytes) -> None:
        """Sign with `secret`."""
        self._secret = secret

    def key(self, reference: str) -> str:
        """The key of an interaction, 24 characters that need no escaping in a link."""
        digest = hmac.digest(self._secret, b"track:" + reference.encode("utf-8", "replace"), "sha256")
        return base64.urlsafe_b64encode(digest[:KEY_BYTES]).decode()

    def fits(self, reference: str, key: str) -> bool:
        """Whether a key belongs to a reference; takes as long either way."""
        return hmac.compare_digest(self.key(reference).encode(), key.encode("utf-8", "replace"))

    def link(self, reference: str) -> str:
        """The path of the page that shows an interaction, with its key."""
        return f"/track/{reference}?key={self.key(reference)}"

    def helped_link(self, message_id: str) -> str:
        """The path of the page that asks whether a message helped."""
        return f"/helped/{message_id}?key={self.key(helped_subject(message_id))}"


def helped_subject(message_id: str) -> str:
    """What the key of that page is of."""
    return f"helped:{message_id}"
