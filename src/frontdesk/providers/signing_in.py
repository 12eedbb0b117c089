"""Access tokens by client credentials (OAuth 2.0, RFC 6749, 4.4), kept until shortly before they end."""

import base64
import time

import msgspec

from frontdesk.interfaces import ErrorKind, Http, ModelFailed, NoAnswer
from frontdesk.interfaces.tokens import KeptToken, lifetime
from frontdesk.providers.errors import unreachable

USUAL_SECONDS = 3600.0
BEARER = "Bearer "


class Token(msgspec.Struct, frozen=True):
    """What the authorisation server answers."""

    access_token: str
    expires_in: float = USUAL_SECONDS


class ClientCredentials:
    """Signs one client in. Many calls at once ask for one token."""

    def __init__(self, service: str, http: Http, client: str, secret: str, scope: str = "", *, basic: bool) -> None:
        """`http` is the token endpoint itself. `basic`: credentials go into the header, else into the form."""
        self._service, self._http, self._basic = service, http, basic
        self._client, self._secret, self._scope = client, secret, scope
        self._token = KeptToken(self._sign_in, time.monotonic)

    async def header(self) -> str:
        """The Authorization header. Raises ModelFailed."""
        return f"{BEARER}{await self._token.value()}"

    def forget(self, header: str) -> None:
        """Do not use this one again: the service has refused it."""
        self._token.refused(header.removeprefix(BEARER))

    async def _sign_in(self) -> tuple[str, float]:
        form = {"grant_type": "client_credentials"} | ({"scope": self._scope} if self._scope else {})
        headers: dict[str, str] = {}
        if self._basic:
            login = base64.b64encode(f"{self._client}:{self._secret}".encode()).decode()
            headers["Authorization"] = f"Basic {login}"
        else:
            form |= {"client_id": self._client, "client_secret": self._secret}
        try:
            answer = await self._http.send("POST", "", form=form, headers=headers)
        except NoAnswer as error:
            raise unreachable(f"{self._service} (sign-in)", error) from None
        if not answer.ok:
            wrong = answer.status in (400, 401, 403)
            trouble = ErrorKind.UNAUTHORISED if wrong else ErrorKind.SERVER_ERROR
            message = f"{self._service}: sign-in answered {answer.status}{': check client and secret' if wrong else ''}"
            raise ModelFailed(trouble, message, permanent=wrong, after_seconds=answer.retry_after())
        try:
            token = msgspec.json.decode(answer.body, type=Token, strict=False)
        except msgspec.MsgspecError:
            raise ModelFailed(ErrorKind.NOT_JSON, f"{self._service}: sign-in answered without a token") from None
        return token.access_token, lifetime(token.expires_in, USUAL_SECONDS)
