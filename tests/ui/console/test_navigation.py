"""The navigation of the console: every entry leads to a page that its readers may see, under an icon that is there."""

import re
from pathlib import Path

import pytest

from frontdesk.model import Role
from frontdesk.ui.navigation import GROUPS, Entry, navigation
from frontdesk.wiring.container import Container
from tests.web_client import HTML, Client, add_account, key_of, sign_in, web_client

ICONS = (Path(__file__).resolve().parents[3] / "frontend" / "icons.txt").read_text().split()
ENTRIES = [entry for group in GROUPS for entry in group.entries]


def by_path(entry: Entry) -> str:
    return entry.path


@pytest.mark.parametrize("entry", ENTRIES, ids=by_path)
async def test_an_entry_leads_to_a_page_that_marks_it_as_the_current_one(container: Container, entry: Entry) -> None:
    await add_account(container, entry.role)
    async with web_client(container) as client:
        await sign_in(client)
        page = await client.get(entry.path, headers=HTML)
    assert page.status_code == 200
    assert re.findall(r'<a href="([^"]+)"[^>]*aria-current="page"', page.text) == [entry.path]


@pytest.mark.parametrize("entry", ENTRIES, ids=by_path)
async def test_a_page_is_closed_to_whom_its_entry_is_not_shown(
    customer: Client, container: Container, entry: Entry
) -> None:
    assert (await customer.get(entry.path)).status_code == 401
    assert (await customer.get(entry.path, headers=await key_of(container, Role.SERVICE))).status_code == 403


@pytest.mark.parametrize("entry", ENTRIES, ids=by_path)
def test_the_icon_of_an_entry_is_among_those_that_are_built(entry: Entry) -> None:
    assert entry.icon in ICONS


def test_somebody_is_offered_only_what_their_role_covers() -> None:
    for role in (Role.AGENT, Role.SUPERVISOR, Role.ADMIN):
        shown = [entry for group in navigation(role) for entry in group.entries]
        assert shown == [entry for entry in ENTRIES if role.covers(entry.role)]


async def test_customers_see_nothing_of_the_console(customer: Client) -> None:
    assert "/console" not in (await customer.get("/")).text
