"""A desk under a clock that a test moves: the real pipeline, queue and timers on a real database."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from frontdesk.interfaces import RuleBook
from frontdesk.model import Change, Interaction, Lease, NewMessage, Work
from frontdesk.orchestrator.actions import REPLY
from frontdesk.orchestrator.replying import Replying
from frontdesk.storage.configuration.timing import StoredTiming
from frontdesk.storage.interactions.interactions import StoredInteractions
from frontdesk.storage.interactions.merging import StoredMerging
from frontdesk.storage.pipeline.accepting import StoredInbox
from frontdesk.storage.pipeline.cases import StoredCases
from frontdesk.storage.pipeline.outbox import StoredOutbox
from frontdesk.storage.pipeline.replies import REPLY_WORK, StoredReplies
from frontdesk.storage.pipeline.timers import StoredDueTimes
from frontdesk.storage.pipeline.work_queue import TIME_WORK, StoredWork
from frontdesk.storage.schema.interactions import outbound_message
from frontdesk.storage.schema.pipeline import effect, journal
from frontdesk.timing.deadlines import Deadline
from frontdesk.wiring.container import Container, new_id
from frontdesk.wiring.runner import runner_over
from frontdesk.workflows.keep_time import keep_time
from frontdesk.workflows.one_step import deliver_reply
from tests.fakes import ManualClock
from tests.timing.written import Entries
from tests.workflows.deciding import deciding

BERLIN = {"zone": "Europe/Berlin", "hours": "Mon-Fri 09:00-17:00", "holidays": "DE"}


class Desk:
    """What people do at a desk, and its time."""

    def __init__(self, container: Container, start: str, a_minute: int = 60) -> None:
        self.container, self.database, self.clock = container, container.database, ManualClock()
        self.clock.time = datetime.fromisoformat(start)
        database, clock, outlets = self.database, self.clock, container.customer_channels.outlets
        self.inbox, self.replies = StoredInbox(database, clock, new_id), StoredReplies(database, clock, new_id)
        self.records, self.merging = StoredInteractions(database, clock), StoredMerging(database, clock)
        self.timing, self.queue = StoredTiming(database, clock), StoredWork(database, clock, new_id)
        templates = container.pipeline.templates
        self.times = StoredDueTimes(database, clock, templates, a_minute)
        self.outbox = StoredOutbox(database, clock)
        replying = Replying(templates, self.outbox, outlets, clock, new_id)
        handlers: Mapping[str, Any] = {**container.pipeline.action_handlers, REPLY: replying}
        self.pipeline = replace(
            container.pipeline,
            cases=StoredCases(database, clock),
            rules=deciding(),
            action_handlers=handlers,
            clock=clock,
        )

    def decides(self, rules: RuleBook, action_handlers: Mapping[str, Any]) -> None:
        """From now on by these rules, which these back ends carry out."""
        every = {**self.pipeline.action_handlers, **action_handlers}
        self.pipeline = replace(self.pipeline, rules=rules, action_handlers=every)

    async def set_up(self, entries: Entries) -> None:
        for kind, named in entries.items():
            for name, given in named.items():
                await self.timing.put(kind, name, given, "admin")
        await self.run()

    async def run(self) -> None:
        """All work that is due."""

        async def deliver(row: Work, lease: Lease, last_try: bool) -> None:
            await deliver_reply(row, lease, last_try, self.replies, self.container.customer_channels.outlets)

        handlers = {
            REPLY_WORK: deliver,
            TIME_WORK: partial(keep_time, self.times, self.queue, self.pipeline.priorities),
        }
        await runner_over(self.queue, self.container.settings, self.pipeline, handlers).run_until_idle()

    async def until(self, moment: str) -> None:
        """Go on to a moment, as a desk would whose worker slept until then."""
        self.clock.time = datetime.fromisoformat(moment)
        await self.run()

    async def after(self, **span: float) -> None:
        self.clock.time += timedelta(**span)
        await self.run()

    async def says(self, text: str = "Where is my order?", joins: int | None = None) -> Interaction:
        accepted = await self.inbox.accept(NewMessage(text, "WEB", joins=joins))
        await self.run()
        return await self.records.get(accepted.reference)

    async def answers(self, matter: Interaction, text: str = "We are looking into it.") -> Interaction:
        await self.replies.add(await self.records.get(matter.reference), text, "HA", "kim", None)
        await self.run()
        return await self.records.get(matter.reference)

    async def sets(self, matter: Interaction, **fields: Any) -> Interaction:
        return await self.records.change(await self.records.get(matter.reference), Change(**fields), "kim")

    async def deadlines(self, matter: Interaction) -> dict[str, Deadline]:
        """By name; of those that began more than once the one that began last."""
        found = await self.timing.deadlines(matter.id)
        return {each.name: each for each in sorted(found, key=lambda each: each.start)}

    async def sent(self) -> Sequence[str]:
        rows = select(outbound_message.c.text).order_by(outbound_message.c.id)
        return await self.database.read(lambda c: list(c.execute(rows).scalars()))

    async def timed(self) -> list[str]:
        """The rules that were carried out, in order."""
        rows = select(journal.c.detail).where(journal.c.kind == "timed").order_by(journal.c.id)
        return [each["rule"] for each in await self.database.read(lambda c: list(c.execute(rows).scalars()))]

    async def journaled(self, kind: str) -> list[Mapping[str, Any]]:
        rows = select(journal.c.detail).where(journal.c.kind == kind).order_by(journal.c.id)
        return await self.database.read(lambda c: list(c.execute(rows).scalars()))

    async def effects(self) -> list[tuple[str, str]]:
        rows = select(effect.c.kind, effect.c.state).order_by(effect.c.created_at, effect.c.key)
        return [(row.kind, row.state) for row in await self.database.read(lambda c: c.execute(rows).all())]
