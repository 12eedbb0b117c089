"""Reads a raw event of a channel, transcribes speech in it, and stores all messages, notices and edits that it holds.

If reading fails nothing is lost: the event stays, is shown, and can be read again with `frontdesk inbox replay`.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from frontdesk.interfaces import Failed, FrontdeskError
from frontdesk.interfaces.channel_stores import EventResults, Events, Scanner, Transcriber
from frontdesk.interfaces.channels import Channel, Fetching
from frontdesk.model import Identity, Lease, Work
from frontdesk.model.channels import CustomerMessage, Found, IncomingAttachment, RawEvent, Unread
from frontdesk.workflows.scanning import why_refused

log = logging.getLogger(__name__)

# Marks a message that was transcribed from speech: digits may be wrong, so a person confirms them.
HEARD, UNCONFIRMED = "heard", "unconfirmed"
LARGE = 200_000
NO_WORDS = "[recording without a transcript]"


class Unreadable(FrontdeskError):
    """A channel could not read an event. The event is kept until the reader is repaired."""


@dataclass(frozen=True, slots=True)
class EventIntake:
    """The services that reading events needs.

    `channels` maps names to channels, `codes` names to codes; `vouching` names the channels that know who wrote.
    """

    events: Events
    results: EventResults
    channels: Mapping[str, Channel]
    codes: Mapping[str, str]
    transcriber: Transcriber
    most_media_bytes: int
    vouching: frozenset[str] = frozenset()
    scanner: Scanner | None = None


async def take_event(work: Work, lease: Lease, last_try: bool, event_intake: EventIntake) -> None:
    """Raw event -> messages, notices, edits. Raises Unreadable, or Failed where transcribing is to be tried again."""
    event = await event_intake.events.load(work.subject)
    channel = event_intake.channels.get(event.channel)
    if channel is None:
        reason = f"the channel {event.channel} is not set up: set it up and replay the event"
        await event_intake.events.keep_failed(event, reason)
        raise Unreadable(reason)
    found = await _read(event, channel, event_intake.events)
    heard = [await _heard(each, channel, event_intake, last_try) for each in found]
    if event_intake.scanner is not None:
        heard = [await _scanned(each, event_intake.scanner, last_try) for each in heard]
    known = [_vouched_for(each) for each in heard] if event.channel in event_intake.vouching else heard
    await event_intake.results.keep_found(event, event_intake.codes[event.channel], known, lease)


async def _read(event: RawEvent, channel: Channel, events: Events) -> Sequence[Found]:
    try:
        # Reading a mail of many megabytes takes a second and would block the event loop.
        is_large = len(event.body) > LARGE
        found = await asyncio.to_thread(channel.read, event) if is_large else channel.read(event)
        return found or [Unread("nothing was found in it")]
    except Exception as error:  # a bug in a reader must neither lose the event nor be retried for ever
        log.exception("event %s of %s could not be read", event.id, event.channel)
        reason = f"the reader of {event.channel} failed: {type(error).__name__}"
        await events.keep_failed(event, reason)
        raise Unreadable(reason) from None


def _vouched_for(found: Found) -> Found:
    """The channel knows whose account or number it is."""
    if not isinstance(found, CustomerMessage) or found.sender.identity.is_proven:
        return found
    return replace(found, sender=replace(found.sender, identity=Identity.CHANNEL))


async def _heard(found: Found, channel: Channel, event_intake: EventIntake, last_try: bool) -> Found:
    """The message with its speech transcribed; unchanged if it has none."""
    if not isinstance(found, CustomerMessage) or not any(each.is_speech for each in found.attachments):
        return found
    texts, attachments = [found.text] if found.text.strip() else [], []
    for each in found.attachments:
        if each.is_speech:
            words, each = await _words(each, channel, event_intake, last_try)
            texts.append(words)
        attachments.append(each)
    context = {**found.context, HEARD: UNCONFIRMED}
    return replace(found, text="\n".join(texts), attachments=tuple(attachments), context=context)


async def _scanned(found: Found, scanner: Scanner, last_try: bool) -> Found:
    """The message with what is wrong with its attachments."""
    if not isinstance(found, CustomerMessage) or not found.attachments:
        return found
    looked_at = [
        each if each.content is None else replace(each, refused=await why_refused(each.content, scanner, last_try))
        for each in found.attachments
    ]
    return replace(found, attachments=tuple(looked_at))


async def _words(
    attachment: IncomingAttachment, channel: Channel, event_intake: EventIntake, last_try: bool
) -> tuple[str, IncomingAttachment]:
    """The spoken words, and the recording with its content. Without them it is still a message."""
    try:
        content = attachment.content
        if content is None and isinstance(channel, Fetching):
            fetched = await channel.fetch(attachment.remote, event_intake.most_media_bytes)
            content, media_type = fetched.content, fetched.media_type or attachment.media_type
            attachment = replace(attachment, content=content, media_type=media_type)
        words = await event_intake.transcriber.words(content, attachment.media_type) if content else None
    except Failed as error:
        if not error.permanent and not last_try:
            raise
        log.info("a recording stays without a transcript: %s", error)
        words = None
    return words or NO_WORDS, attachment
