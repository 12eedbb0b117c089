"""The page of one interaction asks the database as often for two messages as for a hundred."""

import pytest

from frontdesk.model import NewMessage
from frontdesk.wiring.container import Container
from tests.conftest import Front
from tests.statements import told
from tests.ui.console.test_thread import BROKEN, PATH, read, send
from tests.web_client import Client

COUNTS = (2, 12, 100)


@pytest.mark.parametrize("part", ["", "/fragment"])
async def test_a_page_asks_as_often_however_many_messages_there_are(agent: Client, front: Front, part: str) -> None:
    said, asked = await front.say(BROKEN, name="Kim Doe", address="kim@example.org"), []
    here = f"{PATH}/{said.reference}{part}"
    await send(agent, f"/console/messages/{said.message_id}/correct", field="language", value="de")
    await read(agent, said.reference)
    there = 1
    for count in COUNTS:
        await _join(front.container, said.interaction_id, count - there)
        there = count
        asked.append(min([await _statements(agent, here) for _ in range(4)]))
    assert len(set(asked)) == 1, asked
    assert asked[0] < 30


async def _statements(agent: Client, path: str) -> int:
    """How many statements a page has; what runs beside it is counted too, so the least of several tells."""
    with told() as heard:
        answer = await agent.get(path)
    assert answer.status_code == 200
    return len(heard)


async def _join(container: Container, interaction_id: int, count: int) -> None:
    """Messages; the first of them is read at once, many would take long."""
    for number in range(count):
        await container.messages.inbox.accept(NewMessage(f"{number}: {BROKEN}", "WEB", joins=interaction_id))
    if count == 1:
        await container.runner.run_until_idle()
