"""Writes docs/reference/use-cases.md from the use cases that ship: `python -m tests.written_pages.use_cases`."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from frontdesk.cli.llm.asking import command_of
from frontdesk.llm.finishing import published
from frontdesk.llm.use_case import UseCase
from frontdesk.llm.use_case_registry import shipped

HEAD = """# Use cases that ship

Made of `src/frontdesk/llm/use_cases/*.yaml`. Each is an endpoint (`POST /llm/v1/use-cases/NAME`, its inputs as the
body), a command (`frontdesk llm ask NAME`) and a part of `/llm/v1/openapi.json`. Use cases that were published in an
installation are all three as well; `GET /llm/v1/use-cases/NAME` tells of each what is told here. How to add one:
[how-to/add-a-use-case.md](../how-to/add-a-use-case.md).

`answer` in a response is what the schema below says; beside it stand `use_case`, `version`, `tier`, `service`, `model`,
`input_tokens`, `output_tokens`, `cost`, `milliseconds`, `retries`, `cached`, `masked` and `failures`.
"""


def reference() -> str:
    """The page."""
    sections = ["\n".join(_section(each)) for _, each in sorted(shipped().items())]
    return "\n".join([HEAD, *sections]).rstrip() + "\n"


def _section(use_case: UseCase) -> Iterator[str]:
    body = use_case.body
    yield f"## {body.name}\n\n{body.description}\n"
    engine = "yes" if body.builtin else "no"
    limits = f"up to {body.limits.characters:,} characters, {body.limits.seconds:g} seconds"
    yield f"Version {body.version}, {body.kind}; {limits}; built-in engine: {engine}.\n"
    yield f"```sh\n{command_of(use_case).example}\n```\n"
    yield from _fields("input", body.inputs)
    yield from _fields("answer", published(body.answer))
    if body.examples:
        yield f"```json\n{json.dumps(body.examples[0].answer, ensure_ascii=False)}\n```\n"


def _fields(what: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"| {what} | | |\n|---|---|---|"
    required = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        need = "" if name in required else "may be left out"
        yield f"| `{name}` | {_kind(part)} | {'; '.join(filter(None, [part.get('description', ''), need]))} |"
    yield ""


def _kind(part: Mapping[str, Any]) -> str:
    if "enum" in part:
        return " \\| ".join(f"`{each}`" for each in part["enum"])
    kind = part.get("type", "any")
    kinds = " or ".join(kind) if isinstance(kind, list) else str(kind)
    if kinds == "array":
        return f"list of {_kind(part.get('items', {}))}"
    if kinds == "object" and part.get("properties"):
        return "object with " + ", ".join(f"`{name}`" for name in part["properties"])
    longest = part.get("maxLength")
    return f"{kinds} up to {longest:,} characters" if longest else kinds


if __name__ == "__main__":
    click.echo(reference(), nl=False)
