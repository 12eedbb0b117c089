"""`frontdesk demo --llm`: the whole demo on a model of a server, here the stand-in."""

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run, free_port, running
from tests.cli.test_processes import ended, started, status, wait_for


@contextlib.contextmanager
def stand_in() -> Iterator[subprocess.Popen[str]]:
    """A process that answers as any model of OpenAI would."""
    options = ("--port", "0", "--answers", "canned", "--key", "a-key")
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.model_services", *options], stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def port_of(simulator: subprocess.Popen[str]) -> str:
    assert simulator.stdout is not None
    return simulator.stdout.readline().strip().rsplit(":", 1)[1]


def test_the_whole_demo_is_read_by_the_model_that_is_named(
    run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    with stand_in() as simulator:
        address, port = f"http://127.0.0.1:{port_of(simulator)}/v1", free_port()
        options = ("--port", str(port), "--llm", address, "--model", "any-model", "--llm-key-env", "DEMO_KEY")
        with running("demo", *options, environment=environment | {"DEMO_KEY": "a-key"}, cwd=tmp_path) as demo:
            started(demo, port)
            wait_for(lambda: status(run)["open"] == "0")
            ended(demo, signal.SIGTERM)
    said = status(run)
    assert (said["decided"], said["failed"]) == (said["stored"], "0")
    assert int(said["answered"]) > 0.9 * int(said["stored"])  # a topic is acknowledged once
    grouped = run("llm", "report", "--by", "use_case", "--by", "tier", "--by", "outcome", "--json").stdout
    read = {
        (line["tier"], line["outcome"]): line["calls"]
        for line in map(json.loads, grouped.splitlines())
        if line["use_case"] == "customer-message-process"
    }
    assert read == {("model", "ok"): int(said["stored"])}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--llm", "ftp://x", "--model", "m"), "is not an address"),
        (("--llm", "http://127.0.0.1:1/v1"), "needs --model"),
        (("--model", "m"), "belong to --llm"),
        (("--llm", "http://127.0.0.1:1/v1", "--model", "m", "--llm-key-env", "NO_SUCH_KEY"), "NO_SUCH_KEY is not set"),
    ],
)
def test_a_model_that_cannot_be_is_refused_in_one_line(run: Run, options: tuple[str, ...], words: str) -> None:
    refused = run("demo", "--port", "0", *options)
    assert refused.returncode == 2
    assert words in refused.stderr
    assert refused.stderr.count("\n") == 1
