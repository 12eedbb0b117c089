"""The page of the assignment, and the choice of everybody how far they are there."""

import pytest

from frontdesk.model import Role
from frontdesk.wiring.container import Container
from tests.conftest import Front
from tests.ui.console.test_interactions import send
from tests.web_client import Client, add_account, sign_in, web_client

PATH = "/console/assignment"
TEAM = {"mode": "round_robin", "most_open": "3", "when_absent": "deputy", "returns_after_hours": ""}


async def test_a_supervisor_sets_what_a_team_wants_and_who_stands_in(container: Container) -> None:
    kim = await container.people.accounts.add_account("kim@example.com", "Kim Doe", Role.AGENT, None)
    await add_account(container, Role.SUPERVISOR)
    async with web_client(container) as client:
        await sign_in(client)
        assert (await send(client, f"{PATH}/teams/TEC", **TEAM)).status_code == 303
        assert (await send(client, f"{PATH}/people/{kim.id}", deputy="Ada Brightwater")).status_code == 303
        page = (await client.get(PATH)).text
        assert '<option value="round_robin" selected>In turn' in page
        assert "<option selected>Ada Brightwater" in page
        for wrong in (
            {"mode": "sometimes"},
            {"most_open": "many"},
            {"most_open": "-1"},
            {"returns_after_hours": "9" * 9},
        ):
            refused = await send(client, f"{PATH}/teams/TEC", **TEAM | wrong)
            assert (refused.status_code, 'role="alert"' in refused.text) == (400, True), wrong
        assert (await send(client, f"{PATH}/teams/NOPE", **TEAM)).status_code == 400
        assert (await send(client, f"{PATH}/people/NOBODY", deputy="Kim Doe")).status_code == 404


@pytest.mark.parametrize(("chosen", "status"), [("busy", 204), ("asleep", 400)])
async def test_an_agent_says_how_far_they_are_there(agent: Client, chosen: str, status: int) -> None:
    assert (await send(agent, "/console/availability", availability=chosen)).status_code == status
    shown = (await agent.get("/console/views/count")).text
    assert f'data-is="{chosen if status == 204 else "available"}"' in shown
    assert (await agent.get(PATH)).status_code == 403


async def test_the_bell_tells_and_all_can_be_taken_as_read(agent: Client, front: Front, container: Container) -> None:
    said = await front.say("It leaks")
    matter = await container.interactions.records.get(said.reference)
    await container.messages.replies.add(matter, "@Ada Brightwater, look", "IM", "Kim", None)
    shown = (await agent.get("/console/views/count")).text
    assert 'data-told="1"' in shown
    assert f'href="/console/interactions/{said.reference}">Kim mentioned you' in shown
    assert (await send(agent, "/console/notifications")).status_code == 303
    assert 'data-told="0"' in (await agent.get("/console/views/count")).text
