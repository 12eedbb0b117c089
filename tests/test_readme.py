"""The README shows the pipeline as it is, its example works on the running demo, and its links lead somewhere."""

import os
import re
import shlex
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from .cli.conftest import free_port, running

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_pipeline_in_the_readme_is_the_one_in_the_code() -> None:
    [shown] = re.findall(r"```python\n(.*?)```", README, re.S)
    assert shown.strip() in (ROOT / "src/frontdesk/workflows/handle_message.py").read_text("utf-8")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)", README))))
def test_a_link_of_the_readme_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


@pytest.mark.slow
def test_the_example_is_handled_by_the_running_demo_and_prints_what_the_readme_shows(tmp_path: Path) -> None:
    [(command, shown)] = re.findall(r"```console\n\$ \.venv/bin/(frontdesk say [^\n]+)\n(.*?)```", README, re.DOTALL)
    [folder] = re.findall(r"FRONTDESK_DATA:-\$root/(.+?)}", (ROOT / "bin" / "demo").read_text("utf-8"))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FRONTDESK_")}
    port = free_port()
    data = {"FRONTDESK_DATA": str(tmp_path / folder)}
    with running("demo", "--port", str(port), environment=clean | data, cwd=tmp_path) as demo:
        assert demo.stdout is not None
        address, _, token = demo.stdout.readline().strip().partition("/sign-in?demo=")
        assert address == f"ready http://127.0.0.1:{port}"
        said = subprocess.run(
            [str(Path(sys.executable).parent / "frontdesk"), *shlex.split(command)[1:]],
            **{"cwd": tmp_path, "env": clean, "capture_output": True, "text": True, "timeout": 300, "check": True},
        ).stdout
        assert comparable(said) == comparable(shown)
        [reference] = re.findall(r"^accepted  (\w+)", said)
        url, headers = f"http://127.0.0.1:{port}/api/v1/interactions/{reference}", {"Authorization": f"Bearer {token}"}
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as answer:
            assert answer.status == 200


def comparable(output: str) -> str:
    """The output without the reference, the service call's number, line breaks, and how sure each reading is."""
    [reference] = re.findall(r"^accepted  (\w+)", output)
    # The demo's server may carry out an action before the command does; its field service counts without "SC-".
    numbered = re.sub(r"\b(SC-\d{6}|(?<=call )\d+)", "CALL", output.replace(reference, "REFERENCE"))
    return " ".join(re.sub(r"\b\d+%", "SURE", numbered).split())
