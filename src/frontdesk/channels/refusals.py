"""Turns a vendor's refusal into an error that says whether and when to try again."""

from frontdesk.channels import parts
from frontdesk.interfaces import DeliveryFailed, HttpAnswer
from frontdesk.interfaces.tokens import lifetime

WORTH_A_TRY = frozenset({408, 409, 412, 423, 425, 429})
UNAUTHORIZED = 401
# A token that is not taken may be replaced by then.
LATER_SECONDS = 60.0
MOST_WORDS = 300


def refusal(title: str, answer: HttpAnswer, words: str = "", permanent: bool | None = None) -> DeliveryFailed:
    """The error for an answer that is no success; `words` are the vendor's, `permanent` overrules the status."""
    told = f": {' '.join(words.split())[:MOST_WORDS]}" if words else ""
    message = f"{title} answered {answer.status}{told}"
    if answer.status == UNAUTHORIZED and permanent is None:
        return DeliveryFailed(f"{message} (is its token still good?)", after_seconds=LATER_SECONDS)
    lasting = 400 <= answer.status < 500 and answer.status not in WORTH_A_TRY if permanent is None else permanent
    return DeliveryFailed(message, permanent=lasting, after_seconds=None if lasting else answer.retry_after())


def token_of(title: str, answer: HttpAnswer) -> tuple[str, float]:
    """The token of a sign-in that succeeded, and how many seconds it is good for. Raises DeliveryFailed."""
    told = answer.json()
    token = parts.text(told, "access_token")
    if not token:
        raise DeliveryFailed(f"{title} gave no token: check its client and secret", after_seconds=LATER_SECONDS)
    return token, lifetime(parts.at(told, "expires_in"), 0.0)
