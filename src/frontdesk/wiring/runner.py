"""Wires the runner and the handlers of work."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from frontdesk.interfaces import WorkQueue
from frontdesk.llm.proxy import Proxy
from frontdesk.llm.transcribing import Transcribing
from frontdesk.model import Lease, Work
from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL
from frontdesk.services.parts import KnowledgeServices, WorkServices
from frontdesk.settings.sections import Settings
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.accepting import MESSAGE_WORK
from frontdesk.storage.pipeline.effects import EFFECT_WORK
from frontdesk.storage.pipeline.replies import REPLY_WORK, StoredReplies
from frontdesk.storage.pipeline.statuses import STATUS_WORK
from frontdesk.storage.pipeline.timers import StoredDueTimes
from frontdesk.storage.pipeline.work_queue import TIME_WORK, VECTOR_WORK, own_prefix
from frontdesk.wiring.back_ends import BackEnds
from frontdesk.wiring.channels import CustomerChannels, channel_handlers
from frontdesk.wiring.knowledge import knowledge_handlers
from frontdesk.wiring.language_models import LanguageModels, rereading_handlers
from frontdesk.workflows.dependencies import PipelineDependencies
from frontdesk.workflows.effects import handle_effect
from frontdesk.workflows.handle_message import handle_message
from frontdesk.workflows.keep_time import keep_time
from frontdesk.workflows.one_step import deliver_reply, read_status
from frontdesk.workflows.runner import Handler, Runner, RunnerSettings


def work_handlers(
    settings: Settings,
    database: Database,
    known: KnowledgeServices,
    replies: StoredReplies,
    models: LanguageModels,
    analyst: Proxy,
    work: WorkServices,
    backs: BackEnds,
    channels: CustomerChannels,
    pipeline: PipelineDependencies,
) -> dict[str, Handler]:
    """Who does work of other kinds than messages and effects."""
    clock = pipeline.clock
    times = StoredDueTimes(database, clock, pipeline.templates, settings.work.timers_a_minute)

    async def deliver(row: Work, lease: Lease, last_try: bool) -> None:
        await deliver_reply(row, lease, last_try, replies, channels.outlets)

    async def read(row: Work, lease: Lease, _last_try: bool) -> None:
        await read_status(row, lease, backs.action_handlers[CREATE_SERVICE_CALL], work.statuses)

    return {
        **knowledge_handlers(known),
        REPLY_WORK: deliver,
        STATUS_WORK: read,
        **rereading_handlers(database, models.marks, analyst, work.rereadings, settings.llm.reanalyse_seconds),
        **channel_handlers(channels, Transcribing(models.room.use_cases), analyst, database, clock),
        TIME_WORK: partial(keep_time, times, work.queue, pipeline.priorities),
    }


def runner_over(
    queue: WorkQueue,
    settings: Settings,
    pipeline: PipelineDependencies,
    others: Mapping[str, Handler] | None = None,
    gives_way: Callable[[], bool] = lambda: False,
    after_message: Callable[[], None] = lambda: None,
) -> Runner:
    """A runner that handles the messages of this queue, and work of other kinds by its handlers."""

    async def message(row: Work, lease: Lease, _last_try: bool) -> None:
        await handle_message(await pipeline.cases.load(row, lease), pipeline)
        after_message()

    async def effect(row: Work, lease: Lease, last_try: bool) -> None:
        case, mine = await pipeline.cases.load_effect(row, lease)
        await handle_effect(case, mine, pipeline, last_try)

    section = settings.work
    pace = RunnerSettings(
        slots=section.slots, lease=section.lease_seconds, idle=section.idle_seconds, most_attempts=section.most_attempts
    )
    patient = replace(
        pace, most_attempts=settings.effects.most_attempts, longest_delay=settings.effects.longest_delay_seconds
    )
    handlers = {MESSAGE_WORK: message, EFFECT_WORK: effect, **(others or {})}
    owner = own_prefix(os.getpid()).rstrip(":")
    beside = replace(pace, slots=0)
    paces = {EFFECT_WORK: patient, VECTOR_WORK: beside, TIME_WORK: replace(beside, most_attempts=sys.maxsize)}
    return Runner(queue, handlers, owner, pace, paces, gives_way)
