"""What is done when a deadline's time has come: noted or, of a rule, its actions begun, in one transaction."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, func, insert, select, update
from typing_extensions import override

from frontdesk.interfaces import Clock
from frontdesk.model import Action, Decision, EffectState, Interaction, Lease, Work, WorkState
from frontdesk.orchestrator.actions import INTERNAL, TIMED, change_of, effects_of
from frontdesk.orchestrator.templates import ReplyTemplates
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.pipeline.deadlines import current_setup, keep_deadlines, plan, write
from frontdesk.storage.pipeline.deciding import effect_row
from frontdesk.storage.pipeline.effects import make_due, work_id_of
from frontdesk.storage.pipeline.interaction_fields import apply_change
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.work_queue import TIME_WORK, pass_fence
from frontdesk.storage.schema.interactions import deadline, decision, inbound_message, interaction
from frontdesk.storage.schema.pipeline import effect, work
from frontdesk.storage.schema.rows import as_interaction, fact
from frontdesk.ticketing.status import allowed_change
from frontdesk.timing.deadlines import RULE, Deadline, Outcome, settled, struck
from frontdesk.timing.entries import Setup, TimedRule
from frontdesk.workflows.keep_time import REVIEW, DueTimes

log = logging.getLogger(__name__)

PORTION = 200
# A rule's message is still being read: its actions wait so long for that.
UNREAD = timedelta(minutes=1)
PUT_OFF = timedelta(minutes=10)


class StoredDueTimes(DueTimes):
    """Deadlines whose time has come, on a database."""

    def __init__(self, database: Database, clock: Clock, templates: ReplyTemplates, a_minute: int) -> None:
        """Use this database and clock; at most so many timers begin their actions in a minute."""
        self._database, self._clock, self._templates, self._most = database, clock, templates, a_minute

    @override
    async def follow(self, work: Work, lease: Lease) -> None:
        now, last = self._clock(), 0 if work.step == REVIEW else None
        while last is not None:
            last = await self._database.write(partial(_review, after=last, now=now))
        await self._database.write(lambda c: pass_fence(c, lease, "watch"))

    @override
    async def due(self, most: int) -> Sequence[Deadline]:
        now = self._clock()
        rows = select(deadline).where(deadline.c.wake_at <= now).order_by(deadline.c.wake_at).limit(most)
        return await self._database.read(lambda c: [fact(Deadline, row) for row in c.execute(rows).mappings()])

    @override
    async def strike(self, due: Deadline, priorities: Sequence[str]) -> bool:
        now = self._clock()
        try:
            return await self._database.write(lambda c: self._strike(c, due, priorities, now))
        except Exception:  # one that cannot be done must not keep the others
            log.exception("deadline %s of interaction %s is put off", due.name, due.interaction_id)
            its = (deadline.c[each] == getattr(due, each) for each in ("interaction_id", "name", "start", "wake_at"))
            later = update(deadline).where(*its).values(wake_at=now + PUT_OFF)
            await self._database.write(lambda c: c.execute(later).rowcount)
            return True

    def _strike(self, connection: Connection, due: Deadline, priorities: Sequence[str], now: datetime) -> bool:
        setup = current_setup(connection)
        rows = plan(connection, [due.interaction_id], setup, now).get(due.interaction_id, [])
        row = next((each for each in rows if each.key == due.key), None)
        if row is None or row.wake_at is None or row.wake_at > now:
            return True
        rule = next((each for each in setup.rules if f"{RULE}{each.name}" == row.name), None)
        if rule is None:
            write(connection, [row], [struck(row, now)], now)
            keep_deadlines(connection, [row.interaction_id], now)  # rules know of it
            return True
        if self._most <= _fired(connection, now - timedelta(minutes=1)):
            return False
        fired = self._fired(connection, row, rule, priorities, now)
        write(connection, [row], [fired], now)
        keep_deadlines(connection, [row.interaction_id], now)
        return True

    def _fired(
        self, connection: Connection, row: Deadline, rule: TimedRule, priorities: Sequence[str], now: datetime
    ) -> Deadline:
        """Begin its actions: what only writes the interaction at once, all else as effects with work of their own."""
        matter, message_id, decision_id = _last(connection, row.interaction_id)
        is_internal = all(each["kind"] in INTERNAL for each in rule.actions)
        if not message_id and not is_internal and row.due_at and now < row.due_at + 60 * UNREAD:
            return replace(row, wake_at=now + UNREAD)
        key = TIMED + work_id_of(f"{row.interaction_id} {row.name} {row.start}")
        actions = tuple(Action(a["kind"], {k: v for k, v in a.items() if k != "kind"}) for a in rule.actions)
        made = Decision(decision_id, message_id, key, 1, rule.name, matter.route, actions, {}, now)
        effects = effects_of(made, matter.id, self._templates)
        wanted = change_of(made, effects, matter, priorities)
        apply_change(connection, matter, allowed_change(matter, replace(wanted, route=None)), now)
        if message_id:
            connection.execute(insert(effect), [effect_row(replace(each, apart=True)) for each in effects])
            for each in effects:
                if each.state is EffectState.PENDING and not each.waits_for:
                    make_due(connection, each.key, now, now)
        kinds = [each["kind"] for each in rule.actions if message_id or each["kind"] in INTERNAL]
        detail = {"rule": rule.name, "event": rule.event, "actions": kinds}
        note(connection, now, "timed", interaction_id=matter.id, message_id=message_id or None, detail=detail)
        return struck(row, now)


def set_watch(connection: Connection, now: datetime) -> None:
    """See to it that deadlines are watched, and first that all of them follow what is set up now."""
    due = {"step": REVIEW, "due_at": now, "lease_owner": "", "state": WorkState.OPEN.value, "attempts": 0}
    row = {"id": work_id_of(TIME_WORK), "kind": TIME_WORK, "subject": TIME_WORK, "created_at": now, "lock_key": ""}
    if not insert_if_new(connection, work, {**row, **due, "last_error": "", "blocked": False}):
        connection.execute(update(work).where(work.c.id == row["id"]).values(**due))


def settle_all(connection: Connection, setup: Setup, now: datetime) -> None:
    """Count what has elapsed by the calendars of until now, before they change; the review finds new due times."""
    running = select(deadline).where(deadline.c.since.is_not(None)).with_for_update()
    rows = [fact(Deadline, row) for row in connection.execute(running).mappings()]
    for begin in range(0, len(rows), PORTION):
        some = rows[begin : begin + PORTION]
        after = (settled(each, setup, now) for each in some)
        write(connection, some, [each if each.missed_at else replace(each, wake_at=None) for each in after], now)


def _review(connection: Connection, after: int, now: datetime) -> int | None:
    """The next portion of interactions that are open or have open deadlines; the last number, None at the end."""
    open_ones = select(deadline.c.interaction_id).where(deadline.c.ended_at.is_(None))
    wanted = interaction.c.status.not_in(("SP", "CO", "CL")) | interaction.c.id.in_(open_ones)
    rows = select(interaction.c.id).where(interaction.c.id > after, wanted).order_by(interaction.c.id).limit(PORTION)
    ids = list(connection.execute(rows).scalars())
    if ids:
        plan(connection, ids, current_setup(connection), now)
    return ids[-1] if ids else None


def _fired(connection: Connection, since: datetime) -> int:
    fired = deadline.c.outcome == Outcome.FIRED.value, deadline.c.ended_at > since
    return int(connection.execute(select(func.count()).select_from(deadline).where(*fired)).scalar_one())


def _last(connection: Connection, interaction_id: int) -> tuple[Interaction, str, str]:
    """An interaction with its last message that was decided, and that decision; both empty where there is none."""
    row = connection.execute(select(interaction).where(interaction.c.id == interaction_id)).mappings().one()
    decided = (
        select(decision.c.message_id, decision.c.id)
        .join(inbound_message, inbound_message.c.id == decision.c.message_id)
        .where(inbound_message.c.interaction_id == interaction_id, inbound_message.c.erased_at.is_(None))
        .order_by(inbound_message.c.received_at.desc(), inbound_message.c.sequence.desc())
    )
    found = connection.execute(decided.limit(1)).first()
    return as_interaction(row), *(found or ("", ""))
