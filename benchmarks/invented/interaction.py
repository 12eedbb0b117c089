"""What is to be made, and one interaction while it is made."""

from dataclasses import dataclass, field
from datetime import datetime

from benchmarks.invented.people import Person

LONGEST, SHORTEST, MESSAGES_A_DAY = 730, 30, 500


@dataclass(frozen=True, slots=True)
class DemoSize:
    """What is to be made. Numbers of interactions, contacts and customers go on from what is there."""

    messages: int
    seed: int
    until: datetime
    days: int = 0
    journal_days: int = 30
    first_interaction: int = 1
    first_contact: int = 1
    first_customer: int = 500_000
    first_call: int = 1

    @property
    def span(self) -> int:
        """Over how many days the messages are spread."""
        return self.days or max(SHORTEST, min(LONGEST, self.messages // MESSAGES_A_DAY))


@dataclass(slots=True)
class InteractionDraft:
    """One interaction while it is made."""

    id: int
    reference: str
    person: Person
    channel: str
    intent: str
    at: datetime
    length: int
    sets: dict[str, str] = field(default_factory=dict)
    title: str = ""
    summary: str = ""
    sentiment: str = ""
    route: str = ""
    version: int = 1
    outbound: int = 0
    updated: datetime | None = None
    first_answer: datetime | None = None
    acknowledged: datetime | None = None
    waiting: datetime | None = None
    closed: datetime | None = None

    @property
    def waiting_on(self) -> str:
        """Whose turn it is."""
        ended = self.sets.get("status") in ("SP", "CL", "CO")
        return "us" if self.waiting else "customer" if self.first_answer and not ended else ""

    def touched(self, at: datetime) -> None:
        """Something happened to it."""
        self.updated = at if self.updated is None else max(self.updated, at)
        self.version += 1

    def answered(self, at: datetime) -> None:
        """A person answered the customer, who waits no longer."""
        self.first_answer = at if self.first_answer is None else min(self.first_answer, at)
        self.waiting = None

    def was_acknowledged(self, at: datetime) -> None:
        """An automatic reply went out."""
        self.acknowledged = at if self.acknowledged is None else min(self.acknowledged, at)
