"""The typed container of services: one part for each subject, each with what can be asked about it.

A part holds query classes of storage and the desks of inner rooms. Doors add what is only theirs (see RestServices,
PageServices); wiring adds what no door may see (see wiring.container.Container).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from frontdesk.answers.service import AnswerService
from frontdesk.insights.reporting import Report
from frontdesk.insights.service import InsightService
from frontdesk.interfaces import ActionHandler, Clock, Engine, NewId
from frontdesk.interfaces.knowledge import Orders, PassageEncoder
from frontdesk.interfaces.set_up import SetUp
from frontdesk.llm.services import LlmServices
from frontdesk.model.channels import ChannelInfo
from frontdesk.model.set_up import OutsideSystem
from frontdesk.orchestrator.drafting import Drafting
from frontdesk.orchestrator.rule_set_service import RuleSetService
from frontdesk.orchestrator.template_service import TemplateService
from frontdesk.storage.channels.admin import StoredChannelAdmin
from frontdesk.storage.channels.chats import StoredChats
from frontdesk.storage.channels.events import StoredEvents
from frontdesk.storage.channels.ledger import StoredLedger
from frontdesk.storage.channels.traffic import StoredTraffic
from frontdesk.storage.configuration.codes import StoredCodeEntries, StoredCodes
from frontdesk.storage.configuration.macros import StoredMacros
from frontdesk.storage.configuration.timing import StoredTiming
from frontdesk.storage.insights.accuracy import StoredAccuracy
from frontdesk.storage.insights.facts import StoredFacts
from frontdesk.storage.interactions.assigning import StoredAssignment
from frontdesk.storage.interactions.attention import StoredAttention
from frontdesk.storage.interactions.history import StoredHistory
from frontdesk.storage.interactions.interactions import StoredInteractions
from frontdesk.storage.interactions.learning import StoredLearning
from frontdesk.storage.interactions.listing import StoredLists
from frontdesk.storage.interactions.merging import StoredMerging
from frontdesk.storage.interactions.pages import StoredPages
from frontdesk.storage.interactions.personal import StoredPersonal
from frontdesk.storage.interactions.reach import StoredReach
from frontdesk.storage.interactions.readings import StoredReadings
from frontdesk.storage.interactions.views import StoredViews
from frontdesk.storage.knowledge.answered import StoredAnswered
from frontdesk.storage.knowledge.articles import StoredArticles
from frontdesk.storage.knowledge.indexing import StoredVectors
from frontdesk.storage.knowledge.knowledge import StoredKnowledge
from frontdesk.storage.knowledge.orders import StoredOrders
from frontdesk.storage.knowledge.products import StoredProducts
from frontdesk.storage.knowledge.votes import StoredVotes
from frontdesk.storage.llm.admission import StoredAdmission
from frontdesk.storage.llm.calls import StoredCalls
from frontdesk.storage.llm.marks import StoredMarks
from frontdesk.storage.odata.interactions import StoredInteractionFacts
from frontdesk.storage.odata.reading import StoredEntities
from frontdesk.storage.odata.waiting import StoredHandled
from frontdesk.storage.odata.writing import StoredWrites
from frontdesk.storage.opening.condition import StoredCondition
from frontdesk.storage.people.accounts import StoredAccounts
from frontdesk.storage.people.contacts import StoredContacts
from frontdesk.storage.people.customers import StoredCustomers
from frontdesk.storage.people.links import StoredLinks
from frontdesk.storage.people.second_factors import StoredSecondFactors
from frontdesk.storage.people.sessions import StoredSessions
from frontdesk.storage.people.single_sign_on import StoredSingleSignOn
from frontdesk.storage.pipeline.accepting import StoredInbox
from frontdesk.storage.pipeline.audit import StoredAudit
from frontdesk.storage.pipeline.effects import StoredEffectAdmin, StoredEffectInbox
from frontdesk.storage.pipeline.journal import StoredJournal
from frontdesk.storage.pipeline.outbox import StoredOutbox, StoredServiceDesk
from frontdesk.storage.pipeline.replies import StoredReplies
from frontdesk.storage.pipeline.rereading import StoredRereadings
from frontdesk.storage.pipeline.statuses import StoredStatuses
from frontdesk.storage.pipeline.work_queue import StoredWork, StoredWorkAdmin
from frontdesk.storage.privacy.requests import StoredPrivacy
from frontdesk.storage.privacy.retention import StoredRetention


@dataclass(frozen=True, slots=True)
class MessageServices:
    """Messages: handing them in, what was read in them, answers, conversations of the chat."""

    inbox: StoredInbox
    readings: StoredReadings
    learning: StoredLearning
    replies: StoredReplies
    outbox: StoredOutbox
    chats: StoredChats
    drafting: Drafting


@dataclass(frozen=True, slots=True)
class InteractionServices:
    """Interactions: one by one, as lists, as pages, and over all customers."""

    records: StoredInteractions
    pages: StoredPages
    lists: StoredLists
    views: StoredViews
    personal: StoredPersonal
    assignment: StoredAssignment
    merging: StoredMerging
    attention: StoredAttention
    history: StoredHistory
    reach: StoredReach


@dataclass(frozen=True, slots=True)
class PeopleServices:
    """Who signs in, what they did that is audited, who writes to us, and how long what is theirs is kept."""

    accounts: StoredAccounts
    sessions: StoredSessions
    second_factors: StoredSecondFactors
    links: StoredLinks
    single_sign_on: StoredSingleSignOn
    audit: StoredAudit
    customers: StoredCustomers
    contacts: StoredContacts
    privacy: StoredPrivacy
    retention: StoredRetention


@dataclass(frozen=True, slots=True)
class ConfigurationServices:
    """What people set up: code lists, rules, reply templates, what is to be done when, ways to the outside."""

    codes: StoredCodes
    entries: StoredCodeEntries
    rules: RuleSetService
    templates: TemplateService
    macros: StoredMacros
    timing: StoredTiming
    set_up: SetUp


@dataclass(frozen=True, slots=True)
class WorkServices:
    """Work that is under way, and what became of it."""

    queue: StoredWork
    admin: StoredWorkAdmin
    effects: StoredEffectAdmin
    effect_inbox: StoredEffectInbox
    calls: StoredServiceDesk
    statuses: StoredStatuses
    rereadings: StoredRereadings
    journal: StoredJournal
    condition: StoredCondition


@dataclass(frozen=True, slots=True)
class ChannelServices:
    """Channels as people see them: `infos` are all that there are, `systems` say which are set up."""

    admin: StoredChannelAdmin
    events: StoredEvents
    ledger: StoredLedger
    traffic: StoredTraffic
    infos: tuple[ChannelInfo, ...]
    systems: tuple[OutsideSystem, ...]


@dataclass(frozen=True, slots=True)
class ConnectorServices:
    """Back ends: who carries out which action, and those that rest after failures (seconds left, by name)."""

    action_handlers: Mapping[str, ActionHandler]
    systems: tuple[OutsideSystem, ...]
    open_circuits: Callable[[], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class InsightServices:
    """Figures, the facts behind them, and how well messages are read."""

    service: InsightService
    facts: StoredFacts
    report: Report
    accuracy: StoredAccuracy


@dataclass(frozen=True, slots=True)
class ModelServices:
    """Language models with the record of their calls; `engine` is the built-in one."""

    room: LlmServices
    calls: StoredCalls
    admission: StoredAdmission
    marks: StoredMarks
    engine: Engine


@dataclass(frozen=True, slots=True)
class EntityServices:
    """Everything as OData entities, for interfaces that are asked by queries."""

    reading: StoredEntities
    writing: StoredWrites
    handled: StoredHandled
    facts: StoredInteractionFacts


@dataclass(frozen=True, slots=True)
class KnowledgeServices:
    """What is known. `base` is what answering reads; `orders` is where orders are, `order_book` the embedded one."""

    base: StoredKnowledge
    articles: StoredArticles
    products: StoredProducts
    orders: Orders
    order_book: StoredOrders
    vectors: StoredVectors
    votes: StoredVotes
    answered: StoredAnswered
    encoders: tuple[PassageEncoder, ...]


@dataclass(frozen=True, slots=True)
class Services:
    """All parts, with the clock and the maker of identifiers that they go by."""

    messages: MessageServices
    interactions: InteractionServices
    people: PeopleServices
    configuration: ConfigurationServices
    work: WorkServices
    channels: ChannelServices
    connectors: ConnectorServices
    insights: InsightServices
    llm: ModelServices
    entities: EntityServices
    knowledge: KnowledgeServices
    answers: AnswerService
    clock: Clock
    new_id: NewId


def parts_of(services: Services) -> dict[str, Any]:
    """The parts by name, for a container that adds to them."""
    return {each.name: getattr(services, each.name) for each in fields(Services)}
