"""Every example of `frontdesk rules` and `frontdesk effects`, in help texts and documentation, works as written."""

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from click.testing import Result

from frontdesk.cli.framework.registry import Command
from frontdesk.cli.main import whole

Invoke = Callable[..., Result]
DOCS = Path(__file__).parents[2] / "docs"
WRITTEN = re.compile(r"frontdesk (?:rules|effects) (?:[^`\n|\[]|\[(?!\w+\]))+")
A_KEY, A_MESSAGE = re.compile(r"\bKEY\b|\b01\w{24}:\w+:\d:\d"), re.compile(r"\bMESSAGE\b|\b01\w{24}\b(?!:)")


def examples() -> Iterator[str]:
    """Each once; forms of use such as VERSION|FILE are no examples."""
    root = whole()
    for name in ("rules", "effects"):
        group = root.commands[name]
        assert isinstance(group, click.Group)
        yield from (line for each in group.commands.values() for line in _of(each).splitlines())
    for page in sorted(DOCS.rglob("*.md")):
        if page.name != "cli.md":  # made of the help texts
            yield from WRITTEN.findall(page.read_text("utf-8"))


def _of(command: click.Command) -> str:
    assert isinstance(command, Command)
    return command.example


def asked(invoke: Invoke) -> tuple[str, str]:
    """The key of an effect that waits for approval, and its message."""
    assert invoke("say", "My oven is broken, it stays cold.").exit_code == 0
    key = invoke("effects", "list", "--state", "waiting").stdout.splitlines()[-1].split()[0]
    return key, key.split(":")[0]


def prepared(invoke: Invoke) -> None:
    """Three versions, the third asks before each call; the files that the examples name."""
    for file in ("rules.json", "rules.csv"):
        assert invoke("rules", "export", "--output", file).exit_code == 0
    text = (
        Path("rules.json")
        .read_text("utf-8")
        .replace("['create_service_call']", "['ask_person', 'create_service_call']")
    )
    Path("draft.json").write_text(text, "utf-8")
    node = '{"id": "n", "name": "n", "type": "%s", "content": %s}'
    main, tiers = ("decisionNode", '{"key": "tiers.json"}'), ("expressionNode", '{"expressions": []}')
    for file, parts in (("main.json", main), ("tiers.json", tiers)):
        Path(file).write_text(f'{{"nodes": [{node % parts}]}}', "utf-8")
    Path("texts.jsonl").write_text('{"text": "My oven is broken."}\n{"facts": {"intent": "TI"}}\n', "utf-8")
    for _ in range(2):
        assert invoke("rules", "draft", "draft.json").exit_code == 0
    assert invoke("rules", "publish", "3").exit_code == 0


def test_every_example_does_what_it_says(invoke: Invoke) -> None:
    lines = list(dict.fromkeys(" ".join(line.split(" #")[0].split()) for line in examples()))
    assert len(lines) > 20
    prepared(invoke)
    key = message = ""
    for line in lines:
        key, message = asked(invoke) if A_KEY.search(line) or not message else (key, message)
        words = shlex.split(A_MESSAGE.sub(message, A_KEY.sub(key, line)))[1:]
        done = invoke(*words)
        assert (line, done.exit_code) == (line, 0), done.stderr
        if "publish" in line or "rollback" in line:
            assert invoke("rules", "publish", "3").exit_code == 0


def test_states_are_taken_in_either_case(invoke: Invoke) -> None:
    assert invoke("effects", "list", "--state", "waiting").exit_code == 0
    assert invoke("effects", "list", "--state", "WAITING").exit_code == 0
    refused = invoke("effects", "list", "--state", "somewhere")
    assert (refused.exit_code, "'waiting'" in refused.stderr) == (2, True)
