"""Whether a request was made on this machine, to this machine."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

FROM_ELSEWHERE = frozenset(
    b"cf-connecting-ip fastly-client-ip forwarded true-client-ip via x-client-ip x-cluster-client-ip x-forwarded-for "
    b"x-forwarded-host x-forwarded-port x-forwarded-proto x-forwarded-server x-real-ip".split()
)


def is_from_here(address: str, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a request was made on this machine, to this machine by name, and not handed on by a proxy.

    The Host header is what tells a page of another site, whose name was made to point here, from our own.
    """
    if not FROM_ELSEWHERE.isdisjoint(headers):
        return False
    host = urlsplit("//" + headers.get(b"host", b"").decode("latin-1"))
    try:
        return _is_loopback(address) and is_loopback_name(host.hostname or "")
    except ValueError:
        return False


def is_loopback_name(host: str) -> bool:
    """Whether a host of an address is this machine."""
    return host.lower().rstrip(".") == "localhost" or _is_loopback(host.strip("[]"))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
