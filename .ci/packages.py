"""Checks built packages before a release: .ci/packages.py VERSION FILE...

Metadata must be valid by the standards of packaging, the version right, and what the package needs at run time inside.
"""

import sys
import tarfile
import zipfile
from pathlib import Path

from packaging.metadata import Metadata

NEEDED = ("frontdesk/ui/static/main.js", "frontdesk/py.typed", "LICENSE")


def contents(package: Path) -> tuple[list[str], bytes]:
    """The names in a wheel or sdist, and its metadata."""
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as wheel:
            names = wheel.namelist()
            return names, wheel.read(next(name for name in names if name.endswith(".dist-info/METADATA")))
    with tarfile.open(package) as sdist:
        names = sdist.getnames()
        info = sdist.extractfile(next(name for name in names if name.count("/") == 1 and name.endswith("/PKG-INFO")))
        return names, info.read() if info else b""


def problems(package: Path, version: str) -> list[str]:
    """What is wrong with a package, in words."""
    names, text = contents(package)
    metadata = Metadata.from_email(text)  # raises an ExceptionGroup with every field that breaks a rule
    missing = [need for need in NEEDED if not any(name.endswith(need) for name in names)]
    found = [f"{need} is missing" for need in missing]
    if str(metadata.version) != version:
        found.append(f"it says version {metadata.version}, not {version}")
    if not metadata.description or metadata.description_content_type != "text/markdown":
        found.append("it has no description in Markdown")
    return found


def main(version: str, *packages: str) -> None:
    """Check all; leave with an error if one is wrong or a kind is missing."""
    wrong = [f"{package}: {each}" for package in packages for each in problems(Path(package), version)]
    if sorted(Path(package).suffix for package in packages) != [".gz", ".whl"]:
        wrong.append(f"one sdist and one wheel are needed, there are {list(packages)}")
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
