"""The address guard: what users give must not lead inside, whatever it is called."""

import ipaddress
import re
import socket

import pytest

from frontdesk.interfaces import NoAnswer
from frontdesk.outgoing import AddressRules, HttpProxy, Outgoing
from frontdesk.outgoing.addresses import check, is_public
from tests.outgoing.wires import ok, tunnel, wire

INTERNAL = re.findall(
    r"\S+",
    "127.0.0.1 127.9.9.9 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.100.100.200 168.63.129.16 "
    "224.0.0.1 239.1.1.1 255.255.255.255 240.0.0.1 198.18.0.1 192.0.2.1 :: ::1 fe80::1 fc00::1 fd00:ec2::254 ff02::1 "
    "::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 2002:7f00:1:: 2002:a00:1::1 "
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
)


@pytest.mark.parametrize("address", INTERNAL)
def test_internal_addresses_are_told_from_public_ones(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "0x7f000001", "2130706433", "127.1", "0", "[::ffff:127.0.0.1]", "0177.0.0.1"],
)
async def test_a_url_of_a_user_does_not_reach_loopback_however_it_is_written(host: str) -> None:
    async with wire(ok()) as seen:
        http = Outgoing().client(f"http://{host}:{seen.port}", trusted=False)
        with pytest.raises(NoAnswer) as caught:
            await http.send("GET", "")
        assert (caught.value.may_be_done, seen.connections) == (False, 0)


async def test_one_internal_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(NoAnswer, match="not allowed") as caught:
        check("mixed.example", 443, ["8.8.8.8", "10.0.0.1"], AddressRules())
    assert caught.value.permanent


@pytest.mark.parametrize("rule", ["127.0.0.1", "127.0.0.0/8", "LOCALHOST", "localhost:{port}"])
async def test_hosts_on_the_allow_list_are_reached(rule: str) -> None:
    async with wire(ok()) as seen:
        rules = AddressRules((rule.format(port=seen.port),))
        host = "127.0.0.1" if rule.startswith("127") else "localhost"
        http = Outgoing(rules).client(f"http://{host}:{seen.port}", trusted=False)
        assert (await http.send("GET", "")).status == 200


async def test_the_allow_list_names_ports_exactly() -> None:
    async with wire(ok()) as seen:
        http = Outgoing(AddressRules(("127.0.0.1:1",))).client(seen.url, trusted=False)
        with pytest.raises(NoAnswer, match="not allowed"):
            await http.send("GET", "")


async def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that first leads outside and then inside (rebinding) is asked only once for a connection."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: object, *rest: object, **more: object) -> object:
        if host not in ("rebind.example", b"rebind.example"):
            return real(host, *rest, **more)  # type: ignore[arg-type]
        asked.append(str(host))
        address = "198.51.100.7" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    async with wire(ok()) as seen, tunnel(seen.port) as via:
        rules = AddressRules(("198.51.100.7",))
        proxied = Outgoing(rules, HttpProxy.at(f"http://127.0.0.1:{via.port}"))
        http = proxied.client(f"http://rebind.example:{seen.port}", trusted=False)
        assert (await http.send("GET", "")).status == 200
        assert via.requests[0].startswith(b"GET http://198.51.100.7:")
    assert len(asked) == 1


async def test_addresses_that_we_configure_are_not_checked() -> None:
    async with wire(ok()) as seen:
        assert (await Outgoing().client(seen.url).send("GET", "")).status == 200
