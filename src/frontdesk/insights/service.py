"""The insights of a running process: keeps facts in columns, updates them, and answers questions off the event loop."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from frontdesk.insights.asking import Asking
from frontdesk.insights.calendar import Calendar
from frontdesk.insights.columns import Builder, Snapshot, empty, follow
from frontdesk.insights.measures import Grain
from frontdesk.insights.questions import FigureAnswer, Question
from frontdesk.interfaces.cached import Cached
from frontdesk.interfaces.insights import Facts, FactState, MessageRow
from frontdesk.model import Interaction

log = logging.getLogger(__name__)

FRESH_SECONDS = 1.0
MOST_FOLDED_FOR_ONE = 2_000


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of the rows behind a figure, and how many there are in all."""

    grain: Grain
    rows: Sequence[Interaction | MessageRow]
    total: int
    stamp: int


class InsightService:
    """Answers questions about the facts as they were at most `fresh_seconds` ago."""

    def __init__(self, facts: Facts, zone: tzinfo, fresh_seconds: float = FRESH_SECONDS) -> None:
        """Read these facts; days begin at midnight of `zone`."""
        self.facts, self.calendar = facts, Calendar(zone)
        self._asking = Cached[Asking](fresh_seconds)

    async def answer(self, question: Question) -> FigureAnswer:
        """All figures. Raises Invalid."""
        asking = await self.current()
        return await asyncio.to_thread(asking.answer, question)

    async def behind(self, question: Question, limit: int, offset: int = 0) -> Rows:
        """A page of the rows that make up the question's first measure, newest first. Raises Invalid."""
        asking = await self.current()
        grain, ids, total = await asyncio.to_thread(asking.behind, question, limit, offset)
        return Rows(grain, await self._read(grain, ids), total, asking.snapshot.stamp)

    async def current(self) -> Asking:
        """The facts in columns, updated if they could be older than promised."""
        return await self._asking.get(self._refreshed)

    async def keep(self) -> None:
        """Fold all noted changes and update the columns. Called regularly, so that questions need not wait for it."""
        while await self.facts.fold(MOST_FOLDED_FOR_ONE) >= MOST_FOLDED_FOR_ONE:
            await asyncio.sleep(0)
        await self.current()

    async def _read(self, grain: Grain, ids: Sequence[Any]) -> Sequence[Interaction | MessageRow]:
        if grain is Grain.INTERACTION:
            return await self.facts.interactions(ids)
        return await (self.facts.messages(ids) if grain is Grain.MESSAGE else self.facts.replies(ids))

    async def _refreshed(self) -> Asking:
        known = self._asking.known or Asking(empty(), self.calendar)
        state = await self.facts.state()
        if state.pending:
            await self.facts.fold(MOST_FOLDED_FOR_ONE)
            state = await self.facts.state()
        snapshot = known.snapshot
        if snapshot.epoch != state.epoch:
            snapshot = await self._load(state)
        while snapshot.stamp < state.stamp:
            reached, portion = await self.facts.changed(snapshot.stamp)
            if reached <= snapshot.stamp:
                break  # facts changed again meanwhile: the next update finds them
            snapshot = await asyncio.to_thread(follow, snapshot, portion, reached)
        return known if snapshot is known.snapshot else await asyncio.to_thread(Asking, snapshot, self.calendar)

    async def _load(self, state: FactState) -> Snapshot:
        began, builder = time.perf_counter(), Builder()
        async for portion in self.facts.load():
            await asyncio.to_thread(builder.add, portion)
        snapshot = await asyncio.to_thread(builder.finish, state.epoch, state.stamp)
        log.info("%d messages read into columns in %.1f s", snapshot.messages["at"].size, time.perf_counter() - began)
        return snapshot
