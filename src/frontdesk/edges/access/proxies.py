"""Which address a request comes from: trusted proxies tell it in headers into which anybody else may write as well."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from litestar.types import HTTPScope

from frontdesk.interfaces import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_ELEMENTS = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*")+')
_FOR = re.compile(r'(?:^|;)\s*for=(?:"([^"]*)"|([^;\s]*))', re.IGNORECASE)
_WITH_PORT = re.compile(r"\[(?P<six>[^\]]*)\](?::\w+)?|(?P<four>[0-9.]+):\w+")


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The proxies before this server: so many in a row, or all in these networks; else none."""

    hops: int = 0
    networks: tuple[Network, ...] = ()

    @classmethod
    def read(cls, setting: int | str) -> Self:
        """From `security.trusted_proxies`. Raises Invalid."""
        words = str(setting).split()
        if len(words) == 1 and words[0].isdecimal():
            return cls(int(words[0]))
        try:
            return cls(networks=tuple(ipaddress.ip_network(each) for each in words))
        except ValueError as error:
            raise Invalid(
                f"security.trusted_proxies: {error}: write how many proxies stand in a row before this server, "
                "such as 1, or their networks with spaces between, such as 10.0.0.0/8 192.0.2.7",
                "security.trusted_proxies",
            ) from None

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.hops or self.networks)

    def client_address(self, scope: HTTPScope) -> str:
        """Where a request comes from, as far as it can be trusted; empty where even the connection does not say.

        X-Forwarded-For and Forwarded (RFC 7239) must agree if both are there: a proxy that writes one of them hands
        the other on as the client made it.
        """
        peer = (scope.get("client") or ("",))[0]
        chains = [chain for chain in (_x_forwarded_for(scope), _forwarded(scope)) if chain] if self else []
        found = {self._first_stranger(peer, chain) for chain in chains}
        return found.pop() if len(found) == 1 else peer

    def _first_stranger(self, peer: str, chain: Sequence[str]) -> str:
        """Who handed it to the first of our proxies; the last that has an address where one has none."""
        known = peer
        for passed, said in enumerate(reversed(chain)):
            address = _address(said)
            if address is None or not self._trusts(known, passed):
                break
            known = str(address)
        return known

    def _trusts(self, address: str, passed: int) -> bool:
        parsed = _address(address)
        return passed < self.hops or (parsed is not None and any(parsed in network for network in self.networks))


def _address(said: str) -> Address | None:
    """An address that may have a port, None for any other word."""
    with_port = _WITH_PORT.fullmatch(said)
    try:
        parsed = ipaddress.ip_address((with_port["six"] or with_port["four"]) if with_port else said)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


def _x_forwarded_for(scope: HTTPScope) -> list[str]:
    line = _line(scope, b"x-forwarded-for")
    return [each.strip() for each in line.split(",")] if line else []


def _forwarded(scope: HTTPScope) -> list[str]:
    named = (_FOR.search(each) for each in _ELEMENTS.findall(_line(scope, b"forwarded")))
    return [each[1] or each[2] if each else "" for each in named]


def _line(scope: HTTPScope, header: bytes) -> str:
    """All lines of a header as the one that they stand for."""
    return b",".join(value for name, value in scope["headers"] if name == header).decode("latin-1")
