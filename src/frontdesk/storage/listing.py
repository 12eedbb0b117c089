"""Lists of interactions: filtered, sorted, searched and counted at any size.

Every list first finds the numbers of one page and then reads those rows alone. The numbers come out of
`ix_interaction_list`, which holds all that can be filtered by: at worst it is read once from end to end, and the table
itself is never touched. Sorting everything by something else than time has an index of its own. A search starts from
the newest hits of its words (`searching.MOST_HITS`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, case, func, literal, or_, select
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from frontdesk.interfaces import Invalid
from frontdesk.interfaces.console import Count, ListRow, ListSort
from frontdesk.model import CodeList, InteractionFilter, Page
from frontdesk.model.queries import SURE
from frontdesk.storage import paging
from frontdesk.storage.codes import StoredCodes
from frontdesk.storage.database import Database
from frontdesk.storage.search_words import Wanted, wanted_of
from frontdesk.storage.searching import MOST_HITS, hits
from frontdesk.storage.tables import customer, inbound_message, interaction

MOST_COUNTED = 10_000
LISTED = (
    *("status", "category", "channel", "priority", "intent", "sentiment", "team"),
    *("tier", "language", "message_type", "route"),
)
RANKED = {"priority": CodeList.PRIORITY, "status": CodeList.STATUS}
TIMES = {"updated": interaction.c.updated_at, "created": interaction.c.created_at}
# Codes that no list knows any more come after those that one does.
UNKNOWN_RANK = 999
NO_READING = -1.0
_PLUS: custom_op[Any] = custom_op("+")


class StoredLists:
    """Lists over a database; see interfaces.console.InteractionLists."""

    def __init__(self, database: Database, codes: StoredCodes) -> None:
        """Read from this database; orders of codes are those of their lists."""
        self._database, self._codes = database, codes

    async def page(self, wanted: InteractionFilter, sort: ListSort, limit: int, cursor: str = "") -> Page[ListRow]:
        """See interfaces.console.InteractionLists."""
        order = _Order.of(sort, await self._ranks(sort))
        place = order.place(cursor) if cursor else None
        asked = _Asked(wanted, wanted_of(wanted.text), self._database.dialect)
        return await self._database.read(lambda c: _page(c, asked, order, limit, place))

    async def count(self, wanted: InteractionFilter) -> Count:
        """See interfaces.console.InteractionLists."""
        asked = _Asked(wanted, wanted_of(wanted.text), self._database.dialect)
        return await self._database.read(lambda c: _count(c, asked))

    async def _ranks(self, sort: ListSort) -> Mapping[str, int]:
        which = RANKED.get(sort.value.lstrip("-"))
        if which is None:
            return {}
        return {entry.code: at for at, entry in enumerate((await self._codes.all()).get(which, ()))}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A filter, its words, and the dialect that it is asked in."""

    wanted: InteractionFilter
    words: Wanted
    dialect: str

    @property
    def has_nothing(self) -> bool:
        """Whether it is text in which nothing can be looked for."""
        return bool(self.wanted.text.strip()) and not (self.words.terms or self.words.without)

    def numbers(self) -> tuple[ColumnElement[Any], Select[Any]]:
        """The column of numbers, and the rows that fit, to be ordered and cut."""
        number: ColumnElement[Any] = interaction.c.id
        if not self.words.terms:
            rows = select(number)
            if self.words.without:
                unwanted = hits(self.dialect, Wanted(self.words.without)).subquery()
                rows = rows.where(number.not_in(select(unwanted.c.id)))
        else:
            found = hits(self.dialect, self.words).subquery("found")
            # On SQLite a cross join is done in the order in which it is written.
            joined = found.join(interaction, literal(True)) if self.dialect == "sqlite" else found
            rows = select(number).select_from(joined).where(number == found.c.id)
        return number, rows.where(*self._conditions())

    def _conditions(self) -> list[ColumnElement[bool]]:
        wanted = self.wanted
        conditions: list[ColumnElement[bool]] = [self.plain(interaction.c.merged_into).is_(None)]
        conditions += [
            self.plain(interaction.c[name]).in_(values) for name in LISTED if (values := getattr(wanted, name))
        ]
        if wanted.customer_id is not None:
            conditions.append(interaction.c.customer_id == wanted.customer_id)
        if wanted.confidence:
            sure = self.plain(interaction.c.confidence)
            spans = (SURE[each] for each in wanted.confidence)
            conditions.append(or_(*(and_(sure >= low, sure < high) for low, high in spans)))
        for column, low, high in (
            (interaction.c.updated_at, wanted.since, wanted.until),
            (interaction.c.created_at, wanted.opened_since, wanted.opened_until),
        ):
            conditions += [column >= low] if low is not None else []
            conditions += [column < high] if high is not None else []
        return conditions

    def plain(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """The column, on SQLite so that no index of its own tempts the planner away from the list's index."""
        return UnaryExpression(column, operator=_PLUS, type_=column.type) if self.dialect == "sqlite" else column


@dataclass(frozen=True, slots=True)
class _Order:
    """An order: by what, in which direction, and how a place in it is written down."""

    sort: ListSort
    name: str
    down: bool
    ranks: Mapping[str, int]

    @classmethod
    def of(cls, sort: ListSort, ranks: Mapping[str, int]) -> "_Order":
        return cls(sort, sort.value.lstrip("-"), sort.value.startswith("-"), ranks)

    def by(self) -> ColumnElement[Any]:
        """What it is ordered by before the number, which goes the same way (for ranks: the newest first)."""
        if self.name in TIMES:
            return TIMES[self.name]
        if self.name == "confidence":
            return interaction.c.confidence
        return case(self.ranks, value=interaction.c[self.name], else_=UNKNOWN_RANK) if self.ranks else literal(0)

    @property
    def numbers_down(self) -> bool:
        """Whether higher numbers come first where the rest is equal."""
        return self.down if self.name not in RANKED else True

    def place(self, cursor: str) -> tuple[Any, int]:
        """Where a page ended. Raises Invalid."""
        kind = datetime if self.name in TIMES else str if self.name == "confidence" else int
        sort, value, number = paging.decode(cursor, (str, kind, int))
        if sort != self.sort.value:
            raise Invalid("cursor belongs to another order: begin without it", "cursor")
        return (_number(value) if self.name == "confidence" else value), number

    def mark(self, row: RowMapping) -> paging.Place:
        """The place of a row."""
        value = row["by"]
        if isinstance(value, datetime):
            value = paging.stamp(value)
        return self.sort.value, repr(value) if isinstance(value, float) else value, row["id"]

    def behind(self, number: ColumnElement[Any], place: tuple[Any, int]) -> ColumnElement[bool]:
        """The rows after a place."""
        value, last = place
        column = self.by()
        if self.down == self.numbers_down:
            return paging.after(column, number, place, down=self.down)
        further = column < value if self.down else column > value
        return or_(further, and_(column == value, number < last if self.numbers_down else number > last))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Invalid("cursor is not one that this list gave: begin without it", "cursor") from None


def _page(
    connection: Connection, asked: _Asked, order: _Order, limit: int, place: tuple[Any, int] | None
) -> Page[ListRow]:
    if asked.has_nothing:
        return Page(())
    number, rows = asked.numbers()
    if place is not None:
        rows = rows.where(order.behind(number, place))
    column = order.by()
    rows = rows.add_columns(column.label("by")).limit(limit + 1)
    rows = rows.order_by(
        column.desc() if order.down else column.asc(), number.desc() if order.numbers_down else number.asc()
    )
    found = connection.execute(rows).mappings().all()
    facts = _rows(connection, [row["id"] for row in found[:limit]])
    return paging.page(found, limit, lambda row: facts[row["id"]], order.mark)


def _count(connection: Connection, asked: _Asked) -> Count:
    if asked.has_nothing:
        return Count(0)
    _, rows = asked.numbers()
    number = connection.execute(select(func.count()).select_from(rows.limit(MOST_COUNTED + 1).subquery())).scalar_one()
    cut = False
    if asked.words.terms:
        looked = hits(asked.dialect, asked.words).subquery()
        cut = connection.execute(select(func.count()).select_from(looked)).scalar_one() >= MOST_HITS
    return Count(min(number, MOST_COUNTED), more=number > MOST_COUNTED, cut=cut)


def _rows(connection: Connection, ids: Sequence[int]) -> dict[int, ListRow]:
    message = inbound_message.c
    theirs = message.interaction_id == interaction.c.id
    writer = (
        select(message.sender_name)
        .where(theirs, message.sender_name != "")
        .order_by(message.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )
    counted = select(func.count()).select_from(inbound_message).where(theirs).scalar_subquery()
    rows = (
        select(interaction, func.coalesce(customer.c.name, writer, "").label("who"), counted.label("messages"))
        .join(customer, customer.c.id == interaction.c.customer_id, isouter=True)
        .where(interaction.c.id.in_(ids))
    )
    return {row["id"]: _fact(row) for row in connection.execute(rows).mappings()} if ids else {}


def _fact(row: RowMapping) -> ListRow:
    same = ("id", "reference", "title", "status", "priority", "category", "channel", "team", "tags", "sentiment")
    more = ("intent", "tier", "language", "customer_id", "messages", "created_at", "updated_at")
    sure = row["confidence"]
    return ListRow(
        **{name: row[name] for name in (*same, *more)},
        customer=row["who"],
        confidence=None if sure is None or sure < 0 else sure,
    )
