"""Rule sets over REST: drafts, checks, publishing, backtests and explanations, each for its role."""

import copy
import json
from typing import Any

import pytest

from frontdesk.orchestrator.rules import default_rules
from frontdesk.storage.schema.rules import rule_set
from frontdesk.wiring.container import Container
from tests.conftest import Front
from tests.counting import rows_of
from tests.edges.rest.conftest import Desk, JsonClient

RULES = "/api/v1/rule-sets"
BROKEN = "The oven is broken, it stays cold. This is terrible."
SUPERVISOR = {"x-role": "supervisor"}


def shipped() -> dict[str, Any]:
    return copy.deepcopy(dict(default_rules().content))


def changed(row: int, **cells: str) -> dict[str, Any]:
    content = shipped()
    content["nodes"][1]["content"]["rules"][row].update(cells)
    return content


async def drafted(client: JsonClient, content: dict[str, Any]) -> int:
    answer = await client.post(RULES, json={"content": content, "note": "a try"}, headers=SUPERVISOR)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["version"])


async def test_the_shipped_rules_are_version_1_and_in_force(client: JsonClient) -> None:
    [first] = (await client.get(RULES)).json()
    assert (first["version"], first["state"], first["created_by"]) == (1, "published", "Frontdesk")
    read = await client.get(f"{RULES}/1")
    assert (read.json()["content"], read.headers["etag"]) == (shipped(), '"1"')


async def test_a_draft_keeps_all_that_the_editor_wrote(client: JsonClient) -> None:
    content = shipped() | {"settings": {"zoom": 1.5}}
    content["nodes"][1]["content"]["rules"][0]["_note"] = "kept"
    version = await drafted(client, content)
    assert (await client.get(f"{RULES}/{version}")).json()["content"] == content


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"intent": "'TI"}, "row 26"),
        ({"route": "'Nowhere'"}, "unknown route"),
        ({"reply": "'nothing'"}, "no reply template"),
        ({"actions": "['fly']"}, "unknown action"),
        ({"intent": "intnt == 'TI'"}, "no fact 'intnt'"),
        ({"status": "'ZZ'"}, "status"),
        ({"route": "'a' + intent"}, "constant"),
    ],
)
async def test_what_is_wrong_is_refused_with_row_and_column(
    client: JsonClient, cells: dict[str, str], words: str
) -> None:
    answer = await client.post(RULES, json={"content": changed(25, **cells)})
    assert answer.status_code == 400
    assert words in answer.json()["detail"]
    assert "row 26 ('Technical issue of an upset customer'), column" in answer.json()["detail"]


async def test_a_draft_is_changed_by_who_has_read_it(client: JsonClient) -> None:
    version = await drafted(client, changed(25, priority="'V'"))
    body = {"content": changed(25, priority="'M'")}
    assert (await client.put(f"{RULES}/{version}", json=body)).status_code == 428
    assert (await client.put(f"{RULES}/{version}", json=body, headers={"If-Match": '"1"'})).json()["revision"] == 2
    assert (await client.put(f"{RULES}/{version}", json=body, headers={"If-Match": '"1"'})).status_code == 412


async def test_what_was_published_is_never_changed_nor_thrown_away(client: JsonClient) -> None:
    version = await drafted(client, changed(25, priority="'V'"))
    assert (await client.post(f"{RULES}/{version}/publish", json={})).json()["state"] == "published"
    body = {"content": shipped()}
    assert (await client.put(f"{RULES}/{version}", json=body, headers={"If-Match": "*"})).status_code == 409
    assert (await client.delete(f"{RULES}/{version}")).status_code == 409
    assert (await client.delete(f"{RULES}/1")).status_code == 409


async def test_publishing_and_rolling_back_change_what_is_decided(client: JsonClient, desk: Desk) -> None:
    version = await drafted(client, changed(25, priority="'V'") | {})
    first = await desk.say(BROKEN)
    await client.post(f"{RULES}/{version}/publish", json={"note": "urgent ovens"})
    second = await desk.say(BROKEN)
    await client.post(f"{RULES}/1/publish", json={"note": "too much"})
    third = await desk.say(BROKEN)
    told = [(await desk.get(f"/messages/{each['message']}"))["decision"] for each in (first, second, third)]
    assert [decision["rule_set_version"] for decision in told] == [1, version, 1]
    publications = (await client.get(f"{RULES}/publications")).json()
    assert [(p["version"], p["note"]) for p in publications][:2] == [(1, "too much"), (version, "urgent ovens")]
    kinds = [line.kind for line in await desk.container.work.journal.since(0) if line.kind.startswith("rules_")]
    assert kinds == ["rules_drafted", "rules_published", "rules_rolled_back"]


async def test_a_table_that_goes_in_a_circle_is_not_published(client: JsonClient) -> None:
    content = shipped()
    table = content["nodes"][1]["content"]
    table["inputs"].append({"id": "in-priority", "name": "Priority", "field": "priority"})
    for row, takes, sets in ((25, "'H'", "'M'"), (26, "'M'", "'H'")):
        table["rules"][row] |= {"in-priority": takes, "priority": sets, "sentiment": ""}
    version = await drafted(client, content)
    refused = await client.post(f"{RULES}/{version}/publish", json={})
    assert (refused.status_code, "circle" in refused.json()["detail"]) == (400, True)
    findings = (await client.get(f"{RULES}/{version}/findings")).json()
    assert (findings[0]["severity"], findings[0]["kind"], sorted(findings[0]["rows"])) == ("error", "circle", [26, 27])


async def test_a_check_names_dead_rows_and_unknown_codes(client: JsonClient) -> None:
    found = (await client.post(f"{RULES}/check", json={"content": changed(34, intent="'TI'", team="'XX'")})).json()
    assert {"shadowed", "code", "gap"} <= {finding["kind"] for finding in found}


async def test_a_backtest_tells_what_would_change_and_changes_nothing(client: JsonClient, desk: Desk) -> None:
    said = await desk.say(BROKEN)
    version = await drafted(client, changed(25, actions="[]", priority="'V'"))
    ids = await desk.container.work.journal.last()
    report = (await client.post(f"{RULES}/{version}/backtest", json={"last": 10}, headers=SUPERVISOR)).json()
    message = {"message": said["message"], "reference": said["reference"]}
    assert (report["messages"], report["changed"]) == (1, {"count": 1, "messages": [message]})
    assert report["calls_saved"]["messages"] == [message]
    [shift] = report["shifts"]["priority"]
    assert (shift["before"], shift["after"], shift["messages"]) == ("H", "V", [message])
    assert await desk.container.work.journal.last() == ids


async def test_a_backtest_of_lines_holds_them_against_the_published_rules(client: JsonClient, desk: Desk) -> None:
    version = await drafted(client, changed(25, actions="[]"))
    lines = [{"text": "My oven is broken, it stays cold."}, {"facts": {"intent": "WR"}}]
    answer = await client.post(f"{RULES}/{version}/backtest", json={"lines": lines}, headers=SUPERVISOR)
    assert (answer.status_code, answer.json()["messages"]) == (200, 2)


@pytest.mark.parametrize(
    "body",
    [{"lines": []}, {"lines": [{}]}, {"lines": [{"text": 5}]}, {"lines": [{"facts": {}}], "last": 1}, {"lines": "x"}],
)
async def test_lines_that_cannot_be_tried_are_refused(client: JsonClient, body: dict[str, object]) -> None:
    assert (await client.post(f"{RULES}/1/backtest", json=body, headers=SUPERVISOR)).status_code == 400


async def test_a_backtest_says_what_it_needs(client: JsonClient) -> None:
    assert (await client.post(f"{RULES}/1/backtest", json={})).status_code == 400
    assert (await client.post(f"{RULES}/1/backtest", json={"since": "2026-01-01T00:00:00"})).status_code == 400


async def test_a_decision_is_explained_and_tried_with_other_facts(client: JsonClient, desk: Desk) -> None:
    said = await desk.say(BROKEN)
    told = await desk.get(f"/rule-sets/explanations/{said['message']}")
    assert (told["verdict"]["route"], told["row"]) == ("TI-Chatbot", 26)
    why = told["rows"][30]
    assert (why["match"], why["column"], why["cell"], why["value"]) == ("not_matched", "Intent", "'CA'", "TI")
    asked = {"message": said["message"], "changes": {"intent": "WR"}}
    other = (await client.post(f"{RULES}/what-if", json=asked)).json()
    assert (other["before"]["route"], other["after"]["verdict"]["route"]) == ("TI-Chatbot", "WR-Chatbot")
    unknown = await client.post(f"{RULES}/what-if", json=asked | {"changes": {"nothing": 1}})
    assert unknown.status_code == 400


async def test_the_table_goes_to_a_spreadsheet_and_back(client: JsonClient) -> None:
    written = await client.get(f"{RULES}/1/table")
    assert written.headers["content-type"].startswith("text/csv")
    made = await client.post(RULES, json={"csv": written.text, "base": 1})
    assert (await client.get(f"{RULES}/{made.json()['version']}")).json()["content"] == shipped()


@pytest.mark.parametrize(
    ("method", "path", "body", "enough", "too_little"),
    [
        ("GET", "", None, "supervisor", "agent"),
        ("POST", "", {"content": {}}, "supervisor", "agent"),
        ("POST", "/1/backtest", {"last": 1}, "supervisor", "agent"),
        ("POST", "/1/publish", {}, "admin", "supervisor"),
    ],
)
async def test_each_role_does_its_part(
    client: JsonClient, method: str, path: str, body: Any, enough: str, too_little: str
) -> None:
    async def ask(role: str) -> int:
        return (await client.request(method, RULES + path, json=body, headers={"x-role": role})).status_code

    assert await ask(too_little) == 403
    assert await ask(enough) != 403


async def test_a_draft_sent_twice_with_one_key_is_one(client: JsonClient, container: Container) -> None:
    body = {"content": shipped()}
    answers = [await client.post(RULES, json=body, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert {answer.json()["version"] for answer in answers} == {2}
    assert len(await container.configuration.rules.versions()) == 2


async def test_a_publication_repeated_with_its_key_does_not_undo_what_came_after(client: JsonClient) -> None:
    version = await drafted(client, shipped())
    path, key = f"{RULES}/{version}/publish", {"Idempotency-Key": "k1"}
    await client.post(path, json={}, headers=key)
    await client.post(f"{RULES}/1/publish", json={})
    again = await client.post(path, json={}, headers=key)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    assert (await client.get(RULES)).json()[-1]["state"] == "published"


@pytest.mark.parametrize("content", [{}, {"nodes": 1}, {"nodes": [1]}, {"nodes": [], "edges": []}, {"nodes": [{}]}])
async def test_what_is_no_decision_model_is_refused(client: JsonClient, container: Container, content: Any) -> None:
    before = await rows_of(container, rule_set)
    answer = await client.post(RULES, json={"content": content})
    assert answer.status_code == 400, json.dumps(answer.json())
    assert await rows_of(container, rule_set) == before


def graph(**results: str) -> dict[str, Any]:
    each = [{"id": key, "key": key, "value": value} for key, value in results.items()]
    return {"nodes": [{"id": "n", "type": "expressionNode", "name": "sums", "content": {"expressions": each}}]}


async def test_a_graph_is_kept_checked_tried_and_published(client: JsonClient, front: Front) -> None:
    accepted = await front.say("My oven is broken, it stays cold.")
    useless = (await client.post(RULES, json={"content": graph(tags="'a'")})).json()["version"]
    refused = await client.post(f"{RULES}/{useless}/publish", json={})
    assert (refused.status_code, "no node yields a route" in refused.text) == (400, True)
    content = graph(route="intent == 'TI' ? 'TI-Chatbot' : 'Person'", team="'TEC'")
    version = (await client.post(RULES, json={"content": content})).json()["version"]
    assert (await client.get(f"{RULES}/{version}")).json()["content"] == content
    assert (await client.get(f"{RULES}/{version}/findings")).json() == []
    assert (await client.get(f"{RULES}/{version}/table")).status_code == 400
    report = (await client.post(f"{RULES}/{version}/backtest", json={"last": 10})).json()
    assert report["messages"] == 1
    assert (await client.post(f"{RULES}/{version}/publish", json={})).status_code == 200
    asked = {"message": accepted.message_id, "changes": {"intent": "WR"}, "version": version}
    told = (await client.post(f"{RULES}/what-if", json=asked)).json()
    assert (told["before"]["route"], told["after"]["verdict"]["route"]) == ("TI-Chatbot", "Person")


async def test_a_graph_that_cannot_run_is_refused_in_words(client: JsonClient) -> None:
    for content, words in ((graph(route="'a"), "sums: route: "), ({"nodes": [{}]}, "objects with an id")):
        refused = await client.post(RULES, json={"content": content})
        assert (refused.status_code, words in refused.json()["detail"]) == (400, True)
