"""OAuth 2 client credentials (RFC 6749, 4.4) as SAP's services take them: the client in the header."""

import base64
from collections.abc import Callable

from frontdesk.connectors.answers import refusal
from frontdesk.interfaces import ConnectorFailed, Http
from frontdesk.interfaces.tokens import KeptToken, lifetime


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
