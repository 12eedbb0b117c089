"""Effects that need a person, with the interactions that they belong to."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, func, select

from frontdesk.model import EffectState, Page
from frontdesk.model.set_up import EffectForPerson
from frontdesk.storage.engines.stored import Stored
from frontdesk.storage.schema.interactions import interaction
from frontdesk.storage.schema.pipeline import effect
from frontdesk.storage.schema.rows import as_effect

OPEN = (EffectState.FAILED.value, EffectState.WAITING.value, EffectState.PENDING.value)


class StoredEffectInbox(Stored):
    """Effects that are not over."""

    async def effects(self, states: Sequence[EffectState], limit: int, cursor: str = "") -> Page[EffectForPerson]:
        """Oldest first. Raises Invalid (cursor)."""
        rows = (
            select(effect, interaction.c.reference.label("matter"), interaction.c.title)
            .join(interaction, interaction.c.id == effect.c.interaction_id)
            .where(effect.c.state.in_([state.value for state in states]))
        )
        return await self._page(rows, (effect.c.created_at, effect.c.key), limit, cursor, _row)

    async def counts(self) -> dict[EffectState, int]:
        """How many there are in each state but done."""
        rows = select(effect.c.state, func.count()).where(effect.c.state.in_(OPEN)).group_by(effect.c.state)
        found = await self._database.read(lambda c: c.execute(rows).all())
        return {EffectState(state): count for state, count in found}


def _row(row: RowMapping) -> EffectForPerson:
    return EffectForPerson(as_effect(row), row["matter"], row["title"])
