"""What agents need of the storage: whose an interaction is, views with counts, and what each person has of it."""

import asyncio

from frontdesk.interfaces import Conflict
from frontdesk.model import Change, NewMessage
from frontdesk.wiring.container import Container

PEOPLE = [f"agent {number}" for number in range(10)]


async def test_of_ten_who_claim_at_once_one_wins_and_the_others_are_told_who(container: Container) -> None:
    records = container.interactions.records
    matter = await records.get((await container.messages.inbox.accept(NewMessage("Hello", "WEB"))).reference)
    told = await asyncio.gather(*(records.claim(matter, each) for each in PEOPLE), return_exceptions=True)
    owner = (await records.get(matter.reference)).assignee
    assert owner in PEOPLE
    refused = [str(each) for each in told if isinstance(each, Conflict)]
    assert refused == [f"{owner} has taken interaction {matter.reference}"] * 9
    assert (await records.claim(matter, owner)).assignee == owner


async def test_what_was_given_back_can_be_claimed_again(container: Container) -> None:
    records = container.interactions.records
    matter = await records.get((await container.messages.inbox.accept(NewMessage("Hello", "WEB"))).reference)
    taken = await records.claim(matter, "kim")
    await records.change(taken, Change(assignee=""), "kim")
    assert (await records.claim(matter, "ada")).assignee == "ada"
