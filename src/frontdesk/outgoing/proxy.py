"""The HTTP proxy that connections to the outside go through."""

import base64
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from yarl import URL

from frontdesk.interfaces import Invalid

SETTING = "outgoing.proxy"
STANDARD_PORT = 3128


@dataclass(frozen=True, slots=True)
class HttpProxy:
    """The proxy for all HTTP, except to hosts that end in one of `besides`. HTTPS goes through a tunnel (CONNECT)."""

    host: str
    port: int
    besides: tuple[str, ...] = ()
    authorization: str = field(default="", repr=False)

    @classmethod
    def at(cls, url: str, besides: tuple[str, ...] = ()) -> "HttpProxy":
        """The proxy of an address like `http://user:password@proxy.example:3128`. Raises Invalid."""
        try:
            parts = urlsplit(url)
            port = parts.port or STANDARD_PORT
        except ValueError:
            raise _unlike() from None
        if parts.scheme != "http" or not parts.hostname:
            raise _unlike()
        login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}".encode()
        given = f"Basic {base64.b64encode(login).decode()}" if parts.username else ""
        return cls(parts.hostname, port, besides, given)

    def serves(self, host: str) -> bool:
        """Whether connections to this host go through it."""
        return not any(host == end or host.endswith(f".{end.lstrip('.')}") for end in self.besides)

    @property
    def url(self) -> URL:
        """The address of the proxy, without the login."""
        return URL.build(scheme="http", host=self.host, port=self.port)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that sign in to the proxy (RFC 9110, 11.7.1)."""
        return {"Proxy-Authorization": self.authorization} if self.authorization else {}


def _unlike() -> Invalid:
    return Invalid(f"{SETTING} must be like http://proxy.example:3128", SETTING)
