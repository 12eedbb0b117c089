"""Facts: every one is documented, none is missing, and text flags mean what they say."""

import re
from pathlib import Path

import pytest

from frontdesk.interfaces.rules import PastDecisionsQuery
from frontdesk.model import ENTITY_FIELDS, SIGNALS
from frontdesk.orchestrator.checking import ROUTES, Vocabulary, check_table
from frontdesk.orchestrator.facts import FACTS
from frontdesk.orchestrator.gathering import text_flags
from frontdesk.orchestrator.rules import default_rules
from frontdesk.orchestrator.table import YIELDS
from frontdesk.storage.configuration.rule_sets import StoredHistory
from tests.conftest import Front

DOCS = Path(__file__).parent.parent.parent / "docs" / "reference"


def test_every_fact_is_documented_with_its_kind_and_nothing_else() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| ([a-z ]+) \|", (DOCS / "facts.md").read_text("utf-8"), re.M)
    assert dict(rows) == {name: fact.kind.value for name, fact in FACTS.items()}


def test_every_output_column_and_route_is_documented() -> None:
    page = (DOCS / "rules.md").read_text("utf-8")
    assert [word for word in (*YIELDS, *sorted(ROUTES)) if f"`{word}`" not in page] == []


async def test_a_decision_stores_all_facts_and_no_others(front: Front) -> None:
    said = await front.say("Where is my order 4711-AB? THIS IS URGENT")
    facts = (await StoredHistory(front.container.database).of_message(said.message_id)).decision.facts
    assert facts.keys() == FACTS.keys()
    assert (facts["question"], facts["urgent"], facts["first_message"]) == (True, True, True)
    assert facts["has"].keys() == {*ENTITY_FIELDS, *SIGNALS}
    assert [
        portion async for portion in StoredHistory(front.container.database).decided(PastDecisionsQuery(last=1))
    ] != []


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("", {"text_length": 0, "question": False, "capitals": 0.0, "urgent": False}),
        ("ABcd?", {"text_length": 5, "question": True, "capitals": 0.5, "urgent": False}),
        ("Es eilt, bitte sofort!", {"question": False, "urgent": True}),
        ("我的订单在哪里？", {"question": True, "capitals": 0.0}),
        ("My detergent is an insurgent", {"urgent": False}),
    ],
)
def test_text_flags_are_told_without_understanding(text: str, flags: dict[str, object]) -> None:
    assert text_flags(text).items() >= flags.items()


def test_the_shipped_table_has_no_findings_cell_by_cell() -> None:
    assert check_table(default_rules().table, Vocabulary(ROUTES)) == []
