"""Canned answers and macros: kept on a page, offered in the composer, used in an interaction."""

import re

from frontdesk.model import Caller, Role
from frontdesk.wiring.container import Container
from tests.conftest import Front
from tests.ui.console.test_interactions import PATH, send
from tests.web_client import Client, add_account, sign_in, web_client

MACROS = "/console/macros"
TAKE = {"name": "Take it", "text": "Dear {{ name }}, I look.", "assignee": "@me", "priority": "H", "tag": "leak"}


async def ids(agent: Client) -> list[str]:
    return re.findall(r'chosen=(\w+)"', (await agent.get(MACROS)).text)


async def test_an_answer_is_offered_filled_in_and_a_macro_changes_and_writes(
    agent: Client, front: Front, container: Container
) -> None:
    said = await front.say("It leaks", name="Maya Thornbury")
    assert (await send(agent, MACROS, name="Thanks", text="Thank you, {{ name }}!")).status_code == 303
    one = f"{PATH}/{said.reference}"
    assert '<option value="Thank you, Maya Thornbury!">Thanks</option>' in (await agent.get(one)).text
    assert (await send(agent, MACROS, **TAKE, then="next")).status_code == 303
    [macro] = re.findall(r'name="macro" value="(\w+)"', (await agent.get(one)).text)
    used = await send(agent, f"{one}/macro", macro=macro, reply="Hello.")
    assert used.headers["location"] == f"{one}?used=1&go=next"
    changed = await container.interactions.records.get(said.reference)
    assert (changed.assignee, changed.priority, changed.tags) == ("Ada Brightwater", "H", "leak")
    ada = (await container.people.accounts.accounts())[0]
    mine = await container.interactions.personal.of(changed.id, Caller(ada.id, ada.name, Role.AGENT))
    assert mine.reply == "Hello.\n\nDear Maya Thornbury, I look."


async def test_a_macro_that_cannot_be_kept_or_used_says_why(agent: Client, front: Front) -> None:
    for wrong in ({"name": ""}, {"text": "", "assignee": "", "priority": "", "tag": ""}, {"text": "{{ secret }}"}):
        refused = await send(agent, MACROS, **TAKE | wrong)
        assert (refused.status_code, 'role="alert"' in refused.text) == (400, True), wrong
    await send(agent, MACROS, name="Confirm", status="CO")
    [macro] = await ids(agent)
    said = await front.say("It leaks")
    assert (await send(agent, f"{PATH}/{said.reference}/macro", macro=macro)).status_code == 409
    assert (await send(agent, f"{PATH}/{said.reference}/macro", macro="NONE")).status_code == 404


async def test_what_others_use_too_supervisors_change_and_what_is_ones_own_nobody_else_sees(
    agent: Client, container: Container
) -> None:
    assert (await send(agent, MACROS, **TAKE, reach="all")).status_code == 400
    await send(agent, MACROS, **TAKE)
    [own] = await ids(agent)
    await add_account(container, Role.SUPERVISOR, "sue@example.com")
    async with web_client(container) as other:
        await sign_in(other, "sue@example.com")
        assert await ids(other) == []
        assert (await send(other, MACROS, id=own, **TAKE)).status_code == 400
        assert (await send(other, MACROS, **TAKE, reach="team:TEC")).status_code == 303
        [shared] = await ids(other)
    assert (await send(agent, MACROS, id=shared, do="remove")).status_code == 400
    assert (await send(agent, MACROS, id=own, do="remove")).status_code == 303
    assert await ids(agent) == [shared]
