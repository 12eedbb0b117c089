"""What comes along is permissive: the check of bin/audit that needs no network."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    """The check, which is no package."""
    spec = importlib.util.spec_from_file_location("licences", ROOT / ".ci" / "licences.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_pinned_package_is_permissive(licences: ModuleType) -> None:
    names = licences.pinned(ROOT / "requirements.txt")
    assert len(names) > 40
    assert licences.problems(names) == []


def test_a_licence_that_may_not_come_along_is_named(licences: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"one": "LGPL-3.0-or-later", "two": "", "three": "MIT", "four": "SAP DEVELOPER LICENSE AGREEMENT"}
    monkeypatch.setattr(licences, "licence_of", said.__getitem__)
    assert licences.problems(list(said)) == [
        "one: LGPL-3.0-or-later",
        "two: says nothing about its licence",
        "four: SAP DEVELOPER LICENSE AGREEMENT",
    ]


def test_what_comes_along_is_told_as_cyclonedx() -> None:
    told = subprocess.run([sys.executable, ROOT / ".ci" / "sbom.py"], capture_output=True, check=True, text=True)
    bill = json.loads(told.stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert len({each["bom-ref"] for each in bill["components"]}) == len(bill["components"])
    named = {each["bom-ref"].rpartition("@")[0] for each in bill["components"]}
    assert {"pkg:pypi/litestar", "pkg:npm/%40ui5/webcomponents"} <= named
    assert not any("esbuild" in each for each in named)  # it builds and does not come along
    assert all(each["licenses"] for each in bill["components"] if each["purl"].startswith("pkg:npm"))
