"""Builds the channels from the settings: which are set up, how answers are sent, who reads events."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from typing_extensions import override

from frontdesk.channels.email.plug import KIND as MAIL
from frontdesk.channels.kind import ChannelKind, ChannelTools
from frontdesk.channels.pickup import Pickup
from frontdesk.channels.registry import KINDS, Open, open_channels
from frontdesk.interfaces import Analyst, Clock, Held, Http, NewId, Outlet
from frontdesk.interfaces.channel_stores import Scanner
from frontdesk.interfaces.channels import Channel
from frontdesk.llm.transcribing import Transcribing
from frontdesk.model import Lease, OutboundMessage, Receipt, Work
from frontdesk.model.channels import CHAT, ChannelInfo
from frontdesk.model.set_up import OutsideSystem
from frontdesk.orchestrator.channel_sender import ChannelSender, SendingRules
from frontdesk.outgoing import Limits, Outgoing
from frontdesk.outgoing.clamav import ClamAv
from frontdesk.services.parts import ChannelServices
from frontdesk.settings.sections import Settings
from frontdesk.storage.channels.admin import StoredChannelAdmin
from frontdesk.storage.channels.attachments import StoredAttachments
from frontdesk.storage.channels.delivery_parts import StoredDeliveryParts
from frontdesk.storage.channels.edits import StoredEdits
from frontdesk.storage.channels.events import EVENT_WORK, StoredEvents
from frontdesk.storage.channels.ledger import StoredLedger
from frontdesk.storage.channels.messages import MEDIA_WORK, StoredEventResults
from frontdesk.storage.channels.traffic import StoredTraffic
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.cases import StoredCases
from frontdesk.storage.pipeline.delivery_notices import EDIT_WORK
from frontdesk.ticketing.arriving import MediaRules
from frontdesk.ui.track_keys import TrackKeys
from frontdesk.workflows.one_step import fetch_media
from frontdesk.workflows.read_edit import read_edit
from frontdesk.workflows.runner import Handler
from frontdesk.workflows.take_event import EventIntake, take_event

PAUSED_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class CustomerChannels:
    """All channels that are set up, by name, with what their work needs; `services` is the part that doors see."""

    open: Mapping[str, Open]
    outlets: Mapping[str, Outlet]
    results: StoredEventResults
    media: StoredAttachments
    rules: MediaRules
    scanner: Scanner | None
    services: ChannelServices
    helped_links: Mapping[str, Callable[[str], str]]
    paused: frozenset[str] = frozenset()

    @property
    def by_name(self) -> Mapping[str, Channel]:
        """Each channel by its name."""
        return {name: each.channel for name, each in self.open.items()}

    @property
    def watched(self) -> Mapping[str, Channel]:
        """Those that are not left alone."""
        return {name: channel for name, channel in self.by_name.items() if name not in self.paused}


def channel_tools(settings: Settings, outgoing: Outgoing, clock: Clock, secret: bytes) -> ChannelTools:
    """What channels are made with; `secret` is this installation's."""
    reach = _Reach(outgoing, settings.channels.timeout_seconds)
    return ChannelTools(reach, clock, time.monotonic, outgoing, settings.server.public_url, secret)


def customer_channels(
    settings: Settings,
    outgoing: Outgoing,
    database: Database,
    clock: Clock,
    new_id: NewId,
    secret: bytes,
    paused: frozenset[str] = frozenset(),
) -> CustomerChannels:
    """The channels under these settings; `paused` are left alone. Raises Invalid that names a setting."""
    section = settings.channels
    opened = open_channels(section, channel_tools(settings, outgoing, clock, secret))
    rules, media = SendingRules(section.most_automatic_answers), StoredAttachments(database)
    kept = MediaRules(section.most_media_bytes, tuple(section.refused_media.split()))
    window = timedelta(hours=section.thread_hours)
    return CustomerChannels(
        open=opened,
        outlets=_outlets(opened, StoredDeliveryParts(database, clock), rules, clock, paused),
        results=StoredEventResults(database, clock, new_id, window, kept, section.burst_seconds),
        media=media,
        rules=kept,
        scanner=ClamAv(section.scanner, section.scanner_seconds) if section.scanner else None,
        services=_services(settings, opened, database, media, clock, new_id),
        helped_links=_helped_links(settings.server.public_url.rstrip("/"), TrackKeys(secret)),
        paused=paused,
    )


def _helped_links(public_url: str, keys: TrackKeys) -> Mapping[str, Callable[[str], str]]:
    """Where readers of mails say whether an answer helped, if we know the address of our own pages."""
    return {MAIL.code: lambda message_id: public_url + keys.helped_link(message_id)} if public_url else {}


def channel_handlers(
    channels: CustomerChannels, transcribing: Transcribing, analyst: Analyst, database: Database, clock: Clock
) -> Mapping[str, Handler]:
    """Who does the work of channels."""
    event_intake = EventIntake(
        events=channels.services.events,
        results=channels.results,
        channels=channels.by_name,
        codes={name: each.kind.code for name, each in channels.open.items()},
        transcriber=transcribing,
        most_media_bytes=channels.rules.most_bytes,
        vouching=frozenset(name for name, each in channels.open.items() if each.kind.vouches),
        scanner=channels.scanner,
    )
    by_code = {each.kind.code: each.channel for each in channels.open.values()}
    edits = StoredEdits(database, StoredCases(database, clock), clock)

    async def take(row: Work, lease: Lease, last_try: bool) -> None:
        await take_event(row, lease, last_try, event_intake)

    async def fetch(row: Work, lease: Lease, last_try: bool) -> None:
        await fetch_media(row, lease, last_try, channels.media, by_code, channels.rules, channels.scanner)

    async def edit(row: Work, lease: Lease, _last_try: bool) -> None:
        await read_edit(row, lease, analyst, edits)

    return {EVENT_WORK: take, MEDIA_WORK: fetch, EDIT_WORK: edit}


def _outlets(
    opened: Mapping[str, Open], parts: StoredDeliveryParts, rules: SendingRules, clock: Clock, paused: frozenset[str]
) -> Mapping[str, Outlet]:
    outlets: dict[str, Outlet] = {"*": Pickup("*")}
    for name, each in opened.items():
        code, title, channel = each.kind.code, each.kind.title, each.channel
        if channel.limits.picked_up:
            outlets[code] = Pickup(code)
        elif name in paused:
            outlets[code] = Paused(code, title)
        else:
            outlets[code] = ChannelSender(code, title, channel, parts, rules, clock)
    return outlets


def _services(
    settings: Settings,
    opened: Mapping[str, Open],
    database: Database,
    media: StoredAttachments,
    clock: Clock,
    new_id: NewId,
) -> ChannelServices:
    events, ledger = StoredEvents(database, clock, new_id), StoredLedger(database, clock)
    codes = {kind.name: kind.code for kind in KINDS}
    return ChannelServices(
        admin=StoredChannelAdmin(database, events, media, ledger, codes, clock),
        events=events,
        ledger=ledger,
        traffic=StoredTraffic(database),
        infos=tuple(_info(kind, opened.get(kind.name)) for kind in KINDS),
        systems=(
            *(OutsideSystem(kind.title, kind.code, kind.name in opened) for kind in KINDS),
            # It has no entry in the registry: it needs no vendor, and its pages come for their answers.
            OutsideSystem("Chat", CHAT, bool(settings.chat.origins)),
        ),
    )


def _info(kind: ChannelKind, opened: Open | None) -> ChannelInfo:
    limits = opened.channel.limits if opened else None
    hours = limits.window.total_seconds() / 3600 if limits and limits.window else 0.0
    address = f"/webhooks/channels/{kind.name}" if kind.has_webhook else ""
    length = limits.length if limits else 0
    return ChannelInfo(kind.name, kind.code, kind.title, opened is not None, address, length, hours)


class Paused(Outlet):
    """The outlet of a channel that is left alone: answers wait."""

    def __init__(self, code: str, title: str) -> None:
        """`title` is what people call the channel."""
        self.code, self._title = code, title

    @override
    async def send(self, message: OutboundMessage) -> Receipt:
        raise Held(f"{self._title} is paused", after_seconds=PAUSED_SECONDS)


class _Reach:
    """One client for each address."""

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
