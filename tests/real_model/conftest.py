"""A real language model, small and served on loopback; only `bin/test --llm` has one."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from benchmarks.servers import free_port
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.settings.sections import Llm
from frontdesk.wiring.container import Container, open_container

PATIENCE, KEY = 600.0, "real-key"


@pytest.fixture(scope="session")
def real_model() -> Iterator[str]:
    """The address of the served model; skips where there is none."""
    python = os.environ.get("FRONTDESK_TEST_LLM_PYTHON")
    if not python:
        pytest.skip("a real model is tried by bin/test --llm")
    script = Path(__file__).parent / "serve.py"
    with subprocess.Popen([python, str(script), str(free_port()), KEY], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = next((line for line in process.stdout if line.startswith("ready")), "")
            assert line, "the model could not be served: see above"
            yield f"{line.split()[1]}/v1"
        finally:
            process.terminate()


@pytest.fixture
async def modelled(real_model: str, tmp_path: Path, builtin: Builtin) -> AsyncIterator[Container]:
    """A container whose messages the real model reads."""
    service = {
        "kind": "openai",
        "base_url": real_model,
        "key": KEY,
        "model": "smollm2",
        **{f"{name}_seconds": PATIENCE for name in ("first_byte", "idle", "total")},
    }
    raw = {
        "services": {"real": service, "locked": service | {"key": "wrong"}},
        "chains": {"default": ["real", "builtin"]},
        "deadline_seconds": PATIENCE,
        "stretch": PATIENCE,
    }
    settings = load(data=tmp_path / "data", environment={})
    settings = msgspec.structs.replace(settings, llm=msgspec.convert(raw, Llm))
    async with open_container(settings, builtin) as container:
        yield container
