"""`frontdesk mcp`, asked by the official client of the Model Context Protocol over standard input and output."""

import os
from pathlib import Path

import pytest

from tests import processes
from tests.processes import FRONTDESK
from tests.ui.conftest import serving

mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed")


def key_of(folder: Path, role: str) -> str:
    said = processes.run("keys", "add", role, "--role", role, "--data", str(folder), check=True)
    return next(word for word in said.stdout.split() if word.startswith("fd_"))


async def test_tools_answer_with_the_rights_of_the_key(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    agent, service = key_of(folder, "agent"), key_of(folder, "service")
    with serving(folder) as running:
        told = {}
        for key in (agent, service):
            variables = {"PATH": os.environ["PATH"], "FRONTDESK_API_KEY": key}
            server = mcp.StdioServerParameters(
                command=str(FRONTDESK), args=["mcp", "--url", running.url], env=variables
            )
            async with mcp.Client(server) as client:
                tools = [each.name for each in (await client.list_tools()).tools]
                found = await client.call_tool("find_interactions", {"q": "oven"})
                missing = await client.call_tool("read_interaction", {"reference": "../keys"})
                answer = await client.call_tool("ask_knowledge", {"question": "How long can I return shoes?"})
                told[key] = (found.is_error, found.content[0].text)
                assert (missing.is_error, answer.is_error) == (True, False)
    assert {"find_interactions", "propose_reply", "explain_decision", "query_insights"} <= set(tools)
    assert (told[agent][0], '"items":[]' in told[agent][1]) == (False, True)
    assert (told[service][0], "needs the role agent" in told[service][1]) == (True, True)
