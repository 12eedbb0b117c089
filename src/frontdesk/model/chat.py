"""A conversation in the chat widget, as its customer sees it."""

from dataclasses import dataclass
from datetime import datetime

from frontdesk.model import Direction


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message; `sequence` counts from 1 among those of its direction.

    Of an automatic answer: `sources` are titles with their links (which may be empty), `choices` what it asks back
    about; `helps`: it answers, so that it can be asked whether it `helped`.
    """

    id: str
    direction: Direction
    sequence: int
    text: str
    author: str
    at: datetime
    sources: tuple[tuple[str, str], ...] = ()
    choices: tuple[str, ...] = ()
    helps: bool = False
    helped: bool | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat as its customer may see it: what they wrote in it, and the answers to that.

    `answers` is the sequences of all of these answers, sent or yet to be sent. `goes_on_in` is the number of the
    interaction that holds them now; it differs from `interaction_id` where that one was merged into another. `user` is
    the signed identity of the sender, empty where there is none.
    """

    interaction_id: int
    reference: str
    messages: tuple[ChatMessage, ...]
    answers: tuple[int, ...]
    goes_on_in: int
    user: str = ""
