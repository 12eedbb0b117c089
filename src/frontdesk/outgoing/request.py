"""Writes requests as bytes: address, headers, body. What could break out of its line is refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import msgspec

from frontdesk.interfaces import Invalid

NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
METHOD = re.compile(r"[A-Z]{3,10}")
SAFE = "/%:@!$&'()*+,;=~-._"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Base:
    """The address of an outside system that all paths of a client are below."""

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
        host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
        path = quote(parts.path.rstrip("/"), safe=SAFE)
        return cls(parts.scheme, host, port or PORTS[parts.scheme], path, tuple(parse_qsl(parts.query)))

    @property
    def authority(self) -> str:
        """As the Host header wants it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def target(self, path: str, params: Mapping[str, str] | None) -> str:
        """The request target of a path below this address; an empty path is the address itself."""
        whole = f"{self.path}/{quote(path.lstrip('/'), safe=SAFE)}" if path else self.path or "/"
        if not self.query and not params:
            return whole
        return f"{whole}?{urlencode([*self.query, *(params or {}).items()])}"


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the requests of one client. `fixed` are the header lines that all of them carry."""

    base: Base
    fixed: str = field(repr=False)

    @classmethod
    def of(cls, base: Base, headers: Mapping[str, str], agent: str) -> "Writer":
        """Raises Invalid for a header that is none. Bodies are asked for unpacked, so that their size is known."""
        given = {"Accept": JSON, "User-Agent": agent, **headers}
        return cls(base, f"Host: {base.authority}\r\nAccept-Encoding: identity\r\n{_lines(given)}")

    def write(
        self,
        method: str,
        path: str,
        json: Any = None,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """The whole request. Raises Invalid."""
        if not METHOD.fullmatch(method):
            raise Invalid("that is not a method of HTTP")
        body, kind = _body(json, content, form)
        lines = self.fixed + (_lines(headers) if headers else "")
        if kind and not (headers and "content-type" in {name.lower() for name in headers}):
            lines += f"Content-Type: {kind}\r\n"
        if body or method not in ("GET", "HEAD"):
            lines += f"Content-Length: {len(body)}\r\n"
        return f"{method} {self.base.target(path, params)} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body


def _body(json: Any, content: bytes | None, form: Mapping[str, str] | None) -> tuple[bytes, str]:
    """The body and its media type."""
    if json is not None:
        return msgspec.json.encode(json), JSON
    if form is not None:
        return urlencode(form).encode(), FORM
    return content or b"", ""


def _lines(headers: Mapping[str, str]) -> str:
    for name, value in headers.items():
        if not NAME.fullmatch(name) or not VALUE.fullmatch(value):
            raise Invalid(f"the header {name!r} cannot be sent")
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())
