"""Prints what comes along as CycloneDX 1.6 (ECMA-424), out of the pins: .ci/sbom.py"""

import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from licences import licence_of

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^\s;]+)", re.MULTILINE)


def components() -> list[dict[str, Any]]:
    """Packages of the server, and those that are bundled into its pages."""
    found = [
        _component(f"pkg:pypi/{name.lower()}@{version}", name, version, licence_of(name))
        for name, version in PIN.findall((ROOT / "requirements.txt").read_text())
    ]
    locked = json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]
    for place, about in locked.items():
        name = place.rpartition("node_modules/")[2]
        if name and not about.get("dev"):
            purl = f"pkg:npm/{quote(name)}@{about['version']}"
            found.append(_component(purl, name, about["version"], about.get("license")))
    return found


def _component(purl: str, name: str, version: str, licence: str | None) -> dict[str, Any]:
    named = {"licenses": [{"license": {"name": licence}}]} if licence else {}
    return {"type": "library", "bom-ref": purl, "purl": purl, "name": name, "version": version, **named}


if __name__ == "__main__":
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components()}
    json.dump(bill, sys.stdout, indent=1)
