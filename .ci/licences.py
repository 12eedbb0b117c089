"""Checks the licences of what is installed from pins: .ci/licences.py REQUIREMENTS...

A licence comes from a package's metadata, or from KNOWN where that says nothing. Prints a line for each package that
may not come along, and ends with 1 if there is one.
"""

import re
import sys
from importlib import metadata
from pathlib import Path

# What may come along: permissive licences, and the Mozilla Public License of one package that is used unchanged.
ALLOWED = re.compile(
    r"MIT|BSD|Apache|PSF|Python Software Foundation|Zlib|CC0|Unlicense|public domain|MPL-2\.0|Mozilla Public License",
    re.IGNORECASE,
)
FORBIDDEN = re.compile(r"\bA?L?GPL|GNU|SSPL|BUSL|Commons Clause|non-?commercial|proprietary", re.IGNORECASE)
# Packages whose metadata name no licence: looked up in their sources.
KNOWN = {"imapclient": "BSD-3-Clause", "zen-engine": "MIT"}


def pinned(file: Path) -> list[str]:
    """The names of the packages that a file pins."""
    names = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==", file.read_text(), re.MULTILINE)
    return sorted({name.lower() for name in names})


def licence_of(name: str) -> str | None:
    """What a package says about its licence in one line; None where it is not installed (on another system only)."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    classifiers = [each for each in about.get_all("Classifier", []) if each.startswith("License ::")]
    first = (about.get("License") or "").strip().partition("\n")[0]
    return " / ".join([about.get("License-Expression") or "", first, *classifiers]).strip(" /") or KNOWN.get(name, "")


def problems(names: list[str]) -> list[str]:
    """Packages that may not come along, each with its reason."""
    found = []
    for name in names:
        licence = licence_of(name)
        if licence is not None and (FORBIDDEN.search(licence) or not ALLOWED.search(licence)):
            found.append(f"{name}: {licence or 'says nothing about its licence'}")
    return found


if __name__ == "__main__":
    wrong = problems(sorted({name for file in sys.argv[1:] for name in pinned(Path(file))}))
    print("\n".join(wrong) if wrong else "licences: all permissive")  # noqa: T201
    sys.exit(1 if wrong else 0)
