"""Explanations: the row that decided, why others did not, and that a record alone gives the same answer again."""

import json
import random

import pytest

from frontdesk.interfaces import Invalid
from frontdesk.interfaces.rules import PastDecisionsQuery
from frontdesk.model import Decision
from frontdesk.orchestrator.explaining import Match, explain, what_if
from frontdesk.orchestrator.outcomes import outcome_of_decision, outcome_of_verdict
from frontdesk.orchestrator.rules import TableRules, default_rules
from frontdesk.storage.configuration.rule_sets import StoredHistory
from tests.conftest import Front
from tests.orchestrator.past import made_up_facts, store_past
from tests.orchestrator.tables import rules

TEXTS = (
    "My oven is broken again. This is terrible, I am furious!",
    "Where is my order 4711-AB? It should have come on 3 March.",
    "Thank you, the technician was wonderful!",
    "Ich möchte die Waschmaschine zurückgeben, die Garantie läuft noch.",
    "Le lave-vaisselle ne marche plus, c'est urgent.",
    "asdf",
)


def holds_again(rules: TableRules, decision: Decision) -> bool:
    """Whether the decision, recomputed from its record alone, is what was stored."""
    return outcome_of_verdict(rules.decide(decision.facts)) == outcome_of_decision(decision)


async def test_every_stored_decision_can_be_recomputed_from_its_record(front: Front) -> None:
    for text in TEXTS:
        await front.say(text)
    await store_past(front.container, 100)
    history = StoredHistory(front.container.database)
    stored = [past async for portion in history.decided(PastDecisionsQuery(last=1000)) for past in portion]
    assert len(stored) == 100 + len(TEXTS)
    for past in stored:
        version = await front.container.configuration.rules.rules(past.decision.rule_set_version)
        assert holds_again(version, past.decision), past.decision


def test_the_first_row_whose_cells_all_match_is_the_one_that_decided() -> None:
    chance, shipped = random.Random(7), default_rules()
    for _ in range(200):
        facts = made_up_facts(chance)
        told = explain(shipped, facts)
        matching = [row.row for row in told.rows if row.match in (Match.DECIDED, Match.CAME_LATER)]
        assert told.row == (min(matching) if matching else None) or facts["remote_route"]
        assert told.verdict == shipped.decide(facts)


def test_a_row_that_did_not_match_names_its_first_cell_and_what_it_saw() -> None:
    made = rules(({"intent": "'TI'", "text_length": "> 5", "has.order_no": "true"}, {}), ({"intent": ""}, {}))
    told = explain(made, {"intent": "TI", "text_length": 3, "has": {"order_no": True}})
    first = told.rows[0]
    assert (first.match, first.column, first.cell, first.value) == (Match.NOT_MATCHED, "text_length", "> 5", 3)
    assert told.row == 2


def test_a_comparison_of_unlike_things_does_not_match_and_is_explained() -> None:
    told = explain(rules(({"intent": "> 5"}, {})), {"intent": "TI"})
    assert (told.row, told.rows[0].match, told.rows[0].value) == (None, Match.NOT_MATCHED, "TI")


def test_other_facts_lead_elsewhere_and_leave_the_old_ones_alone() -> None:
    facts = {"intent": "TI", "intent_probability": 0.9, "sentiment": "Neutral", "has": {"order_no": False}}
    tried = what_if(default_rules(), facts, {"intent": "WR", "has.order_no": True})
    assert (tried.before.route, tried.after.verdict.route) == ("TI-Chatbot", "WR-Chatbot")
    assert tried.after.facts["has"] == {"order_no": True}
    assert facts["has"] == {"order_no": False}


@pytest.mark.parametrize("name", ["nothing", "has", "has.nothing", "intent.part", ""])
def test_an_unknown_fact_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        what_if(default_rules(), {}, {name: 1})


def test_a_route_named_elsewhere_is_followed_and_explained() -> None:
    facts = {"intent": "CI", "sentiment": "Negative", "remote_route": "TI-Chatbot"}
    told = explain(default_rules(), facts)
    assert (told.verdict.route, told.row) == ("TI-Chatbot", 27)
    assert {row.match for row in told.rows} == {Match.DECIDED, Match.NOT_MATCHED, Match.OTHER_ROUTE}
    assert json.dumps(told.facts)


def test_a_route_that_no_row_has_changes_nothing() -> None:
    assert (
        default_rules().decide({"intent": "WR", "intent_probability": 0.9, "remote_route": "Nowhere"}).route
        == "WR-Chatbot"
    )
