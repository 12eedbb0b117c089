"""The page that a reader came from, for a link back; only pages of the insights are accepted."""

import re
from urllib.parse import urlencode

from frontdesk.ui.services import PageRequest

NAME = "from"
LONGEST = 2000
_KNOWN = re.compile(r"/console/insights(/rows)?(\?[!-~]*)?")


def origin_of(request: PageRequest) -> str:
    """The address that a request's query names as its origin, empty for none or one that is none of ours."""
    return known(request.query_params.get(NAME, ""))


def known(address: str) -> str:
    """The address where it is one that may be led back to, else empty."""
    return address if len(address) <= LONGEST and _KNOWN.fullmatch(address) else ""


def with_origin(address: str, origin: str) -> str:
    """An address that tells the page where its reader came from."""
    if not origin:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode({NAME: origin})}"
