"""Work of one step: a person's reply goes out, an attachment comes in, the status of a service call is read."""

from collections.abc import Mapping

from frontdesk.interfaces import ActionHandler, Deliveries, DeliveryFailed, Failed, Outlet, Statuses
from frontdesk.interfaces.channel_stores import Media, Scanner
from frontdesk.interfaces.channels import Fetched, Fetching
from frontdesk.model import Lease, Work
from frontdesk.model.channels import AttachmentState
from frontdesk.ticketing.arriving import MediaRules, media_type_of
from frontdesk.workflows.scanning import why_refused


async def deliver_reply(
    work: Work, lease: Lease, last_try: bool, replies: Deliveries, channels: Mapping[str, Outlet]
) -> None:
    """Send the reply of a person that the work names and end the work. Raises DeliveryFailed."""
    reply = await replies.load(work.subject)
    channel = channels.get(reply.channel) or channels["*"]
    try:
        receipt = await channel.send(reply)
    except DeliveryFailed as error:
        if error.permanent or last_try:
            await replies.keep_refused(reply, str(error))
        raise
    await replies.keep_sent(reply, lease, receipt)


async def fetch_media(
    work: Work,
    lease: Lease,
    last_try: bool,
    media: Media,
    channels: Mapping[str, object],
    rules: MediaRules,
    scanner: Scanner | None = None,
) -> None:
    """Fetch the attachment that the work names. `channels` maps codes to channels. Raises Failed."""
    wanted = await media.load(work.subject)
    channel = channels.get(wanted.code)
    if not isinstance(channel, Fetching):
        await media.keep_failed(wanted.id, "its channel cannot fetch it")
        raise Failed(f"the channel {wanted.code} cannot fetch attachments", permanent=True)
    try:
        got = await channel.fetch(wanted.remote, rules.most_bytes + 1)
    except Failed as error:
        if error.permanent or last_try:
            await media.keep_failed(wanted.id, str(error))
        raise
    kind, reason = media_type_of(got.content, got.media_type or wanted.media_type, rules)
    reason = reason or await why_refused(got.content, scanner, last_try)
    state = AttachmentState.REFUSED if reason else AttachmentState.STORED
    await media.keep(wanted.id, lease, state, Fetched(got.content, kind, "" if wanted.name else got.name), reason)


async def read_status(work: Work, lease: Lease, back_end: ActionHandler, statuses: Statuses) -> None:
    """Ask the back end, whatever the notice said. Raises Failed."""
    await statuses.keep(lease, work.subject, await back_end.find(work.subject))
