"""`frontdesk mcp`: tools for assistants, which ask a running server with a key (Model Context Protocol, 2026-07-28)."""

import asyncio
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from frontdesk import __version__
from frontdesk.cli.framework.registry import command
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import Invalid
from frontdesk.model import Role

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Response


@command(frontdesk, "mcp", role=Role.AGENT, example="frontdesk mcp --url https://desk.example.com")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="The running server.")
@click.option("--key", envvar="FRONTDESK_API_KEY", default="", help="An API key: its role says what the tools may do.")
def mcp(url: str, key: str) -> None:
    """Offer an assistant tools to find and read interactions, ask the knowledge base, propose replies and explain
    decisions, over standard input and output. Needs the extra `mcp`; nothing is sent or changed by any of them.
    """
    try:
        asyncio.run(_serve(url, key))
    except ImportError:
        raise Invalid("the extra mcp is not installed: pip install 'frontdesk[mcp]'") from None


async def _serve(url: str, key: str) -> None:
    from httpx2 import AsyncClient
    from mcp import types
    from mcp.server.lowlevel import Server
    from mcp.server.stdio import stdio_server

    tools: dict[str, Any] = tomllib.loads(files(__package__).joinpath("tools.toml").read_text("utf-8"))

    async def show(*_: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[types.Tool(name=name, **each["tool"]) for name, each in tools.items()])

    async def call(_: Any, asked: types.CallToolRequestParams) -> types.CallToolResult:
        if asked.name not in tools:
            raise Invalid(f"there is no tool {asked.name[:60]}: there are {', '.join(tools)}")
        answer = await _ask(client, tools[asked.name], dict(asked.arguments or {}))
        text = types.TextContent(type="text", text=answer.text)
        return types.CallToolResult(content=[text], is_error=answer.status_code >= 400)

    server = Server("frontdesk", version=__version__, on_list_tools=show, on_call_tool=call)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with AsyncClient(base_url=url, headers=headers, timeout=60) as client, stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


async def _ask(client: "AsyncClient", tool: dict[str, Any], given: dict[str, Any]) -> "Response":
    """The answer of the server: what the path names goes there, all else into the query or the body."""
    named = {name: quote(str(given.pop(name)), safe="") for name in list(given) if f"{{{name}}}" in tool["path"]}
    method, path = tool["method"], tool["path"].format_map(named)
    return await (client.get(path, params=given) if method == "GET" else client.request(method, path, json=given))
