"""Attachments on a database: on their way in, and as people see them."""

import hashlib
from typing import Any

from sqlalchemy import select, update
from typing_extensions import override

from frontdesk.interfaces import NotFound
from frontdesk.interfaces.channel_stores import Media, PendingMedia
from frontdesk.interfaces.channels import Fetched
from frontdesk.model import Lease, WorkState
from frontdesk.model.channels import Attachment, AttachmentState
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.work_queue import pass_fence
from frontdesk.storage.schema.channels import attachment
from frontdesk.storage.schema.interactions import inbound_message
from frontdesk.storage.schema.rows import fact


class StoredAttachments(Media):
    """`of_message` and `one` are for people."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database

    @override
    async def load(self, attachment_id: str) -> PendingMedia:
        rows = (
            select(attachment, inbound_message.c.channel.label("code"))
            .join(inbound_message, inbound_message.c.id == attachment.c.message_id)
            .where(attachment.c.id == attachment_id)
        )
        row = await self._database.read(lambda c: c.execute(rows).mappings().first())
        if row is None:
            raise NotFound(tr("there is no attachment {attachment}", attachment=attachment_id))
        return fact(PendingMedia, row)

    @override
    async def keep(self, attachment_id: str, lease: Lease, state: AttachmentState, got: Fetched, reason: str) -> None:
        values: dict[str, Any] = {
            "state": state.value,
            "reason": reason,
            "media_type": got.media_type,
            "size": len(got.content),
            "sha256": hashlib.sha256(got.content).hexdigest(),
            "content": got.content if state is AttachmentState.STORED else None,
        }
        if got.name:
            values["name"] = got.name[:200]
        stored = update(attachment).where(attachment.c.id == attachment_id).values(**values)

        def operation(connection: Any) -> None:
            pass_fence(connection, lease, "", WorkState.DONE)
            connection.execute(stored)

        await self._database.write(operation)

    @override
    async def keep_failed(self, attachment_id: str, reason: str) -> None:
        values = {"state": AttachmentState.FAILED.value, "reason": reason}
        failed = update(attachment).where(attachment.c.id == attachment_id).values(**values)
        await self._database.write(lambda c: c.execute(failed).rowcount)

    async def of_message(self, message_id: str) -> tuple[Attachment, ...]:
        """What came with a message, without contents."""
        columns = [column for column in attachment.c if column.name != "content"]
        rows = select(*columns).where(attachment.c.message_id == message_id).order_by(attachment.c.id)
        found = await self._database.read(lambda c: c.execute(rows).mappings().all())
        return tuple(fact(Attachment, row, content=b"") for row in found)

    async def one(self, attachment_id: str) -> Attachment:
        """With its content. Raises NotFound, also where it is not (or no longer to be) stored."""
        rows = select(attachment).where(attachment.c.id == attachment_id)
        row = await self._database.read(lambda c: c.execute(rows).mappings().first())
        if row is None:
            raise NotFound(tr("there is no attachment {attachment}", attachment=attachment_id))
        if row["content"] is None:
            reason = row["reason"] or row["state"]
            gone = tr("the attachment {attachment} is not here: {reason}", attachment=attachment_id, reason=reason)
            raise NotFound(gone)
        return fact(Attachment, row)
