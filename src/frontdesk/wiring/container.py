"""Builds the application from its parts. Only wiring knows concrete classes."""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL
from ulid import ULID

from frontdesk import __version__
from frontdesk.answers.service import AnswerService
from frontdesk.connectors.service_desk import ServiceDesk
from frontdesk.interfaces import Invalid, ModelService, Unavailable
from frontdesk.llm.proxy import Proxy
from frontdesk.model import CodeList
from frontdesk.model.privacy import Category
from frontdesk.orchestrator.actions import ANSWER, REPLY
from frontdesk.orchestrator.answering import AnswerQuestion
from frontdesk.orchestrator.drafting import Drafting
from frontdesk.orchestrator.published import Published, Remote
from frontdesk.orchestrator.replying import Replying
from frontdesk.orchestrator.rule_set_service import RuleSetService
from frontdesk.orchestrator.rules import shipped_rule_set
from frontdesk.orchestrator.template_service import TemplateService
from frontdesk.orchestrator.templates import ReplyTemplates, shipped_templates
from frontdesk.outgoing import AddressRules, HttpProxy, Outgoing
from frontdesk.providers.builtin import Builtin
from frontdesk.providers.e5 import e5_encoder
from frontdesk.services.parts import (
    ConfigurationServices,
    EntityServices,
    InteractionServices,
    MessageServices,
    PeopleServices,
    Services,
    WorkServices,
)
from frontdesk.settings.laying import Laid
from frontdesk.settings.sections import Settings
from frontdesk.settings.set_up import SetUpService
from frontdesk.storage.configuration.codes import StoredCodeEntries, StoredCodes
from frontdesk.storage.configuration.macros import StoredMacros
from frontdesk.storage.configuration.rule_sets import StoredHistory, StoredRuleSets
from frontdesk.storage.configuration.set_up import StoredSetUp
from frontdesk.storage.configuration.templates import StoredTemplates
from frontdesk.storage.configuration.timing import StoredTiming
from frontdesk.storage.engines.database import Database
from frontdesk.storage.interactions.pages import StoredPages
from frontdesk.storage.knowledge.orders import StoredOrders
from frontdesk.storage.opening.open import open_database, parse_url, sqlite_url
from frontdesk.storage.opening.permissions import open_to_others
from frontdesk.storage.opening.upgrade import upgrade
from frontdesk.storage.people.accounts import SessionRules
from frontdesk.storage.people.passwords import Passwords
from frontdesk.storage.pipeline.cases import StoredCases
from frontdesk.storage.pipeline.outbox import StoredOutbox, StoredServiceDesk
from frontdesk.storage.pipeline.work_queue import own_prefix
from frontdesk.storage.schema.seeds import code_lists
from frontdesk.wiring.answers import answer_service, turns_of
from frontdesk.wiring.back_ends import BackEnds, back_ends
from frontdesk.wiring.channels import CustomerChannels, customer_channels
from frontdesk.wiring.desk import desk
from frontdesk.wiring.insights import insights
from frontdesk.wiring.knowledge import Encoders, encoders_of, knowledge_services
from frontdesk.wiring.language_models import LanguageModels, language_models, model_services
from frontdesk.wiring.parts import part
from frontdesk.wiring.runner import runner_over, work_handlers
from frontdesk.wiring.set_up import channel_maker, probe, trial
from frontdesk.workflows.assigning import Assigning
from frontdesk.workflows.dependencies import PipelineDependencies, PriorityOrder
from frontdesk.workflows.runner import Runner
from frontdesk.workflows.watch_channels import ChannelWatch

log = logging.getLogger(__name__)


def now() -> datetime:
    """The clock of the product."""
    return datetime.now(UTC)


def new_id() -> str:
    """A new ULID."""
    return str(ULID())


@dataclass(frozen=True, slots=True)
class Container(Services):
    """All services, with what no door may see: commands and this room use that.

    `settings` are those that count, with what is set up on pages, as it was at `stamp`.
    """

    settings: Settings
    ground: "Ground"
    stamp: str
    set_up: SetUpService
    database: Database
    outgoing: Outgoing
    builtin: Builtin
    model_services: Mapping[str, ModelService]
    language_models: LanguageModels
    back_ends: BackEnds
    customer_channels: CustomerChannels
    pipeline: PipelineDependencies
    runner: Runner
    assigning: Assigning
    watch: ChannelWatch


@dataclass(frozen=True, slots=True)
class Ground:
    """What stays the same while a process runs, whatever is set up on pages. `settings` are the deployment's."""

    settings: Settings
    database: Database
    builtin: Builtin
    encoders: Encoders
    outgoing: Outgoing
    people: PeopleServices
    secret: bytes

    def set_up(self) -> SetUpService:
        """What is set up on pages, over these settings."""
        storage, url = self.settings.storage, database_url(self.settings)
        folder = self.settings.folder if url.get_backend_name() == "sqlite" else None
        make = channel_maker(now, self.secret)
        tried = trial(open_outgoing(self.settings), make, self.back_ends)
        stored = StoredSetUp(self.database, now, storage.attachment_key, folder)
        return SetUpService(self.settings, stored, tried, probe(open_outgoing, make, self.back_ends))

    def back_ends(self, settings: Settings, outgoing: Outgoing) -> BackEnds:
        """The back ends under these settings. Raises Invalid."""
        desk = ServiceDesk(StoredServiceDesk(self.database), now)
        return back_ends(settings, outgoing, desk, StoredOrders(self.database), now)


async def wired(ground: Ground, before: "Container | None" = None) -> Container:
    """The container under what is set up on pages now; what is dear to build anew is taken from the one before."""
    set_up = before.set_up if before else ground.set_up()
    laid = await set_up.laid()
    for (kind, name), problem in laid.problems.items():
        log.error("what was set up as %s %s cannot be used: %s", kind, name, problem)
    ground.outgoing.guard(laid.addresses)
    channels = customer_channels(
        laid.settings, ground.outgoing, ground.database, now, new_id, ground.secret, laid.paused
    )
    return _wire(ground, set_up, laid, channels, before)


def database_url(settings: Settings) -> URL:
    """Where these settings keep their data."""
    return parse_url(settings.storage.url) if settings.storage.url else sqlite_url(settings.folder)


async def _upgrade(url: URL, wait_seconds: float) -> None:
    """Migrate; a database that cannot be reached yet is waited for. Raises Unavailable after that."""
    until = asyncio.get_running_loop().time() + wait_seconds
    while True:
        try:
            await upgrade(url, code_lists())
        except Unavailable as error:
            if asyncio.get_running_loop().time() >= until:
                raise
            log.warning("waiting for the database (storage.wait_seconds): %s", error)
            await asyncio.sleep(1)
        else:
            return


@contextlib.asynccontextmanager
async def open_container(
    settings: Settings, builtin: Builtin | None = None, passwords: Passwords | None = None
) -> AsyncIterator[Container]:
    """Migrate, connect and wire; close all on the way out. An engine that is handed in is shared and left open."""
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    url = database_url(settings)
    for finding in open_to_others(settings.folder, url):
        log.warning("%s", finding)
    await _upgrade(url, settings.storage.wait_seconds)
    database = await open_database(url, settings.storage.pool_size, settings.storage.attachment_key)
    engine = builtin or Builtin(settings.work.engine_threads, settings.folder / "cache")
    e5 = e5_encoder()
    outgoing = open_outgoing(settings)
    try:
        await StoredRuleSets(database, now).seed(shipped_rule_set())
        people = part(
            PeopleServices,
            passwords=passwords or Passwords(),
            session_rules=_session_rules(settings),
            days=_kept_days(settings),
            **_common(database),
        )
        secret = await people.accounts.secret()
        ground = Ground(settings, database, engine, encoders_of(engine, e5), outgoing, people, secret)
        container = await wired(ground)
        try:
            yield container
        finally:
            await container.language_models.close()
    finally:
        await outgoing.close()
        await database.close()
        if e5 is not None:
            e5.close()
        if builtin is None:
            engine.close()


def open_outgoing(settings: Settings) -> Outgoing:
    """HTTP to the outside under these settings. Raises Invalid."""
    section = settings.outgoing
    proxy = HttpProxy.at(section.proxy, tuple(section.no_proxy.split())) if section.proxy else None
    return Outgoing(
        AddressRules(tuple(section.allow_hosts.split())), proxy, section.ca_file, f"frontdesk/{__version__}"
    )


def _wire(
    ground: Ground, set_up: SetUpService, laid: Laid, channels: CustomerChannels, before: Container | None
) -> Container:
    settings, database, builtin, outgoing = laid.settings, ground.database, ground.builtin, ground.outgoing
    codes, calls = StoredCodes(database, now, new_id), StoredServiceDesk(database)
    remote = model_services(settings, outgoing)
    models = language_models(
        settings.llm, remote, database, builtin, codes, now, new_id, before.language_models if before else None
    )
    backs = ground.back_ends(settings, outgoing)
    known = knowledge_services(database, ground.encoders, StoredOrders(database), backs.orders, now)
    texts = TemplateService(reply_templates(settings.rules.replies), StoredTemplates(database, now))
    analyst = Proxy(builtin, codes, now, new_id, models.room.messages, models.marks)
    answers = answer_service(settings.answers, known, builtin, codes, models.room.use_cases, now)
    book = _book(settings, database, backs, texts)
    pipeline = _pipeline(settings, database, analyst, book, backs, channels, codes, texts.templates, answers)
    messages, interactions = _messages(settings, database, models, texts), _interactions(settings, database, codes)
    work = part(WorkServices, calls=calls, cases=StoredCases(database, now), **_common(database))
    assigning = Assigning(interactions.assignment.run)
    stores = messages.replies, models, analyst, work, backs, channels, pipeline
    handlers = work_handlers(settings, database, known, *stores)
    return Container(
        messages=messages,
        interactions=interactions,
        people=ground.people,
        configuration=_configuration(settings, database, codes, pipeline, book, texts, set_up),
        work=work,
        channels=channels.services,
        connectors=backs.services,
        insights=before.insights if before else insights(settings.insights, database, codes, now),
        llm=models.services(builtin),
        entities=part(EntityServices, learns_at_once=_learns_at_once(settings), **_common(database)),
        knowledge=known,
        answers=answers,
        settings=settings,
        ground=ground,
        stamp=laid.stamp,
        set_up=set_up,
        **_common(database),
        outgoing=outgoing,
        builtin=builtin,
        model_services=remote,
        language_models=models,
        back_ends=backs,
        customer_channels=channels,
        pipeline=pipeline,
        runner=runner_over(work.queue, settings, pipeline, handlers, lambda: database.is_waited_for, assigning.wake),
        assigning=assigning,
        watch=_watch(channels),
    )


def _common(database: Database) -> dict[str, Any]:
    """What most stores ask for."""
    return {"database": database, "clock": now, "new_id": new_id}


def _learns_at_once(settings: Settings) -> bool:
    return settings.rules.learning == "at_once"


def _kept_days(settings: Settings) -> Mapping[Category, int]:
    return {category: getattr(settings.retention_days, category.value) for category in Category}


def _session_rules(settings: Settings) -> SessionRules:
    minutes = settings.security.idle_minutes
    idle = timedelta(minutes=minutes) if minutes else None
    return SessionRules(idle, demands_second_factor=settings.security.second_factor == "required")


def _watch(channels: CustomerChannels) -> ChannelWatch:
    owner = f"{own_prefix(os.getpid())}{new_id()}"
    return ChannelWatch(channels.watched, channels.services.events, owner, time.monotonic)


def _book(settings: Settings, database: Database, backs: BackEnds, texts: TemplateService) -> Published:
    remote = Remote(backs.sap_rules, settings.rules.remote_seconds) if backs.sap_rules else None
    return Published(StoredRuleSets(database, now), remote, texts.follow, texts.templates)


def _pipeline(
    settings: Settings,
    database: Database,
    analyst: Proxy,
    book: Published,
    backs: BackEnds,
    channels: CustomerChannels,
    codes: StoredCodes,
    templates: ReplyTemplates,
    answers: AnswerService,
) -> PipelineDependencies:
    replying = Replying(
        templates, StoredOutbox(database, now), channels.outlets, now, new_id, settings.rules.emergency_number
    )
    return PipelineDependencies(
        cases=StoredCases(database, now, settings.channels.burst_seconds),
        analyst=analyst,
        rules=book,
        templates=templates,
        action_handlers={
            **backs.action_handlers,
            REPLY: replying,
            ANSWER: AnswerQuestion(answers, turns_of(StoredPages(database)), replying, channels.helped_links),
        },
        priorities=_priorities(codes),
        clock=now,
        new_id=new_id,
        desk=desk(settings),
        patience=timedelta(seconds=settings.effects.patience_seconds),
    )


def reply_templates(file: str) -> ReplyTemplates:
    """The templates that ship, and those in `file`. Raises Invalid that names the setting."""
    try:
        return shipped_templates(Path(file).expanduser().read_text("utf-8") if file else "")
    except (OSError, UnicodeDecodeError, Invalid) as error:
        raise Invalid(f"rules.replies: {file}: {error}", "rules.replies") from None


def _configuration(
    settings: Settings,
    database: Database,
    codes: StoredCodes,
    pipeline: PipelineDependencies,
    book: Published,
    texts: TemplateService,
    set_up: SetUpService,
) -> ConfigurationServices:
    rules = RuleSetService(
        rule_sets=StoredRuleSets(database, now),
        history=StoredHistory(database),
        book=book,
        codes=codes,
        templates=pipeline.templates,
        analyst=pipeline.analyst,
        clock=now,
        extra_routes=settings.rules.extra_routes.split(),
        desk=pipeline.desk,
    )
    entries, timing = StoredCodeEntries(database, now, new_id), StoredTiming(database, now)
    return ConfigurationServices(codes, entries, rules, texts, StoredMacros(database), timing, set_up)


def _priorities(codes: StoredCodes) -> PriorityOrder:
    async def priorities() -> Sequence[str]:
        return [entry.code for entry in (await codes.all())[CodeList.PRIORITY] if entry.active]

    return priorities


def _interactions(settings: Settings, database: Database, codes: StoredCodes) -> InteractionServices:
    away_after = timedelta(minutes=settings.work.away_minutes)
    return part(InteractionServices, codes=codes, away_after=away_after, **_common(database))


def _messages(
    settings: Settings, database: Database, models: LanguageModels, texts: TemplateService
) -> MessageServices:
    drafting = Drafting(models.room.use_cases, texts.templates, now)
    learns_at_once, waits = _learns_at_once(settings), settings.channels.burst_seconds
    known = {"drafting": drafting, "waits": waits, "learns_at_once": learns_at_once}
    return part(MessageServices, **known, **_common(database))
