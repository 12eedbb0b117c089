"""Fetches an attachment that was not part of its event, checks it and stores it, or stores why it cannot be kept."""

from collections.abc import Mapping

from frontdesk.interfaces import Failed
from frontdesk.interfaces.channel_stores import Media
from frontdesk.interfaces.channels import Fetched, Fetching
from frontdesk.model import Lease, Work
from frontdesk.model.channels import AttachmentState
from frontdesk.ticketing.arriving import MediaRules, media_type_of


async def fetch_media(
    work: Work, lease: Lease, last_try: bool, media: Media, channels: Mapping[str, object], rules: MediaRules
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
    state = AttachmentState.REFUSED if reason else AttachmentState.STORED
    await media.keep(wanted.id, lease, state, Fetched(got.content, kind, "" if wanted.name else got.name), reason)
