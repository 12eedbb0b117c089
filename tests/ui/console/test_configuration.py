"""Configuration: lists with what a change would do, channels, back ends, templates; use cases as new versions."""

import pytest

from frontdesk.model import CodeList, Role
from frontdesk.wiring.container import Container
from tests.conftest import Front
from tests.ui.console.test_rules import admin, post
from tests.web_client import HTML, Client, add_account, sign_in, web_client

__all__ = ["admin"]  # the fixture
PLACE = "/console/configuration"
LISTS = f"{PLACE}/lists"
WARRANTY = ["Is my dishwasher still under warranty?", "How long is the warranty of the oven?"]
INTENT = {
    "new": "yes",
    "code": "GC",
    "name": "Gift cards",
    "description": "The customer asks about gift cards and vouchers",
    "examples": "How do I redeem my gift card?\nMy voucher does not work\nCan I buy a gift card online?",
    "position": "9",
    "active": "yes",
}


async def test_what_an_intent_would_change_is_shown_before_it_is_saved(
    admin: Client, container: Container, front: Front
) -> None:
    told = await front.say("Can I redeem two gift cards in one order?")
    await front.say(WARRANTY[0])
    tried = await post(admin, f"{LISTS}/intent", **INTENT, what="try")
    assert tried.status_code == 200
    assert "Nothing was saved." in tried.text
    assert told.reference in tried.text
    assert "Gift cards" in tried.text
    assert "GC" not in {entry.code for entry in (await container.configuration.codes.all())[CodeList.INTENT]}
    saved = await post(admin, f"{LISTS}/intent", **INTENT, what="save")
    assert saved.status_code == 303
    again = await front.say("I want to redeem my gift card")
    assert (await container.interactions.records.get(again.reference)).intent == "GC"


@pytest.mark.parametrize("which", [each.value for each in CodeList])
async def test_every_list_is_shown_and_an_entry_renamed(admin: Client, container: Container, which: str) -> None:
    first = (await container.configuration.codes.all())[CodeList(which)][0]
    page = await admin.get(f"{LISTS}/{which}?code={first.code}", headers=HTML)
    assert page.status_code == 200
    fields = {"code": first.code, "name": "Another <b>name</b>", "position": "3", "active": "yes"}
    assert (await post(admin, f"{LISTS}/{which}", **fields)).status_code == 303
    assert "Another &lt;b&gt;name&lt;/b&gt;" in (await admin.get(f"{LISTS}/{which}", headers=HTML)).text


@pytest.mark.parametrize(
    ("which", "fields", "status"),
    [
        ("team", {"new": "yes", "code": "A B", "name": "x"}, 400),
        ("team", {"new": "yes", "code": "", "name": "x"}, 400),
        ("team", {"new": "yes", "code": "X", "name": ""}, 400),
        ("team", {"new": "yes", "code": "X", "name": "x" * 101}, 400),
        ("team", {"new": "yes", "code": "X", "name": "x", "position": "many"}, 400),
        ("team", {"new": "yes", "code": "TEC", "name": "twice"}, 400),
        ("status", {"new": "yes", "code": "ZZ", "name": "another"}, 400),
        ("intent", {"new": "yes", "code": "X", "name": "x", "examples": "a\n" * 201}, 400),
        ("nothing", {"code": "X", "name": "x"}, 404),
    ],
)
async def test_what_is_wrong_is_said_beside_the_field(
    admin: Client, which: str, fields: dict[str, str], status: int
) -> None:
    answer = await post(admin, f"{LISTS}/{which}", **fields)
    assert answer.status_code == status
    if status == 400:
        assert "Nothing was saved:" in answer.text


async def test_a_supervisor_reads_but_does_not_change(container: Container, front: Front) -> None:
    await front.say(WARRANTY[1], channel="WTA")
    await add_account(container, Role.SUPERVISOR)
    async with web_client(container) as client:
        await sign_in(client)
        page = await client.get(PLACE, headers=HTML)
        for shown in ("WhatsApp", "Website", "service_desk", "Create service call", "SC-000001"):
            assert shown in page.text, shown
        assert (await post(client, f"{LISTS}/team", code="TEC", name="Mine")).status_code == 403
        assert "An administrator changes lists." in (await client.get(f"{LISTS}/team", headers=HTML)).text
        assert (await post(client, "/console/use-cases/sentiment-analysis", what="try")).status_code == 403


async def test_a_use_case_is_tried_kept_put_in_force_and_taken_back(admin: Client, container: Container) -> None:
    place = "/console/use-cases/sentiment-analysis"
    assert "sentiment-analysis" in (await admin.get("/console/use-cases", headers=HTML)).text
    registry = container.llm.room.registry
    text = (await registry.text("sentiment-analysis")).replace("version: 1", "version: 2", 1)
    tried = await post(admin, place, what="try", text=text, inputs="Thank you, wonderful service!")
    assert "Positive" in tried.text
    assert "builtin" in tried.text
    kept = await post(admin, place, what="keep", text=text, note="a try")
    assert kept.headers["location"] == f"{place}?kept=2"
    assert (await registry.get("sentiment-analysis")).version == 1
    assert "version: 3" in (await admin.get(kept.headers["location"], headers=HTML)).text
    assert (await post(admin, place, what="publish", version="2")).status_code == 303
    assert (await registry.get("sentiment-analysis")).version == 2
    assert (await post(admin, place, what="publish", version="0")).status_code == 303
    assert (await registry.get("sentiment-analysis")).version == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"what": "keep", "text": "no: [use case"},
        {"what": "keep", "text": ""},
        {"what": "try", "text": "name: other\nversion: 1"},
        {"what": "publish", "version": "x"},
        {"what": "publish", "version": "9" * 30},
    ],
)
async def test_a_use_case_that_is_none_is_refused_in_words(admin: Client, fields: dict[str, str]) -> None:
    answer = await post(admin, "/console/use-cases/sentiment-analysis", **fields)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


async def test_what_does_not_exist_is_a_page_of_its_own(admin: Client) -> None:
    for path in ("/console/use-cases/nothing", f"{LISTS}/team?code=nothing", f"{LISTS}/x"):
        assert (await admin.get(path, headers=HTML)).status_code == 404
    assert (await post(admin, "/console/use-cases/sentiment-analysis", what="publish", version="7")).status_code == 404
