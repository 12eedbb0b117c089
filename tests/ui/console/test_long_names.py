"""An account's name may have 200 letters: whatever its owner does is noted under the whole of it, on both databases."""

from sqlalchemy import Table, select

from frontdesk.model import Role
from frontdesk.model.identity import NAME_LENGTH
from frontdesk.storage.schema.interactions import correction, interaction, outbound_message
from frontdesk.storage.schema.pipeline import journal
from frontdesk.storage.schema.rules import rule_publication, rule_set
from frontdesk.wiring.container import Container
from tests.conftest import Front
from tests.ui.console.test_thread import BROKEN, PATH, send
from tests.web_client import PASSWORD, Client, sign_in, token_in, web_client

LONG = "Ada " + "ä" * (NAME_LENGTH - 4)
EMAIL = "long@example.com"


async def names_in(container: Container, table: Table, column: str) -> set[str]:
    """All that a column holds."""
    return await container.database.read(lambda c: set(c.execute(select(table.c[column])).scalars()))


async def test_a_name_of_200_letters_is_noted_whole_from_console_pages(front: Front, container: Container) -> None:
    await container.people.accounts.add_account(EMAIL, LONG, Role.ADMIN, PASSWORD)
    said, other = await front.say(BROKEN), await front.say("One more thing: it hums")
    async with web_client(container) as client:
        await sign_in(client, EMAIL)
        for path, fields in (
            ("/messages", {"text": "Hello", "name": "Kim", "email": "kim@example.org"}),
            (f"{PATH}/{said.reference}/reply", {"text": "We will call you."}),
            (f"{PATH}/{said.reference}/change", {"team": "WAR", "was_team": ""}),
            (f"{PATH}/{said.reference}/merge", {"other": other.reference}),
            (f"/console/messages/{said.message_id}/correct", {"field": "intent", "value": "WR"}),
            ("/console/rules/drafts", {"base": "1"}),
            ("/console/rules/2/publish", {"note": "as before"}),
        ):
            answer = await send(client, path, **fields)
            assert answer.status_code == 303, (path, answer.text)
    for table, column in (
        (interaction, "created_by"),
        (interaction, "modified_by"),
        (outbound_message, "processed_by"),
        (correction, "by"),
        (journal, "by"),
        (rule_set, "created_by"),
        (rule_set, "published_by"),
        (rule_publication, "by"),
    ):
        assert LONG in await names_in(container, table, column), f"{table.name}.{column}"


async def test_a_name_of_200_letters_is_noted_whole_from_the_api(front: Front, container: Container) -> None:
    await container.people.accounts.add_account(EMAIL, LONG, Role.ADMIN, PASSWORD)
    said = await front.say(BROKEN)
    async with web_client(container) as client:
        await sign_in(client, EMAIL)
        token = {"X-CSRF-Token": token_in(await client.get("/console"))}
        await _over_the_api(client, token, said.reference, said.message_id)
    assert LONG in await names_in(container, interaction, "created_by")
    assert LONG in await names_in(container, outbound_message, "processed_by")
    assert LONG in await names_in(container, correction, "by")


async def _over_the_api(client: Client, headers: dict[str, str], reference: str, message_id: str) -> None:
    for path, body in (
        ("/messages", {"text": "Hello", "channel": "WEB"}),
        (f"/interactions/{reference}/replies", {"text": "We will call you."}),
        (f"/messages/{message_id}/corrections", {"field": "intent", "value": "WR"}),
    ):
        answer = await client.post(f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code in (200, 201, 202), (path, answer.text)
