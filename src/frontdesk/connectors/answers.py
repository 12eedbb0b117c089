"""Turns answers of back ends into errors: to be tried again, or refused for good.

And how a technical user signs in with each request.
"""

import base64

from frontdesk.interfaces import ConnectorFailed, HttpAnswer

# Too early, too many requests, or timed out on their side: treated like no answer.
LATER = frozenset({408, 423, 425, 429})
MOST_SHOWN = 300


def basic(user: str, password: str) -> dict[str, str]:
    """The header of HTTP Basic authentication (RFC 7617)."""
    return {"authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def refusal(name: str, answer: HttpAnswer) -> ConnectorFailed:
    """The error of an answer that is not 2xx.

    Refusals of our request (400, 404, 409, 422 …) are permanent. 401 is not: a person corrects the credentials.
    """
    permanent = 400 <= answer.status < 500 and answer.status not in LATER and answer.status != 401
    said = " ".join(answer.body[: MOST_SHOWN * 4].decode("utf-8", "replace").split())[:MOST_SHOWN]
    return ConnectorFailed(
        f"{name} answered {answer.status}: {said}", permanent=permanent, after_seconds=answer.retry_after()
    )
