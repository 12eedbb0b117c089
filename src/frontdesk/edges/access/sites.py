"""From which web site a request comes, as far as the browser says (Origin, Sec-Fetch-Site)."""

from collections.abc import Mapping
from dataclasses import dataclass

from frontdesk.interfaces.addresses import is_own_origin

ODATA_HEADER = b"x-csrf-token"  # what OData clients send a page's token in
SIMPLE_TYPES = (b"", b"text/plain", b"multipart/form-data", b"application/x-www-form-urlencoded")


@dataclass(frozen=True, slots=True)
class Sites:
    """Our own site and those that are allowed, in small letters."""

    public_url: str
    allowed: frozenset[str]

    def is_foreign(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a page of another site sent this, and not one that is allowed."""
        origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site")
        if self.is_allowed(headers):
            return False
        sent_by = (origin or b"").decode("latin-1").lower()
        is_ours = origin is None or is_own_origin(sent_by, self.public_url.lower(), headers)
        return not is_ours or site in (b"cross-site", b"same-site")

    def is_allowed(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a page of an allowed site sent this."""
        return headers.get(b"origin", b"").decode("latin-1").lower() in self.allowed


def is_simple(method: str, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a page of any site can make a browser send this, with a password that it remembers, without asking us
    first (CORS-safelisted: https://fetch.spec.whatwg.org, 2.2.2)."""
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return method == "POST" and ODATA_HEADER not in headers and kind in SIMPLE_TYPES
