"""Sets security headers on every answer."""

from collections.abc import Awaitable, Callable

from litestar.types import Message, Scope

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
NO_STORE = (b"cache-control", b"no-store")


def security_headers(*, https: bool) -> Callable[[Message, Scope], Awaitable[None]]:
    """A hook that adds them before an answer is sent, except where the answer says otherwise itself.

    What says nothing about caching is not kept anywhere.
    """
    added = [*ALWAYS, STRICT_TRANSPORT] if https else list(ALWAYS)

    async def add(message: Message, _scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = list(message.get("headers", ()))
        said = {name.lower() for name, _ in headers}
        message["headers"] = headers + [each for each in (NO_STORE, *added) if each[0] not in said]

    return add
