"""Access tokens for mailboxes that take no passwords (Microsoft 365, Google): OAuth 2 (RFC 6749, 4.4 and 6)."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from frontdesk.channels.email.knobs import EmailKnobs
from frontdesk.channels.kind import Tools
from frontdesk.interfaces import Http, NoAnswer
from frontdesk.interfaces.mail import MailFailed

EARLY_SECONDS = 120.0
USUAL_SECONDS = 300.0


def tokens_of(knobs: EmailKnobs, tools: Tools) -> Callable[[], Awaitable[str]] | None:
    """What gives tokens; None where passwords are used. Raises Invalid."""
    if not knobs.oauth_token_url:
        return None
    parts = urlsplit(knobs.oauth_token_url)
    form = {"client_id": knobs.oauth_client_id, "client_secret": knobs.oauth_client_secret, "scope": knobs.oauth_scope}
    form["grant_type"] = "refresh_token" if knobs.oauth_refresh_token else "client_credentials"
    if knobs.oauth_refresh_token:
        form["refresh_token"] = knobs.oauth_refresh_token
    http = tools.reach(f"{parts.scheme}://{parts.netloc}")
    return Tokens(http, parts.path or "/", {n: v for n, v in form.items() if v}, tools.seconds).value


class Tokens:
    """One token, kept until shortly before it ends; asked for once however many wait for it."""

    def __init__(self, http: Http, path: str, form: dict[str, str], seconds: Callable[[], float]) -> None:
        """`seconds` only goes forward."""
        self._http, self._path, self._form, self._seconds = http, path, form, seconds
        self._value, self._until = "", 0.0
        self._asking = asyncio.Lock()

    async def value(self) -> str:
        """A token that is good now as far as we know. Raises MailFailed."""
        async with self._asking:
            if not self._value or self._seconds() >= self._until:
                await self._ask()
            return self._value

    async def _ask(self) -> None:
        try:
            answer = await self._http.send("POST", self._path, form=self._form)
            given = answer.json()
        except NoAnswer as error:
            raise MailFailed(f"the token service of the mailbox: {error}") from None
        found = given if isinstance(given, dict) else {}
        if not answer.ok or not isinstance(found.get("access_token"), str):
            said = str(found.get("error", ""))[:60]
            raise MailFailed(f"the token service of the mailbox refused: {answer.status} {said}".strip())
        self._value = found["access_token"]
        lasts = found.get("expires_in")
        seconds = float(lasts) if isinstance(lasts, int | float) else USUAL_SECONDS
        self._until = self._seconds() + max(seconds - EARLY_SECONDS, seconds / 2)
