"""Sends a reply that a person wrote, as soon as its channel takes it."""

from collections.abc import Mapping

from frontdesk.interfaces import Deliveries, DeliveryFailed, Outlet
from frontdesk.model import Lease, Work


async def deliver_reply(
    work: Work, lease: Lease, last_try: bool, replies: Deliveries, channels: Mapping[str, Outlet]
) -> None:
    """Send the reply that the work names and end the work. Raises DeliveryFailed."""
    reply = await replies.load(work.subject)
    channel = channels.get(reply.channel) or channels["*"]
    try:
        receipt = await channel.send(reply)
    except DeliveryFailed as error:
        if error.permanent or last_try:
            await replies.keep_refused(reply, str(error))
        raise
    await replies.keep_sent(reply, lease, receipt)
