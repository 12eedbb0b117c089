"""What each person has of an interaction: what they saw, texts that they have not sent, and whether they are there."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update

from frontdesk.interfaces import Clock
from frontdesk.model import Caller
from frontdesk.model.console import PersonalState, Presence
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.schema.interactions import inbound_message, personal_state

# Who was not heard of for so long is gone.
GONE_AFTER = timedelta(seconds=40)
_STATE = personal_state.c


class StoredPersonal:
    """Personal states on a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Use this database and clock."""
        self._database, self._clock = database, clock

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
            if unread is not None:
                values["seen"] = 0 if unread else _messages(connection, interaction_id)
            for name, text in (("reply", reply), ("memo", memo)):
                if text is not None:
                    values[name] = text
                    values |= {"writing_at": at} if text and text != getattr(before, name) else {}
            _set(connection, interaction_id, person, values)
            return _read(connection, interaction_id, person, at)

        return await self._database.write(operation)


def _mine(interaction_id: int, person: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _STATE.interaction_id == interaction_id, _STATE.person == person


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


def _set(connection: Connection, interaction_id: int, person: Caller, values: Mapping[str, Any]) -> None:
    row: dict[str, Any] = {"interaction_id": interaction_id, "person": person.id, "seen": 0, "reply": "", "memo": ""}
    if not insert_if_new(connection, personal_state, {**row, **values}):
        connection.execute(update(personal_state).where(*_mine(interaction_id, person.id)).values(**values))
