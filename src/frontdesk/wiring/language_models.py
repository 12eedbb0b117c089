"""Builds the LLM services from the settings, the model services and the database."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass

from frontdesk import __version__
from frontdesk.interfaces import CatalogueSource, Clock, Http, ModelService, NewId
from frontdesk.interfaces.llm_stores import Rereader
from frontdesk.llm.masking import Mode
from frontdesk.llm.prices import Allowance, Budgets, Price
from frontdesk.llm.running import CallPolicy
from frontdesk.llm.services import LlmOptions, LlmServices, ServiceEntry, Stores, build_llm
from frontdesk.model import Lease, Work
from frontdesk.model.llm import Rate
from frontdesk.outgoing import Limits, Outgoing
from frontdesk.outgoing.traces import Traces
from frontdesk.providers.builtin import Builtin
from frontdesk.providers.options import ServiceOptions
from frontdesk.providers.registry import open_services
from frontdesk.services.parts import ModelServices
from frontdesk.settings.sections import Llm, Settings
from frontdesk.storage.engines.database import Database
from frontdesk.storage.llm.admission import StoredAdmission
from frontdesk.storage.llm.cache import StoredAnswerCache
from frontdesk.storage.llm.calls import StoredCalls
from frontdesk.storage.llm.marks import WATCH_WORK, StoredMarks, StoredModelWatch
from frontdesk.storage.llm.use_cases import StoredUseCases
from frontdesk.storage.pipeline.rereading import REREAD_WORK, StoredRereadings
from frontdesk.workflows.reanalyse import reanalyse, watch_for_models
from frontdesk.workflows.runner import Handler

MILLIONTHS = 1_000_000


@dataclass(frozen=True, slots=True)
class LanguageModels:
    """The LLM room with its stores."""

    room: LlmServices
    calls: StoredCalls
    admission: StoredAdmission
    cache: StoredAnswerCache
    use_cases: StoredUseCases
    marks: StoredMarks
    traces: Traces | None = None

    def services(self, engine: Builtin) -> ModelServices:
        """The part that doors see."""
        return ModelServices(self.room, self.calls, self.admission, self.marks, engine)

    async def close(self) -> None:
        """Book, record and send what is still to be."""
        await self.room.calling.drain()
        await self.calls.flush()
        if self.traces is not None:
            await asyncio.to_thread(self.traces.close)


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


def language_models(
    section: Llm,
    services: Mapping[str, ModelService],
    database: Database,
    builtin: Builtin,
    catalogue: CatalogueSource,
    clock: Clock,
    new_id: NewId,
    before: LanguageModels | None = None,
) -> LanguageModels:
    """Build the LLM services; the record of calls and its watchers are those of `before`. Raises Invalid that names
    the setting."""
    calls = before.calls if before else StoredCalls(database)
    admission = StoredAdmission(database, clock, new_id)
    cache = StoredAnswerCache(database, clock, section.cache_rows, section.cache_megabytes * 1_000_000)
    use_cases = StoredUseCases(database, clock)
    stores = Stores(use_cases, admission, cache, calls)
    room = build_llm(
        options_of(section), _services(section, services), stores, builtin, builtin, catalogue, clock, new_id
    )
    traces = before.traces if before else None
    if before is None and section.otlp_endpoint:
        traces = Traces(section.otlp_endpoint, __version__)
        calls.watch(traces.note)
    marks = StoredMarks(database, clock, section.reanalyse_seconds)
    return LanguageModels(room, calls, admission, cache, use_cases, marks, traces)


def rereading_handlers(
    database: Database, marks: StoredMarks, reader: Rereader, rereadings: StoredRereadings, pause: float
) -> dict[str, Handler]:
    """Who reads messages again, and who looks every `pause` seconds whether that is possible."""
    watch = StoredModelWatch(database, marks, rereadings)

    async def reread(row: Work, lease: Lease, last_try: bool) -> None:
        await reanalyse(row, lease, last_try, reader, rereadings)

    async def look(row: Work, lease: Lease, _last_try: bool) -> None:
        await watch_for_models(row, lease, reader, rereadings, watch, pause)

    return {REREAD_WORK: reread, WATCH_WORK: look}


def options_of(section: Llm) -> LlmOptions:
    """The settings as options of the LLM services."""
    return LlmOptions(
        chains=section.chains,
        mode=Mode(section.masking),
        modes={name: Mode(mode) for name, mode in section.masking_of.items()},
        rates={
            name: Rate(each.requests_per_minute, each.tokens_per_minute, each.concurrency)
            for name, each in section.limits.items()
        },
        prices={
            name: Price(each.input, each.output, each.cached, each.written) for name, each in section.prices.items()
        },
        budgets=Budgets(
            _allowance(section.budget_per_day, section.budget_per_month),
            {name: _allowance(each.per_day, each.per_month) for name, each in section.budgets.items()},
        ),
        policy=CallPolicy(
            section.deadline_seconds,
            section.chat_seconds,
            section.attempts,
            section.cache_rows > 0,
            section.cache_personal,
            section.stretch,
        ),
        mask_numbers=section.mask_numbers,
        breaker_failures=section.breaker_failures,
        breaker_seconds=section.breaker_seconds,
        store_texts=section.store_texts,
        passes_media=section.media == "pass",
    )


def _services(section: Llm, services: Mapping[str, ModelService]) -> Mapping[str, ServiceEntry]:
    return {
        name: ServiceEntry(services[name], each.model, each.embedding_model, each.speech_model)
        for name, each in section.services.items()
    }


def _allowance(per_day: float, per_month: float) -> Allowance:
    return Allowance(round(per_day * MILLIONTHS), round(per_month * MILLIONTHS))
