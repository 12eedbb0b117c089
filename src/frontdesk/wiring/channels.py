"""Puts channels together under the settings: what is set up, how answers leave, who reads what came in."""

import asyncio
import base64
import contextlib
import functools
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from frontdesk.channels.kind import ChannelKind, ChannelTools
from frontdesk.channels.pickup import Pickup
from frontdesk.channels.registry import KINDS, Open, open_channels
from frontdesk.interfaces import Analyst, Clock, Failed, Http, NewId, Outlet, ProviderFailed
from frontdesk.interfaces.channel_stores import ChannelInfo
from frontdesk.interfaces.channels import Channel, Counting, Watching
from frontdesk.llm.services import LlmServices
from frontdesk.model import Lease, Work
from frontdesk.model.channels import RawEvent
from frontdesk.model.llm import Asker
from frontdesk.orchestrator.channel_sender import ChannelSender, SendingRules
from frontdesk.outgoing import Limits, Outgoing
from frontdesk.settings.sections import Settings
from frontdesk.storage.channels.attachments import StoredAttachments
from frontdesk.storage.channels.delivery_parts import StoredDeliveryParts
from frontdesk.storage.channels.desk import StoredChannelDesk
from frontdesk.storage.channels.edits import StoredEdits
from frontdesk.storage.channels.events import EVENT_WORK, StoredEvents
from frontdesk.storage.channels.ledger import StoredLedger
from frontdesk.storage.channels.messages import MEDIA_WORK, StoredEventResults
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.cases import StoredCases
from frontdesk.storage.pipeline.delivery_notices import EDIT_WORK
from frontdesk.storage.pipeline.work_queue import own_prefix
from frontdesk.ticketing.arriving import MediaRules
from frontdesk.workflows.fetch_media import fetch_media
from frontdesk.workflows.read_edit import read_edit
from frontdesk.workflows.runner import Handler
from frontdesk.workflows.schedule import keep_running
from frontdesk.workflows.take_event import EventIntake, take_event

log = logging.getLogger(__name__)

SPEECH = "speech-transcription"
WATCH_SECONDS = 60.0
WATCH_AGAIN_SECONDS = 5.0
MOST_WATCH_PAUSE = 300.0


@dataclass(frozen=True, slots=True)
class CustomerChannels:
    """All channels that are set up, with their stores; what edges, pages and commands are handed."""

    channels: Mapping[str, Open]
    outlets: Mapping[str, Outlet]
    events: StoredEvents
    finds: StoredEventResults
    media: StoredAttachments
    ledger: StoredLedger
    rules: MediaRules
    desk: StoredChannelDesk

    def infos(self) -> tuple[ChannelInfo, ...]:
        """All channels that there are, set up or not."""
        return tuple(self._info(kind) for kind in KINDS)

    def _info(self, kind: ChannelKind) -> ChannelInfo:
        opened = self.channels.get(kind.name)
        limits = opened.channel.limits if opened else None
        hours = limits.window.total_seconds() / 3600 if limits and limits.window else 0.0
        address = f"/webhooks/channels/{kind.name}" if kind.has_webhook else ""
        length = limits.length if limits else 0
        return ChannelInfo(kind.name, kind.code, kind.title, opened is not None, address, length, hours)

    async def take(self, event: RawEvent) -> bool:
        """Store a raw event durably; False where it was stored before."""
        return await self.events.take(event)

    def handlers(
        self, analyst: Analyst, cases: StoredCases, database: Database, room: LlmServices, clock: Clock
    ) -> Mapping[str, Handler]:
        """Who does the work of channels."""
        event_intake = EventIntake(
            events=_Events(self.events, self.finds),
            channels={name: each.channel for name, each in self.channels.items()},
            codes={name: each.kind.code for name, each in self.channels.items()},
            transcriber=LlmTranscriber(room),
            most_media_bytes=self.rules.most_bytes,
        )
        by_code = {each.kind.code: each.channel for each in self.channels.values()}
        edits = StoredEdits(database, cases, clock)

        async def take(row: Work, lease: Lease, last_try: bool) -> None:
            await take_event(row, lease, last_try, event_intake)

        async def fetch(row: Work, lease: Lease, last_try: bool) -> None:
            await fetch_media(row, lease, last_try, self.media, by_code, self.rules)

        async def edit(row: Work, lease: Lease, _last_try: bool) -> None:
            await read_edit(row, lease, analyst, edits)

        return {EVENT_WORK: take, MEDIA_WORK: fetch, EDIT_WORK: edit}

    async def count(self) -> Mapping[str, str]:
        """Ask every vendor that can tell what it holds, for the ledger; why not, of those that could not be asked."""
        troubles: dict[str, str] = {}
        for name, each in self.channels.items():
            if isinstance(each.channel, Counting):
                try:
                    await each.channel.count(self.events.taker(name))
                except Failed as error:
                    troubles[name] = str(error)
        return troubles

    async def watch(self) -> None:
        """Run the channels that go and look, each in one process at a time; one that fails is begun again."""
        async with asyncio.TaskGroup() as group:
            for name, each in self.channels.items():
                if isinstance(each.channel, Watching):
                    watching = functools.partial(self._watch, name, each.channel)
                    group.create_task(keep_running(f"watching {name}", watching, most_deaths=None))

    async def _watch(self, name: str, channel: Channel) -> None:
        owner, pause = f"{own_prefix(os.getpid())}{id(self)}", WATCH_AGAIN_SECONDS
        while True:
            if await self._is_mine(name, owner):
                began = time.monotonic()
                await self._watch_once(name, channel, owner)
                pause = WATCH_AGAIN_SECONDS if time.monotonic() - began > MOST_WATCH_PAUSE else pause * 2
            await asyncio.sleep(min(pause, MOST_WATCH_PAUSE))

    async def _is_mine(self, name: str, owner: str) -> bool:
        try:
            return await self.events.begin_watch(name, owner, WATCH_SECONDS)
        except Failed as error:
            log.warning("%s cannot be watched now: %s", name, error)
            return False

    async def _watch_once(self, name: str, channel: Channel, owner: str) -> None:
        """Watch while the lease holds. Whatever goes wrong is logged; it is begun again after a pause."""
        assert isinstance(channel, Watching)
        looking = asyncio.create_task(channel.watch(self.events.taker(name)))
        try:
            while not looking.done():
                await asyncio.wait({looking}, timeout=WATCH_SECONDS / 3)
                if not looking.done() and not await self._is_mine(name, owner):
                    break
            if looking.done() and (error := looking.exception()) is not None:
                log.warning("watching %s failed and is begun again: %s: %s", name, type(error).__name__, error)
        finally:
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await looking
            with contextlib.suppress(Failed):
                await self.events.end_watch(name, owner)


def customer_channels(
    settings: Settings, outgoing: Outgoing, database: Database, clock: Clock, new_id: NewId
) -> CustomerChannels:
    """The channels under these settings. Raises Invalid that names a setting."""
    section = settings.channels
    tools = ChannelTools(
        _Reach(outgoing, section.timeout_seconds), clock, time.monotonic, outgoing, settings.server.public_url
    )
    channels = open_channels(section, tools)
    letters, rules = StoredDeliveryParts(database, clock), SendingRules(section.most_automatic_answers)
    media = MediaRules(section.most_media_bytes, tuple(section.refused_media.split()))
    outlets: dict[str, Outlet] = {"*": Pickup("*")}
    for each in channels.values():
        code = each.kind.code
        sends = not each.channel.limits.picked_up
        outlets[code] = (
            ChannelSender(code, each.kind.title, each.channel, letters, rules, clock) if sends else Pickup(code)
        )
    events, store = StoredEvents(database, clock, new_id), StoredAttachments(database)
    ledger, names = StoredLedger(database, clock), {kind.name: kind.code for kind in KINDS}
    return CustomerChannels(
        channels=channels,
        outlets=outlets,
        events=events,
        finds=StoredEventResults(database, clock, new_id, timedelta(hours=section.thread_hours), media),
        media=store,
        ledger=ledger,
        rules=media,
        desk=StoredChannelDesk(database, events, store, ledger, names, clock),
    )


class _Events:
    """See interfaces.channel_stores.Events: two stores as one."""

    def __init__(self, events: StoredEvents, finds: StoredEventResults) -> None:
        self.load, self.keep_failed, self.keep_found = events.load, events.keep_failed, finds.keep_found


class LlmTranscriber:
    """Writes down speech by the LLM room; see interfaces.channel_stores.LlmTranscriber."""

    def __init__(self, room: LlmServices) -> None:
        """Ask this room's use case for speech."""
        self._room = room

    async def words(self, audio: bytes, media_type: str) -> str | None:
        """See interfaces.channel_stores.LlmTranscriber."""
        if not any(route.line for route in await self._room.use_cases.chain(SPEECH)):
            return None
        inputs = {"audio": base64.b64encode(audio).decode(), "media_type": media_type.partition(";")[0].strip()}
        try:
            outcome = await self._room.use_cases.run(SPEECH, inputs, Asker("channels"))
        except ProviderFailed as error:
            raise Failed(str(error), permanent=error.permanent, after_seconds=error.after_seconds) from None
        return str(outcome.value["text"]).strip() or None


class _Reach:
    """See channels.kind.Reach: one client for each address."""

    def __init__(self, outgoing: Outgoing, seconds: float) -> None:
        self._outgoing, self._seconds = outgoing, seconds
        self._known: dict[tuple[str, bool, int], Http] = {}

    def __call__(self, url: str, *, trusted: bool = True, most_bytes: int = 10_000_000) -> Http:
        key = (url, trusted, most_bytes)
        if key not in self._known:
            seconds = self._seconds
            limits = Limits(
                wait=seconds, connect=min(5.0, seconds), first_byte=seconds, total=seconds * 4, bytes=most_bytes
            )
            self._known[key] = self._outgoing.client(url, limits=limits, trusted=trusted)
        return self._known[key]
