"""The proxy: what goes through it, what it is told, and what it never hears."""

from collections.abc import AsyncIterator

import pytest

from frontdesk.interfaces import Invalid, NoAnswer
from frontdesk.outgoing import AddressRules, HttpProxy, Outgoing
from tests.outgoing.wires import CERTIFICATE, Wire, ok, server_tls, tunnel, wire

LOGIN = "Basic dUA6cA=="
SECRET = "sk-very-secret"


@pytest.fixture
async def plain() -> AsyncIterator[tuple[Wire, Wire]]:
    """A server, and a proxy that leads to it."""
    async with wire(ok(b"1")) as seen, tunnel(seen.port) as via:
        yield seen, via


@pytest.fixture
async def secure() -> AsyncIterator[tuple[Wire, Wire]]:
    """The same with TLS."""
    async with wire(ok(b"1"), tls=server_tls()) as seen, tunnel(seen.port) as via:
        yield seen, via


def through(via: Wire, login: str = "u%40:p@", besides: tuple[str, ...] = ()) -> Outgoing:
    return Outgoing(proxy=HttpProxy.at(f"http://{login}127.0.0.1:{via.port}", besides), ca_file=str(CERTIFICATE))


async def test_without_a_setting_there_is_none_whatever_the_environment_says(
    plain: tuple[Wire, Wire], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, via = plain
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{via.port}")
    outgoing = Outgoing()
    assert (await outgoing.client(seen.url).send("GET", "")).body == b"1"
    assert via.connections == 0
    await outgoing.close()


async def test_plain_requests_are_handed_to_it_with_its_login(plain: tuple[Wire, Wire]) -> None:
    _, via = plain
    outgoing = through(via)
    assert (await outgoing.client("http://api.example.invalid/x").send("GET", "y")).body == b"1"
    assert via.requests[0].startswith(b"GET http://api.example.invalid/x/y HTTP/1.1\r\n")
    assert f"\r\nProxy-Authorization: {LOGIN}\r\n".encode() in via.requests[0]
    await outgoing.close()


async def test_secure_ones_go_through_a_tunnel_and_only_the_proxy_hears_its_login(secure: tuple[Wire, Wire]) -> None:
    seen, via = secure
    outgoing = through(via)
    http = outgoing.client(f"https://localhost:{seen.port}", {"Authorization": SECRET})
    assert [(await http.send("POST", "", json={}, headers={"X-Key": SECRET})).body for _ in range(2)] == [b"1", b"1"]
    asked = via.requests[0]
    assert asked.startswith(f"CONNECT localhost:{seen.port} HTTP/1.1\r\n".encode())
    assert f"\r\nProxy-Authorization: {LOGIN}\r\n".encode() in asked
    assert b"\r\nUser-Agent: frontdesk\r\n" in asked
    assert (via.connections, SECRET.encode() in asked) == (1, False)
    assert b"proxy-authorization" not in b"".join(seen.requests).lower()
    await outgoing.close()


async def test_hosts_beside_it_are_reached_directly(plain: tuple[Wire, Wire]) -> None:
    seen, via = plain
    outgoing = through(via, besides=("localhost",))
    assert (await outgoing.client(f"http://localhost:{seen.port}").send("GET", "")).body == b"1"
    assert via.connections == 0
    await outgoing.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("answer", [b"HTTP/1.1 407 x\r\nContent-Length: 0\r\n\r\n"])
async def test_one_that_wants_another_login_is_named_and_nothing_has_arrived(scheme: str, answer: bytes) -> None:
    async with wire(answer) as via:
        outgoing = through(via)
        with pytest.raises(NoAnswer, match="proxy answered 407") as caught:
            await outgoing.client(f"{scheme}://api.example.invalid").send("POST", "", json={})
        assert not caught.value.may_be_done
        assert "dUA6" not in str(caught.value)
        await outgoing.close()


@pytest.mark.parametrize("answer", [b"HTTP/1.1 502 x\r\nContent-Length: 0\r\n\r\n", b"SSH-2.0\r\n\r\n", b""])
async def test_a_tunnel_that_is_not_made_lets_nothing_arrive(answer: bytes) -> None:
    async with wire(answer, once=True) as via:
        outgoing = through(via)
        with pytest.raises(NoAnswer, match=r"proxy|no connection") as caught:
            await outgoing.client("https://api.example.invalid").send("POST", "", json={})
        assert not caught.value.may_be_done
        await outgoing.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_one_that_is_not_there_is_named_without_its_login(scheme: str) -> None:
    async with wire(b"") as gone:
        pass
    outgoing = through(gone, "user:hidden@")
    with pytest.raises(NoAnswer, match="no connection") as caught:
        await outgoing.client(f"{scheme}://api.example.invalid").send("POST", "", json={})
    assert not caught.value.may_be_done
    assert "hidden" not in str(caught.value) + repr(caught.value)
    await outgoing.close()


async def test_it_may_be_inside_but_what_users_name_may_not(plain: tuple[Wire, Wire]) -> None:
    _, via = plain
    outgoing = through(via)
    with pytest.raises(NoAnswer, match="not allowed") as caught:
        await outgoing.client("http://127.0.0.1:9", trusted=False).send("GET", "")
    assert (caught.value.may_be_done, via.connections) == (False, 0)
    await outgoing.close()


async def test_a_secure_name_of_a_user_is_tunnelled_by_its_address_and_checked_by_its_name(
    secure: tuple[Wire, Wire],
) -> None:
    seen, via = secure
    rules = AddressRules(("localhost",))
    outgoing = Outgoing(rules, HttpProxy.at(f"http://127.0.0.1:{via.port}"), str(CERTIFICATE))
    http = outgoing.client(f"https://localhost:{seen.port}", trusted=False)
    assert (await http.send("GET", "")).body == b"1"
    assert via.requests[0].split()[1] in (f"127.0.0.1:{seen.port}".encode(), f"[::1]:{seen.port}".encode())
    assert f"\r\nHost: localhost:{seen.port}\r\n".encode() in seen.requests[0]
    await outgoing.close()


@pytest.mark.parametrize("url", ["https://p.example", "p.example:3128", "http://", "http://u:hidden@p.example:x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        HttpProxy.at(url)
    assert caught.value.field == "outgoing.proxy"
    assert "hidden" not in str(caught.value)
