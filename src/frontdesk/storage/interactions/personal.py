"""What each person has of an interaction: what they saw, texts that they have not sent, and whether they are there."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from frontdesk.model import Caller
from frontdesk.model.console import PersonalState, Presence, Told
from frontdesk.storage.engines.stored import StoredByClock
from frontdesk.storage.pipeline.telling import set_state
from frontdesk.storage.schema.interactions import inbound_message, interaction, personal_state
from frontdesk.storage.schema.rows import fact

# Who was not heard of for so long is gone.
GONE_AFTER = timedelta(seconds=40)
MOST_TOLD = 50
_STATE = personal_state.c


class StoredPersonal(StoredByClock):
    """Personal states on a database."""

    async def seen(self, person: Caller, ids: Sequence[int]) -> Mapping[int, int]:
        """How many messages of these interactions somebody saw; those of which they saw none are left out."""
        rows = select(_STATE.interaction_id, _STATE.seen).where(
            _STATE.person == person.id, _STATE.interaction_id.in_(ids)
        )
        return await self._database.read(lambda c: {row[0]: row[1] for row in c.execute(rows)} if ids else {})

    async def of(self, interaction_id: int, person: Caller) -> PersonalState:
        """What somebody has of an interaction."""
        at = self._clock()
        return await self._database.read(lambda c: _read(c, interaction_id, person, at))

    async def told(self, person: Caller) -> tuple[Told, ...]:
        """What somebody is told and has not looked at, the newest first."""
        theirs = _STATE.person == person.id, _STATE.told_at.is_not(None)
        rows = select(interaction.c.reference, interaction.c.title, interaction.c.team, interaction.c.channel)
        rows = rows.add_columns(_STATE.told, _STATE.told_by, _STATE.told_at).join(personal_state).where(*theirs)
        newest = rows.order_by(_STATE.told_at.desc()).limit(MOST_TOLD)
        found = await self._database.read(lambda c: c.execute(newest).mappings().all())
        return tuple(fact(Told, each) for each in found if person.grant.reaches(each["team"], each["channel"]))

    async def heed(self, person: Caller) -> None:
        """Somebody has looked at all that they were told."""
        read = update(personal_state).where(_STATE.person == person.id).values(told_at=None)
        await self._database.write(lambda c: c.execute(read).rowcount)

    async def opened(self, interaction_id: int, person: Caller) -> PersonalState:
        """The same for who has it before their eyes: it is read."""
        state = await self.of(interaction_id, person)
        return await self.change(interaction_id, person, unread=False) if state.unread else state

    async def change(
        self,
        interaction_id: int,
        person: Caller,
        *,
        unread: bool | None = None,
        reply: str | None = None,
        memo: str | None = None,
    ) -> PersonalState:
        """Set what is given. Who does so is there, unless they mark it unread; and writes, where a text is new."""
        at = self._clock()

        def operation(connection: Connection) -> PersonalState:
            before = _read(connection, interaction_id, person, at)
            values: dict[str, Any] = {"name": person.name or person.id, "present_at": None if unread else at}
            values |= {} if unread else {"told_at": None}
            if unread is not None:
                values["seen"] = 0 if unread else _messages(connection, interaction_id)
            for name, text in (("reply", reply), ("memo", memo)):
                if text is not None:
                    values[name] = text
                    values |= {"writing_at": at} if text and text != getattr(before, name) else {}
            set_state(connection, interaction_id, person.id, values)
            return _read(connection, interaction_id, person, at)

        return await self._database.write(operation)


def _read(connection: Connection, interaction_id: int, person: Caller, at: datetime) -> PersonalState:
    rows = select(personal_state).where(_STATE.interaction_id == interaction_id)
    since, states = at - GONE_AFTER, connection.execute(rows.order_by(_STATE.name)).mappings().all()
    others = tuple(
        Presence(each["name"], bool(each["writing_at"] and each["writing_at"] > since))
        for each in states
        if each["person"] != person.id and each["present_at"] and each["present_at"] > since
    )
    mine = next((each for each in states if each["person"] == person.id), None)
    unread = _messages(connection, interaction_id) > (mine["seen"] if mine else 0)
    return PersonalState(unread, mine["reply"] if mine else "", mine["memo"] if mine else "", others)


def _messages(connection: Connection, interaction_id: int) -> int:
    counted = select(func.count()).where(inbound_message.c.interaction_id == interaction_id)
    return connection.execute(counted).scalar_one()
