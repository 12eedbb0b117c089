"""A conversation as server-sent events: first what the listener does not have yet, then new messages as they come.

Event ids are places: the last message in, the last answer out, and the answers before it that were not sent yet. A
stream that was cut goes on behind its place (Last-Event-ID), with nothing left out and nothing twice.
"""

import contextlib
import re
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass

import msgspec

from frontdesk.model import Direction
from frontdesk.model.chat import ChatMessage, Conversation
from frontdesk.storage.channels.chats import StoredChats
from frontdesk.ui.live import RETRY, STILL_HERE, Live

_PLACE = re.compile(r"(\d{1,9})\.(\d{1,9})\.((?:\d{1,9}(?:,\d{1,9})*)?)")
MOST_GAPS = 500


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """How much a listener has: messages up to `last_in`, answers up to `last_out` without `gaps`."""

    last_in: int = 0
    last_out: int = 0
    gaps: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "StreamPosition":
        """A Last-Event-ID; the beginning for none and for what is none of ours."""
        found = _PLACE.fullmatch(text.strip())
        if found is None:
            return cls()
        gaps = frozenset(int(number) for number in found[3].split(",") if number)
        return cls(int(found[1]), int(found[2]), gaps) if len(gaps) <= MOST_GAPS else cls()

    def has(self, message: ChatMessage) -> bool:
        """Whether the listener has this message."""
        if message.direction is Direction.IN:
            return message.sequence <= self.last_in
        return message.sequence <= self.last_out and message.sequence not in self.gaps

    def behind(self, message: ChatMessage, answers: tuple[int, ...]) -> "StreamPosition":
        """The place once this message was told; `answers` is the sequences of all answers there are."""
        if message.direction is Direction.IN:
            return StreamPosition(max(self.last_in, message.sequence), self.last_out, self.gaps)
        last = max(self.last_out, message.sequence)
        passed = {number for number in answers if self.last_out < number < last}
        return StreamPosition(self.last_in, last, (self.gaps | passed) - {message.sequence})

    def __str__(self) -> str:
        """As an event id."""
        return f"{self.last_in}.{self.last_out}.{','.join(map(str, sorted(self.gaps)))}"


class Streams:
    """How many streams are open from each place on the network, and no more than that."""

    def __init__(self, most: int) -> None:
        """At most `most` from one place."""
        self._most = most
        self._open: Counter[str] = Counter()

    async def admitted(self, place: str, stream: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
        """The same stream, counted while it is open."""
        self._open[place] += 1
        try:
            async with contextlib.aclosing(stream):
                async for part in stream:
                    yield part
        finally:
            self._open[place] -= 1
            if not self._open[place]:
                del self._open[place]

    def is_full(self, place: str) -> bool:
        """Whether no more can be opened from this place."""
        return self._open[place] >= self._most


async def events(
    live: Live, chats: StoredChats, conversation: Conversation, last_event_id: str
) -> AsyncGenerator[bytes]:
    """The stream of one conversation; it goes on where its interaction was merged into another."""
    place = StreamPosition.parse(last_event_id)
    followed: int | None = conversation.goes_on_in
    yield RETRY
    while followed is not None:
        here, followed = followed, None
        async with contextlib.aclosing(live.notices(here)) as notices:
            async for notice in notices:
                if notice is None:
                    yield STILL_HERE
                    continue
                found = await chats.conversation(conversation.reference)
                for message in news(found, place) if found else ():
                    place = place.behind(message, found.answers if found else ())
                    yield _event(message, place)
                if found and found.goes_on_in != here:
                    followed = found.goes_on_in
                    break


def news(conversation: Conversation, place: StreamPosition) -> Iterator[ChatMessage]:
    """The messages that a listener at `place` does not have. Inbound ones are in order of sequence, not of time."""
    fresh = [message for message in conversation.messages if not place.has(message)]
    inbound = iter(sorted((m for m in fresh if m.direction is Direction.IN), key=lambda m: m.sequence))
    return (next(inbound) if message.direction is Direction.IN else message for message in fresh)


def _event(message: ChatMessage, place: StreamPosition) -> bytes:
    shown = {
        "id": message.id,
        "direction": message.direction.value,
        "text": message.text,
        "author": message.author,
        "at": message.at.isoformat(),
        "sources": [{"title": title, "url": url} for title, url in message.sources],
        "choices": message.choices,
        "helps": message.helps,
        "helped": message.helped,
    }
    return b"id: %s\nevent: message\ndata: %s\n\n" % (str(place).encode(), msgspec.json.encode(shown))
