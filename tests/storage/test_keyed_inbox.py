"""Keyed messages in one commit: each gets the answer that it would have got alone."""

import asyncio

from frontdesk.app import House
from frontdesk.interfaces import Kept, KeyReused, NotFound, Once
from frontdesk.model import Accepted, NewMessage


def once(key: str, fingerprint: str = "same", caller: str = "ann") -> Once:
    return Once(caller, key, fingerprint)


async def accept(house: House, *asked: tuple[NewMessage, Once | None]) -> list[Kept[Accepted] | BaseException]:
    accepting = (house.keyed_inbox.accept_once(message, "ann", key) for message, key in asked)
    return await asyncio.gather(*accepting, return_exceptions=True)


async def test_keyed_and_other_messages_are_accepted_together(house: House) -> None:
    message = NewMessage("Hello", "WEB")
    one, two, three, four = await accept(
        house, (message, None), (message, once("a")), (message, once("a")), (message, once("b"))
    )
    assert isinstance(one, Kept)
    assert isinstance(two, Kept)
    assert isinstance(three, Kept)
    assert isinstance(four, Kept)
    assert two.value == three.value
    assert (two.replayed, three.replayed) in ((False, True), (True, False))
    assert len({each.value.message_id for each in (one, two, four)}) == 3


async def test_a_key_of_another_request_hurts_nobody_else(house: House) -> None:
    message = NewMessage("Hello", "WEB")
    answers = await accept(house, (message, once("a")), (message, once("a", "other")), (message, None))
    assert sorted(type(answer).__name__ for answer in answers) == ["Kept", "Kept", "KeyReused"]
    assert isinstance((await accept(house, (message, once("a", "third"))))[0], KeyReused)


async def test_a_refusal_is_not_kept(house: House) -> None:
    lost = NewMessage("Hello", "WEB", joins=77)
    answers = await accept(house, (lost, once("a")), (lost, once("a")))
    assert [type(answer) for answer in answers] == [NotFound, NotFound]
    assert isinstance((await accept(house, (NewMessage("Hello", "WEB"), once("a", "other"))))[0], Kept)


async def test_a_duplicate_keeps_its_answer_under_its_key_too(house: House) -> None:
    message = NewMessage("Hello", "WEB", provider_id="p1")
    [first] = await accept(house, (message, None))
    [second] = await accept(house, (message, once("a")))
    [third] = await accept(house, (message, once("a")))
    assert isinstance(first, Kept)
    assert isinstance(second, Kept)
    assert isinstance(third, Kept)
    assert (first.value.duplicate, second.value.duplicate, third.value.duplicate) == (False, True, True)
    assert (second.replayed, third.replayed) == (False, True)
