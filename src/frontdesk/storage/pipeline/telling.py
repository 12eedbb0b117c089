"""Tells people what happened to an interaction that concerns them: the latest of each, until they look at it."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from frontdesk.model.console import Telling
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.schema.interactions import interaction, personal_state
from frontdesk.storage.schema.people import account


def tell(connection: Connection, number: int, names: Iterable[str], what: Telling, by: str, at: datetime) -> None:
    """Tell those of these names who have an account, but not who did it."""
    if not (wanted := set(names) - {"", by}):
        return
    values = {"told": what.value, "told_by": by, "told_at": at}
    values |= {"mentioned_at": at} if what is Telling.MENTIONED else {}
    people = select(account.c.id, account.c.name).where(account.c.name.in_(wanted), account.c.active)
    for row in connection.execute(people).all():
        set_state(connection, number, row.id, {"name": row.name, **values})


def tell_owners(connection: Connection, arrived: Iterable[tuple[int, datetime]]) -> None:
    """Customers wrote in these interactions."""
    times = dict(arrived)
    owned = select(interaction.c.id, interaction.c.assignee).where(interaction.c.id.in_(times))
    for row in connection.execute(owned.where(interaction.c.assignee != "")).all() if times else ():
        tell(connection, row.id, [row.assignee], Telling.ANSWERED, "", times[row.id])


def tell_mentioned(connection: Connection, number: int, text: str, by: str, at: datetime) -> None:
    """Those whose names stand behind an @."""
    if "@" in text:
        names = connection.execute(select(account.c.name).where(account.c.active)).scalars().all()
        found = [each for each in names if re.search(rf"@{re.escape(each)}(?!\w)", text, re.IGNORECASE)]
        tell(connection, number, found, Telling.MENTIONED, by, at)


def set_state(connection: Connection, number: int, person: str, values: Mapping[str, Any]) -> None:
    """Set what somebody has of an interaction; `values` has their name."""
    row: dict[str, Any] = {"interaction_id": number, "person": person, "seen": 0, "reply": "", "memo": ""}
    mine = personal_state.c.interaction_id == number, personal_state.c.person == person
    if not insert_if_new(connection, personal_state, {**row, **values}):
        connection.execute(update(personal_state).where(*mine).values(**values))
