"""Stores what was found in a raw event as messages, notices and edits: each once, in the transaction that ends the
work.

A message joins an interaction when the channel proved that it belongs there (id, reference). When it answers a message
of it, has its thread or names its reference, it joins only if its sender takes part already: these can be guessed or
copied. It also joins what the same sender has open within the window. Else it opens one that tells where it may belong.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update
from typing_extensions import override

from frontdesk.interfaces import Clock, NewId
from frontdesk.interfaces.channel_stores import EventResults
from frontdesk.model import Lease, NewMessage, Sender, Status, WorkState
from frontdesk.model import channels as model
from frontdesk.storage.engines.advisory_locks import take_advisory_lock
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline import waiting
from frontdesk.storage.pipeline.accepting import accept_batch
from frontdesk.storage.pipeline.delivery_notices import apply_notice, keep_edit, newest_text
from frontdesk.storage.pipeline.effects import work_id_of
from frontdesk.storage.pipeline.erased import erased_key
from frontdesk.storage.pipeline.merged import current_ids
from frontdesk.storage.pipeline.participants import takes_part
from frontdesk.storage.pipeline.repeated import Arrival
from frontdesk.storage.pipeline.work_queue import pass_fence
from frontdesk.storage.schema.channels import attachment, channel_event, outbound_part
from frontdesk.storage.schema.interactions import inbound_message, interaction, outbound_message
from frontdesk.storage.schema.pipeline import inbox_event, work
from frontdesk.ticketing.arriving import MediaRules, fit, media_type_of

MEDIA_WORK = "media"
ERROR_LENGTH = 2000
# So many of a sender's latest messages are looked at for answers that wait.
MOST_WAITING = 200
# A solved interaction can still be continued; a closed or confirmed one is over.
OVER = (Status.CLOSED.value, Status.CONFIRMED.value)


class StoredEventResults(EventResults):
    """Stores what channels found."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        new_id: NewId,
        window: timedelta,
        media: MediaRules,
        waits: Mapping[str, float] | None = None,
    ) -> None:
        """`window`: how long after the last message a new one of the same sender joins the same interaction.

        `waits` are seconds by the code of a channel, see Arrival.
        """
        self._database, self._clock = database, clock
        self.new_id, self.window, self.media, self.waits = new_id, window, media, waits or {}

    @override
    async def keep_found(self, event: model.RawEvent, code: str, found: Sequence[model.Found], lease: Lease) -> None:
        now = self._clock()

        def operation(connection: Connection) -> None:
            pass_fence(connection, lease, "", WorkState.DONE)
            keeping = _Keeping(self, connection, event, code, now)
            for each in found:
                keeping.keep(each)
            keeping.end()

        await self._database.write(operation)


class _Keeping:
    """The storing of one event's finds inside one transaction."""

    def __init__(
        self, store: StoredEventResults, connection: Connection, event: model.RawEvent, code: str, now: datetime
    ) -> None:
        self._connection, self._event, self._code, self._now = connection, event, code, now
        self._new_id, self._window, self._media = store.new_id, store.window, store.media
        self._wait = store.waits.get(code, 0.0)
        self._counts = {"messages": 0, "duplicates": 0, "notices": 0, "edits": 0, "ignored": 0, "unread": 0}
        self._reasons: list[str] = []
        self._holds_refused = False

    def keep(self, found: model.Found) -> None:
        at = self._event.received_at or self._now
        match found:
            case model.CustomerMessage():
                self._holds_refused |= any(each.refused for each in found.attachments)
                is_new = self._keep_message(fit(found, at))
                self._counts["messages" if is_new else "duplicates"] += 1
            case model.DeliveryNotice():
                self._counts["notices"] += 1
                apply_notice(self._connection, self._code, found, found.at or at, self._now)
            case model.Edit():
                self._counts["edits"] += 1
                keep_edit(self._connection, self._code, found, found.at or at, self._now)
            case model.Ignored() | model.Unread():
                self._counts["ignored" if isinstance(found, model.Ignored) else "unread"] += 1
                self._reasons.append(found.reason)

    def end(self) -> None:
        """Note on the event what was found in it."""
        state = model.EventState.FAILED if self._counts["unread"] else model.EventState.READ
        error = "; ".join(self._reasons)[:ERROR_LENGTH]
        values: dict[str, Any] = {**self._counts, "state": state.value, "error": error}
        if self._holds_refused:  # what the scanner found is in the raw event too
            values["body"] = b""
        row = update(channel_event).where(channel_event.c.id == self._event.id)
        self._connection.execute(row.values(**values))

    def _keep_message(self, found: model.CustomerMessage) -> bool:
        provider_id = found.provider_id or f"{self._event.provider_id}"[:200]
        if self._is_known(provider_id):
            return False
        self._wait_for_my_turn(found.sender.address)
        changed = newest_text(self._connection, self._code, provider_id)
        joins, may_belong_to = self._place_of(found)
        message = NewMessage(
            text=changed or found.text,
            channel=self._code,
            sender=found.sender,
            provider_id=provider_id,
            joins=joins,
            received_at=found.at,
            may_belong_to=may_belong_to,
        )
        arrival = Arrival(message, self._new_id(), self._event.received_at or self._now, "", wait=self._wait)
        [accepted] = accept_batch(self._connection, [arrival])
        if isinstance(accepted, Exception):
            raise accepted
        if accepted.duplicate:
            return False
        if joins is not None and found.interaction_id is None:
            found = self._without_strange_address(found, accepted.interaction_id)
        if found.automatic and joins is not None:
            waiting.rest_if_ended(self._connection, accepted.interaction_id)
        self._keep_details(found, accepted.message_id, provider_id)
        self._wake_waiting_answers(found.sender.address)
        return True

    def _is_known(self, provider_id: str) -> bool:
        names = (provider_id, erased_key(provider_id))
        there = (inbox_event.c.channel == self._code, inbox_event.c.provider_id.in_(names))
        return self._connection.execute(select(inbox_event.c.id).where(*there).limit(1)).first() is not None

    def _wait_for_my_turn(self, address: str) -> None:
        """Two first messages of one sender must not open two interactions. SQLite has one writer anyway."""
        number = int.from_bytes(hashlib.sha256(f"{self._code} {address}".encode()).digest()[:8], signed=True)
        take_advisory_lock(self._connection, number)

    def _keep_details(self, found: model.CustomerMessage, message_id: str, provider_id: str) -> None:
        kept = ("thread", "automatic", "quoted")
        details = {"provider_id": provider_id, **{name: getattr(found, name) for name in kept}}
        mine = update(inbound_message).where(inbound_message.c.id == message_id)
        self._connection.execute(mine.values(**details, context=dict(found.context)))
        came = update(inbox_event).where(inbox_event.c.message_id == message_id)
        self._connection.execute(came.values(event_id=self._event.id or None))
        for incoming in found.attachments:
            self._keep_incoming(incoming, message_id)

    def _keep_incoming(self, incoming: model.IncomingAttachment, message_id: str) -> None:
        attachment_id = self._new_id()
        row: dict[str, Any] = {
            "id": attachment_id,
            "message_id": message_id,
            "name": incoming.name,
            "media_type": incoming.media_type.partition(";")[0].strip().lower()[:100],
            "state": model.AttachmentState.PENDING.value,
            "remote": dict(incoming.remote),
            "is_speech": incoming.is_speech,
            "created_at": self._now,
        }
        if incoming.content is not None:
            row |= kept_content(incoming.content, incoming.media_type, self._media, incoming.refused)
        self._connection.execute(insert(attachment).values(**row))
        if incoming.content is None:
            job = {"id": attachment_id, "kind": MEDIA_WORK, "subject": attachment_id, "step": "fetch"}
            due = {"state": WorkState.OPEN.value, "due_at": self._now, "created_at": self._now}
            self._connection.execute(insert(work).values(**job, **due))

    def _place_of(self, found: model.CustomerMessage) -> tuple[int | None, str]:
        """The interaction that it joins; where there is none, the reference of the one that it may belong to."""
        if (proven := self._by_id(found.interaction_id) or self._by_reference(found.reference)) is not None:
            return proven, ""
        in_thread = self._by_thread(found.thread)
        if in_thread is not None and found.has_own_thread:
            return in_thread, ""
        named = (self._by_answer(found.answers), in_thread, self._by_reference(found.mentions))
        possible = list(dict.fromkeys(self._goes_on(each) for each in named if each is not None))
        for each in possible:
            if not found.is_disproved and takes_part(self._connection, each, self._code, found.sender):
                return each, ""
        if found.joins_by_sender and (own := self._by_sender(found)) is not None:
            return own, ""
        return None, self._reference_of(possible[0]) if possible else ""

    def _goes_on(self, interaction_id: int) -> int:
        return current_ids(self._connection, {interaction_id}).get(interaction_id, interaction_id)

    def _reference_of(self, interaction_id: int) -> str:
        rows = select(interaction.c.reference).where(interaction.c.id == interaction_id)
        return str(self._connection.execute(rows).scalar_one())

    def _without_strange_address(self, found: model.CustomerMessage, interaction_id: int) -> model.CustomerMessage:
        """Whoever writes in the name of a participant must not lead our answers elsewhere by a Reply-To."""
        address = found.context.get("reply_to", "")
        if not address or found.sender.identity.is_proven:
            return found
        if takes_part(self._connection, interaction_id, self._code, Sender(address=address)):
            return found
        return replace(found, context={name: v for name, v in found.context.items() if name != "reply_to"})

    def _by_id(self, interaction_id: int | None) -> int | None:
        rows = select(interaction.c.id).where(interaction.c.id == interaction_id)
        return self._connection.execute(rows).scalar() if interaction_id is not None else None

    def _by_reference(self, reference: str) -> int | None:
        if not reference:
            return None
        rows = select(interaction.c.id).where(interaction.c.reference == reference)
        return self._connection.execute(rows).scalar()

    def _by_answer(self, answers: Sequence[str]) -> int | None:
        """The interaction of the first known message that this one answers, inbound or outbound."""
        for provider_id in answers:
            inside = (inbox_event.c.channel == self._code, inbox_event.c.provider_id == provider_id)
            came = select(inbound_message.c.interaction_id).join(
                inbox_event, inbox_event.c.message_id == inbound_message.c.id
            )
            outside = (outbound_part.c.channel == self._code, outbound_part.c.provider_id == provider_id)
            went = select(outbound_message.c.interaction_id).join(
                outbound_part, outbound_part.c.message_id == outbound_message.c.id
            )
            for rows in (came.where(*inside), went.where(*outside)):
                if (known := self._connection.execute(rows.limit(1)).scalar()) is not None:
                    return int(known)
        return None

    def _by_thread(self, thread: str) -> int | None:
        if not thread:
            return None
        rows = (
            select(inbound_message.c.interaction_id)
            .where(inbound_message.c.channel == self._code, inbound_message.c.thread == thread)
            .where(inbound_message.c.thread != "")
            .order_by(inbound_message.c.received_at.desc(), inbound_message.c.id.desc())
        )
        return self._connection.execute(rows.limit(1)).scalar()

    def _by_sender(self, found: model.CustomerMessage) -> int | None:
        if not found.sender.address:
            return None
        since = (found.at or self._now) - self._window
        rows = (
            select(inbound_message.c.interaction_id)
            .join(interaction, interaction.c.id == inbound_message.c.interaction_id)
            .where(
                inbound_message.c.channel == self._code,
                inbound_message.c.sender_address == found.sender.address,
                inbound_message.c.received_at >= since,
                interaction.c.status.not_in(OVER),
            )
            .order_by(inbound_message.c.received_at.desc(), inbound_message.c.id.desc())
        )
        return self._connection.execute(rows.limit(1)).scalar()

    def _wake_waiting_answers(self, address: str) -> None:
        """The customer wrote again: answers that waited for that may go."""
        if not address:
            return
        theirs = (inbound_message.c.channel == self._code, inbound_message.c.sender_address == address)
        matters = select(inbound_message.c.interaction_id).where(*theirs)
        latest = matters.order_by(inbound_message.c.received_at.desc()).limit(MOST_WAITING)
        waiting = (
            select(outbound_message.c.id, outbound_message.c.effect_key)
            .where(outbound_message.c.interaction_id.in_(latest.scalar_subquery()))
            .where(outbound_message.c.state == "pending", outbound_message.c.channel == self._code)
            .where(outbound_message.c.recipient == address, outbound_message.c.error != "")
        )
        for row in self._connection.execute(waiting).all():
            ids = [row.id, *([work_id_of(row.effect_key)] if row.effect_key else [])]
            due = (work.c.id.in_(ids), work.c.state == WorkState.OPEN.value, work.c.lease_owner == "")
            self._connection.execute(update(work).where(*due).values(due_at=self._now))


def kept_content(content: bytes, claimed: str, rules: MediaRules, refused: str = "") -> dict[str, Any]:
    """The columns of an attachment whose content is here; refused content is not kept."""
    kind, reason = media_type_of(content, claimed, rules)
    reason = reason or refused
    kept = {"media_type": kind, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "remote": {}}
    if reason:
        return kept | {"state": model.AttachmentState.REFUSED.value, "reason": reason, "content": None}
    return kept | {"state": model.AttachmentState.STORED.value, "reason": "", "content": content}
