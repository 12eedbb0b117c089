"""Decision tables: what the shipped one decides, and what is refused before it may decide."""

import copy
from typing import Any

import pytest

from frontdesk.interfaces import Invalid
from frontdesk.orchestrator.rules import TableRules, default_rules

BASE = {"intent": "", "intent_probability": 0.9, "sentiment": "Neutral", "message_type": "IN", "channel": "WEB"}


def table(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(n["content"] for n in content["nodes"] if n["type"] == "decisionTableNode")
    return found


def changed(row: int, column: str, cell: str) -> dict[str, Any]:
    content = copy.deepcopy(dict(default_rules().content))
    table(content)["rules"][row][column] = cell
    return content


@pytest.mark.parametrize(
    ("facts", "route"),
    [
        ({"intent": "TI", "sentiment": "Negative"}, "TI-Chatbot"),
        ({"intent": "TI", "sentiment": "Neutral"}, "TI-Chatbot"),
        ({"intent": "CA", "sentiment": "Negative"}, "CRM-Complaint"),
        ({"intent": "DI"}, "RPA-Bot"),
        ({"intent": "PI"}, "PI-Chatbot"),
        ({"intent": "WR"}, "WR-Chatbot"),
        ({"intent": "CI", "sentiment": "Positive", "signal": "thanks_only"}, "AutoReply"),
        ({"intent": "CI", "sentiment": "Positive"}, "Person"),
        ({"intent": "CI", "sentiment": "Negative"}, "Person"),
        ({"intent": "", "sentiment": "Positive", "signal": "thanks_only"}, "AutoReply"),
        ({"intent": ""}, "Person"),
        ({"intent": "an intent that people added"}, "Person"),
    ],
)
def test_the_shipped_table_has_the_routes_of_the_sample_and_a_person(facts: dict[str, Any], route: str) -> None:
    assert default_rules().decide(BASE | facts).route == route


def test_only_a_technical_issue_opens_a_service_call() -> None:
    opens = {
        intent
        for intent in ("TI", "CA", "DI", "PI", "WR", "CI", "")
        if any(a["kind"] == "create_service_call" for a in default_rules().decide(BASE | {"intent": intent}).actions)
    }
    assert opens == {"TI"}


def test_every_verdict_answers_the_customer() -> None:
    for intent in ("TI", "CA", "DI", "PI", "WR", "CI", "", "??"):
        actions = default_rules().decide(BASE | {"intent": intent}).actions
        assert any(action["kind"] == "reply" or "otherwise" in action for action in actions)


def test_a_verdict_names_the_row_that_matched() -> None:
    assert default_rules().decide(BASE | {"intent": "WR"}).rule == "Warranty and returns"


def test_the_same_facts_give_the_same_verdict() -> None:
    rules = default_rules()
    assert len({str(rules.decide(BASE | {"intent": "TI"})) for _ in range(20)}) == 1


def test_the_service_call_comes_before_the_reply_that_names_it() -> None:
    kinds = [action["kind"] for action in default_rules().decide(BASE | {"intent": "TI"}).actions]
    assert kinds.index("create_service_call") < kinds.index("reply")


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("intent", "'TI', > ", "from character"),
        ("intent", "'TI' 'WR'", "cut short, or has more than one"),
        ("route", "'unfinished", r"row 1 \('Danger: a person, at once'\), column 'Route'"),
        ("intent", "„TI“", "cannot be read from character 1 on"),
        ("intent", "> 0,9", "write > 0.9"),
        ("intent", "> 2026-03-31", "write date"),
        ("actions", "['fly_to_the_moon']", "unknown action"),
        ("actions", "[{kind: 'set_priority'}]", "needs priority"),
    ],
)
def test_a_malformed_cell_is_refused_with_row_and_column(column: str, cell: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refusal:
        TableRules("draft", 2, changed(0, column, cell))
    assert not {"backtrace", "Error", "{"} & set(str(refusal.value).split())
    assert "parserError" not in str(refusal.value)


def test_a_model_without_a_table_is_refused() -> None:
    with pytest.raises(Invalid, match="graph"):
        TableRules("draft", 2, {"nodes": [], "edges": []})
