"""The sockets of plugs: model services, rules, back ends, channels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from frontdesk.model import (
    Analysis,
    Case,
    Concern,
    Effect,
    Entity,
    InboundMessage,
    Intent,
    OutboundMessage,
    Probability,
    Receipt,
    ServiceCall,
    Signal,
    Tier,
    Turn,
)


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
class ReaderAnswer:
    """What a provider reads in a text; checked and cut to limits by `llm` before it counts.

    `message_type`, also of concerns, is a name: Complaint, Complement, Question, ServiceRequest or Information.
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
    signals: tuple[Signal, ...] = ()
    concerns: tuple[Concern, ...] = ()
    reads: tuple[tuple[int, int], ...] = ()


class Provider(Protocol):
    """One model service, or the built-in engine."""

    name: str
    tier: Tier

    async def read(self, text: str, catalogue: Catalogue, before: Sequence[Turn] = ()) -> ReaderAnswer:
        """Read one message, in the light of what was written before it. Raises ProviderFailed."""
        ...

    async def summarise(self, texts: Sequence[str]) -> tuple[str, str]:
        """Title (up to 100 characters) and summary (up to 300) of all texts together, oldest first."""
        ...


class Analyst(Protocol):
    """Understands messages: the LLM proxy as the pipeline sees it."""

    async def analyse(self, message: InboundMessage, run: int = 1, earlier: Sequence[Turn] = ()) -> Analysis:
        """A validated analysis; falls down the chain rather than fail. Raises ProviderFailed when no route answers.

        `earlier` is what both sides wrote before it in its interaction, oldest first.
        """
        ...

    async def headline(self, analysis: Analysis, texts: Sequence[str], message: InboundMessage) -> tuple[str, str]:
        """Title and summary of a whole interaction after its latest message was analysed.

        Those of the analysis where it is of a model that was given the conversation, else see `summarise`.
        """
        ...

    async def summarise(self, texts: Sequence[str], message: InboundMessage | None = None) -> tuple[str, str]:
        """Title and summary of a whole interaction, within 100 and 300 characters; `message` is its latest."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule set says: the row that matched and what it yields.

    `reads` are the facts that the row reads, as in has.danger. `signals` are those that it takes for the most pressing
    one ('' for none); empty where it does not look. `any_intent`: it takes messages without an intent as well.
    """

    rule_set: str
    version: int
    rule: str
    route: str
    actions: tuple[Mapping[str, Any], ...]
    reads: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    any_intent: bool = False


class RuleSet(Protocol):
    """One version of the business rules. Pure: the same facts give the same verdict."""

    name: str
    version: int

    def decide(self, facts: Mapping[str, Any]) -> Verdict:
        """The verdict on these facts; there is always one."""
        ...


class RuleBook(Protocol):
    """Knows which rule set is in force, and who else is asked."""

    async def current(self) -> RuleSet:
        """The published rule set; at most a second old."""
        ...

    async def advised(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        """The facts, with what a configured rules service elsewhere says of them; unchanged when it does not answer."""
        ...


class ActionHandler(Protocol):
    """Carries out effects of one kind: a connector, or replying."""

    async def find(self, key: str) -> Receipt | None:
        """The receipt of what an earlier attempt with this key did, None where it did nothing."""
        ...

    async def perform(self, effect: Effect, case: Case) -> Receipt:
        """Do it, with `effect.key` as the idempotency key. Raises Failed."""
        ...


class OwnRows(Protocol):
    """Our own tables, within a transaction that is under way: what is stored here is stored with it or not at all."""

    def open_call(self, call: ServiceCall) -> ServiceCall:
        """Store a new call of the built-in service desk; it comes back with its code."""
        ...

    def deliver(self, message: OutboundMessage) -> OutboundMessage:
        """Store an answer that is delivered by being stored; it comes back with its sequence."""
        ...


@runtime_checkable
class Recorder(Protocol):
    """A performer that can do some effects by writing our own rows alone."""

    def record(self, effect: Effect, case: Case, rows: OwnRows) -> Receipt | None:
        """Do it with the decision, in its transaction; None where the outside is needed. Touches nothing but `rows`.

        Raises Invalid, NotFound before it has written anything.
        """
        ...


@runtime_checkable
class PickedUp(Protocol):
    """An outlet whose customers come for their answers."""

    def receipt(self, message: OutboundMessage) -> Receipt:
        """What `send` answers for a message that is stored."""
        ...


class Outlet(Protocol):
    """Takes whole answers for one channel."""

    code: str

    async def send(self, message: OutboundMessage) -> Receipt:
        """Hand the message to the channel, inside its limits. Raises DeliveryFailed, Held."""
        ...


class CatalogueSource(Protocol):
    """Keeps the catalogue that analyses choose from."""

    async def catalogue(self) -> Catalogue:
        """The current one; cheap when nothing changed."""
        ...


class Engine(Protocol):
    """Reads many texts at once against any catalogue."""

    async def read_many(self, texts: Sequence[str], catalogue: Catalogue) -> list[ReaderAnswer]:
        """The answers keep the order."""
        ...
