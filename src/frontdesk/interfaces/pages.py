"""The sockets of the pages: what they may read, and names for codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from frontdesk.model import (
    Accepted,
    Analysis,
    AuditEvent,
    Code,
    CodeList,
    Decision,
    Effect,
    InboundMessage,
    Interaction,
    NewMessage,
    OutboundMessage,
    Work,
)


@dataclass(frozen=True, slots=True)
class Thread:
    """One interaction with all that belongs to it, each part oldest first; `work` is by message id."""

    interaction: Interaction
    messages: tuple[InboundMessage, ...]
    answers: tuple[OutboundMessage, ...]
    analyses: tuple[Analysis, ...]
    decisions: tuple[Decision, ...]
    effects: tuple[Effect, ...]
    audit_events: tuple[AuditEvent, ...]
    work: Mapping[str, Work]


class PageReader(Protocol):
    """The queries of the pages."""

    async def thread(self, reference: str) -> Thread | None:
        """Everything about one interaction, None where there is none."""
        ...

    async def senders(self, reference: str) -> tuple[str, ...]:
        """The addresses that customers wrote from in this interaction; empty where there is none."""
        ...


class CodeNames(Protocol):
    """Knows the code lists."""

    async def all(self) -> dict[CodeList, tuple[Code, ...]]:
        """Every list; cheap when nothing changed."""
        ...


class PageInbox(Protocol):
    """Where pages hand in messages; see Inbox."""

    async def accept(self, message: NewMessage, by: str = "") -> Accepted:
        """Store it durably, once per (channel, provider_id); `by` is who handed it in."""
        ...
