"""Handles a notice that a service call has changed: reads the call from the back end and stores its status."""

from frontdesk.interfaces import ActionHandler, Statuses
from frontdesk.model import Lease, Work


async def read_status(work: Work, lease: Lease, back_end: ActionHandler, statuses: Statuses) -> None:
    """Ask the back end for the status; the notice itself is not trusted. Raises Failed."""
    await statuses.keep(lease, work.subject, await back_end.find(work.subject))
