"""What becomes of service calls elsewhere: notices that one has changed, and its status once it has been read."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from typing_extensions import override

from frontdesk.interfaces import Statuses
from frontdesk.model import EffectState, Lease, Receipt, WorkState
from frontdesk.storage.engines.stored import StoredByClock
from frontdesk.storage.pipeline.deadlines import keep_deadlines
from frontdesk.storage.pipeline.effects import work_id_of
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.work_queue import pass_fence
from frontdesk.storage.schema.pipeline import effect, work

STATUS_WORK = "status"


class StoredStatuses(StoredByClock, Statuses):
    """Statuses on a database."""

    @override
    async def changed(self, key: str) -> bool:
        now = self._clock()
        return await self._database.write(lambda c: _changed(c, key, now))

    @override
    async def keep(self, lease: Lease, key: str, receipt: Receipt | None) -> None:
        now = self._clock()
        await self._database.write(lambda c: _keep(c, lease, key, receipt, now))


def _changed(connection: Connection, key: str, now: datetime) -> bool:
    done = select(effect.c.key).where(effect.c.key == key, effect.c.state == EffectState.DONE.value)
    if connection.execute(done).first() is None:
        return False
    work_id = work_id_of(f"{STATUS_WORK}:{key}")
    due = {"state": WorkState.OPEN.value, "due_at": now, "attempts": 0, "lease_owner": "", "last_error": ""}
    # A notice that comes while an earlier one is worked on takes its lease away: what that one reads may be old.
    if connection.execute(update(work).where(work.c.id == work_id).values(**due)).rowcount == 0:
        new = {"id": work_id, "kind": STATUS_WORK, "subject": key, "step": "read", "created_at": now}
        connection.execute(insert(work), [new | due])
    return True


def _keep(connection: Connection, lease: Lease, key: str, receipt: Receipt | None, now: datetime) -> None:
    pass_fence(connection, lease, "", WorkState.DONE)
    row = connection.execute(select(effect).where(effect.c.key == key).with_for_update()).mappings().one()
    status = str(receipt.detail.get("status", "")) if receipt else "gone"
    if row["detail"].get("status") == status:
        return
    told = {**row["detail"], "status": status, "status_at": now.isoformat()}
    connection.execute(update(effect).where(effect.c.key == key).values(detail=told))
    keep_deadlines(connection, [row["interaction_id"]], now)
    detail = {"kind": row["kind"], "reference": row["reference"], "status": status}
    ids = {"interaction_id": row["interaction_id"], "message_id": row["message_id"]}
    note(connection, now, "status_changed", **ids, detail=detail)
