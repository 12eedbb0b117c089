"""Graphs: what the rule engine runs is run, what cannot run is refused in words, and a person decides what fails."""

import json
from pathlib import Path
from typing import Any

import pytest

from frontdesk.interfaces.rules import TableRefused
from frontdesk.orchestrator.analysing import check_cases
from frontdesk.orchestrator.checking import Vocabulary, check_yields
from frontdesk.orchestrator.explaining import explain
from frontdesk.orchestrator.expressions import ask_engine
from frontdesk.orchestrator.graphs import Graph, shown
from frontdesk.orchestrator.rules import GraphRules, compile_content, default_rules
from tests.orchestrator.tables import model

# One graph of every kind a line, each with inputs and what they yield.
GRAPHS = [json.loads(line) for line in (Path(__file__).parent / "graphs.jsonl").read_text("utf-8").splitlines()]


def expressions(**results: str) -> dict[str, Any]:
    """A graph of one node."""
    each = [{"id": key, "key": key, "value": value} for key, value in results.items()]
    return {"nodes": [{"id": "n", "type": "expressionNode", "name": "sums", "content": {"expressions": each}}]}


def graph_rules(content: dict[str, Any]) -> GraphRules:
    made = compile_content("graph", 3, json.dumps(content))
    assert isinstance(made, GraphRules)
    return made


@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph["name"])
def test_a_graph_yields_what_it_states(graph: dict[str, Any]) -> None:
    for each in graph["tests"]:
        assert Graph(graph).run(each["input"]) == each["output"]
    assert compile_content("graph", 2, json.dumps(graph)).decide({"intent": "TI"}).route == "Person"


def test_what_a_graph_yields_is_decided() -> None:
    made = graph_rules(
        expressions(
            route="intent == 'TI' ? 'TI-Chatbot' : 'Person'",
            actions="[{kind: 'ask_person', question: 'Is it so?'}, 'create_service_call']",
            priority="has.danger ? 'V' : 'M'",
        )
    )
    verdict = made.decide({"intent": "TI", "intent_probability": 1.0, "has": {"danger": True}, "priority": "M"})
    assert (verdict.route, verdict.rule) == ("TI-Chatbot", "graph")
    assert [each["kind"] for each in verdict.actions] == ["set_priority", "ask_person", "create_service_call"]
    assert set(verdict.reads) == {"intent", "has.danger"}


def test_of_a_table_that_collects_all_actions_count() -> None:
    outputs = [{"id": name, "name": name, "field": name} for name in ("route", "actions", "team")]
    rows = [{"route": "'AutoReply'", "actions": "['escalate']"}, {"actions": "['update_case']", "team": "'TEC'"}]
    table = {"hitPolicy": "collect", "inputs": [], "outputs": outputs, "rules": rows}
    verdict = graph_rules({"nodes": [{"id": "t", "type": "decisionTableNode", "content": table}]}).decide({})
    assert verdict.route == "AutoReply"
    assert [each["kind"] for each in verdict.actions] == ["assign_team", "escalate", "update_case"]


@pytest.mark.parametrize(
    ("results", "rule"),
    [
        ({"route": "number(intent)"}, "failed: 'sums' failed"),
        ({"route": "'AutoReply'", "actions": "['fly']"}, "unknown action"),
        ({"route": "5"}, "not a text"),
        ({"route": "'AutoReply'", "reply": "'no_such_template'"}, "no_such_template"),
    ],
)
def test_a_person_decides_where_a_graph_fails(results: dict[str, str], rule: str) -> None:
    verdict = graph_rules(expressions(**results)).decide({"intent": "TI"})
    assert (verdict.route, verdict.actions) == ("Person", ())
    assert rule in verdict.rule


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (expressions(x="1 +"), "sums: x: it cannot be read"),
        (expressions(x="map([1..1e9], #)"), "sums: x: it goes over a range"),
        ({"nodes": [{"id": "d", "type": "decisionNode", "content": {"key": "else"}}]}, "asks the decision 'else'"),
        ({"nodes": [{"id": "f", "type": "functionNode", "name": "f"}]}, "node 'f' is a function: rules run no code"),
        ({"nodes": [{"id": "i", "type": "inputNode"}] * 2}, "needs one input node"),
        (expressions(x="1") | {"edges": [{"sourceId": "n", "targetId": "z"}]}, "not there"),
        (expressions(x="1") | {"edges": [{"sourceId": "n", "targetId": "n"}]}, "circle"),
        ({"nodes": [{"id": "s", "type": "switchNode", "content": {"statements": [5]}}]}, "content of node 's'"),
        ({"nodes": []}, "cannot run"),
        ({"nodes": [{}]}, "with an id"),
    ],
)
def test_what_cannot_run_is_refused_in_words(content: dict[str, Any], words: str) -> None:
    with pytest.raises(TableRefused) as refusal:
        compile_content("graph", 2, json.dumps(content))
    assert words in str(refusal.value)
    assert "Error" not in str(refusal.value)


def test_what_makes_no_sense_is_kept_but_not_published() -> None:
    found = {each.kind: each.message for each in Graph(expressions(x="d()", y="nowhere + 1")).findings()}
    assert set(found) == {"no_route", "clock", "unknown"}
    assert "nowhere is no fact" in found["unknown"]
    yields = check_yields(Graph(expressions(route="'Nowhere'")), Vocabulary(frozenset({"Person"})))
    assert "unknown route" in next(iter(yields)).message


def test_a_graph_is_shown_node_by_node() -> None:
    assert shown(expressions(x="1 + 1")) == [("sums", "expressionNode", [("x", "1 + 1")])]


def test_a_panic_of_the_engine_is_an_error_like_any_other() -> None:
    class PanicException(BaseException):
        pass

    def panics() -> None:
        raise PanicException("index out of bounds")

    with pytest.raises(ValueError, match="the rule engine failed: index out of bounds"):
        ask_engine(panics)

    def ends() -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        ask_engine(ends)


def test_the_cases_kept_with_a_graph_or_a_table_are_run() -> None:
    assert list(check_cases(default_rules())) == []
    for graph in GRAPHS:
        assert list(check_cases(compile_content("graph", 2, json.dumps(graph)))) == []
    row = ({"intent": "'TI'"}, {"route": "'TI-Chatbot'", "actions": "['create_service_call']"})
    cases = [
        {"input": {"intent": "TI"}, "output": {"route": "TI-Chatbot"}},
        {"input": {"intent": "TI"}, "output": {"actions": ["tag"]}},
        {"input": {"intent": "WR"}, "output": {"route": "TI-Chatbot"}},
        {"facts": {}},
    ]
    table = compile_content("table", 2, json.dumps(model(["intent"], [row]) | {"tests": cases}))
    found = [(each.severity.value, each.message) for each in check_cases(table)]
    assert found == [
        ("error", 'test case 2 yields {"actions": ["create_service_call"]} and not {"actions": ["tag"]}'),
        ("error", 'test case 3 yields {"route": "Person"} and not {"route": "TI-Chatbot"}'),
        ("error", "test case 4 needs an input and an output"),
    ]


def test_of_a_graph_the_nodes_that_were_asked_are_told() -> None:
    graph = next(each for each in GRAPHS if each["name"] == "a switch with two ways")
    told = explain(graph_rules(graph), {"n": 2}).rows
    assert [(each.title, each.match.value, each.value) for each in told][-1] == ("a", "asked", {"x": "more"})
    assert "b" not in {each.title for each in told}
    assert explain(graph_rules(expressions(x="number(intent)")), {"intent": "TI"}).rows == ()
