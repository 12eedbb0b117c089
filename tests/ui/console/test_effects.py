"""The page of effects: what failed and what waits, and what people do about it."""

import re
from dataclasses import replace

import pytest

from frontdesk.interfaces import ConnectorFailed
from frontdesk.model import Role
from frontdesk.orchestrator.actions import ASK_PERSON, CREATE_SERVICE_CALL
from frontdesk.wiring.container import Container
from tests.edges.rest.test_effects import handle, runner_of
from tests.fakes import BackEnd
from tests.ui.console.test_rules import post
from tests.web_client import HTML, Client, add_account, sign_in, web_client

PLACE = "/console/effects"


@pytest.fixture
async def supervisor(container: Container) -> Client:
    await add_account(container, Role.SUPERVISOR, "boss@example.com")
    async with web_client(container) as client:
        await sign_in(client, "boss@example.com")
        yield client


async def keys(client: Client) -> list[str]:
    return re.findall(r'id="effect-([^"]+)"', (await client.get(PLACE, headers=HTML)).text)


async def test_a_failed_effect_is_shown_with_its_reason_and_tried_again(
    supervisor: Client, container: Container
) -> None:
    back_end = BackEnd([ConnectorFailed("no such <b>partner</b>", permanent=True)])
    await handle(container, {"kind": CREATE_SERVICE_CALL}, back_end=back_end)
    page = await supervisor.get(PLACE, headers=HTML)
    assert "no such &lt;b&gt;partner&lt;/b&gt;" in page.text
    [key] = await keys(supervisor)
    answer = await post(supervisor, f"{PLACE}/retry", keys=key)
    assert answer.status_code == 303
    assert "It is tried again." in (await supervisor.get(answer.headers["location"], headers=HTML)).text
    desk = replace(
        container.pipeline, action_handlers={**container.pipeline.action_handlers, CREATE_SERVICE_CALL: back_end}
    )
    await runner_of(container, desk).run_until_idle()
    assert await keys(supervisor) == []


async def test_what_waits_is_approved_or_given_up(supervisor: Client, container: Container) -> None:
    for do_one in ("approve", "drop"):
        await handle(container, {"kind": ASK_PERSON, "question": "Really?"}, {"kind": CREATE_SERVICE_CALL})
        [key] = await keys(supervisor)
        assert (await post(supervisor, f"{PLACE}/{do_one}", keys=key)).status_code == 303
        await container.runner.run_until_idle()
        assert await keys(supervisor) == []


async def test_who_comes_second_is_told_in_words(supervisor: Client, container: Container) -> None:
    back_end = BackEnd([ConnectorFailed("no", permanent=True)])
    await handle(container, {"kind": CREATE_SERVICE_CALL}, back_end=back_end)
    [key] = await keys(supervisor)
    await post(supervisor, f"{PLACE}/drop", keys=key)
    answer = await post(supervisor, f"{PLACE}/drop", keys=f"{key} nobody")
    assert answer.status_code == 409
    assert "Not everything could be done" in answer.text


async def test_an_agent_looks_but_does_not_touch(agent: Client, container: Container) -> None:
    await handle(container, {"kind": CREATE_SERVICE_CALL}, back_end=BackEnd([ConnectorFailed("no", permanent=True)]))
    [key] = await keys(agent)
    assert "Try again" not in (await agent.get(PLACE, headers=HTML)).text
    assert (await post(agent, f"{PLACE}/retry", keys=key)).status_code == 403


@pytest.mark.parametrize("query", ["?show=x", "?cursor=x", "?cursor=%00", "?said=<b>", "?show=pending"])
async def test_odd_addresses_are_no_error_of_ours(agent: Client, query: str) -> None:
    assert (await agent.get(PLACE + query, headers=HTML)).status_code in (200, 400)
