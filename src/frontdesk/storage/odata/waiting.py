"""Waits for messages to be handled, with one query for all waiting callers."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from frontdesk.model import WorkState
from frontdesk.storage.engines.database import Database
from frontdesk.storage.schema.pipeline import work

log = logging.getLogger(__name__)

LOOK_EVERY, LOOK_AGAIN = 0.015, 0.5
MOST_AT_ONCE = 500


class StoredHandled:
    """While nobody waits, nothing is looked at."""

    def __init__(self, database: Database) -> None:
        """Look into this database."""
        self._database = database
        self._waited: dict[str, list[asyncio.Future[bool]]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def wait(self, message_ids: Sequence[str], seconds: float) -> Mapping[str, bool]:
        """For each whether it was handled within so many seconds."""
        loop = asyncio.get_running_loop()
        mine = {key: loop.create_future() for key in message_ids}
        for key, future in mine.items():
            self._waited.setdefault(key, []).append(future)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            await asyncio.wait(mine.values(), timeout=seconds)
        finally:
            for key, future in mine.items():
                self._forget(key, future)
        return {key: future.done() and not future.cancelled() and future.result() for key, future in mine.items()}

    def _forget(self, key: str, future: "asyncio.Future[bool]") -> None:
        waiting = self._waited.get(key, [])
        if future in waiting:
            waiting.remove(future)
        if not waiting:
            self._waited.pop(key, None)

    async def _look(self) -> None:
        while self._waited:
            await asyncio.sleep(LOOK_EVERY)
            wanted = list(self._waited)[:MOST_AT_ONCE]
            try:
                states = await self._database.read(lambda c, ids=wanted: _ended(c, ids))  # type: ignore[misc]  # the ids of this round
            except Exception:  # whatever is wrong with the database: it may come back while callers wait
                log.exception("looking after messages failed; trying again")
                await asyncio.sleep(LOOK_AGAIN)
                continue
            for key, state in states.items():
                for future in self._waited.get(key, []):
                    if not future.done():
                        future.set_result(state == WorkState.DONE.value)


def _ended(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The work of messages that is no longer open: done, or left to a person."""
    rows = select(work.c.id, work.c.state).where(work.c.id.in_(ids), work.c.state != WorkState.OPEN.value)
    return {row.id: row.state for row in connection.execute(rows)}
