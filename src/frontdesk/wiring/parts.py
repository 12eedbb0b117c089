"""Makes the parts of the container that need nothing but the database, a clock and identifiers."""

from collections.abc import Mapping
from datetime import timedelta

from frontdesk.interfaces import Clock, NewId
from frontdesk.model.privacy import Category
from frontdesk.orchestrator.drafting import Drafting
from frontdesk.services.parts import EntityServices, InteractionServices, MessageServices, PeopleServices, WorkServices
from frontdesk.storage.channels.chats import StoredChats
from frontdesk.storage.configuration.codes import StoredCodes
from frontdesk.storage.engines.database import Database
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
from frontdesk.storage.odata.interaction_facts import StoredInteractionFacts
from frontdesk.storage.odata.reading import StoredEntities
from frontdesk.storage.odata.waiting import StoredHandled
from frontdesk.storage.odata.writing import StoredWrites
from frontdesk.storage.opening.condition import StoredCondition
from frontdesk.storage.people.accounts import SessionRules, StoredAccounts
from frontdesk.storage.people.contacts import StoredContacts
from frontdesk.storage.people.customers import StoredCustomers
from frontdesk.storage.people.links import StoredLinks
from frontdesk.storage.people.passwords import Passwords
from frontdesk.storage.people.second_factors import StoredSecondFactors
from frontdesk.storage.people.sessions import StoredSessions
from frontdesk.storage.people.single_sign_on import StoredSingleSignOn
from frontdesk.storage.pipeline.accepting import StoredInbox
from frontdesk.storage.pipeline.audit import StoredAudit
from frontdesk.storage.pipeline.cases import StoredCases
from frontdesk.storage.pipeline.effect_inbox import StoredEffectInbox
from frontdesk.storage.pipeline.effects import StoredEffectAdmin
from frontdesk.storage.pipeline.journal import StoredJournal
from frontdesk.storage.pipeline.outbox import StoredOutbox, StoredServiceDesk
from frontdesk.storage.pipeline.replies import StoredReplies
from frontdesk.storage.pipeline.rereading import StoredRereadings
from frontdesk.storage.pipeline.statuses import StoredStatuses
from frontdesk.storage.pipeline.work_admin import StoredWorkAdmin
from frontdesk.storage.pipeline.work_queue import StoredWork
from frontdesk.storage.privacy.requests import StoredPrivacy
from frontdesk.storage.privacy.retention import StoredRetention


def message_services(
    database: Database,
    drafting: Drafting,
    clock: Clock,
    new_id: NewId,
    waits: Mapping[str, float],
    *,
    learns_at_once: bool = True,
) -> MessageServices:
    """Messages in, answers out."""
    return MessageServices(
        inbox=StoredInbox(database, clock, new_id, waits),
        readings=StoredReadings(database, clock, new_id, learns_at_once=learns_at_once),
        learning=StoredLearning(database, clock, new_id),
        replies=StoredReplies(database, clock, new_id),
        outbox=StoredOutbox(database, clock),
        chats=StoredChats(database, clock),
        drafting=drafting,
    )


def interaction_services(
    database: Database, codes: StoredCodes, clock: Clock, new_id: NewId, away_after: timedelta
) -> InteractionServices:
    """Interactions, one by one and as lists."""
    return InteractionServices(
        records=StoredInteractions(database, clock),
        pages=StoredPages(database),
        lists=StoredLists(database, codes, clock),
        views=StoredViews(database, clock, new_id),
        personal=StoredPersonal(database, clock),
        assignment=StoredAssignment(database, clock, away_after),
        merging=StoredMerging(database, clock),
        attention=StoredAttention(database, clock),
        history=StoredHistory(database),
        reach=StoredReach(database),
    )


def people_services(
    database: Database,
    passwords: Passwords,
    sessions: SessionRules,
    kept_days: Mapping[Category, int],
    clock: Clock,
    new_id: NewId,
) -> PeopleServices:
    """Accounts with their sessions; the audit trail, customers, contacts, privacy."""
    accounts = StoredAccounts(database, clock, new_id, passwords, sessions)
    audit = StoredAudit(database, clock)
    return PeopleServices(
        accounts=accounts,
        sessions=StoredSessions(database, clock),
        second_factors=StoredSecondFactors(database, clock),
        links=StoredLinks(database, clock, accounts),
        single_sign_on=StoredSingleSignOn(database, clock, new_id),
        audit=audit,
        privacy=StoredPrivacy(database, clock, new_id),
        retention=StoredRetention(database, clock, audit, kept_days),
        customers=StoredCustomers(database, clock),
        contacts=StoredContacts(database, clock),
    )


def work_services(database: Database, calls: StoredServiceDesk, clock: Clock, new_id: NewId) -> WorkServices:
    """Work and what became of it."""
    queue = StoredWork(database, clock, new_id)
    return WorkServices(
        queue=queue,
        admin=StoredWorkAdmin(database, queue, clock),
        effects=StoredEffectAdmin(database, clock),
        effect_inbox=StoredEffectInbox(database),
        calls=calls,
        statuses=StoredStatuses(database, clock),
        rereadings=StoredRereadings(database, StoredCases(database, clock), clock, new_id),
        journal=StoredJournal(database),
        condition=StoredCondition(database),
    )


def entity_services(database: Database, clock: Clock, new_id: NewId, *, learns_at_once: bool = True) -> EntityServices:
    """Everything as OData entities."""
    return EntityServices(
        reading=StoredEntities(database),
        writing=StoredWrites(database, clock, new_id, learns_at_once=learns_at_once),
        handled=StoredHandled(database),
        facts=StoredInteractionFacts(database),
    )
