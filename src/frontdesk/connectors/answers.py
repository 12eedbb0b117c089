"""Turns answers of back ends into errors: to be tried again, or refused for good.

And how a technical user signs in with each request.
"""

import base64
from collections.abc import Callable

from frontdesk.interfaces import ConnectorFailed, Http, HttpAnswer
from frontdesk.interfaces.tokens import KeptToken, lifetime

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


def client_token(
    http: Http, path: str, client_id: str, client_secret: str, seconds: Callable[[], float], name: str
) -> KeptToken:
    """The token of one client, whose `value` raises ConnectorFailed, NoAnswer.

    `seconds` is a clock that only goes forward; `name` the system's, for errors.
    """
    given = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
    headers = {"authorization": f"Basic {given}"}

    async def ask() -> tuple[str, float]:
        answer = await http.send("POST", path, form={"grant_type": "client_credentials"}, headers=headers)
        if not answer.ok:
            error = refusal(f"the token service of {name}", answer)
            # A person corrects a wrong or expired secret; until then effects are retried, not given up.
            raise ConnectorFailed(str(error), permanent=False, after_seconds=error.after_seconds)
        told = answer.json()
        if not isinstance(told, dict) or not isinstance(told.get("access_token"), str):
            raise ConnectorFailed(f"the token service of {name} gave no token")
        return told["access_token"], lifetime(told.get("expires_in"))

    return KeptToken(ask, seconds)
