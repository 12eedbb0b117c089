"""What goes to the audit trail less often than it happens: what strangers cause, and who read a person's data.

A flood must not fill the trail, and neither must a page that is opened again and again.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from frontdesk.edges.access.rate_limits import TokenBuckets
from frontdesk.interfaces import Failed
from frontdesk.interfaces.access import TooMany
from frontdesk.storage.pipeline.audit import StoredAudit

log = logging.getLogger(__name__)

MOST_A_MINUTE = 10
# Whoever reads the same again within an hour leaves one line; so many readings are remembered.
READ_AGAIN, MOST_READINGS = 3600.0, 50_000
# Where every door shows a person's data: single interactions, people, files, and all entities of OData.
PERSONAL = (
    *("/console/interactions/", "/console/customers/", "/console/history", "/console/messages/"),
    *("/api/v1/interactions/", "/api/v1/customers/", "/api/v1/contacts", "/api/v1/messages/", "/api/v1/attachments/"),
    *("/admin/", "/agent/", "/cust/"),
)
# Parts of pages that were noted as a whole, and what tells of no person.
IMPERSONAL = ("/fragment", "/events", "/rows", "/count", "/suggestion", "/$metadata")


def shows_a_person(method: str, path: str) -> bool:
    """Whether a request reads a person's data. In OData also a batch does."""
    reads = method == "GET" or path.endswith("/$batch")
    return reads and path.startswith(PERSONAL) and not path.endswith(IMPERSONAL)


class SparingAudit:
    """Notes lines; of one kind from one place at most so many a minute, the rest is counted."""

    def __init__(self, trail: StoredAudit | None, clock: Callable[[], float] = time.monotonic) -> None:
        """Without a trail nothing is noted."""
        self._trail, self._limits = trail, TokenBuckets(MOST_A_MINUTE, clock)
        self._left_out = 0
        self._clock = clock
        self._read: dict[tuple[str, str], float] = {}

    async def note_read(self, by: str, place: str, path: str) -> None:
        """Note who read what. A trail that cannot be written to keeps nobody from reading: that is logged."""
        now = self._clock()
        if self._trail is None or now - self._read.get((by, path), float("-inf")) < READ_AGAIN:
            return
        self._read.pop((by, path), None)  # the newest stand last
        while len(self._read) >= MOST_READINGS:
            del self._read[next(iter(self._read))]
        self._read[by, path] = now
        try:
            await self._trail.note("person_read", by, place=place, subject=path)
        except Failed as error:
            log.error("the audit trail does not tell that somebody read a person's data: %s", error)

    async def note(self, kind: str, by: str, place: str, subject: str = "", **detail: Any) -> None:
        """Note what a caller may do as often as they like."""
        if self._trail is None:
            return
        try:
            self._limits.admit(f"{kind} {place}")
        except TooMany:
            self._left_out += 1
            return
        left_out, self._left_out = self._left_out, 0
        more = {"left_out": left_out} if left_out else {}
        await self._trail.note(kind, by, place=place, subject=subject, detail={**detail, **more})
