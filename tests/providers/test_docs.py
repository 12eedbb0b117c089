"""The pages of model services: one for each kind, with settings that can be read, and every name that is shown."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from benchmarks.model_services import Fault, Rule
from frontdesk.interfaces import ErrorKind
from frontdesk.providers.options import ServiceOptions
from frontdesk.providers.registry import KINDS

PAGES = Path(__file__).parent.parent.parent / "docs" / "reference" / "providers"
OURS = ("wrong_schema", "not_masked", "over_budget", "over_limit", "breaker_open", "needs_person")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_page_whose_settings_can_be_read(kind: str) -> None:
    page = (PAGES / f"{kind}.md").read_text("utf-8")
    tables = [tomllib.loads(found) for found in re.findall(r"```toml\n(.*?)```", page, re.S)]
    services = [each for table in tables for each in table["llm"]["services"].values()]
    assert services
    for each in services:
        assert msgspec.convert(each, ServiceOptions).kind == kind


def test_every_name_of_a_failure_is_explained() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", (PAGES / "README.md").read_text("utf-8"), re.M))
    assert named == {trouble.value for trouble in ErrorKind} - set(OURS)


def test_every_fault_and_field_of_a_script_is_explained() -> None:
    named = set(re.findall(r"`(\w+)`", (PAGES / "simulator.md").read_text("utf-8")))
    assert {fault.value for fault in Fault} | set(Rule.__struct_fields__) <= named
