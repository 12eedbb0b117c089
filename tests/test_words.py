"""The code uses the field's words: private ones of earlier releases do not come back as identifiers."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "frontdesk"
GLOSSARY = ROOT / "docs" / "reference" / "glossary.md"

FORBIDDEN = {
    "doorkeeper", "enclosure", "furnish", "gist", "happening", "house", "knob", "knobs", "ladder", "manner", "matter",
    "performer", "pot", "pots", "purse", "rung", "setback", "shelf", "stenographer", "wish",
}  # fmt: skip
# Where a word is right, or stands in a stored name: the identifier, or the folder.
ALLOWED = {
    "matter": ("storage/pipeline", "storage/interactions"),  # a query's rows
    "pot": ("money_pot", "LONG_POT", "SHORT_POT"),  # a table
    "pots": ("pots",),  # a column
    "house": ("_HOUSE", "HOUSE_LIMITS"),  # a house number; limits
}


def identifiers(path: Path) -> Iterator[tuple[int, str]]:
    """Every name that the file defines or uses, with its line."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        for field in ("name", "id", "attr", "arg", "asname"):
            if isinstance(name := getattr(node, field, None), str):
                yield getattr(node, "lineno", 0), name


def words(identifier: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)}


def found(path: Path) -> Iterator[str]:
    here = path.relative_to(SOURCE).as_posix()
    for line, identifier in [(0, path.stem), *identifiers(path)]:
        for word in words(identifier) & FORBIDDEN:
            allowed = ALLOWED.get(word, ())
            if identifier not in allowed and not here.startswith(
                tuple(each for each in allowed if "/" in each) or ("\0",)
            ):
                yield f"{here}:{line}: {identifier}"


def test_no_identifier_uses_a_private_word() -> None:
    assert [each for path in sorted(SOURCE.rglob("*.py")) for each in found(path)] == [], f"see {GLOSSARY}"


@pytest.mark.parametrize("word", sorted(FORBIDDEN - {"furnish", "gist"}))
def test_the_glossary_says_what_a_private_word_is_called_now(word: str) -> None:
    formerly = " ".join(line.rsplit("|", 2)[1] for line in GLOSSARY.read_text("utf-8").splitlines() if "|" in line)
    assert word.removesuffix("s") in formerly


def test_a_file_that_the_glossary_names_is_there() -> None:
    named = re.findall(r"`([a-z_]+/[\w/.]*)`", GLOSSARY.read_text("utf-8"))
    assert [path for path in named if not (SOURCE / path).exists() and not (ROOT / path).exists()] == []
