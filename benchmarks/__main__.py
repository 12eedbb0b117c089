"""`bin/bench`: run one measurement or all; print each figure; write them to docs/benchmarks.md when asked."""

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.accepting import accept
from benchmarks.answers import answers
from benchmarks.backtesting import backtest
from benchmarks.deciding import rules
from benchmarks.footprint import footprint
from benchmarks.gateway import gateway
from benchmarks.handling import whole_way
from benchmarks.insights import insights
from benchmarks.listing import listing
from benchmarks.llm_pipeline import llm_pipeline
from benchmarks.mail import mail
from benchmarks.measure import Figure, round_off
from benchmarks.odata import odata
from benchmarks.outcomes import outcomes
from benchmarks.reading import engine
from benchmarks.slow_clients import slow_clients
from benchmarks.webhooks import webhooks

BENCHES: dict[str, Callable[[], AsyncIterator[Figure]]] = {
    "accept": accept,
    "whole-way": whole_way,
    "footprint": footprint,
    "engine": engine,
    "answers": answers,
    "rules": rules,
    "backtest": backtest,
    "insights": insights,
    "webhooks": webhooks,
    "gateway": gateway,
    "llm-pipeline": llm_pipeline,
    "odata": odata,
    "listing": listing,
    "slow-clients": slow_clients,
}
# Benches of what the caller brings: a file of messages, a folder of mails.
OF_PATH: dict[str, Callable[[Path], AsyncIterator[Figure]]] = {"outcomes": outcomes, "mail": mail}
REPORT = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def machine() -> str:
    """What it was measured on."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    return f"{os.cpu_count()} cores ({model}), {platform.system()}, Python {platform.python_version()}"


async def measure(names: list[str], as_json: bool, file: Path | None = None) -> dict[str, list[Figure]]:
    """Run the benches in turn, printing each figure as it comes."""
    found: dict[str, list[Figure]] = {}
    for name in names:
        async for figure in BENCHES[name]() if file is None else OF_PATH[name](file):
            found.setdefault(name, []).append(figure)
            line = {"bench": name, "name": figure.name, "value": figure.value, "unit": figure.unit}
            print(json.dumps(line | {"target": figure.target}) if as_json else figure, flush=True)
    return found


def write(found: dict[str, list[Figure]]) -> None:
    """Replace the sections of these benches in docs/benchmarks.md."""
    text = REPORT.read_text("utf-8")
    for name, figures in found.items():
        begin, end = f"<!-- {name} -->", f"<!-- end {name} -->"
        if begin not in text:
            text += f"\n## {name}\n\n{begin}\n{end}\n"
        head, rest = text.split(begin, 1)
        text = f"{head}{begin}\n{section(name, figures)}{end}{rest.split(end, 1)[1]}"
    REPORT.write_text(text, "utf-8")


def section(name: str, figures: list[Figure]) -> str:
    """A table with command, machine and date."""
    rows = "".join(f"| {f.name} | {round_off(f.value)} {f.unit} | {f.target} |\n" for f in figures)
    said = f"`bin/bench {name}`, {datetime.now(UTC).date()}, {machine()}."
    return f"{said}\n\n| figure | value | target |\n|---|---|---|\n{rows}"


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=sorted([*BENCHES, *OF_PATH]), help="one bench; all without it")
    parser.add_argument(
        "file", nargs="?", type=Path, help="for outcomes: labelled messages, one JSON object a line; for mail: a folder"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--write", action="store_true", help="also write the figures to docs/benchmarks.md")
    given = parser.parse_args()
    if (given.name in OF_PATH) != (given.file is not None):
        parser.error(f"{' and '.join(OF_PATH)} need a path, and no other bench takes one")
    found = asyncio.run(measure([given.name] if given.name else list(BENCHES), given.json, given.file))
    if given.write:
        write(found)
    sys.exit(0 if found else 1)


if __name__ == "__main__":
    main()
