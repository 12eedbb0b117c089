"""A conversation in the chat widget, as its customer sees it."""

from dataclasses import dataclass
from datetime import datetime

from frontdesk.model import Direction


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
    """An interaction as its customer may see it. `answers` is the sequences of all answers, sent or yet to be sent."""

    interaction_id: int
    reference: str
    messages: tuple[ChatMessage, ...]
    answers: tuple[int, ...]
