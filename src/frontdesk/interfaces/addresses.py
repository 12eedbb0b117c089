"""Which addresses of the Internet protocol are public, and which origins are our own."""

import ipaddress
from collections.abc import Mapping

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Well-known translation prefix of NAT64 (RFC 6052): the last four bytes are an IPv4 address.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Azure's platform service: it hands out credentials of the machine, although its address is public.
PLATFORM = ipaddress.IPv4Address("168.63.129.16")


def is_public(address: Address) -> bool:
    """Whether an address is public; addresses that embed another one are judged by that one."""
    inner = _wrapped(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and address != PLATFORM


def _wrapped(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def is_own_origin(origin: str, public_url: str, headers: Mapping[bytes, bytes]) -> bool:
    """Whether an Origin (in small letters, as the URL) is this server's: its public one, or the host that was asked."""
    scheme, _, rest = public_url.partition("://")
    if rest and origin == f"{scheme}://{rest.partition('/')[0]}":
        return True
    return origin.partition("://")[2] == headers.get(b"host", b"").decode("latin-1").lower() != ""
