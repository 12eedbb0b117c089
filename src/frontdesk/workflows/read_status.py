"""What becomes of a notice that a service call has changed: the call is read, its status kept."""

from frontdesk.interfaces import ActionHandler, Statuses
from frontdesk.model import Lease, Work


async def read_status(work: Work, lease: Lease, back_end: ActionHandler, statuses: Statuses) -> None:
    """Ask the back end, whatever the notice said. Raises Failed."""
    await statuses.keep(lease, work.subject, await back_end.find(work.subject))
