"""OAuth 2 client credentials (RFC 6749, 4.4): one token, kept until shortly before it ends."""

import asyncio
import base64
from collections.abc import Callable

from frontdesk.connectors.answers import refusal
from frontdesk.interfaces import ConnectorFailed, Http

EARLY_SECONDS = 60.0
USUAL_SECONDS = 300.0


class Token:
    """The token of one client; asked for once however many wait for it."""

    def __init__(
        self, http: Http, path: str, client_id: str, client_secret: str, seconds: Callable[[], float], name: str
    ) -> None:
        """`seconds` is a clock that only goes forward; `name` the system's, for errors."""
        self._http, self._path, self._seconds, self._name = http, path, seconds, name
        given = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._headers = {"authorization": f"Basic {given}"}
        self._value, self._until = "", 0.0
        self._asking = asyncio.Lock()

    async def value(self) -> str:
        """A token that is good now as far as we know. Raises ConnectorFailed, NoAnswer."""
        async with self._asking:
            if not self._value or self._seconds() >= self._until:
                await self._ask()
            return self._value

    def refused(self, value: str) -> None:
        """This token was not taken: get another next time."""
        if self._value == value:
            self._value = ""

    async def _ask(self) -> None:
        answer = await self._http.send(
            "POST", self._path, form={"grant_type": "client_credentials"}, headers=self._headers
        )
        if not answer.ok:
            error = refusal(f"the token service of {self._name}", answer)
            # A wrong or expired secret is put right by a person; until then nothing may be given up for it.
            raise ConnectorFailed(str(error), permanent=False, after_seconds=error.after_seconds)
        given = answer.json()
        if not isinstance(given, dict) or not isinstance(given.get("access_token"), str):
            raise ConnectorFailed(f"the token service of {self._name} gave no token")
        self._value = given["access_token"]
        lasts = given.get("expires_in", USUAL_SECONDS)
        seconds = float(lasts) if isinstance(lasts, int | float) else USUAL_SECONDS
        self._until = self._seconds() + max(seconds - EARLY_SECONDS, seconds / 2)
