"""Access tokens for mailboxes that take no passwords (Microsoft 365, Google): OAuth 2 (RFC 6749, 4.4 and 6)."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from frontdesk.channels.email.settings import EmailSettings
from frontdesk.channels.kind import ChannelTools
from frontdesk.interfaces import Http, NoAnswer
from frontdesk.interfaces.mail import MailFailed
from frontdesk.interfaces.tokens import KeptToken, lifetime


def tokens_of(settings: EmailSettings, tools: ChannelTools) -> Callable[[], Awaitable[str]] | None:
    """What gives tokens; None where passwords are used. Raises Invalid."""
    if not settings.oauth_token_url:
        return None
    parts = urlsplit(settings.oauth_token_url)
    form = {
        "client_id": settings.oauth_client_id,
        "client_secret": settings.oauth_client_secret,
        "scope": settings.oauth_scope,
    }
    form["grant_type"] = "refresh_token" if settings.oauth_refresh_token else "client_credentials"
    if settings.oauth_refresh_token:
        form["refresh_token"] = settings.oauth_refresh_token
    http = tools.reach(f"{parts.scheme}://{parts.netloc}")
    form = {name: value for name, value in form.items() if value}
    return mailbox_token(http, parts.path or "/", form, tools.seconds).value


def mailbox_token(http: Http, path: str, form: Mapping[str, str], seconds: Callable[[], float]) -> KeptToken:
    """The token that this form is given, whose `value` raises MailFailed; `seconds` only goes forward."""

    async def ask() -> tuple[str, float]:
        try:
            answer = await http.send("POST", path, form=form)
            given = answer.json()
        except NoAnswer as error:
            raise MailFailed(f"the token service of the mailbox: {error}") from None
        found = given if isinstance(given, dict) else {}
        if not answer.ok or not isinstance(found.get("access_token"), str):
            said = str(found.get("error", ""))[:60]
            raise MailFailed(f"the token service of the mailbox refused: {answer.status} {said}".strip())
        return found["access_token"], lifetime(found.get("expires_in"))

    return KeptToken(ask, seconds)
