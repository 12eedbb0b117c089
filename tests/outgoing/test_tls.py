"""TLS: certificates are checked, also through a proxy, and kept connections are used again."""

import asyncio
from pathlib import Path

import pytest
import uvloop

from frontdesk.interfaces import Invalid, NoAnswer
from frontdesk.outgoing import HttpProxy, Outgoing
from tests.outgoing.wires import CERTIFICATE, ok, server_tls, tunnel, wire

TRUSTING = str(CERTIFICATE)


async def test_a_certificate_that_nobody_vouches_for_is_refused_and_nothing_is_sent() -> None:
    async with wire(ok(), tls=server_tls()) as seen:
        with pytest.raises(NoAnswer, match="certificate is not valid") as caught:
            await Outgoing().client(seen.url).send("POST", "", json={"secret": 1})
        assert (caught.value.may_be_done, seen.requests) == (False, [])


async def test_a_certificate_for_another_name_is_refused() -> None:
    async with wire(ok(), tls=server_tls()) as seen, tunnel(seen.port) as via:
        http = Outgoing(proxy=HttpProxy.at(f"http://127.0.0.1:{via.port}"), ca_file=TRUSTING).client(
            "https://a.example"
        )
        with pytest.raises(NoAnswer, match="not valid") as caught:
            await http.send("POST", "", json={})
        assert (caught.value.may_be_done, seen.requests) == (False, [])


async def test_a_trusted_certificate_is_taken_and_its_connection_used_again() -> None:
    async with wire(ok(b"1"), tls=server_tls()) as seen:
        http = Outgoing(ca_file=TRUSTING).client(seen.url)
        assert [(await http.send("GET", "")).body for _ in range(3)] == [b"1"] * 3
        assert seen.connections == 1


async def test_tls_goes_through_a_proxy() -> None:
    async with wire(ok(b"1"), tls=server_tls()) as seen, tunnel(seen.port) as via:
        http = Outgoing(proxy=HttpProxy.at(f"http://127.0.0.1:{via.port}"), ca_file=TRUSTING).client(
            f"https://localhost:{seen.port}"
        )
        assert [(await http.send("GET", "")).body for _ in range(2)] == [b"1", b"1"]
        assert via.requests[0].startswith(f"CONNECT localhost:{seen.port} HTTP/1.1\r\n".encode())
        assert via.connections == 1


async def test_a_server_without_tls_is_named() -> None:
    async with wire(ok()) as seen:
        with pytest.raises(NoAnswer, match=r"no (secure )?connection") as caught:
            await Outgoing().client(seen.url.replace("http", "https")).send("GET", "")
    assert not caught.value.may_be_done


def test_a_file_of_certificates_that_is_none_is_named(tmp_path: Path) -> None:
    for file in (tmp_path / "none.pem", tmp_path):
        with pytest.raises(Invalid, match="ca_file"):
            Outgoing(ca_file=str(file)).client("https://a.example")


def test_connections_tunnels_tls_and_limits_work_on_the_loop_of_the_server_too() -> None:
    async def all_at_once() -> None:
        await test_a_trusted_certificate_is_taken_and_its_connection_used_again()
        await test_tls_goes_through_a_proxy()
        await test_a_certificate_for_another_name_is_refused()
        await test_a_server_without_tls_is_named()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(all_at_once())
