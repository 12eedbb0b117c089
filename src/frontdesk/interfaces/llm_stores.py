"""What the LLM room needs stored, shared by all processes; `storage` satisfies it."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.model import Analysis, Case, Change, InboundMessage, Lease, Turn, Work
from frontdesk.model.llm import Denied, ModelCall, Reservation, ReservationRequest, UseCaseVersion


class CallLog(Protocol):
    """The record of calls."""

    def note(self, call: ModelCall) -> None:
        """Keep it, soon: nobody waits for this, and a process that is killed loses the last tenth of a second."""
        ...


class Admission(Protocol):
    """Limits and budgets that all processes share."""

    async def admit(self, request: ReservationRequest) -> Reservation | Denied:
        """Reserve money, tokens and a place in one step, or nothing at all."""
        ...

    async def settle(self, reservation: Reservation, cost: int) -> None:
        """Give the place back and book what was really spent, in millionths."""
        ...


class AnswerCache(Protocol):
    """Answers that were given before, bounded."""

    async def get(self, key: str) -> str | None:
        """What was kept under this key."""
        ...

    async def put(self, key: str, value: str) -> None:
        """Keep it; the longest unused go when the bounds are passed."""
        ...


class UseCaseStore(Protocol):
    """Versions of use cases that people made, beside those that ship."""

    async def stamp(self) -> str:
        """Changes whenever anything in here does."""
        ...

    async def published(self) -> Sequence[UseCaseVersion]:
        """The version in force of each use case that has one here."""
        ...

    async def versions(self, name: str) -> Sequence[UseCaseVersion]:
        """All kept versions of one, oldest first."""
        ...

    async def add(self, version: UseCaseVersion) -> None:
        """Keep a new version. Raises Conflict when the number is taken."""
        ...

    async def publish(self, name: str, version: int, by: str) -> None:
        """Put a version in force; 0 goes back to what ships. Raises NotFound."""
        ...


class Marks(Protocol):
    """Messages that are to be read again when a model is back."""

    async def mark(self, message_id: str, reason: str) -> None:
        """Remember this message, once, and that somebody is to look whether a model is back."""
        ...


class ModelWatch(Protocol):
    """The work that looks whether a model is back: one row for all processes, there while messages are marked."""

    async def marked(self, limit: int) -> tuple[str, ...]:
        """The ids of marked messages, those that wait longest first."""
        ...

    async def plan_marked(self, limit: int) -> int:
        """Make work of the marked messages that wait longest, except where there is some; how many."""
        ...

    async def end(self, lease: Lease) -> bool:
        """End the watch unless a message is marked; whether it has ended. Raises LeaseLost."""
        ...


class Rereader(Protocol):
    """Reads a message anew with models only."""

    async def analyse_anew(self, message: InboundMessage, run: int, earlier: Sequence[Turn] = ()) -> Analysis:
        """Like Analyst.analyse without the built-in engine. Raises ProviderFailed."""
        ...

    async def headline(self, analysis: Analysis, texts: Sequence[str], message: InboundMessage) -> tuple[str, str]:
        """Title and summary of a whole interaction, as an Analyst gives them."""
        ...


class Rereadings(Protocol):
    """Stores what was read anew, fenced by the lease (LeaseLost)."""

    async def load(self, work: Work, lease: Lease) -> tuple[Case, int]:
        """The case of the message that the work names, and how many analyses it has. Raises NotFound."""
        ...

    async def inbound_texts(self, interaction_id: int) -> tuple[str, ...]:
        """The texts of all its inbound messages, oldest first."""
        ...

    async def keep_reading(self, case: Case, analysis: Analysis, change: Change | None) -> None:
        """Store it, make it the current one, change the interaction, take the mark off, end the work.

        Decisions and effects stay as they are. Raises Stale.
        """
        ...

    async def keep_unread(self, case: Case, reason: str, *, wait: bool) -> None:
        """End the work with the reading that there is; `wait`: marked, to be taken up when a model is back."""
        ...
