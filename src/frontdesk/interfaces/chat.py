"""The socket of the chat widget: a conversation as the customer sees it, and what they have seen of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from frontdesk.model import DeliveryState, Direction


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message; `sequence` counts from 1 among those of its direction."""

    id: str
    direction: Direction
    sequence: int
    text: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat as its customer may see it: what they wrote in it, and the answers to that.

    `answers` is the sequences of all of these answers, sent or yet to be sent. `goes_on_in` is the number of the
    interaction that holds them now; it differs from `interaction_id` where that one was merged into another. `user` is
    the signed identity of whoever writes, empty where there is none.
    """

    interaction_id: int
    reference: str
    messages: tuple[ChatMessage, ...]
    answers: tuple[int, ...]
    goes_on_in: int
    user: str = ""


class Chats(Protocol):
    """Conversations in the chat."""

    async def conversation(self, reference: str) -> Conversation | None:
        """All messages that the customer may see, by time; None where there is no such interaction."""
        ...

    async def seen(self, reference: str, messages: Sequence[str], state: DeliveryState) -> int:
        """Note that answers were delivered or read; how many were news. Unknown ones change nothing."""
        ...
