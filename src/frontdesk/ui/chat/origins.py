"""Which web sites may use the chat: CORS (https://fetch.spec.whatwg.org, 3.3) for those origins and no others."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from litestar.types import Message, Scope

from frontdesk.interfaces import Invalid

PATH = "/chat/"
# What a page may send, which a browser asks first, and what it may read of an answer's headers.
PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", b"authorization, content-type, last-event-id"),
    (b"access-control-max-age", b"7200"),
]
EXPOSED = (b"access-control-expose-headers", b"retry-after")
_ORIGIN = re.compile(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Origins:
    """The origins that are configured, and our own."""

    allowed: frozenset[str]
    public_url: str = ""

    @classmethod
    def of(cls, text: str, public_url: str = "") -> "Origins":
        """From a list with spaces between. Raises Invalid that names the setting."""
        origins = frozenset(each.lower() for each in text.split())
        for origin in sorted(origins):
            if not _ORIGIN.fullmatch(origin):
                raise Invalid(
                    f"chat.origins: {origin!r} is no origin: write for example https://www.example.com, without a path",
                    "chat.origins",
                )
        return cls(origins, public_url.lower())

    def admits(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a request may use the chat: of no page (it then says no origin), of ours, or of an allowed one."""
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        return not origin or origin in self.allowed or self._is_ours(origin, headers)

    def cors(self) -> Callable[[Message, Scope], Awaitable[None]]:
        """A hook that lets pages of these origins read the answers of the chat, errors too."""

        async def add(message: Message, scope: Scope) -> None:
            if message["type"] != "http.response.start" or not scope["path"].startswith(PATH):
                return
            headers = dict(scope["headers"])
            added = [(b"vary", b"Origin"), (b"cross-origin-resource-policy", b"cross-origin")]
            if b"origin" in headers and self.admits(headers):
                added += [(b"access-control-allow-origin", headers[b"origin"])]
                added += PREFLIGHT if scope.get("method") == "OPTIONS" else [EXPOSED]
            message["headers"] = [*message.get("headers", ()), *added]

        return add

    def _is_ours(self, origin: str, headers: Mapping[bytes, bytes]) -> bool:
        public = urlsplit(self.public_url)
        if public.netloc and origin == f"{public.scheme}://{public.netloc}":
            return True
        return urlsplit(origin).netloc == headers.get(b"host", b"").decode("latin-1").lower() != ""
