"""What vendors say of our answers, and what customers change afterwards: in any order, any number of times.

A notice is kept even where its answer is not known yet; whoever notes that an answer was sent looks them up.
"""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from frontdesk.model import DeliveryState
from frontdesk.model.channels import DeliveryNotice, Edit
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.pipeline.erased import erased_key
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.locking import MESSAGES, add_work, lock_key, new_work
from frontdesk.storage.schema.channels import delivery_notice, message_edit, outbound_part
from frontdesk.storage.schema.interactions import inbound_message, outbound_message
from frontdesk.storage.schema.pipeline import inbox_event
from frontdesk.ticketing.submission import MOST_CHARACTERS, storable

EDIT_WORK = "edit"
# So long mail servers try, at most.
MOST_UNDER_WAY = timedelta(days=6)
# A later state never gives way to an earlier one; "failed" gives way to proof that it arrived.
RANK = {state: rank for rank, state in enumerate(("pending", "begun", "unsure", "sent", "failed", "delivered", "read"))}
TAKEN = ("sent", "delivered", "read", "failed")


def apply_notice(connection: Connection, code: str, notice: DeliveryNotice, at: datetime, now: datetime) -> None:
    """Keep a notice and let it have its effect on the answers that it is about."""
    notice = replace(
        notice,
        provider_id=storable(notice.provider_id),
        key=storable(notice.key),
        recipient=storable(notice.recipient),
        error=storable(notice.error),
    )
    told = (code, notice.provider_id, notice.key, notice.recipient, str(notice.until), notice.state.value)
    row = {
        "id": _digest(*told),
        "channel": code,
        "provider_id": notice.provider_id[:200],
        "key": notice.key[:40],
        "recipient": notice.recipient[:320],
        "until": notice.until,
        "state": notice.state.value,
        "at": at,
        "error": notice.error,
    }
    insert_if_new(connection, delivery_notice, row)
    about = _parts(connection, code, notice)
    for message_id, part in about:
        _raise_part(connection, message_id, part, notice)
        settle(connection, message_id, now)
    if not about and notice.key:
        _raise_whole(connection, code, notice, now)


def _raise_whole(connection: Connection, code: str, notice: DeliveryNotice, now: datetime) -> None:
    """An answer that was never handed to anybody but picked up: the notice names it by its own id."""
    mine = (outbound_message.c.id == notice.key, outbound_message.c.channel == code)
    row = connection.execute(select(outbound_message.c.state, outbound_message.c.interaction_id).where(*mine)).first()
    if row is None or row.state not in TAKEN or RANK[notice.state.value] <= RANK[row.state]:
        return
    connection.execute(update(outbound_message).where(*mine).values(state=notice.state.value))
    note(connection, now, notice.state.value, interaction_id=row.interaction_id, detail={"message": notice.key})


def settle_part(connection: Connection, message_id: str, part: int) -> None:
    """Apply what was told of a part before we knew that it was sent."""
    mine = (outbound_part.c.message_id == message_id, outbound_part.c.part == part)
    row = connection.execute(select(outbound_part).where(*mine)).one()
    # By key nothing is looked up: a part is noted as begun before the vendor has its key. Each query has its index.
    notices = select(delivery_notice).where(delivery_notice.c.channel == row.channel)
    by_id = notices.where(delivery_notice.c.provider_id == row.provider_id)
    to_me = notices.where(delivery_notice.c.recipient == row.recipient, delivery_notice.c.until >= row.at)
    found = [*connection.execute(by_id).all()] if row.provider_id else []
    found += connection.execute(to_me).all() if row.recipient else []
    for told in found:
        notice = DeliveryNotice(DeliveryState(told.state), told.provider_id, error=told.error)
        _raise_part(connection, message_id, part, notice)


def settle(connection: Connection, message_id: str, now: datetime) -> None:
    """Bring a sent answer to where its parts are: failed if one failed, else as far as the last of them."""
    row = connection.execute(select(outbound_message).where(outbound_message.c.id == message_id)).one()
    if row.state not in TAKEN:
        return  # the sender notes first that it was sent, then looks again
    parts = connection.execute(select(outbound_part.c.state).where(outbound_part.c.message_id == message_id))
    states = list(parts.scalars())
    if not states:
        return
    wanted = "failed" if "failed" in states else min(states, key=lambda state: RANK[state])
    if RANK[wanted] <= RANK[row.state]:
        return
    error = _error_of(connection, message_id) if wanted == "failed" else ""
    mine = update(outbound_message).where(outbound_message.c.id == message_id)
    connection.execute(mine.values(state=wanted, error=error))
    kind = "undelivered" if wanted == "failed" else wanted
    detail = {"message": message_id, **({"error": error} if error else {})}
    note(connection, now, kind, interaction_id=row.interaction_id, detail=detail)


def keep_edit(connection: Connection, code: str, edit: Edit, at: datetime, now: datetime) -> None:
    """Keep a change and have the message read again; one of a message that is still to come waits for it."""
    text = None if edit.text is None else storable(edit.text)[:MOST_CHARACTERS]
    edit = replace(edit, provider_id=storable(edit.provider_id), edit_id=storable(edit.edit_id))
    if text is not None and _text_now(connection, code, edit.provider_id) == text:
        return
    gone = (inbox_event.c.channel == code, inbox_event.c.provider_id == erased_key(edit.provider_id))
    if connection.execute(select(inbox_event.c.id).where(*gone)).first() is not None:
        return  # the message was erased: what it is now is nothing to us
    key = _digest(code, edit.provider_id, edit.edit_id or f"{at.isoformat()} {text}")
    row = {"id": key, "channel": code, "provider_id": edit.provider_id[:200], "text": text, "at": at}
    if not insert_if_new(connection, message_edit, row):
        return
    there = (inbox_event.c.channel == code, inbox_event.c.provider_id == edit.provider_id)
    message_id = connection.execute(select(inbox_event.c.message_id).where(*there)).scalar()
    if message_id is None:
        return
    mine = select(inbound_message.c.interaction_id).where(inbound_message.c.id == message_id)
    interaction_id = connection.execute(mine).scalar_one()
    if text is None:
        note(connection, now, "taken_back", interaction_id=interaction_id, message_id=message_id)
        return
    line = lock_key(MESSAGES, interaction_id)
    add_work(connection, [new_work(key[:26], EDIT_WORK, message_id, "read", now, lock_key=line)])


def _text_now(connection: Connection, code: str, provider_id: str) -> str | None:
    there = (inbox_event.c.channel == code, inbox_event.c.provider_id == provider_id)
    rows = select(inbound_message.c.text).join(inbox_event, inbox_event.c.message_id == inbound_message.c.id)
    return connection.execute(rows.where(*there)).scalar()


def newest_text(connection: Connection, code: str, provider_id: str) -> str | None:
    """The text that a message was last given, None where it was never changed."""
    rows = (
        select(message_edit.c.text)
        .where(message_edit.c.channel == code, message_edit.c.provider_id == provider_id)
        .where(message_edit.c.text.is_not(None))
        .order_by(message_edit.c.at.desc(), message_edit.c.id.desc())
    )
    return connection.execute(rows.limit(1)).scalar()


def _parts(connection: Connection, code: str, notice: DeliveryNotice) -> list[tuple[str, int]]:
    parts = select(outbound_part.c.message_id, outbound_part.c.part).where(outbound_part.c.channel == code)
    if notice.provider_id:
        mine = parts.where(outbound_part.c.provider_id == notice.provider_id[:200])
        if found := connection.execute(mine).all():
            return [(row[0], row[1]) for row in found]
    if notice.key:
        return [(row[0], row[1]) for row in connection.execute(parts.where(outbound_part.c.key == notice.key))]
    if notice.recipient and notice.until is not None:
        theirs = parts.where(outbound_part.c.recipient == notice.recipient, outbound_part.c.at <= notice.until)
        recent = theirs.where(outbound_part.c.state.in_(("sent", "delivered"))).order_by(outbound_part.c.at.desc())
        if notice.state is DeliveryState.FAILED:  # a report that names no mail is about the last one, if that is new
            recent = recent.where(outbound_part.c.at >= notice.until - MOST_UNDER_WAY)
        most = 1 if notice.state is DeliveryState.FAILED else 200
        return [(row[0], row[1]) for row in connection.execute(recent.limit(most))]
    return []


def _raise_part(connection: Connection, message_id: str, part: int, notice: DeliveryNotice) -> None:
    mine = (outbound_part.c.message_id == message_id, outbound_part.c.part == part)
    row = connection.execute(select(outbound_part.c.state, outbound_part.c.provider_id).where(*mine)).one()
    if RANK[notice.state.value] <= RANK[row.state]:
        return
    provider_id = row.provider_id or notice.provider_id[:200]
    changed = update(outbound_part).where(*mine).values(state=notice.state.value, provider_id=provider_id)
    connection.execute(changed)


def _error_of(connection: Connection, message_id: str) -> str:
    same = (
        (outbound_part.c.channel == delivery_notice.c.channel)
        & (outbound_part.c.provider_id == delivery_notice.c.provider_id)
        & (delivery_notice.c.provider_id != "")
    )
    rows = (
        select(delivery_notice.c.error)
        .join(outbound_part, same)
        .where(outbound_part.c.message_id == message_id, delivery_notice.c.state == "failed")
    )
    return connection.execute(rows.limit(1)).scalar() or "the channel could not deliver it"


def _digest(*told: str) -> str:
    return hashlib.sha256("\x00".join(told).encode()).hexdigest()
