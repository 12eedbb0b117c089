"""The page Answers: what became of questions, counted honestly, with the conversations behind it."""

import re
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from sqlalchemy import update

from frontdesk.knowledge.differing import edited_words
from frontdesk.knowledge.grouping import grouped
from frontdesk.model.knowledge import Article
from frontdesk.storage.schema.interactions import inbound_message, outbound_message
from frontdesk.storage.schema.pipeline import effect
from frontdesk.wiring.container import Container
from frontdesk.wiring.knowledge import make_missing_vectors
from tests.conftest import Front
from tests.web_client import HTML, Client

ASKED = "How long can I return shoes?"
RETURNS = Article("returns", "Returning shoes", "Shoes go back within 30 days.", questions=(ASKED,))


async def test_questions_are_counted_with_what_became_of_them(
    agent: Client, front: Front, container: Container
) -> None:
    await container.knowledge.articles.put(RETURNS, "Kim")
    await container.knowledge.articles.put(
        replace(RETURNS, id="old", title="Old one", body="x", questions=(), review_on=date(2020, 1, 1)), "Kim"
    )
    await make_missing_vectors(container.knowledge, lambda _: None)
    quiet = await front.say(ASKED, name="Ada", address="ada@example.org")
    back = await front.say(ASKED, name="Ben", address="ben@example.org")
    days = timedelta(days=10)
    for table, column in ((effect, "created_at"), (inbound_message, "received_at")):
        earlier = {column: container.clock() - days}
        await container.database.write(lambda c, t=table, e=earlier: c.execute(update(t).values(**e)).rowcount)
    await front.say("It does not help", name="Ben", address="ben@example.org", joins=back.interaction_id)
    again = {"received_at": container.clock() - days + timedelta(days=1)}
    later = inbound_message.c.text == "It does not help"
    await container.database.write(lambda c: c.execute(update(inbound_message).where(later).values(**again)).rowcount)
    await container.knowledge.votes.add("returns", 1, container.clock().date(), helped=True)
    page = (await agent.get("/console/answers", headers=HTML)).text
    resolved = page.partition('id="resolved"')[2]
    assert re.findall(r"<td class=\"number\">(\d+)%", resolved)[:2] == ["50", "50"]
    assert 'href="/console/answers?days=30&amp;article=returns">2</a>' in page
    channels = page.partition('<th scope="col">Channel</th>')[2]
    assert re.findall(r'<td class="number[^>]*>([^<]*)', channels)[:3] == ["2", "100% ", "50% "]
    assert "Old one" in page.partition('id="due"')[2]
    assert "Old one" in page.partition('id="unused"')[2]
    behind = (await agent.get("/console/answers?article=returns", headers=HTML)).text
    assert quiet.reference in behind
    assert back.reference in behind


async def test_what_a_reader_said_counts_more_than_silence(agent: Client, front: Front, container: Container) -> None:
    await container.knowledge.articles.put(RETURNS, "Kim")
    await make_missing_vectors(container.knowledge, lambda _: None)
    for name, said in (("Ada", True), ("Ben", False), ("Cem", None)):
        asked = await front.say(ASKED, name=name, address=f"{name.lower()}@example.org")
        mine = outbound_message.c.interaction_id == asked.interaction_id
        change = update(outbound_message).where(mine).values(helped=said)
        await container.database.write(lambda c, change=change: c.execute(change).rowcount)
    page = (await agent.get("/console/answers", headers=HTML)).text.partition('id="resolved"')[2]
    assert re.findall(r"(\d of \d)</span>", page)[:3] == ["1 of 2", "3 of 3", "1 of 3"]


async def test_an_empty_desk_has_a_page(agent: Client) -> None:
    page = await agent.get("/console/answers?days=x&kind=y", headers=HTML)
    assert page.status_code == 200


def test_near_questions_stand_together_the_largest_group_first() -> None:
    vectors = np.array([[1, 0], [0, 1], [0.1, 0.99]], np.float32)
    assert grouped(["a", "b", "c"], vectors) == [["b", "c"], ["a"]]


def test_edited_words_are_counted_once_each() -> None:
    assert [edited_words("a b c", new) for new in ("a b c", "a x c", "a c", "z a b c y", "")] == [0, 1, 1, 2, 3]
