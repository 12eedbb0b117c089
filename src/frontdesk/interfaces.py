"""The sockets: each a small Protocol that a plug of an outer room satisfies; and our errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from frontdesk.model import (
    Accepted,
    Analysis,
    Case,
    Change,
    Decision,
    Effect,
    Entity,
    Happening,
    InboundMessage,
    Intent,
    Lease,
    NewMessage,
    OutboundMessage,
    Probability,
    Receipt,
    ServiceCall,
    Tier,
    Work,
)


class FrontdeskError(Exception):
    """Base of all our errors. `str(error)` is a sentence for a person; `permanent` says that asking again cannot help."""

    permanent = True


class Invalid(FrontdeskError):
    """What a caller sent cannot be taken; `field` names the part at fault."""

    def __init__(self, message: str, field: str = "") -> None:
        """Say what is wrong and what to do, and which field it is."""
        super().__init__(message)
        self.field = field


class NotFound(FrontdeskError):
    """There is no such thing."""


class Conflict(FrontdeskError):
    """The thing is not in a state that allows this, or it was changed meanwhile."""


class Stale(Conflict):
    """Someone else changed the thing since it was read: read it again."""


class LeaseLost(FrontdeskError):
    """This worker's lease has passed to another; what it was about to store is dropped."""


class Failed(FrontdeskError):
    """A plug could not do what it was asked; `permanent` where a repetition cannot help."""

    def __init__(self, message: str, *, permanent: bool = False, after_seconds: float | None = None) -> None:
        """Say why; `after_seconds` is when the other side wants to be asked again."""
        super().__init__(message)
        self.permanent = permanent
        self.after_seconds = after_seconds


class ProviderFailed(Failed):
    """A model service gave no usable answer."""


class ConnectorFailed(Failed):
    """A back end did not carry out an action."""


class DeliveryFailed(Failed):
    """A channel did not take an outbound message."""


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """Now, UTC with zone."""
        ...


class NewId(Protocol):
    """Makes identifiers."""

    def __call__(self) -> str:
        """A new ULID: 26 characters, sortable by time."""
        ...


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What an analysis may choose from and recognise. `stamp` changes whenever any of it does."""

    stamp: str
    intents: tuple[Intent, ...]
    learned: tuple[tuple[str, str], ...] = ()
    customers: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider reads in a text; checked and cut to limits by `llm` before it counts.

    `message_type` is a name: Complaint, Complement, Question, ServiceRequest or Information.
    """

    language: str
    sentiment: str
    sentiment_probability: float
    title: str
    summary: str
    message_type: str
    type_probability: float
    intent: str | None
    intent_probability: float
    intents: tuple[Probability, ...]
    entities: tuple[Entity, ...]


class Provider(Protocol):
    """One model service, or the built-in engine."""

    name: str
    tier: Tier

    async def read(self, text: str, catalogue: Catalogue) -> Answer:
        """Read one message. Raises ProviderFailed."""
        ...

    async def summarise(self, texts: Sequence[str]) -> tuple[str, str]:
        """Title (up to 100 characters) and summary (up to 300) of all texts together, oldest first."""
        ...


class Analyst(Protocol):
    """Understands messages: the LLM proxy as the pipeline sees it."""

    async def analyse(self, message: InboundMessage, run: int = 1) -> Analysis:
        """A validated analysis; falls through the ladder rather than fail. Raises ProviderFailed when no rung answers."""
        ...

    async def summarise(self, texts: Sequence[str]) -> tuple[str, str]:
        """Title and summary of a whole interaction, within 100 and 300 characters."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule set says: the row that matched and what it yields."""

    rule_set: str
    version: int
    rule: str
    route: str
    actions: tuple[Mapping[str, Any], ...]


class RuleSet(Protocol):
    """One version of the business rules. Pure: the same facts give the same verdict."""

    name: str
    version: int

    def decide(self, facts: Mapping[str, Any]) -> Verdict:
        """The verdict on these facts; there is always one."""
        ...


class RuleBook(Protocol):
    """Knows which rule set is in force."""

    def current(self) -> RuleSet:
        """The published rule set."""
        ...


class Performer(Protocol):
    """Carries out effects of one kind: a connector, or replying."""

    async def find(self, key: str) -> Receipt | None:
        """The receipt of what an earlier attempt with this key did, None where it did nothing."""
        ...

    async def perform(self, effect: Effect, case: Case) -> Receipt:
        """Do it, with `effect.key` as the idempotency key. Raises Failed."""
        ...


class Channel(Protocol):
    """A way a customer reaches us, outbound side."""

    code: str

    async def send(self, message: OutboundMessage) -> Receipt:
        """Hand the message to the channel. Raises DeliveryFailed."""
        ...


class Inbox(Protocol):
    """Where accepted messages go: durable when the call returns."""

    async def accept(self, message: NewMessage) -> Accepted:
        """Store it with its first piece of work, once per (channel, provider_id). Raises NotFound for an unknown interaction."""
        ...


class Cases(Protocol):
    """What the pipeline reads and writes. Each `keep_…` is one transaction fenced by the lease (LeaseLost)."""

    async def load(self, work: Work, lease: Lease) -> Case:
        """The case of a message with all results stored so far."""
        ...

    async def inbound_texts(self, interaction_id: int) -> tuple[str, ...]:
        """The texts of all its inbound messages, oldest first."""
        ...

    async def keep_analysis(self, case: Case, analysis: Analysis) -> Case:
        """Store the analysis and make it the message's current one."""
        ...

    async def keep_record(self, case: Case, change: Change) -> Case:
        """Apply the change to the interaction, match customer and contact. Raises Stale."""
        ...

    async def keep_decision(self, case: Case, decision: Decision, effects: Sequence[Effect], change: Change) -> Case:
        """Store the decision with its effects and apply what it sets on the interaction."""
        ...

    async def keep_effect(self, case: Case, effect: Effect) -> Case:
        """Store the new state of an effect."""
        ...

    async def keep_end(self, case: Case) -> None:
        """The message is handled: end its work."""
        ...


class Outbox(Protocol):
    """Outbound messages on their way."""

    async def draft(self, message: OutboundMessage) -> OutboundMessage:
        """Store it once per effect key; the answer is what is stored, with its sequence."""
        ...

    async def by_effect(self, key: str) -> OutboundMessage | None:
        """The outbound message that an effect made."""
        ...

    async def sent(self, message_id: str, receipt: Receipt) -> None:
        """Note that the channel took it."""
        ...

    async def refused(self, message_id: str, reason: str) -> None:
        """Note that the channel will never take it."""
        ...


class ServiceDeskStore(Protocol):
    """Where the built-in service desk keeps its calls."""

    async def open_call(self, call: ServiceCall) -> ServiceCall:
        """Store it once per key, with the next code; the answer is what is stored."""
        ...

    async def call_by_key(self, key: str) -> ServiceCall | None:
        """The call that an effect opened."""
        ...


class WorkQueue(Protocol):
    """Leased work: see the record on durable work in docs/decisions."""

    async def claim(self, owner: str, limit: int, lease_seconds: float) -> list[tuple[Work, Lease]]:
        """Up to `limit` due rows, leased to `owner`."""
        ...

    async def renew(self, lease: Lease, lease_seconds: float) -> bool:
        """Keep a lease for longer; False when it has passed to another."""
        ...

    async def postpone(self, lease: Lease, seconds: float, error: str) -> None:
        """Give the row back, due again after `seconds`."""
        ...

    async def fail(self, lease: Lease, error: str) -> None:
        """Put the row where a person sees it."""
        ...

    async def free(self, owner_prefix: str) -> int:
        """Make rows leased by owners with this prefix due at once (of a process known to be dead)."""
        ...


class Journal(Protocol):
    """What happened, to be watched."""

    async def since(self, after: int, limit: int = 500) -> tuple[Happening, ...]:
        """Lines with an id above `after`, oldest first."""
        ...

    async def last(self) -> int:
        """The highest id, 0 when empty."""
        ...


class CatalogueSource(Protocol):
    """Keeps the catalogue that analyses choose from."""

    async def catalogue(self) -> Catalogue:
        """The current one; cheap when nothing changed."""
        ...
