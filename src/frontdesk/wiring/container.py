"""Puts plugs in sockets. The only room that knows concrete classes."""

import asyncio
import contextlib
import gc
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import URL
from ulid import ULID

from frontdesk import __version__
from frontdesk.connectors.service_desk import ServiceDesk
from frontdesk.interfaces import Http, Invalid, ModelService, Outlet, WorkQueue
from frontdesk.llm.proxy import Proxy
from frontdesk.model import CodeList, Lease, Work
from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL, REPLY
from frontdesk.orchestrator.published import Published, Remote
from frontdesk.orchestrator.replying import Replying
from frontdesk.orchestrator.rule_desk import RuleDesk
from frontdesk.orchestrator.rules import shipped_rule_set
from frontdesk.orchestrator.template_desk import TemplateDesk
from frontdesk.orchestrator.templates import ReplyTemplates, shipped_templates
from frontdesk.outgoing import AddressRules, HttpProxy, Limits, Outgoing
from frontdesk.providers.builtin import Builtin
from frontdesk.providers.options import ServiceOptions
from frontdesk.providers.registry import open_services
from frontdesk.settings.sections import Settings
from frontdesk.storage.configuration.codes import StoredCodes
from frontdesk.storage.configuration.entries import StoredCodeEntries
from frontdesk.storage.configuration.rule_sets import StoredHistory, StoredRuleSets
from frontdesk.storage.configuration.templates import StoredTemplates
from frontdesk.storage.engines.database import Database
from frontdesk.storage.interactions.interactions import StoredInteractions
from frontdesk.storage.interactions.readings import StoredReadings
from frontdesk.storage.opening.condition import StoredCondition
from frontdesk.storage.opening.open import open_database, parse_url, sqlite_url
from frontdesk.storage.opening.permissions import open_to_others
from frontdesk.storage.opening.upgrade import upgrade
from frontdesk.storage.people.accounts import StoredAccounts
from frontdesk.storage.people.contacts import StoredContacts
from frontdesk.storage.people.customers import StoredCustomers
from frontdesk.storage.people.passwords import Passwords
from frontdesk.storage.pipeline.accepting import MESSAGE_WORK, StoredInbox
from frontdesk.storage.pipeline.audit import StoredAudit
from frontdesk.storage.pipeline.cases import StoredCases
from frontdesk.storage.pipeline.effects import EFFECT_WORK, StoredEffectDesk
from frontdesk.storage.pipeline.journal import StoredJournal
from frontdesk.storage.pipeline.outbox import StoredOutbox, StoredServiceDesk
from frontdesk.storage.pipeline.replies import REPLY_WORK, StoredReplies
from frontdesk.storage.pipeline.rereading import StoredRereadings
from frontdesk.storage.pipeline.statuses import STATUS_WORK, StoredStatuses
from frontdesk.storage.pipeline.work_desk import StoredWorkDesk
from frontdesk.storage.pipeline.work_queue import StoredWork, own_prefix
from frontdesk.storage.schema.seeds import code_lists
from frontdesk.wiring.back_ends import BackEnds, back_ends
from frontdesk.wiring.channels import CustomerChannels, customer_channels
from frontdesk.wiring.insights import InsightServices, insights
from frontdesk.wiring.language_models import LanguageModels, language_models, rereading_handlers
from frontdesk.workflows.deliver_reply import deliver_reply
from frontdesk.workflows.dependencies import PipelineDependencies, PriorityOrder
from frontdesk.workflows.effects import handle_effect
from frontdesk.workflows.handle_message import handle_message
from frontdesk.workflows.read_status import read_status
from frontdesk.workflows.runner import Handler, Runner, RunnerSettings
from frontdesk.workflows.schedule import keep_running

log = logging.getLogger(__name__)


def now() -> datetime:
    """The clock of the product."""
    return datetime.now(UTC)


def new_id() -> str:
    """A new ULID."""
    return str(ULID())


@dataclass(frozen=True, slots=True)
class Container:
    """Everything put together; what edges, pages and commands are handed."""

    settings: Settings
    database: Database
    inbox: StoredInbox
    work: StoredWork
    journal: StoredJournal
    accounts: StoredAccounts
    codes: StoredCodes
    outbox: StoredOutbox
    service_desk: StoredServiceDesk
    interactions: StoredInteractions
    replies: StoredReplies
    customers: StoredCustomers
    contacts: StoredContacts
    readings: StoredReadings
    code_entries: StoredCodeEntries
    work_desk: StoredWorkDesk
    condition: StoredCondition
    audit: StoredAudit
    effect_desk: StoredEffectDesk
    statuses: StoredStatuses
    back_ends: BackEnds
    channels: CustomerChannels
    rule_desk: RuleDesk
    reply_texts: TemplateDesk
    builtin: Builtin
    outgoing: Outgoing
    model_services: Mapping[str, ModelService]
    llm: LanguageModels
    rereadings: StoredRereadings
    insights: InsightServices
    pipeline: PipelineDependencies
    runner: Runner


def database_url(settings: Settings) -> URL:
    """Where these settings keep their data."""
    return parse_url(settings.storage.url) if settings.storage.url else sqlite_url(settings.folder)


@contextlib.asynccontextmanager
async def open_container(
    settings: Settings, builtin: Builtin | None = None, passwords: Passwords | None = None
) -> AsyncIterator[Container]:
    """Migrate, connect and wire; close all on the way out. An engine that is handed in is shared and left open."""
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    url = database_url(settings)
    for finding in open_to_others(settings.folder, url):
        log.warning("%s", finding)
    await upgrade(url, code_lists())
    database = await open_database(url, settings.storage.pool_size)
    engine = builtin or Builtin(settings.work.engine_threads, settings.folder / "cache")
    outgoing = open_outgoing(settings)
    try:
        await StoredRuleSets(database, now).seed(shipped_rule_set())
        container = _wire(settings, database, engine, outgoing, passwords or Passwords())
        try:
            yield container
        finally:
            await container.llm.close()
    finally:
        await outgoing.close()
        await database.close()
        if builtin is None:
            engine.close()


def open_outgoing(settings: Settings) -> Outgoing:
    """HTTP to the outside under these settings. Raises Invalid."""
    section = settings.outgoing
    proxy = HttpProxy.at(section.proxy, tuple(section.no_proxy.split())) if section.proxy else None
    return Outgoing(
        AddressRules(tuple(section.allow_hosts.split())), proxy, section.ca_file, f"frontdesk/{__version__}"
    )


def model_services(settings: Settings, outgoing: Outgoing) -> Mapping[str, ModelService]:
    """The model services that are configured, by name. Raises Invalid."""

    def connect(options: ServiceOptions, base_url: str, headers: Mapping[str, str]) -> Http:
        limits = Limits(
            connect=options.connect_seconds,
            first_byte=options.first_byte_seconds,
            idle=options.idle_seconds,
            total=options.total_seconds,
            bytes=options.most_megabytes * 1_000_000,
            connections=options.connections,
        )
        return outgoing.client(base_url, headers, limits)

    return open_services(settings.llm.services, connect, os.environ)


def _wire(
    settings: Settings, database: Database, builtin: Builtin, outgoing: Outgoing, passwords: Passwords
) -> Container:
    codes, outbox = StoredCodes(database, now, new_id), StoredOutbox(database, now)
    service_desk, cases = StoredServiceDesk(database), StoredCases(database, now)
    work, replies = StoredWork(database, now, new_id), StoredReplies(database, now, new_id)
    backs, services = _plugs(settings, outgoing, service_desk)
    llm = language_models(settings.llm, services, database, builtin, codes, now, new_id)
    analyst = Proxy(builtin, codes, now, new_id, llm.room.messages, llm.marks)
    rereadings = StoredRereadings(database, cases, now, new_id)
    channels = customer_channels(settings, outgoing, database, now, new_id)
    texts = TemplateDesk(reply_templates(settings.rules.replies), StoredTemplates(database, now))
    book = _book(settings, database, backs, texts)
    pipeline = _desk(settings, cases, analyst, book, backs, outbox, codes, channels.outlets, texts.templates)
    statuses = StoredStatuses(database, now)
    rereaders = rereading_handlers(database, llm.marks, analyst, rereadings, settings.llm.reanalyse_seconds)
    handlers = _handlers(replies, backs, statuses, channels.outlets) | rereaders
    handlers |= channels.handlers(analyst, cases, database, llm.room, now)
    return Container(
        settings=settings,
        database=database,
        inbox=StoredInbox(database, now, new_id),
        work=work,
        journal=StoredJournal(database),
        accounts=StoredAccounts(database, now, new_id, passwords),
        codes=codes,
        outbox=outbox,
        service_desk=service_desk,
        interactions=StoredInteractions(database, now),
        replies=replies,
        customers=StoredCustomers(database, now),
        contacts=StoredContacts(database, now),
        readings=StoredReadings(database, now, new_id),
        code_entries=StoredCodeEntries(database, now, new_id),
        work_desk=StoredWorkDesk(database, work, now),
        condition=StoredCondition(database),
        audit=StoredAudit(database, now),
        effect_desk=StoredEffectDesk(database, now),
        statuses=statuses,
        back_ends=backs,
        channels=channels,
        rule_desk=_rule_desk(settings, database, codes, pipeline, book),
        reply_texts=texts,
        builtin=builtin,
        outgoing=outgoing,
        model_services=services,
        llm=llm,
        rereadings=rereadings,
        insights=insights(settings.insights, database, codes, now),
        pipeline=pipeline,
        runner=runner_over(work, settings, pipeline, handlers, lambda: database.is_waited_for),
    )


def _plugs(
    settings: Settings, outgoing: Outgoing, service_desk: StoredServiceDesk
) -> tuple[BackEnds, Mapping[str, ModelService]]:
    """What opens connections to systems elsewhere."""
    backs = back_ends(settings, outgoing, ServiceDesk(service_desk, now), now)
    return backs, model_services(settings, outgoing)


def _book(settings: Settings, database: Database, backs: BackEnds, texts: TemplateDesk) -> Published:
    remote = Remote(backs.sap_rules, settings.rules.remote_seconds) if backs.sap_rules else None
    return Published(StoredRuleSets(database, now), remote, texts.follow)


def _desk(
    settings: Settings,
    cases: StoredCases,
    analyst: Proxy,
    book: Published,
    backs: BackEnds,
    outbox: StoredOutbox,
    codes: StoredCodes,
    outlets: Mapping[str, Outlet],
    templates: ReplyTemplates,
) -> PipelineDependencies:
    return PipelineDependencies(
        cases=cases,
        analyst=analyst,
        rules=book,
        templates=templates,
        action_handlers={**backs.action_handlers, REPLY: Replying(templates, outbox, outlets, now, new_id)},
        priorities=_priorities(codes),
        clock=now,
        new_id=new_id,
        patience=timedelta(seconds=settings.effects.patience_seconds),
    )


def reply_templates(file: str) -> ReplyTemplates:
    """The templates that ship, and those in `file`. Raises Invalid that names the setting."""
    try:
        return shipped_templates(Path(file).expanduser().read_text("utf-8") if file else "")
    except (OSError, UnicodeDecodeError, Invalid) as error:
        raise Invalid(f"rules.replies: {file}: {error}", "rules.replies") from None


def _rule_desk(
    settings: Settings, database: Database, codes: StoredCodes, pipeline: PipelineDependencies, book: Published
) -> RuleDesk:
    return RuleDesk(
        rule_sets=StoredRuleSets(database, now),
        history=StoredHistory(database),
        book=book,
        codes=codes,
        templates=pipeline.templates,
        analyst=pipeline.analyst,
        clock=now,
        extra_routes=settings.rules.extra_routes.split(),
    )


def _priorities(codes: StoredCodes) -> PriorityOrder:
    async def priorities() -> Sequence[str]:
        return [entry.code for entry in (await codes.all())[CodeList.PRIORITY] if entry.active]

    return priorities


def _deliverer(replies: StoredReplies, outlets: Mapping[str, Outlet]) -> Handler:
    async def deliver(row: Work, lease: Lease, last_try: bool) -> None:
        await deliver_reply(row, lease, last_try, replies, outlets)

    return deliver


def _handlers(
    replies: StoredReplies,
    backs: BackEnds,
    statuses: StoredStatuses,
    outlets: Mapping[str, Outlet],
) -> dict[str, Handler]:
    return {
        REPLY_WORK: _deliverer(replies, outlets),
        STATUS_WORK: _status_reader(backs, statuses),
    }


def _status_reader(backs: BackEnds, statuses: StoredStatuses) -> Handler:
    async def read(row: Work, lease: Lease, _last_try: bool) -> None:
        await read_status(row, lease, backs.action_handlers[CREATE_SERVICE_CALL], statuses)

    return read


def runner_over(
    queue: WorkQueue,
    settings: Settings,
    pipeline: PipelineDependencies,
    others: Mapping[str, Handler] | None = None,
    gives_way: Callable[[], bool] = lambda: False,
) -> Runner:
    """A runner that handles the messages of this queue, and work of other kinds by its handlers."""

    async def message(row: Work, lease: Lease, _last_try: bool) -> None:
        await handle_message(await pipeline.cases.load(row, lease), pipeline)

    async def effect(row: Work, lease: Lease, last_try: bool) -> None:
        case, mine = await pipeline.cases.load_effect(row, lease)
        await handle_effect(case, mine, pipeline, last_try)

    section = settings.work
    pace = RunnerSettings(
        slots=section.slots,
        lease=section.lease_seconds,
        idle=section.idle_seconds,
        most_attempts=section.most_attempts,
    )
    patient = replace(
        pace,
        most_attempts=settings.effects.most_attempts,
        longest_delay=settings.effects.longest_delay_seconds,
    )
    handlers = {MESSAGE_WORK: message, EFFECT_WORK: effect, **(others or {})}
    owner = own_prefix(os.getpid()).rstrip(":")
    return Runner(queue, handlers, owner, pace, {EFFECT_WORK: patient}, gives_way)


async def free_dead_leases(container: Container) -> int:
    """Take over at once what processes of this host held that no longer live, instead of after their leases."""
    here = own_prefix(0).rsplit(":", 2)[0]
    freed = 0
    for owner in {*await container.work.owners(), *await container.channels.events.watchers()}:
        host, pid, _ = owner.split(":", 2)
        if host == here and pid.isdigit() and not _alive(int(pid)):
            freed += await container.work.free(f"{host}:{pid}:")
            await container.channels.events.free_watches(f"{host}:{pid}:")
    return freed


def _alive(pid: int) -> bool:
    if pid == os.getpid():
        return False  # leases of this very process number, taken before it began
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def settle() -> None:
    """Leave what lives as long as the process out of garbage collection, which stops everything while it looks.

    For when all is loaded: a full collection takes 0.1 s and more then, and a few milliseconds afterwards.
    """
    gc.collect()
    gc.freeze()


async def run_work(container: Container) -> None:
    """Work off messages and watch channels until cancelled; then finish what is under way. Raises CannotGoOn."""
    await free_dead_leases(container)
    await container.work.free_stuck()
    await container.llm.marks.watch()
    running = asyncio.create_task(keep_running("the runner", container.runner.run))
    watching = asyncio.create_task(keep_running("watching channels", container.channels.watch))
    try:
        ended, _ = await asyncio.wait({running, watching}, return_when=asyncio.FIRST_EXCEPTION)
        for task in ended:
            task.result()
    finally:
        container.runner.stop()
        watching.cancel()
        await asyncio.gather(running, watching, return_exceptions=True)
