"""Which web sites may use the chat and OData: CORS (https://fetch.spec.whatwg.org, 3.3) for those and no others."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from litestar.types import Message, Scope

from frontdesk.interfaces import Invalid
from frontdesk.interfaces.addresses import is_own_origin


@dataclass(frozen=True, slots=True)
class Shared:
    """What is shared with other sites: where, what a page may send, and what it may read of an answer's headers."""

    setting: str
    paths: tuple[str, ...]
    methods: bytes
    sent: bytes
    read: bytes


CHAT = Shared("chat.origins", ("/chat/",), b"GET, POST", b"authorization, content-type, last-event-id", b"retry-after")
ODATA = Shared(
    "security.origins",
    tuple(f"/{path}" for path in ("admin", "cust", "agent", "llm-proxy", "int-ticket", "erp-proxy")),
    b"GET, HEAD, POST, PATCH, PUT, DELETE",
    b"authorization, content-type, accept, accept-language, if-match, if-none-match, prefer, odata-version, "
    b"odata-maxversion, x-csrf-token, x-requested-with, sap-contextid-accept, sap-contextid, sap-cancel-on-close",
    b"odata-version, odata-entityid, location, etag, preference-applied, retry-after, sap-messages, x-csrf-token",
)
_ORIGIN = re.compile(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Origins:
    """The origins that are configured, and our own."""

    allowed: frozenset[str]
    public_url: str = ""
    shared: Shared = CHAT

    @classmethod
    def of(cls, text: str, public_url: str = "", shared: Shared = CHAT) -> "Origins":
        """From a list with spaces between. Raises Invalid that names the setting."""
        origins = frozenset(each.lower() for each in text.split())
        for origin in sorted(origins):
            if not _ORIGIN.fullmatch(origin):
                raise Invalid(
                    f"{shared.setting}: {origin!r} is no origin: write for example https://www.example.com, "
                    "without a path",
                    shared.setting,
                )
        return cls(origins, public_url.lower(), shared)

    def admits(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a request may use the chat: of no page (it then says no origin), of ours, or of an allowed one."""
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        return not origin or origin in self.allowed or is_own_origin(origin, self.public_url, headers)

    def cors(self, latest: "Callable[[], Origins] | None" = None) -> Callable[[Message, Scope], Awaitable[None]]:
        """A hook that lets pages of these origins (or the `latest`) read the answers of what is shared, errors too."""
        # What a browser asks before it sends anything.
        preflight = [
            (b"access-control-allow-methods", self.shared.methods),
            (b"access-control-allow-headers", self.shared.sent),
            (b"access-control-max-age", b"7200"),
        ]

        async def add(message: Message, scope: Scope) -> None:
            path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")  # mounts cut `path`
            if message["type"] != "http.response.start" or not path.startswith(self.shared.paths):
                return
            headers = dict(scope["headers"])
            added = [(b"vary", b"Origin"), (b"cross-origin-resource-policy", b"cross-origin")]
            if b"origin" in headers and (latest() if latest else self).admits(headers):
                added += [(b"access-control-allow-origin", headers[b"origin"])]
                exposed = (b"access-control-expose-headers", self.shared.read)
                added += preflight if scope.get("method") == "OPTIONS" else [exposed]
            message["headers"] = [*message.get("headers", ()), *added]

        return add
