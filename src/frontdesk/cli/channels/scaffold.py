"""Writes a new channel into a source tree: one that works with signed JSON, to be fitted to its vendor."""

import re
from importlib.resources import files
from pathlib import Path

from frontdesk.interfaces import Conflict, Invalid

FILES = files(__package__) / "scaffold_files"
TEXT = (
    '{"type": "message", "id": "in1", "from": "kim", "name": "Kim Doe", '
    '"text": "My washing machine is broken: it shows error E18. Please help."}\n'
)
RECORDINGS = {
    "text.json": TEXT,
    "unknown_type.json": '{"type": "hologram", "id": "in2", "from": "kim"}\n',
    "malformed.json": '{"type": "message", "id": ',
}


def scaffold(source: Path, name: str, code: str, title: str) -> list[Path]:
    """The files that were written or changed. Raises Invalid, Conflict."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,38}", name):
        raise Invalid("the name must have small letters, digits and _ only, like carrier_pigeon", "name")
    if not re.fullmatch(r"[A-Z0-9]{2,10}", code):
        raise Invalid("the code must have capitals and digits only, like CPG", "code")
    if '"' in title or "\\" in title or not title.isprintable():
        raise Invalid("the title must not have quotation marks or backslashes", "title")
    registry = source / "src" / "frontdesk" / "channels" / "registry.py"
    if not registry.is_file():
        raise Invalid(f"{source} is no source tree of frontdesk: name it with --source", "source")
    adapter, tests = registry.with_name(f"{name}.py"), source / "tests" / "channels" / name
    if adapter.exists() or tests.exists():
        raise Conflict(f"there is a channel {name} already")
    _write(adapter, _filled((FILES / "adapter.py.txt").read_text("utf-8"), name, code, title))
    _write(tests / "__init__.py", "")
    _write(tests / "sample.py", (FILES / "sample.py.txt").read_text("utf-8"))
    for file, text in RECORDINGS.items():
        _write(tests / file, text)
    _register(registry, name)
    return [adapter, *sorted(tests.iterdir()), registry]


def _filled(text: str, name: str, code: str, title: str) -> str:
    """The template with its words put in; `TITLE` also stands for the constant, which stays."""
    made = "".join(part.title() for part in name.split("_"))
    text = text.replace('TITLE = "TITLE"', f'TITLE = "{title}"').replace('"""TITLE:', f'"""{title}:')
    text = text.replace("Settings of TITLE", f"Settings of {title}")
    return text.replace("CLASS", made).replace('"NAME"', f'"{name}"').replace('"CODE"', f'"{code}"')


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _register(registry: Path, name: str) -> None:
    """One import and one line; the formatter puts them in order."""
    text = registry.read_text("utf-8")
    text = text.replace("from frontdesk.channels import (\n", f"from frontdesk.channels import (\n    {name},\n", 1)
    text = re.sub(r"^KINDS: .* = \(\n", rf"\g<0>    {name}.KIND,\n", text, count=1, flags=re.MULTILINE)
    registry.write_text(text, "utf-8")
