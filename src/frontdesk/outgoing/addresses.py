"""Checks addresses before connecting: URLs that users give must not reach the internal network."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

from frontdesk.interfaces import NoAnswer
from frontdesk.interfaces.addresses import Address, is_public

AddrInfo = tuple[int, int, int, str, tuple[Any, ...]]  # as of socket.getaddrinfo

MOST_ADDRESSES = 4


@dataclass(frozen=True, slots=True)
class AddressRules:
    """`allowed` are hosts, host:port pairs, addresses and networks that user-given URLs may reach although internal."""

    allowed: tuple[str, ...] = ()

    def permits(self, host: str, port: int, address: Address) -> bool:
        """Whether a connection made for a user may go to this address."""
        return is_public(address) or self._is_allowed(host, port, address)

    def _is_allowed(self, host: str, port: int, address: Address) -> bool:
        named = {host.lower(), f"{host.lower()}:{port}"}
        return any(rule.lower() in named or _covers(rule, address) for rule in self.allowed)


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """The addresses of a host, best first, only the first few. Raises NoAnswer."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NoAnswer(f"{host}: no such host", may_be_done=False) from None
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))[:MOST_ADDRESSES]


async def checked(host: str, port: int, rules: AddressRules | None) -> tuple[str, ...]:
    """The addresses of a host, all of them permitted. Raises NoAnswer."""
    addresses = await resolve(host, port)
    if rules is not None:
        check(host, port, addresses, rules)
    return addresses


class Guard(AbstractResolver):
    """Checks every connection of a client, when a name is resolved and when a socket is opened."""

    def __init__(self, host: str, rules: AddressRules | None) -> None:
        """`host` is the client's configured host. Without rules everything is permitted."""
        self._host, self._rules = host, rules

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Checked addresses alone. Raises NoAnswer."""
        return [
            {"hostname": host, "host": each, "port": port, "family": family, "proto": 0, "flags": 0}
            for each in await checked(host, port, self._rules)
        ]

    @override
    async def close(self) -> None:
        """Nothing is held."""

    def socket(self, there: AddrInfo) -> socket.socket:
        """A socket for one connection. Literal addresses, never resolved, are checked here too. Raises NoAnswer."""
        family, kind, protocol, _, (address, port, *_more) = there
        if self._rules is not None:
            check(self._host, port, (address,), self._rules)
        return socket.socket(family, kind, protocol)


def check(host: str, port: int, addresses: Sequence[str], rules: AddressRules) -> None:
    """Refuse a host if any of its addresses is internal. Raises NoAnswer (permanent)."""
    for text in addresses:
        if not rules.permits(host, port, ipaddress.ip_address(text)):
            raise NoAnswer(f"{host}: internal addresses are not allowed", may_be_done=False, permanent=True)


def _covers(rule: str, address: Address) -> bool:
    try:
        return address in ipaddress.ip_network(rule, strict=False)
    except ValueError:
        return False
