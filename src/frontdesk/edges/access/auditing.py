"""What strangers make happen goes to the audit trail so many times a minute and no more: a flood must not fill it."""

import time
from collections.abc import Callable
from typing import Any

from frontdesk.edges.access.rate_limits import TokenBuckets
from frontdesk.interfaces.access import TooMany
from frontdesk.storage.pipeline.audit import StoredAudit

MOST_A_MINUTE = 10


class SparingAudit:
    """Notes lines; of one kind from one place at most so many a minute, the rest is counted."""

    def __init__(self, trail: StoredAudit | None, clock: Callable[[], float] = time.monotonic) -> None:
        """Without a trail nothing is noted."""
        self._trail, self._limits = trail, TokenBuckets(MOST_A_MINUTE, clock)
        self._left_out = 0

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
