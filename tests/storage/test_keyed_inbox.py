"""Keyed messages in one commit: each gets the answer that it would have got alone."""

import asyncio
from dataclasses import replace

from frontdesk.interfaces import KeyReused, NotFound
from frontdesk.model import Accepted, NewMessage
from frontdesk.model.reading import IdempotencyKey
from frontdesk.wiring.container import Container


def once(key: str, fingerprint: str = "same", caller: str = "ann") -> IdempotencyKey:
    return IdempotencyKey(caller, key, fingerprint)


async def accept(
    container: Container, *asked: tuple[NewMessage, IdempotencyKey | None]
) -> list[Accepted | BaseException]:
    accepting = (container.messages.inbox.accept(message, "ann", key) for message, key in asked)
    return await asyncio.gather(*accepting, return_exceptions=True)


async def test_keyed_and_other_messages_are_accepted_together(container: Container) -> None:
    message = NewMessage("Hello", "WEB")
    one, two, three, four = await accept(
        container, (message, None), (message, once("a")), (message, once("a")), (message, once("b"))
    )
    assert isinstance(one, Accepted)
    assert isinstance(two, Accepted)
    assert isinstance(three, Accepted)
    assert isinstance(four, Accepted)
    assert replace(two, replayed=three.replayed) == three
    assert (two.replayed, three.replayed) in ((False, True), (True, False))
    assert len({each.message_id for each in (one, two, four)}) == 3


async def test_a_key_of_another_request_hurts_nobody_else(container: Container) -> None:
    message = NewMessage("Hello", "WEB")
    answers = await accept(container, (message, once("a")), (message, once("a", "other")), (message, None))
    assert sorted(type(answer).__name__ for answer in answers) == ["Accepted", "Accepted", "KeyReused"]
    assert isinstance((await accept(container, (message, once("a", "third"))))[0], KeyReused)


async def test_a_refusal_is_not_kept(container: Container) -> None:
    lost = NewMessage("Hello", "WEB", joins=77)
    answers = await accept(container, (lost, once("a")), (lost, once("a")))
    assert [type(answer) for answer in answers] == [NotFound, NotFound]
    assert isinstance((await accept(container, (NewMessage("Hello", "WEB"), once("a", "other"))))[0], Accepted)


async def test_a_duplicate_keeps_its_answer_under_its_key_too(container: Container) -> None:
    message = NewMessage("Hello", "WEB", provider_id="p1")
    [first] = await accept(container, (message, None))
    [second] = await accept(container, (message, once("a")))
    [third] = await accept(container, (message, once("a")))
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert isinstance(third, Accepted)
    assert (first.duplicate, second.duplicate, third.duplicate) == (False, True, True)
    assert (second.replayed, third.replayed) == (False, True)
