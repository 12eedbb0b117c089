"""The real server as a process: ready, live, stopping politely, refusing in one line."""

import json
import socket
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.ui.conftest import Server, serving

FIELDS = {"text": "My coffee machine is broken and does not start", "name": "Ada", "email": "ada@example.com"}


def submit(server: Server) -> str:
    answer = httpx.post(f"{server.url}/messages", data=FIELDS)
    assert answer.status_code == 303
    return server.url + answer.headers["location"]


def wait_for(found: str, url: str, seconds: float = 300) -> str:
    """The page once it holds `found`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        page = httpx.get(url).text
        if found in page:
            return page
        time.sleep(0.1)
    raise AssertionError(f"{found!r} did not come: {page}")


def test_a_message_goes_the_whole_way_in_one_process(demo_server: Server) -> None:
    wait_for("opened service call SC-000001 for you", submit(demo_server))
    ready = httpx.get(f"{demo_server.url}/ready").json()
    assert ready == {"status": "ready", "work": "running"}


def test_events_tell_of_each_step_as_it_comes(demo_server: Server) -> None:
    events = submit(demo_server).replace("?", "/events?")
    kinds: list[str] = []
    with httpx.stream("GET", events, timeout=60) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        # Steps that came before the stream was open are not told, but one more message is.
        reference = events.partition("/track/")[2].partition("/")[0]
        more = {"text": "Any news?", "interaction": reference}
        assert httpx.post(f"{demo_server.url}/api/v1/messages", json=more).status_code == 202
        for line in stream.iter_lines():
            if line.startswith("data: "):
                kinds.append(json.loads(line.removeprefix("data: "))["kind"])
            if "handled" in kinds:
                break
    assert kinds


def test_the_server_stops_cleanly_while_pages_listen(demo_server: Server) -> None:
    events = submit(demo_server).replace("?", "/events?")
    ended = threading.Event()

    def listen() -> None:
        with httpx.stream("GET", events, timeout=60) as stream:
            opened.set()
            for _ in stream.iter_lines():
                pass
        ended.set()

    opened = threading.Event()
    threading.Thread(target=listen, daemon=True).start()
    assert opened.wait(60)
    assert demo_server.stop() == 0
    assert ended.wait(60)


def test_nothing_accepted_is_lost_when_the_server_stops_at_once(tmp_path: Path) -> None:
    with serving(tmp_path / "data", FRONTDESK_SECURITY_DEMO_SIGN_IN="true") as server:
        paths = [submit(server).removeprefix(server.url) for _ in range(20)]
        assert server.stop() == 0
    with serving(tmp_path / "data", FRONTDESK_SECURITY_DEMO_SIGN_IN="true") as server:
        for path in paths:
            wait_for('id="step-replied" data-state="done"', server.url + path)


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        # The last --port counts.
        with pytest.raises(AssertionError), serving(tmp_path / "data", "--port", str(port)):
            pass
    said = (tmp_path / "serve.log").read_text()
    assert f"127.0.0.1:{port} is in use: choose another port" in said
    assert "Traceback" not in said


def test_a_demo_that_others_could_reach_does_not_start(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError),
        serving(tmp_path / "data", "--host", "0.0.0.0", FRONTDESK_SECURITY_DEMO_SIGN_IN="true"),
    ):
        pass
    assert "needs a loopback address" in (tmp_path / "serve.log").read_text()


def test_a_server_without_accounts_says_how_to_make_one(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--no-work") as server:
        assert httpx.get(f"{server.url}/console").status_code == 401
    assert f"make the first administrator at {server.url}/first-start?begin=" in (tmp_path / "serve.log").read_text()


def test_keys_and_addresses_are_not_written_into_the_access_log(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--no-work", FRONTDESK_LOGGING_ACCESS="true") as server:
        httpx.get(f"{server.url}/track/AAAA0000?key=very-secret-key")
        httpx.get(f"{server.url}/track?reference=AAAA0000&email=ada@example.com")
        assert server.stop() == 0
    said = (tmp_path / "serve.log").read_text()
    assert "/track/AAAA0000" in said
    assert "very-secret-key" not in said
    assert "ada@example.com" not in said
