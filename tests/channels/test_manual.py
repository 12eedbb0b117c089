"""The manual says of channels what the registry says."""

from pathlib import Path

import pytest

from frontdesk.channels.kind import ChannelKind
from frontdesk.channels.registry import KINDS
from tests.written_pages.channels import UNWRITTEN, by_hand, index, page, with_rows

REFERENCE = Path(__file__).parent.parent.parent / "docs" / "reference"
REPAIR = "run `python -m tests.written_pages.channels docs/reference`"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_page_of_a_channel_is_the_one_that_its_declaration_makes(kind: ChannelKind) -> None:
    text = (REFERENCE / "channels" / f"{kind.name}.md").read_text("utf-8")
    assert text == page(kind, by_hand(text)), REPAIR
    assert UNWRITTEN.strip() not in text, f"{kind.name}.md says nothing of what to do at the vendor"


def test_the_settings_page_and_the_list_are_the_ones_that_the_registry_makes() -> None:
    text = (REFERENCE / "settings.md").read_text("utf-8")
    assert text == with_rows(text), REPAIR
    assert (REFERENCE / "channels" / "README.md").read_text("utf-8") == index(), REPAIR


def test_names_and_codes_are_used_once() -> None:
    assert len({kind.name for kind in KINDS}) == len({kind.code for kind in KINDS}) == len(KINDS)
