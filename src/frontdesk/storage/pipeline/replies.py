"""What people write to customers: stored with the work that sends it, in one transaction."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update
from typing_extensions import override

from frontdesk.interfaces import Conflict, Deliveries, Invalid, Overtaken
from frontdesk.model import DeliveryState, InboundMessage, Interaction, Lease, OutboundMessage, Receipt, WorkState
from frontdesk.model.reading import IdempotencyKey, StoredAnswer
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.stored import StoredWithIds
from frontdesk.storage.engines.types import Moment
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.pipeline.idempotency import write_once
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.locking import REPLIES, add_work, lock_key, new_work
from frontdesk.storage.pipeline.outbox import SentMessage, draft, note_sent, state_after
from frontdesk.storage.pipeline.telling import tell_mentioned
from frontdesk.storage.pipeline.work_queue import pass_fence
from frontdesk.storage.schema.interactions import (
    inbound_message,
    interaction,
    outbound_message,
    personal_state,
    taken_suggestion,
)
from frontdesk.storage.schema.rows import as_message, as_outbound

REPLY_WORK = "reply"
MEMO = "IM"


class StoredReplies(StoredWithIds, Deliveries):
    """Replies on a database."""

    async def add(
        self,
        interaction: Interaction,
        text: str,
        type: str,
        by: str,
        once: IdempotencyKey | None,
        to: str = "",
        person: str = "",
        seen: str = "",
    ) -> StoredAnswer[OutboundMessage]:
        """Store it with the work that sends it; an internal memo stays here.

        `to` is the id of the message that is answered, empty for the latest. The draft of `person` is forgotten.
        `seen` is the latest message that the writer saw. Raises Overtaken where a newer one is there, Conflict where
        nobody wrote yet, Invalid (to).
        """
        now, key = self._clock(), self._new_id()

        def operation(connection: Connection) -> OutboundMessage:
            new = OutboundMessage(key, interaction.id, 0, type, "", "", text, by, now)
            if seen and type != MEMO:
                _must_be_latest(connection, interaction.id, seen)
            mine = personal_state.c.interaction_id == interaction.id, personal_state.c.person == person
            unsent = {"memo" if type == MEMO else "reply": "", "writing_at": None}
            connection.execute(update(personal_state).where(*mine).values(unsent))
            return add_reply(connection, interaction, new, _asked(connection, interaction, to) if to else None)

        return await write_once(self._database, once, OutboundMessage, now, operation)

    async def keep_taken(self, message_id: str, origin: str, words: int, edited: int) -> None:
        """Keep that a reply began as a suggestion of so many words, of which `edited` were changed."""
        row = {"message_id": message_id, "origin": origin, "words": words, "edited": edited}
        now = self._clock()
        await self._database.write(lambda c: insert_if_new(c, taken_suggestion, row | {"created_at": now}))

    @override
    async def load(self, message_id: str) -> OutboundMessage:
        rows = select(outbound_message).where(outbound_message.c.id == message_id)
        return as_outbound(await self._row(rows, tr("there is no reply {reply}", reply=message_id)))

    @override
    async def keep_sent(self, message: OutboundMessage, lease: Lease, receipt: Receipt) -> None:
        now = self._clock()
        await self._database.write(lambda c: _keep_sent(c, message, lease, receipt, now))

    @override
    async def keep_refused(self, message: OutboundMessage, reason: str) -> None:
        values = {"state": DeliveryState.FAILED.value, "error": reason}
        refused = update(outbound_message).where(outbound_message.c.id == message.id).values(**values)
        await self._database.write(lambda c: c.execute(refused).rowcount)


def add_reply(
    connection: Connection, matter: Interaction, new: OutboundMessage, asked: InboundMessage | None = None
) -> OutboundMessage:
    """Store a person's answer with the work that sends it; `asked` is what it answers, else the latest message by time.

    Raises Conflict where nobody wrote yet and it is no memo, and where the interaction was merged into another.
    """
    if matter.merged_to:
        raise Conflict(
            tr("interaction {reference} was merged into {other}", reference=matter.reference, other=matter.merged_to)
        )
    asked = asked or _last_message(connection, matter.id)
    is_memo = new.type == MEMO
    if asked is None and not is_memo:
        raise Conflict(
            tr("interaction {reference} has no customer message that could be answered", reference=matter.reference)
        )
    addressed = OutboundMessage(
        id=new.id,
        interaction_id=matter.id,
        sequence=0,
        type=new.type,
        channel=asked.channel if asked else matter.channel,
        recipient=asked.sender.address if asked and not is_memo else "",
        text=new.text,
        processed_by=new.processed_by,
        remark=new.remark,
        created_at=new.created_at,
        reply_to=asked.id if asked else None,
        state=DeliveryState.DELIVERED if is_memo else DeliveryState.PENDING,  # the team has a memo by its being here
    )
    stored = draft(connection, addressed)
    if not is_memo:
        line = lock_key(REPLIES, stored.interaction_id)
        add_work(connection, [new_work(stored.id, REPLY_WORK, stored.id, "send", stored.created_at, lock_key=line)])
        taken = {"its_id": matter.id, "person": new.processed_by, "now": stored.created_at}
        connection.execute(_TAKE_OVER, taken)
    else:
        tell_mentioned(connection, matter.id, new.text, new.processed_by, new.created_at)
    kind = "noted" if is_memo else "answered"
    detail = {"message": stored.id}
    note(connection, stored.created_at, kind, interaction_id=matter.id, by=stored.processed_by, detail=detail)
    return stored


# A new version: what is being decided meanwhile is decided again.
_TAKE_OVER = (
    update(interaction)
    .where(interaction.c.id == bindparam("its_id"), interaction.c.assignee == "")
    .values(
        assignee=bindparam("person"), assigned_at=bindparam("now", type_=Moment()), version=interaction.c.version + 1
    )
)


def _last_message(connection: Connection, interaction_id: int) -> InboundMessage | None:
    theirs = select(inbound_message).where(
        inbound_message.c.interaction_id == interaction_id,
        inbound_message.c.erased_at.is_(None),  # nobody knows any more whom an answer would go to
    )
    newest = theirs.order_by(inbound_message.c.received_at.desc(), inbound_message.c.sequence.desc())
    row = connection.execute(newest.limit(1)).mappings().first()
    return as_message(row) if row else None


def _must_be_latest(connection: Connection, interaction_id: int, seen: str) -> None:
    """Who answers while a message is stored waits for it, or that one waits until the answer is stored."""
    connection.execute(select(interaction.c.id).where(interaction.c.id == interaction_id).with_for_update())
    latest = _last_message(connection, interaction_id)
    if latest is not None and latest.id != seen:
        raise Overtaken(tr("the customer wrote again meanwhile: read it, or send your answer anyway"))


def _asked(connection: Connection, matter: Interaction, message_id: str) -> InboundMessage:
    theirs = (inbound_message.c.interaction_id == matter.id, inbound_message.c.id == message_id)
    rows = select(inbound_message).where(*theirs, inbound_message.c.erased_at.is_(None))
    row = connection.execute(rows).mappings().first()
    if row is None:
        raise Invalid(tr("there is no such message in interaction {reference}", reference=matter.reference), "to")
    return as_message(row)


def _keep_sent(connection: Connection, reply: OutboundMessage, lease: Lease, receipt: Receipt, now: datetime) -> None:
    pass_fence(connection, lease, "", WorkState.DONE)
    mine = update(outbound_message).where(outbound_message.c.id == reply.id)
    connection.execute(mine.values(**state_after(receipt)))
    sent = SentMessage(reply.id, reply.interaction_id, reply.type, reply.created_at, by_person=True)
    note_sent(connection, sent, receipt, now)
