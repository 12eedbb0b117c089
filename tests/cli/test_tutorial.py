"""The tutorial's commands, run as they stand in it."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

from .conftest import free_port, lines, running

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"


def blocks() -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_every_command_of_the_tutorial_works(environment: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    first, *others, own = blocks()
    assert first.strip() == "bin/demo --data demo-data"
    assert "frontdesk serve" in own
    script = "set -euo pipefail\n" + "\n".join(others).replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    script = script.replace("$PWD/.venv/bin", str(Path(sys.executable).parent))
    with running("demo", "--data", "demo-data", "--port", str(port), environment=environment, cwd=tmp_path) as demo:
        assert demo.stdout is not None
        assert demo.stdout.readline().startswith("ready ")
        done = subprocess.run(
            ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=180
        )
        assert done.returncode == 0, done.stderr
        demo.send_signal(signal.SIGTERM)
        assert demo.wait() == 0
    # By the command itself in the service desk, by the server of the demo in its simulated field service.
    assert re.search(r"create_service_call (SC-)?\d+", done.stdout)
    assert re.search(r"service call (SC-)?\d+", done.stdout)
    assert [line["id"] for line in lines((tmp_path / "analysed.jsonl").read_text())] == ["1", "2", "3"]
    assert len(json.loads((tmp_path / "receipt.json").read_text())["reference"]) == 8
    assert '"RPA-Bot"' in done.stdout or '"kind": "inbound"' in done.stdout
    assert (tmp_path / "interactions.csv").stat().st_size > 1_000
    assert "We do not sell aquariums." in done.stdout
    assert "/help/articles/aquariums" in done.stdout
