"""Callers who are narrowed to teams or channels see and change what is theirs, whatever they ask."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from frontdesk.model import Change, Grant, Role
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import Settings
from frontdesk.wiring.container import Container, open_container
from tests.conftest import CHEAP, Front
from tests.web_client import HTML, Client, add_account, sign_in, token_in, web_client

pytestmark = pytest.mark.both_databases


@pytest.fixture
async def container(settings: Settings, builtin: Builtin) -> AsyncIterator[Container]:
    security = msgspec.structs.replace(settings.security, agents_by_team=True)
    async with open_container(msgspec.structs.replace(settings, security=security), builtin, CHEAP) as opened:
        yield opened


@pytest.fixture
async def customer(container: Container) -> AsyncIterator[Client]:
    async with web_client(container) as client:
        yield client


@pytest.fixture
async def references(container: Container, front: Front) -> dict[str, str]:
    """An interaction of each of two teams and one of none, by team; that of CMP came by e-mail."""
    made = {}
    for team, channel in (("TEC", "WEB"), ("CMP", "EMI"), ("", "WEB")):
        accepted = await front.say(f"A question about ovens from {team or 'nobody'}", channel=channel)
        before = await container.interactions.records.get(accepted.reference)
        await container.interactions.records.change(before, Change(team=team), "a test")
        made[team] = accepted.reference
    return made


async def bearer(container: Container, grant: Grant, role: Role = Role.AGENT) -> dict[str, str]:
    _, secret = await container.people.accounts.add_key("narrow", role, grant)
    return {"Authorization": f"Bearer {secret}"}


async def agent_of(container: Container, client: Client, *teams: str) -> None:
    await add_account(container)
    await container.people.accounts.set_teams("ada@example.com", frozenset(teams))
    await sign_in(client)


async def test_lists_hold_what_a_key_reaches(
    container: Container, customer: Client, references: dict[str, str]
) -> None:
    async def listed(grant: Grant, query: str = "") -> set[str]:
        answer = await customer.get(f"/api/v1/interactions{query}", headers=await bearer(container, grant))
        return {each["reference"] for each in answer.json()["items"]}

    assert await listed(Grant()) == set(references.values())
    assert await listed(Grant(teams=frozenset({"TEC"}))) == {references["TEC"]}
    assert await listed(Grant(channels=frozenset({"WEB"}))) == {references["TEC"], references[""]}
    assert await listed(Grant(teams=frozenset({"TEC"}), channels=frozenset({"EMI"}))) == set()
    assert await listed(Grant(teams=frozenset({"TEC"})), "?team=CMP") == set()
    assert await listed(Grant(teams=frozenset({"TEC", "CMP"})), "?team=CMP&q=ovens") == {references["CMP"]}


async def test_one_interaction_is_there_for_whom_it_is(
    container: Container, customer: Client, references: dict[str, str]
) -> None:
    key = await bearer(container, Grant(teams=frozenset({"TEC"})))
    message = (await customer.get(f"/api/v1/interactions/{references['CMP']}/timeline", headers=key)).status_code
    assert message == 404
    for reference, status in ((references["TEC"], 200), (references["CMP"], 404), (references[""], 404)):
        for path in ("", "/timeline", "/service-calls"):
            answer = await customer.get(f"/api/v1/interactions/{reference}{path}", headers=key)
            assert answer.status_code == status, path


async def test_what_belongs_to_an_interaction_is_there_for_whom_it_is(
    container: Container, customer: Client, references: dict[str, str]
) -> None:
    boss, key = await bearer(container, Grant()), await bearer(container, Grant(teams=frozenset({"TEC"})))
    for reference, status in ((references["TEC"], 200), (references["CMP"], 404)):
        items = (await customer.get(f"/api/v1/interactions/{reference}/timeline", headers=boss)).json()["items"]
        told = {each["kind"]: each[each["kind"]] for each in items}
        message = told["inbound"]["id"]
        paths = [f"messages/{message}", f"messages/{message}/analyses", f"decisions/{told['decision']['id']}"]
        for path in [*paths, f"effects/{told['effect']['key']}"]:
            assert (await customer.get(f"/api/v1/{path}", headers=boss)).status_code == 200, path
            assert (await customer.get(f"/api/v1/{path}", headers=key)).status_code == status, path


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/effects",
        "/api/v1/contacts",
        "/api/v1/customers",
        "/api/v1/insights",
        "/console/history",
        "/console/effects",
        "/console/rules/explain?reference=AAAA0000",
        "/int-ticket/InteractionsTickets",
        "/metrics",
    ],
)
async def test_what_would_show_more_is_closed_to_who_is_narrowed(
    container: Container, customer: Client, path: str
) -> None:
    key = await bearer(container, Grant(channels=frozenset({"WEB"})), Role.ADMIN)
    assert (await customer.get(path, headers=key)).status_code == 403


async def test_a_key_hands_in_by_its_channels_alone(
    container: Container, customer: Client, references: dict[str, str]
) -> None:
    key = await bearer(container, Grant(channels=frozenset({"WEB"})), Role.SERVICE)
    for channel, status in (("WEB", 202), ("EMI", 400)):
        body = {"text": "Where is my parcel?", "channel": channel}
        assert (await customer.post("/api/v1/messages", json=body, headers=key)).status_code == status
    joining = {"text": "me too", "channel": "WEB", "interaction": references["CMP"]}
    assert (await customer.post("/api/v1/messages", json=joining, headers=key)).status_code == 400


async def test_an_agent_sees_their_teams_and_what_has_none(
    container: Container, customer: Client, references: dict[str, str]
) -> None:
    await agent_of(container, customer, "TEC")
    page = await customer.get("/console/interactions", headers=HTML)
    shown = {team for team, reference in references.items() if reference in page.text}
    assert shown == {"TEC", ""}
    assert references["CMP"] not in (await customer.get("/console/interactions/export.csv")).text
    for team, status in (("TEC", 200), ("", 200), ("CMP", 404)):
        place = f"/console/interactions/{references[team]}"
        for path in (place, place.lower(), f"{place}/fragment"):
            assert (await customer.get(path, headers=HTML)).status_code == status, path
    home = await customer.get("/console", headers=HTML, follow_redirects=False)
    assert home.headers["location"] == "/console/interactions"
    assert (await customer.get("/console/insights", headers=HTML)).status_code == 403
    assert 'href="/console/insights"' not in page.text


async def test_an_agent_changes_nothing_of_another_team(
    container: Container, customer: Client, references: dict[str, str]
) -> None:
    await agent_of(container, customer, "TEC")
    token = token_in(await customer.get("/console/interactions", headers=HTML))

    async def post(path: str, **fields: str) -> int:
        answer = await customer.post(path, data=fields | {"_csrf_token": token}, headers=HTML, follow_redirects=False)
        return answer.status_code

    theirs, ours = references["CMP"], references["TEC"]
    assert await post(f"/console/interactions/{theirs}/reply", text="hello", type="IM") == 404
    assert await post(f"/console/interactions/{ours}/merge", other=theirs) == 404
    page = await customer.post(
        "/console/interactions/bulk",
        data={"references": f"{theirs} {ours}", "do": "tag", "tag": "seen", "_csrf_token": token},
        headers=HTML,
    )
    assert f"no interaction {theirs}" in page.text
    assert (await container.interactions.records.get(theirs)).tags == ""
    assert (await container.interactions.records.get(ours)).tags == "seen"


async def test_a_supervisor_sees_all(container: Container, customer: Client, references: dict[str, str]) -> None:
    await add_account(container, Role.SUPERVISOR)
    await sign_in(customer)
    page = await customer.get("/console/interactions", headers=HTML)
    assert all(reference in page.text for reference in references.values())


async def test_without_the_setting_agents_see_all(settings: Settings, builtin: Builtin) -> None:
    async with open_container(settings, builtin, CHEAP) as container, web_client(container) as client:
        accepted = await Front(container).say("A question")
        before = await container.interactions.records.get(accepted.reference)
        await container.interactions.records.change(before, Change(team="CMP"), "a test")
        await agent_of(container, client, "TEC")
        assert accepted.reference in (await client.get("/console/interactions", headers=HTML)).text
