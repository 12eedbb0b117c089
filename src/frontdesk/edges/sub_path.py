"""The server below a path of a host that other things share: `server.public_url` = https://host/desk.

Inside, every address begins at the root. On the way in the path is cut off, whether or not the proxy did so already;
on the way out it is put before the addresses of headers, cookies and pages. Scripts read it from the page.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from frontdesk.interfaces import Invalid

LEADING_ON = frozenset(b"location content-location hx-redirect hx-location hx-push-url hx-replace-url".split())
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_ATTRIBUTE = re.compile(rb'(\s(?:href|src|action|formaction|content|data-[a-z]+|hx-[a-z]+)=")(/(?!/))')
_COOKIE = re.compile(rb"(;\s*path=)(/[^;\s])", re.IGNORECASE)


def sub_path(public_url: str, routed: Iterable[str] = ()) -> str:
    """The path of our address, empty at the root. Raises Invalid for one that a page of ours has (`routed`)."""
    path = urlsplit(public_url).path.rstrip("/")
    if path and (not _PATH.fullmatch(path) or path.split("/")[1] in {each.split("/")[1] for each in routed} - {"desk"}):
        words = (
            f"server.public_url: the path {path} cannot be served: choose one that is no page of ours, such as /desk"
        )
        raise Invalid(words, "server.public_url")
    return path


def below(path: str, app: ASGIApp) -> ASGIApp:
    """The application served below a path; itself where that is empty."""
    if not path:
        return app

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            raw = scope.get("raw_path") or b""
            scope["path"], scope["raw_path"] = (
                _cut(scope["path"], path),
                _cut(raw.decode("latin-1"), path).encode("latin-1"),
            )
            send = _Outward(path.encode(), send).send
        await app(scope, receive, send)

    return served


def _cut(asked: str, path: str) -> str:
    return asked[len(path) :] or "/" if asked == path or asked.startswith(path + "/") else asked


class _Outward:
    """What is sent of one answer; pages are held back until they are whole."""

    def __init__(self, path: bytes, send: Send) -> None:
        self._path, self._send = path, send
        self._start: Message | None = None
        self._page = b""
        self._links = re.compile(_ATTRIBUTE.pattern.replace(rb"/(?!/)", rb"/(?!/|" + re.escape(path[1:]) + rb'[/"?])'))

    async def send(self, message: Message) -> None:
        """In place of the server's own."""
        if message["type"] == "http.response.start":
            message["headers"] = [(name, self._header(name.lower(), value)) for name, value in message["headers"]]
            if _is_page(message["headers"]):
                self._start = message
                return
        if message["type"] == "http.response.body" and self._start is not None:
            self._page += message["body"]
            if message["more_body"]:
                return
            message["body"] = self._links.sub(rb"\1" + self._path + rb"\2", self._page)
            await self._send(_as_long_as(self._start, message["body"]))
            self._start = None
        await self._send(message)

    def _header(self, name: bytes, value: bytes) -> bytes:
        if name in LEADING_ON and value.startswith(b"/") and not value.startswith(b"//"):
            return self._path + value
        if name == b"refresh":
            return value.replace(b"url=/", b"url=" + self._path + b"/")
        return _COOKIE.sub(rb"\1" + self._path + rb"\2", value) if name == b"set-cookie" else value


def _is_page(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in headers)


def _as_long_as(start: Message, body: bytes) -> Message:
    assert start["type"] == "http.response.start"
    kept = [each for each in start["headers"] if each[0].lower() != b"content-length" or not body]
    start["headers"] = [*kept, *([(b"content-length", str(len(body)).encode())] if body else [])]
    return start
