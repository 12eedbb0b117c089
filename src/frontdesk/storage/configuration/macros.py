"""Canned answers and macros on a database."""

from sqlalchemy import Connection, delete, or_, select, update

from frontdesk.interfaces import Conflict, NotFound
from frontdesk.model.desk import Macro
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.schema.desk import macro
from frontdesk.storage.schema.rows import columns, fact


class StoredMacros:
    """Those of everybody; each person sees their own and the shared ones."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database

    async def of(self, person: str) -> tuple[Macro, ...]:
        """By name."""
        theirs = or_(macro.c.owner == person, macro.c.owner == "")
        rows = select(macro).where(theirs).order_by(macro.c.name, macro.c.id)
        return await self._database.read(lambda c: tuple(fact(Macro, row) for row in c.execute(rows).mappings()))

    async def named(self, macro_id: str, person: str) -> Macro:
        """One that this person sees. Raises NotFound."""
        found = next((each for each in await self.of(person) if each.id == macro_id), None)
        if found is None:
            raise NotFound(tr("there is no such macro"))
        return found

    async def put(self, wanted: Macro, person: str) -> None:
        """Keep what is this person's, or shared. Raises Conflict where the id is another person's."""
        row, mine = columns(wanted), (macro.c.id == wanted.id, macro.c.owner.in_((person, "")))

        def operation(connection: Connection) -> None:
            is_new = insert_if_new(connection, macro, row)
            if not is_new and not connection.execute(update(macro).where(*mine).values(**row)).rowcount:
                raise Conflict(tr("there is another macro with this id"))

        await self._database.write(operation)

    async def remove(self, macro_id: str) -> None:
        """Forget it."""
        await self._database.write(lambda c: c.execute(delete(macro).where(macro.c.id == macro_id)).rowcount)
