"""The pages of the rules: draft, save, what is wrong in words, backtest, difference, publish, roll back, explain."""

import json
from copy import deepcopy
from typing import Any

import pytest
from httpx import Response

from frontdesk.model import Role
from frontdesk.model.rules import RuleSetState
from frontdesk.orchestrator.differing import Fate, differences
from frontdesk.orchestrator.rules import read_model, shipped_rule_set
from frontdesk.orchestrator.table import table_of
from frontdesk.wiring.container import Container
from tests.conftest import Front
from tests.web_client import HTML, Client, add_account, sign_in, token_in, web_client

BROKEN = "My coffee machine (order 4500017342) is broken and does not start any more."
PLACE = "/console/rules"


async def post(client: Client, path: str, **fields: str) -> Response:
    token = token_in(await client.get("/console", headers=HTML))
    return await client.post(path, data=fields | {"_csrf_token": token}, headers=HTML, follow_redirects=False)


@pytest.fixture
async def admin(container: Container) -> Any:
    await add_account(container, Role.ADMIN, "root@example.com")
    async with web_client(container) as client:
        await sign_in(client, "root@example.com")
        yield client


def changed(edit: Any, content: str = "") -> str:
    """The shipped decision model with its rows edited."""
    model = deepcopy(read_model(content or shipped_rule_set().content))
    edit(table_of(model)["rules"])
    return json.dumps(model)


def row(rows: list[dict[str, str]], key: str) -> dict[str, str]:
    return next(each for each in rows if each["_id"] == key)


async def drafted(client: Client) -> str:
    answer = await post(client, f"{PLACE}/drafts", base="1", note="more care")
    assert answer.status_code == 303
    return answer.headers["location"]


async def test_a_draft_is_changed_tried_published_and_taken_back(
    admin: Client, container: Container, front: Front
) -> None:
    await front.say(BROKEN)
    place = await drafted(admin)
    content = changed(lambda rows: [each.update(team="'CMP'") for each in rows if each["intent"] == "'TI'"])
    saved = await post(admin, place, content=content, revision="1", note="technical issues to complaints")
    assert saved.headers["location"] == f"{place}?saved=1"
    page = await admin.get(place, headers=HTML)
    assert "<del><code>&#39;TEC&#39;</code></del> <ins><code>&#39;CMP&#39;</code></ins>" in page.text
    tried = await post(admin, f"{place}/backtest", last="100")
    assert "<td>TEC</td><td>CMP</td>" in tried.text
    assert (await post(admin, f"{place}/publish", note="try")).status_code == 303
    accepted = await front.say("My oven is broken and does not heat any more")
    assert (await container.interactions.records.get(accepted.reference)).team == "CMP"
    assert (await post(admin, f"{PLACE}/1/publish", note="back")).status_code == 303
    assert (await container.configuration.rules.version()).version == 1


async def test_a_wrong_cell_is_named_and_what_was_written_is_kept(admin: Client) -> None:
    place = await drafted(admin)
    content = changed(lambda rows: rows[4].update(intent="TI", _description="Keep me"))
    answer = await post(admin, place, content=content, revision="1", note="n")
    assert answer.status_code == 400
    assert "there is no fact" in answer.text
    assert "Keep me" in answer.text
    assert (await admin.get(place, headers=HTML)).text.count("Keep me") == 0


async def test_who_saves_over_anothers_change_is_told_and_loses_nothing(admin: Client) -> None:
    place = await drafted(admin)
    first = changed(lambda rows: rows[0].update(_description="First"))
    assert (await post(admin, place, content=first, revision="1")).status_code == 303
    second = changed(lambda rows: rows[0].update(_description="Second"))
    answer = await post(admin, place, content=second, revision="1")
    assert answer.status_code == 412
    assert "Somebody else has changed this draft" in answer.text
    assert "Second" in answer.text


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        (f"{PLACE}/drafts", {"base": "x"}, 400),
        (f"{PLACE}/drafts", {"base": "77"}, 404),
        (f"{PLACE}/drafts", {"base": "9" * 30}, 400),
        (f"{PLACE}/drafts", {"base": "1", "csv": "nonsense"}, 400),
        (f"{PLACE}/1", {"content": "{}", "revision": "1"}, 409),
        (f"{PLACE}/2", {"content": "{", "revision": "1"}, 400),
        (f"{PLACE}/2", {"content": "[]", "revision": "1"}, 400),
        (f"{PLACE}/2", {"content": '{"nodes": 1}', "revision": "1"}, 400),
        (f"{PLACE}/2", {"content": "{}", "revision": ""}, 400),
        (f"{PLACE}/2", {"content": "{}", "revision": "1", "note": "x" * 2001}, 400),
        (f"{PLACE}/2/backtest", {"last": "many"}, 400),
        (f"{PLACE}/2/backtest", {"last": "0"}, 400),
        (f"{PLACE}/77/backtest", {"last": "10"}, 404),
        (f"{PLACE}/77/publish", {}, 404),
        (f"{PLACE}/1/remove", {}, 409),
    ],
)
async def test_what_cannot_be_done_is_said_in_words(
    admin: Client, path: str, fields: dict[str, str], status: int
) -> None:
    await drafted(admin)
    answer = await post(admin, path, **fields)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_table_goes_out_to_a_spreadsheet_and_comes_back(admin: Client, container: Container) -> None:
    csv = (await admin.get(f"{PLACE}/1/table.csv")).text
    made = await post(admin, f"{PLACE}/drafts", base="1", csv=csv.replace("Warranty and returns", "Grievance"))
    page = await admin.get(made.headers["location"], headers=HTML)
    assert "Grievance" in page.text


async def test_a_supervisor_drafts_but_does_not_publish(container: Container) -> None:
    await add_account(container, Role.SUPERVISOR)
    async with web_client(container) as client:
        await sign_in(client)
        place = await drafted(client)
        assert (await post(client, f"{place}/publish")).status_code == 403
        assert "An administrator puts a version in force." in (await client.get(place, headers=HTML)).text
    assert (await container.configuration.rules.version(2)).state is RuleSetState.DRAFT


async def test_an_agent_sees_no_rules_but_reads_why(agent: Client, front: Front) -> None:
    accepted = await front.say(BROKEN)
    assert (await agent.get(PLACE, headers=HTML)).status_code == 403
    page = await agent.get(f"{PLACE}/explain?reference={accepted.reference.lower()}", headers=HTML)
    assert page.status_code == 200
    assert "This row decided" in page.text
    for nobody in ("AAAA0000", "%00", "<b>", "x" * 300):
        assert (await agent.get(f"{PLACE}/explain?reference={nobody}", headers=HTML)).status_code in (400, 404)


async def test_another_site_cannot_publish(admin: Client) -> None:
    place = await drafted(admin)
    answer = await admin.post(f"{place}/publish", data={}, headers=HTML)
    assert answer.status_code == 403


async def test_markup_in_a_rule_stays_text(admin: Client) -> None:
    place = await drafted(admin)
    evil = "</script><script>alert(1)</script>"
    content = changed(lambda rows: rows[0].update(_description=evil))
    await post(admin, place, content=content, revision="1", note=evil)
    for path in (place, PLACE):
        assert "<script>alert(1)" not in (await admin.get(path, headers=HTML)).text


def test_rows_that_were_added_removed_changed_and_moved_are_told_apart() -> None:
    before = read_model(shipped_rule_set().content)

    def edit(rows: list[dict[str, str]]) -> None:
        row(rows, "else")["team"] = "'CMP'"
        rows.remove(row(rows, "warranty"))
        rows.insert(0, rows.pop(3))
        rows.insert(2, {**rows[2], "_id": "new", "_description": "New one"})

    found = differences(before, json.loads(changed(edit)))
    told = {(each.fate, each.title) for each in found}
    moved = table_of(before)["rules"][3]["_description"]
    assert told == {
        (Fate.MOVED, moved),
        (Fate.ADDED, "New one"),
        (Fate.CHANGED, "Any other intent: a person decides"),
        (Fate.REMOVED, "Warranty and returns"),
    }
    assert differences(before, before) == ()


async def test_a_graph_is_shown_node_by_node_and_edited_as_text(admin: Client, container: Container) -> None:
    value = "intent == 'TI' ? 'TI-Chatbot' : 'Person'"
    each = [{"id": "x", "key": "route", "value": value}]
    node = {"id": "n", "type": "expressionNode", "name": "ways", "content": {"expressions": each}}
    stored = json.dumps({"nodes": [node]})
    place = await drafted(admin)
    assert (await post(admin, place, content=stored, revision="1")).status_code == 303
    page = (await admin.get(place, headers=HTML)).text
    assert "Expressions" in page
    assert "<textarea" in page
    assert "table.csv" not in page
    refused = await post(admin, place, content=stored.replace("Person'", "Person"), revision="2")
    assert (refused.status_code, "ways: route: " in refused.text) == (400, True)
    assert (await post(admin, f"{place}/publish", note="a graph")).status_code == 303


async def test_a_plan_is_shown_step_by_step(admin: Client) -> None:
    plan = "['order_status', {kind: 'ask_person', if: 'order.blocked'}, {kind: 'update_case', else: 'approval'}]"
    place = await drafted(admin)
    content = changed(lambda rows: rows[0].update(actions=plan))
    assert (await post(admin, place, content=content, revision="1")).status_code == 303
    page = (await admin.get(place, headers=HTML)).text.split('<h2 id="plans">Plans</h2>')[1]
    assert page.index("<code>order</code>") < page.index("order.blocked") < page.index("<code>case</code>")
    circle = plan.replace("'order_status'", "{kind: 'order_status', after: 'case'}")
    refused = await post(admin, place, content=changed(lambda rows: rows[0].update(actions=circle)), revision="2")
    assert (refused.status_code, "in a circle" in refused.text) == (400, True)
