"""Did this help? Yes counts; no means a person, who sees it."""

import msgspec
import pytest
from sqlalchemy import select

from frontdesk.model import Interaction, NewMessage, Sender
from frontdesk.settings.sections import Settings
from frontdesk.storage.schema.interactions import outbound_message
from frontdesk.ui.track_keys import TrackKeys
from frontdesk.wiring.container import Container
from frontdesk.wiring.runner import runner_over
from tests.ui.chat.test_conversations import SHOP, bearer, heard, say
from tests.web_client import HTML, Client, token_in, web_client
from tests.workflows.test_answering import SURE, known
from tests.workflows.test_effects import desk_of

pytestmark = pytest.mark.both_databases
QUESTION = "How long is the car park free?"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    server = msgspec.structs.replace(settings.server, public_url="https://help.example")
    return msgspec.structs.replace(settings, chat=msgspec.structs.replace(settings.chat, origins=SHOP), server=server)


async def asked(container: Container, client: Client) -> tuple[str, Interaction]:
    """A question in the chat and its answer; the token, and the interaction."""
    await known(container)
    told = (await say(client, QUESTION)).json()
    await runner_over(container.work.queue, container.settings, desk_of(container, SURE)).run_until_idle()
    return told["token"], await container.interactions.records.get(told["reference"])


async def tell(client: Client, token: str, message: str, *, helped: bool) -> int:
    body = {"message": message, "helped": helped}
    return int((await client.post("/chat/helped", json=body, headers=bearer(token))).json()["noted"])


async def kept(container: Container) -> list[bool | None]:
    rows = select(outbound_message.c.helped)
    return await container.database.read(lambda c: list(c.execute(rows).scalars()))


async def test_an_answer_names_its_source_and_can_be_asked_about(container: Container) -> None:
    async with web_client(container) as client:
        _, matter = await asked(container, client)
        answer = (await heard(container, matter.reference))[-1][1]
    assert (answer["sources"], answer["helps"], answer["helped"]) == ([{"title": "Parking", "url": ""}], True, None)


async def test_yes_is_kept_with_the_answer_and_no_makes_the_customer_wait_for_a_person(container: Container) -> None:
    async with web_client(container) as client:
        token, matter = await asked(container, client)
        answer = (await heard(container, matter.reference))[-1][1]["id"]
        assert await tell(client, token, answer, helped=True) == 1
        assert await tell(client, token, answer, helped=True) == 0
        assert await kept(container) == [True]
        assert (await container.interactions.records.get(matter.reference)).waiting_since is None
        assert await tell(client, token, answer, helped=False) == 1
    assert await kept(container) == [False]
    assert (await container.interactions.records.get(matter.reference)).waiting_since is not None
    assert "not_helped" in {line.kind for line in await container.work.journal.since(0)}


async def test_nobody_says_it_of_an_answer_in_another_conversation(container: Container) -> None:
    async with web_client(container) as client:
        _, matter = await asked(container, client)
        answer = (await heard(container, matter.reference))[-1][1]["id"]
        other = (await say(client, "Something else.")).json()["token"]
        assert await tell(client, other, answer, helped=False) == 0
    assert await kept(container) == [None]


async def test_the_link_of_a_mail_asks_first_and_takes_no_other_key(container: Container) -> None:
    keys = TrackKeys(await container.people.accounts.secret())
    async with web_client(container) as client:
        _, matter = await asked(container, client)
        answer = (await heard(container, matter.reference))[-1][1]["id"]
        link = keys.helped_link(answer)
        assert (await client.get(link[:-1], headers=HTML)).status_code == 404
        page = await client.get(link, headers=HTML)
        assert "Did this help?" in page.text
        assert await kept(container) == [None]  # whoever opens links by machine says nothing
        form = {"key": link.rpartition("=")[2], "helped": "no"}
        assert (
            "A person will read"
            in (await client.post(f"/helped/{answer}", data=form | {"_csrf_token": token_in(page)}, headers=HTML)).text
        )
    assert await kept(container) == [False]


async def test_a_mail_with_an_answer_has_the_link_and_one_without_has_none(container: Container) -> None:
    await known(container)
    for text in (QUESTION, "Who won the world cup in 1990?"):
        await container.messages.inbox.accept(NewMessage(text, "EMI", Sender("Kim", "kim@x.example")))
    await runner_over(container.work.queue, container.settings, desk_of(container, SURE)).run_until_idle()
    rows = select(outbound_message.c.id, outbound_message.c.text).order_by(outbound_message.c.type.desc())
    answer, other = await container.database.read(lambda c: c.execute(rows).all())
    link = TrackKeys(await container.people.accounts.secret()).helped_link(answer.id)
    assert answer.text.endswith(f"Did this help? Please tell us: https://help.example{link}")
    assert "/helped/" not in other.text
