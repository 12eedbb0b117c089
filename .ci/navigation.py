"""The navigation of the documentation site, made from the folders of docs/: a new page needs no entry anywhere."""

import json
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
NAMES = {  # in this order; what is not here comes after it, by name
    "README.md": "",
    "tutorial.md": "Tutorial",
    "how-to": "How to",
    "reference": "Reference",
    "glossary.md": "Glossary",
    "decisions": "Decisions",
    "benchmarks.md": "Benchmarks",
    "channels": "Channels",
    "connectors": "Connectors",
    "providers": "Model services",
}
PLACES = {name: place for place, name in enumerate(NAMES)}


def entries(folder: Path) -> Iterator[object]:
    """A folder's pages in order, each as its path, or as {title: path or entries}."""
    for path in sorted(folder.iterdir(), key=_order):
        inside: object = path.relative_to(DOCS).as_posix() if path.suffix == ".md" else list(_folder(path))
        if inside:
            yield {NAMES[path.name]: inside} if NAMES.get(path.name) else inside


def toml(value: object) -> str:
    """An entry as TOML has it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {toml(inside)}" for name, inside in value.items()) + "}"
    return "[" + ", ".join(map(toml, value)) + "]" if isinstance(value, list) else json.dumps(value)


def _folder(path: Path) -> Iterator[object]:
    return entries(path) if path.is_dir() and any(path.rglob("*.md")) else iter(())


def _order(path: Path) -> tuple[int, bool, str]:
    return PLACES.get(path.name, len(PLACES)), path.is_dir(), path.name


if __name__ == "__main__":
    print("nav =", toml(list(entries(DOCS))))  # noqa: T201
