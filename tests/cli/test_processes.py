"""`frontdesk demo`, `serve` and `worker` as processes: the ready line, clean ends, demo data."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests import processes

from .conftest import Run, free_port, lines, running

PATIENCE = 300


def started(process: subprocess.Popen[str], port: int) -> str:
    """Ready at this port; the link that it prints."""
    assert process.stdout is not None
    address = process.stdout.readline().removeprefix("ready ").strip()
    assert address.partition("/sign-in?demo=")[0] == f"http://127.0.0.1:{port}"
    return address


def ended(process: subprocess.Popen[str], by: signal.Signals) -> None:
    """Ends with 0, and stdout held the ready line and nothing else."""
    process.send_signal(by)
    assert process.wait(PATIENCE) == 0
    assert process.stdout is not None
    assert process.stdout.read() == ""


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


def status(run: Run) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in run("db", "status").stdout.splitlines())


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_the_demo_says_when_it_is_ready_handles_its_messages_and_stops_cleanly(
    by: signal.Signals, run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    with running("demo", environment=environment | {"FRONTDESK_PORT": str(port)}, cwd=tmp_path) as demo:
        link = started(demo, port)
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with pytest.raises(urllib.error.HTTPError):
            browser.open(f"http://127.0.0.1:{port}/console")
        assert browser.open(link).url == f"http://127.0.0.1:{port}/console"
        wait_for(lambda: status(run)["open"] == "0")
        ended(demo, by)
    assert status(run)["failed"] == "0"


@pytest.mark.skipif(os.name == "nt", reason="mode bits say nothing there")
def test_what_a_command_writes_is_for_its_own_user_alone(environment: dict[str, str], tmp_path: Path) -> None:
    for command in (["db", "upgrade"], ["export", "--output", "all.jsonl"], ["rules", "export", "--output", "r.json"]):
        processes.run(*command, check=True, env=environment, cwd=tmp_path, umask=0o022)
    written = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert {"all.jsonl", "r.json", "frontdesk.sqlite3"} <= {each.name for each in written}
    assert {each.name for each in written if each.stat().st_mode & 0o077} == set()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_second_start_adds_no_demo_messages(run: Run, environment: dict[str, str], tmp_path: Path) -> None:
    counts = []
    for _ in range(2):
        port = free_port()
        with running("demo", "--port", str(port), environment=environment, cwd=tmp_path) as demo:
            started(demo, port)
            ended(demo, signal.SIGTERM)
        counts.append(status(run)["stored"])
    assert counts[0] == counts[1] != "0"


def test_a_demo_that_was_killed_while_it_began_is_whole_after_the_next_start(
    run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    database = tmp_path / "data" / "frontdesk.sqlite3"
    with running("demo", "--port", str(free_port()), environment=environment, cwd=tmp_path) as demo:
        wait_for(database.exists)
        time.sleep(0.3)
        demo.kill()
    port = free_port()
    with running("demo", "--port", str(port), environment=environment, cwd=tmp_path) as demo:
        started(demo, port)
        wait_for(lambda: status(run)["open"] == "0")
        ended(demo, signal.SIGTERM)
    threads = [line["thread"] for line in lines(run("export", "--what", "messages").stdout)]
    assert len(threads) == 42
    assert len(set(threads)) == 35


def test_the_demo_keeps_away_from_the_real_data(invoke: Callable[..., Result], tmp_path: Path) -> None:
    from frontdesk.cli.demo.command import _own_folder
    from frontdesk.settings.sections import Settings

    assert _own_folder() != Settings().folder


def test_a_port_that_is_taken_is_told_in_one_line(run: Run, environment: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    with running("serve", "--port", str(port), environment=environment, cwd=tmp_path) as server:
        started(server, port)
        second = run("serve", "--port", str(port), FRONTDESK_DATA=str(tmp_path / "other"))
        assert second.returncode == 2
        assert second.stdout == ""
        assert second.stderr.count("\n") == 1
        ended(server, signal.SIGTERM)


def test_a_worker_does_what_a_server_without_work_leaves(run: Run, environment: dict[str, str], tmp_path: Path) -> None:
    feed = "".join(json.dumps({"text": f"Where is my parcel {n}?"}) + "\n" for n in range(20))
    assert run("import", "-", feed=feed).returncode == 0
    port = free_port()
    with running("serve", "--no-work", "--port", str(port), environment=environment, cwd=tmp_path) as server:
        started(server, port)
        time.sleep(0.5)
        assert status(run)["open"] == "20"
        with running("worker", "--slots", "2", environment=environment, cwd=tmp_path) as worker:
            wait_for(lambda: status(run)["open"] == "0")
            ended(worker, signal.SIGTERM)
        ended(server, signal.SIGTERM)
    assert status(run)["answered"] == "20"
