"""The stand-in as a process, asked by a configured model service; and that settings never show its key."""

import json
import signal
import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from frontdesk.interfaces import ErrorKind, ModelFailed, ModelRequest
from frontdesk.outgoing import Outgoing
from frontdesk.providers.options import ServiceOptions
from frontdesk.providers.registry import open_service
from tests import processes

SCHEMA = {
    "type": "object",
    "properties": {"sentiment": {"enum": ["Positive", "Neutral", "Negative"]}, "title": {"type": "string"}},
    "required": ["sentiment", "title"],
    "additionalProperties": False,
}
SECRETS = """
[outgoing]
proxy = "http://ada:hidden-1@proxy.example:3128"
[llm.services.main]
kind = "azure_openai"
base_url = "https://a.example"
key = "hidden-2"
client_secret = "hidden-3"
[llm.services.main.headers]
x-gateway = "hidden-4"
"""


async def test_a_service_is_answered_by_the_engine_in_the_stand_in(tmp_path: Path) -> None:
    script = tmp_path / "faults.yaml"
    script.write_text("- {fault: rate_limited, times: 1}\n", "utf-8")
    command = [sys.executable, "-m", "benchmarks.model_services", "--port", "0", "--key", "k", "--script", str(script)]
    process = Popen(command, stdout=PIPE, text=True)
    try:
        assert process.stdout
        url = process.stdout.readline().removeprefix("ready ").strip()
        outgoing = Outgoing()
        options = ServiceOptions(kind="openai", base_url=f"{url}/v1", key="k", model="m")
        service = open_service("main", options, lambda _, base, headers: outgoing.client(base, headers), {})
        text = "Great service, thank you so much! Everything works."
        request = ModelRequest("", {"messages": [{"role": "user", "content": text}]}, schema=SCHEMA)
        with pytest.raises(ModelFailed) as caught:
            await service.complete(request)
        said = json.loads((await service.complete(request)).text)
        assert (caught.value.trouble, said["sentiment"]) == (ErrorKind.RATE_LIMITED, "Positive")
        await outgoing.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.communicate()


def test_settings_are_shown_without_the_secrets_of_services(tmp_path: Path) -> None:
    file = tmp_path / "frontdesk.toml"
    file.write_text(SECRETS, "utf-8")
    for command in ("show", "check"):
        shown = processes.run("config", command, "--config", str(file), "--data", str(tmp_path / "data"))
        assert "azure_openai" in shown.stdout
        assert "hidden" not in shown.stdout + shown.stderr
