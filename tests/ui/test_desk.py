"""The desk: the newest first, page by page, searchable, and for the team alone."""

import re

import pytest

from frontdesk.app import House
from frontdesk.model import NewMessage, Role
from tests.conftest import Front
from tests.web_client import HTML, Client, key_of


def references(page: str) -> list[str]:
    return re.findall(r'id="row-(\w+)"', page)


async def test_an_empty_desk_says_so(agent: Client) -> None:
    assert "No messages yet." in (await agent.get("/desk")).text


async def test_the_interaction_that_changed_last_comes_first(agent: Client, front: Front) -> None:
    first = await front.say("The oven is broken", name="Maya Thornbury")
    second = await front.say("The fridge is broken", name="Jonas Wiesengrund")
    assert references((await agent.get("/desk")).text) == [second.reference, first.reference]
    await front.say("And it smells", joins=first.interaction_id)
    page = (await agent.get("/desk")).text
    assert references(page) == [first.reference, second.reference]
    for shown in ("Maya Thornbury", "Technical issues", "In-Process", "Website"):
        assert shown in page, shown


async def test_pages_of_the_desk_hold_each_interaction_once(agent: Client, house: House) -> None:
    said = [(await house.inbox.accept(NewMessage(f"Message {n}", "WEB"))).reference for n in range(60)]
    seen, path, pages = [], "/desk", 0
    while path:
        page = (await agent.get(path)).text
        seen += references(page)
        older = re.search(r'href="(/desk\?[^"]*cursor[^"]*)"', page)
        path, pages = (older[1].replace("&amp;", "&") if older else ""), pages + 1
    assert pages == 3
    assert sorted(seen) == sorted(said)


@pytest.mark.parametrize(
    ("query", "found"),
    [("oven", 1), ("OVEN", 1), ("thornbury", 1), ("broken", 2), ("%", 0), ("_", 0), ("\x00", 0), ("'; --", 0), ("", 2)],
)
async def test_the_desk_is_searched_by_title_and_customer(agent: Client, front: Front, query: str, found: int) -> None:
    await front.say("The oven is broken", name="Maya Thornbury")
    await front.say("The fridge is broken", name="Jonas Wiesengrund")
    page = await agent.get("/desk", params={"query": query})
    assert len(references(page.text)) == found


async def test_an_interaction_is_found_by_its_reference(agent: Client, front: Front) -> None:
    said = await front.say("The oven is broken")
    page = await agent.get("/desk/fragment", params={"query": said.reference.lower()})
    assert references(page.text) == [said.reference]
    assert "<html" not in page.text


@pytest.mark.parametrize("cursor", ["x", "~", "2026-01-01~1", "2026-01-01T00:00:00+00:00~-1", "\x00", "x" * 2000])
async def test_a_place_in_the_list_that_is_none_is_refused(agent: Client, cursor: str) -> None:
    answer = await agent.get("/desk", params={"cursor": cursor}, headers=HTML)
    assert answer.status_code == 400
    assert "begin at its first page" in answer.text


@pytest.mark.parametrize("path", ["/desk", "/desk/fragment", "/desk/events"])
async def test_the_desk_is_closed_to_others(customer: Client, house: House, path: str) -> None:
    assert (await customer.get(path)).status_code == 401
    assert (await customer.get(path, headers=await key_of(house, Role.SERVICE))).status_code == 403
