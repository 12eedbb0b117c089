"""Where an interaction belongs, for callers who reach some teams and channels alone (see edges.access.reach)."""

from dataclasses import replace

from sqlalchemy import select

from frontdesk.interfaces import NotFound
from frontdesk.interfaces.access import CALLER
from frontdesk.model import Grant, InteractionFilter
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.stored import Stored
from frontdesk.storage.schema.channels import attachment
from frontdesk.storage.schema.interactions import decision, inbound_message, interaction
from frontdesk.storage.schema.pipeline import effect

NOTHING = ("\x01",)  # the code of no team and no channel
_OF_MESSAGE = {"message_id": inbound_message, "attachment_id": attachment, "decision_id": decision}


class StoredReach(Stored):
    """Looks up teams and channels of interactions."""

    async def require(self, grant: Grant, name: str, value: str) -> None:
        """Raises NotFound where the interaction that `value` names or belongs to is not there, or out of reach."""
        if not grant.is_narrowed:
            return
        place = await self.place_of(name, value)
        if place is None or not grant.reaches(*place):
            raise NotFound(tr("there is no such interaction"))

    async def place_of(self, name: str, value: str) -> tuple[str, str] | None:
        """Team and channel of the interaction that `value` names or belongs to; None where there is none.

        `name` says what it names: reference, message_id, attachment_id, decision_id, or the key of an effect.
        """
        clean = value.replace("\x00", "").strip()
        rows = select(interaction.c.team, interaction.c.channel)
        if name == "reference":
            rows = rows.where(interaction.c.reference == clean.upper())
        elif name == "key":
            rows = rows.join(effect, effect.c.interaction_id == interaction.c.id).where(effect.c.key == clean)
        else:
            rows = rows.join(inbound_message, inbound_message.c.interaction_id == interaction.c.id)
            if (table := _OF_MESSAGE[name]) is not inbound_message:
                rows = rows.join(table, table.c.message_id == inbound_message.c.id)
            rows = rows.where(table.c.id == clean)
        row = await self._database.read(lambda c: c.execute(rows).first())
        return (row.team, row.channel) if row is not None else None


def within_reach(wanted: InteractionFilter) -> InteractionFilter:
    """The filter, narrowed to what the caller of now reaches."""
    grant = CALLER.get().grant
    return replace(wanted, team=_both(wanted.team, grant.teams), channel=_both(wanted.channel, grant.channels))


def _both(wanted: tuple[str, ...], reached: frozenset[str]) -> tuple[str, ...]:
    if not reached:
        return wanted
    return tuple(sorted(reached.intersection(wanted) if wanted else reached)) or NOTHING
