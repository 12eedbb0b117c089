"""What goes through channels, for the set-up pages."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from frontdesk.model import DeliveryState
from frontdesk.model.set_up import ChannelUse
from frontdesk.storage.engines.database import Database
from frontdesk.storage.schema.interactions import inbound_message, interaction, outbound_message


class StoredTraffic:
    """What goes through channels, and the newest texts."""

    def __init__(self, database: Database) -> None:
        """Read from this database."""
        self._database = database

    async def channels(self, day_began: datetime) -> tuple[ChannelUse, ...]:
        """Every channel that anything ever went through."""
        return await self._database.read(lambda c: _channels(c, day_began))

    async def newest_texts(self, limit: int) -> tuple[tuple[str, str], ...]:
        """Reference and text of the newest messages of customers."""
        # Ids are ULIDs: the newest come last.
        newest = (
            select(interaction.c.reference, inbound_message.c.text)
            .join(interaction, interaction.c.id == inbound_message.c.interaction_id)
            .order_by(inbound_message.c.id.desc())
            .limit(limit)
        )
        return await self._database.read(lambda c: tuple((row[0], row[1]) for row in c.execute(newest)))


def _channels(connection: Connection, day_began: datetime) -> tuple[ChannelUse, ...]:
    come, gone = inbound_message.c, outbound_message.c
    last_in = dict(connection.execute(select(come.channel, func.max(come.received_at)).group_by(come.channel)).all())
    today = select(come.channel, func.count()).where(come.received_at >= day_began).group_by(come.channel)
    of_day: dict[str, int] = dict(connection.execute(today).all())
    sent = select(gone.channel, func.max(gone.created_at)).where(gone.state != DeliveryState.FAILED.value)
    last_out = dict(connection.execute(sent.group_by(gone.channel)).all())
    failed = select(gone.channel, gone.error, gone.created_at).where(gone.state == DeliveryState.FAILED.value)
    errors = {row[0]: (row[1], row[2]) for row in connection.execute(failed.order_by(gone.created_at).limit(10_000))}
    return tuple(
        ChannelUse(code, of_day.get(code, 0), last_in.get(code), last_out.get(code), *errors.get(code, ("", None)))
        for code in sorted({*last_in, *last_out, *errors})
    )
