"""Views of lists that people saved."""

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from frontdesk.interfaces import Conflict, NotFound
from frontdesk.model.console import SavedView
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.stored import StoredWithIds
from frontdesk.storage.schema.people import saved_view
from frontdesk.storage.schema.rows import columns

MOST_VIEWS = 100


class StoredViews(StoredWithIds):
    """Saved views on a database."""

    async def of(self, owner: str) -> tuple[SavedView, ...]:
        """Those of this person and those that others share, by name."""
        mine = or_(saved_view.c.owner == owner, saved_view.c.shared)
        rows = select(saved_view).where(mine).order_by(saved_view.c.name, saved_view.c.id).limit(2 * MOST_VIEWS)
        return await self._database.read(lambda c: tuple(SavedView(**row) for row in c.execute(rows).mappings()))

    async def save(self, owner: str, name: str, query: str, *, shared: bool) -> SavedView:
        """Keep it, in place of an older one with the same name. Raises Conflict when they have too many."""
        view = SavedView(self._new_id(), owner, name, query, shared, self._clock())
        return await self._database.write(lambda c: _save(c, view))

    async def remove(self, owner: str, view_id: str) -> None:
        """Forget one's own view. Raises NotFound."""
        theirs = delete(saved_view).where(saved_view.c.owner == owner, saved_view.c.id == view_id)
        if not await self._database.write(lambda c: c.execute(theirs).rowcount):
            raise NotFound(tr("you have no such view"))


def _save(connection: Connection, view: SavedView) -> SavedView:
    theirs = saved_view.c.owner == view.owner
    again = update(saved_view).where(theirs, saved_view.c.name == view.name)
    if connection.execute(again.values(query=view.query, shared=view.shared)).rowcount:
        return view
    kept = connection.execute(select(func.count()).select_from(saved_view).where(theirs)).scalar_one()
    if kept >= MOST_VIEWS:
        raise Conflict(tr("you have saved {most} views, which is the most: remove one first", most=MOST_VIEWS))
    connection.execute(insert(saved_view), [columns(view)])
    return view
