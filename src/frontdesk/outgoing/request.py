"""Builds requests: address, headers, body. Characters that could break out of a line are refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Unpack
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import msgspec
from yarl import URL

from frontdesk.interfaces import Invalid
from frontdesk.interfaces.outgoing import RequestParts

NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
VALUE = re.compile(r"[\t\x20-\x7e]*")
METHOD = re.compile(r"[A-Z]{3,10}")
SAFE = "/%:@!$&'()*+,;=~-._"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Base:
    """The base address of another system; all paths of a client are below it."""

    scheme: str
    host: str
    port: int
    path: str = field(repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, url: str) -> "Base":
        """Raises Invalid. A user name in the address is refused: it would end up in logs."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise Invalid("the address is not one of HTTP") from None
        if parts.scheme not in PORTS or not parts.hostname or parts.username is not None or re.search(r"[\s\x00]", url):
            raise Invalid("the address must be like https://host/path, without a user name")
        path = quote(parts.path.rstrip("/"), safe=SAFE)
        base = cls(parts.scheme, _ascii(parts.hostname), port or PORTS[parts.scheme], path)
        return replace(base, query=tuple(parse_qsl(parts.query)))

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def url(self, path: str, params: Mapping[str, str] | None) -> URL:
        """A path below this address; an empty one is the address itself. Raises Invalid for an invalid host."""
        whole = f"{self.path}/{quote(path.lstrip('/'), safe=SAFE)}" if path else self.path or "/"
        if self.query or params:
            whole = f"{whole}?{urlencode([*self.query, *(params or {}).items()])}"
        try:
            return URL(f"{self.scheme}://{self.authority}{whole}", encoded=True)
        except ValueError:
            raise Invalid("the address names no host") from None


@dataclass(frozen=True, slots=True)
class Request:
    """One request."""

    method: str
    path: str = field(repr=False)
    params: Mapping[str, str] | None = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)

    @classmethod
    def of(cls, method: str, path: str, **parts: Unpack[RequestParts]) -> "Request":
        """Raises Invalid."""
        if not METHOD.fullmatch(method):
            raise Invalid("that is not a method of HTTP")
        given = checked(parts.get("headers") or {})
        body, kind = _body(parts)
        if kind and "content-type" not in {name.lower() for name in given}:
            given["Content-Type"] = kind
        return cls(method, path, parts.get("params"), given, body or None)


def checked(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers that can be sent. Raises Invalid."""
    for name, value in headers.items():
        if not NAME.fullmatch(name) or not VALUE.fullmatch(value):
            raise Invalid(f"the header {name!r} cannot be sent")
    return dict(headers)


def _body(parts: RequestParts) -> tuple[bytes | None, str]:
    """The body and its media type."""
    if (json := parts.get("json")) is not None:
        return msgspec.json.encode(json), JSON
    if (form := parts.get("form")) is not None:
        return urlencode(form).encode(), FORM
    return parts.get("content"), ""


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        raise Invalid("the address names no host") from None
