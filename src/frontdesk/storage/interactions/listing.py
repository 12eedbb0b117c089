"""Lists of interactions: filtered, sorted, searched and counted at any size.

Every list first finds the numbers of one page and then reads those rows alone. The numbers come out of
`ix_interaction_list`, which holds all that can be filtered by: at worst it is read once from end to end, and the table
itself is never touched. Sorting everything by something else than time has an index of its own. A search starts from
the newest hits of its words (`searching.MOST_HITS`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from frontdesk.interfaces import Clock, Invalid
from frontdesk.interfaces.access import CALLER
from frontdesk.interfaces.cached import CachedByKey
from frontdesk.model import Caller, CodeList, InteractionFilter, Page
from frontdesk.model.console import Count, ListRow, ListSort, ViewCounts
from frontdesk.model.queries import SURE, DeskView
from frontdesk.model.translatable import tr
from frontdesk.storage.configuration.codes import StoredCodes
from frontdesk.storage.engines import paging
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.stamps import settled
from frontdesk.storage.engines.types import Moment
from frontdesk.storage.interactions.desk_views import belongs, counting, is_due, targets
from frontdesk.storage.interactions.reach import within_reach
from frontdesk.storage.schema.interactions import deadline, inbound_message, interaction
from frontdesk.storage.schema.people import customer
from frontdesk.storage.schema.rows import fact
from frontdesk.storage.search.index import MOST_HITS, hits
from frontdesk.storage.search.words import SearchTerms, wanted_of

MOST_COUNTED = 10_000
LISTED = (
    *("status", "category", "channel", "priority", "intent", "sentiment", "team"),
    *("tier", "language", "message_type", "route"),
)
RANKED = {"priority": CodeList.PRIORITY, "status": CodeList.STATUS}
COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "updated": interaction.c.updated_at,
    "created": interaction.c.created_at,
    "id": interaction.c.id,
    # Who does not wait comes last.
    "waiting": func.coalesce(
        interaction.c.waiting_since, literal(datetime(9999, 12, 31, tzinfo=UTC), Moment(), literal_execute=True)
    ),
}
# Views that `ix_interaction_open` holds in the order of the last change.
IN_ORDER = (None, DeskView.MINE, DeskView.UNASSIGNED)
COUNTED_SECONDS = 2.0
# Codes that no list knows any more come after those that one does.
LAST_RANK = 999
# Most interactions are over; of the others an index of their own finds the few that are asked for.
OVER = frozenset({"CL", "CO"})
_PLUS: custom_op[Any] = custom_op("+")


class StoredLists:
    """Lists over a database."""

    def __init__(self, database: Database, codes: StoredCodes, clock: Clock) -> None:
        """Read from this database; orders of codes are those of their lists."""
        self._database, self._codes, self._clock = database, codes, clock
        self._counts = CachedByKey[Caller, ViewCounts](COUNTED_SECONDS)

    async def page(self, wanted: InteractionFilter, sort: ListSort, limit: int, cursor: str = "") -> Page[ListRow]:
        """Up to `limit`; rows that arrive meanwhile neither repeat nor hide others. Raises Invalid (cursor)."""
        wanted, order = within_reach(wanted), _Order.of(sort, await self._ranks(sort))
        place = order.place(cursor) if cursor else None
        asked = self._asked(wanted)
        return await self._database.read(lambda c: _page(c, asked, order, limit, place))

    async def following(self, token: str, limit: int) -> Page[ListRow]:
        """What changed since a token, oldest change first, and the next token. Raises Invalid."""
        reach = within_reach(InteractionFilter())
        reached = {"team": reach.team, "channel": reach.channel}
        return await self._database.read(lambda c: following(c, token, limit, reached, _rows))

    async def count(self, wanted: InteractionFilter) -> Count:
        """How many fit, counted up to ten thousand."""
        wanted = within_reach(wanted)
        asked = self._asked(wanted)
        return await self._database.read(lambda c: _count(c, asked))

    async def view_counts(self) -> ViewCounts:
        """How many each view of the caller of now holds, at most two seconds old."""
        rows = counting(self._clock())
        return await self._counts.get(CALLER.get(), lambda: self._database.read(lambda c: _view_counts(c, rows)))

    def _asked(self, wanted: InteractionFilter) -> "_Asked":
        viewed = belongs(wanted.view, self._clock()) if wanted.view else ()
        return _Asked(wanted, wanted_of(wanted.text), self._database.dialect, tuple(viewed))

    async def _ranks(self, sort: ListSort) -> Mapping[str, int]:
        which = RANKED.get(sort.value.lstrip("-"))
        if which is None:
            return {}
        return {entry.code: at for at, entry in enumerate((await self._codes.all()).get(which, ()))}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A filter, its words, the dialect that it is asked in, and what belongs into its view."""

    wanted: InteractionFilter
    words: SearchTerms
    dialect: str
    viewed: tuple[ColumnElement[bool], ...]

    @property
    def has_nothing(self) -> bool:
        """Whether it is text in which nothing can be looked for."""
        return bool(self.wanted.text.strip()) and not (self.words.terms or self.words.without)

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return replace(self.wanted, merged=False) == InteractionFilter()

    def is_only_about(self, order: str) -> bool:
        """Whether nothing is left out, or only by what it is ordered by: an index in that order then ends early."""
        return self.is_everything or (
            order == "confidence" and replace(self, wanted=replace(self.wanted, confidence=())).is_everything
        )

    @property
    def is_about_open_ones(self) -> bool:
        """Whether a status is asked for, and none of those that most have."""
        return bool(self.wanted.status) and OVER.isdisjoint(self.wanted.status)

    def numbers(self, by: str = "") -> tuple[ColumnElement[Any], Select[Any]]:
        """The column of numbers, and the rows that fit, to be ordered (`by` tells by what) and cut."""
        number: ColumnElement[Any] = interaction.c.id
        if not self.words.terms:
            rows = select(number)
            if self.words.without:
                unwanted = hits(self.dialect, SearchTerms(self.words.without)).subquery()
                rows = rows.where(number.not_in(select(unwanted.c.id)))
        else:
            found = hits(self.dialect, self.words).subquery("found")
            # On SQLite a cross join is done in the order in which it is written.
            joined = found.join(interaction, literal(True)) if self.dialect == "sqlite" else found
            rows = select(number).select_from(joined).where(number == found.c.id)
        return number, rows.where(*self._conditions(by))

    def _conditions(self, by: str) -> list[ColumnElement[bool]]:
        chosen = {"customer_id": True, "status": self.is_about_open_ones, "confidence": by == "confidence"}
        conditions = _filters(self.wanted, lambda column: column if chosen.get(column.name) else self.plain(column))
        conditions += self.viewed
        return conditions if self.wanted.merged else [self.plain(interaction.c.merged_into).is_(None), *conditions]

    def plain(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """The column, on SQLite so that no index of its own tempts the planner away from the list's index."""
        return UnaryExpression(column, operator=_PLUS, type_=column.type) if self.dialect == "sqlite" else column


def _filters(wanted: InteractionFilter, seen: Callable[[Column[Any]], ColumnElement[Any]]) -> list[ColumnElement[bool]]:
    """All that a filter asks for but its text; `seen` says how a column is looked at."""
    columns = interaction.c
    conditions: list[ColumnElement[bool]] = [
        seen(columns[name]).in_(values) for name in LISTED if (values := getattr(wanted, name))
    ]
    if wanted.customer_id is not None:
        conditions.append(seen(columns.customer_id) == wanted.customer_id)
    if wanted.confidence:
        sure, spans = seen(columns.confidence), (SURE[each] for each in wanted.confidence)
        conditions.append(or_(*(and_(sure >= low, sure < high) for low, high in spans)))
    for column, low, high in (
        (columns.updated_at, wanted.since, wanted.until),
        (columns.created_at, wanted.opened_since, wanted.opened_until),
    ):
        conditions += [seen(column) >= low] if low is not None else []
        conditions += [seen(column) < high] if high is not None else []
    return conditions


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
        if self.name in COLUMNS:
            return COLUMNS[self.name]
        if self.name == "confidence":
            return interaction.c.confidence
        return case(self.ranks, value=interaction.c[self.name], else_=self.unknown_rank) if self.ranks else literal(0)

    @property
    def unknown_rank(self) -> int:
        """Where codes stand that no list knows: at the end, whatever the direction."""
        return -1 if self.down else LAST_RANK

    @property
    def numbers_down(self) -> bool:
        """Whether higher numbers come first where the rest is equal."""
        return self.down if self.name not in RANKED else True

    def place(self, cursor: str) -> tuple[Any, int]:
        """Where a page ended. Raises Invalid."""
        kind = {"updated": datetime, "created": datetime, "waiting": datetime, "confidence": str}.get(self.name, int)
        sort, value, number = paging.decode(cursor, (str, kind, int))
        if sort != self.sort.value:
            raise Invalid(tr("cursor belongs to another order: begin without it"), "cursor")
        return (_number(value) if self.name == "confidence" else value), number

    def mark(self, row: RowMapping) -> paging.Place:
        """The place of a row."""
        value = row["by"]
        if isinstance(value, datetime):
            value = paging.stamp(value)
        return self.sort.value, repr(value) if isinstance(value, float) else value, row["id"]

    def behind(
        self, column: ColumnElement[Any], number: ColumnElement[Any], place: tuple[Any, int]
    ) -> ColumnElement[bool]:
        """The rows after a place."""
        value, last = place
        if self.down == self.numbers_down:
            return paging.after(column, number, place, down=self.down)
        further = column < value if self.down else column > value
        return or_(further, and_(column == value, number < last if self.numbers_down else number > last))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Invalid(tr("cursor is not one that this list gave: begin without it"), "cursor") from None


def _page(
    connection: Connection, asked: _Asked, order: _Order, limit: int, place: tuple[Any, int] | None
) -> Page[ListRow]:
    if asked.has_nothing:
        return Page(())
    if asked.is_everything and order.name in RANKED:
        found = _ranked(connection, asked, order, limit + 1, place)
    else:
        found = _sorted(connection, asked, order, limit + 1, place)
    facts = _rows(connection, [row["id"] for row in found[:limit]])
    return paging.page(found, limit, lambda row: facts[row["id"]], order.mark)


def _sorted(
    connection: Connection, asked: _Asked, order: _Order, limit: int, place: tuple[Any, int] | None
) -> Sequence[RowMapping]:
    number, rows = asked.numbers(order.name)
    column = order.by()
    in_order = asked.is_only_about(order.name) or (order.name == "updated" and not asked.is_about_open_ones)
    in_order = in_order and asked.wanted.view in IN_ORDER
    if not in_order:
        column = asked.plain(column)
    if place is not None:
        rows = rows.where(order.behind(column, number, place))
    rows = rows.add_columns(column.label("by")).limit(limit)
    rows = rows.order_by(
        column.desc() if order.down else column.asc(), number.desc() if order.numbers_down else number.asc()
    )
    return connection.execute(rows).mappings().all()


def _ranked(
    connection: Connection, asked: _Asked, order: _Order, limit: int, place: tuple[Any, int] | None
) -> Sequence[RowMapping]:
    """Everything by the rank of a code: code after code, so that no more than a page is read."""
    column, found = interaction.c[order.name], list[RowMapping]()
    chain: list[tuple[int, ColumnElement[bool]]] = [(rank, column == code) for code, rank in order.ranks.items()]
    chain.sort(key=lambda each: each[0], reverse=order.down)
    for rank, here in [*chain, (order.unknown_rank, column.not_in(order.ranks))]:
        if place is not None and (rank > place[0] if order.down else rank < place[0]):
            continue
        number, rows = asked.numbers()
        rows = rows.add_columns(literal(rank).label("by")).where(here).order_by(number.desc())
        if place is not None and rank == place[0]:
            rows = rows.where(number < place[1])
        found += connection.execute(rows.limit(limit - len(found))).mappings()
        if len(found) >= limit:
            break
    return found


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


def _view_counts(connection: Connection, rows: Select[Any]) -> ViewCounts:
    return ViewCounts(**connection.execute(rows).mappings().one())


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
    due = select(func.min(deadline.c.due_at)).where(*targets(interaction.c.id)).scalar_subquery().label("due_at")
    told = (func.coalesce(customer.c.name, writer, "").label("who"), counted.label("messages"), due)
    rows = (
        select(interaction, *told, case((is_due(interaction.c.id), true()), else_=false()).label("is_due"))
        .join(customer, customer.c.id == interaction.c.customer_id, isouter=True)
        .where(interaction.c.id.in_(ids))
    )
    return {row["id"]: _row(row) for row in connection.execute(rows).mappings()} if ids else {}


def _row(row: RowMapping) -> ListRow:
    sure = row["confidence"]
    return fact(ListRow, row, customer=row["who"], confidence=None if sure is None or sure < 0 else sure)


BEGINNING = "0"


def following(
    connection: Connection,
    token: str,
    limit: int,
    reached: dict[str, tuple[str, ...]],
    rows_of: Callable[[Connection, Sequence[int]], dict[int, ListRow]],
) -> Page[ListRow]:
    """The next up to `limit` that changed after the token, oldest change first, and the next token, which there always
    is. `reached` is what the caller's reach leaves of columns. Raises Invalid.
    """
    if connection.dialect.name == "hana":
        raise Invalid(tr("changed_since is not offered on SAP HANA: follow the list by since"), "changed_since")
    place = (0, 0) if token == BEGINNING else paging.decode(token, (int, int))
    columns = interaction.c
    asked = select(columns.id, columns.changed).where(
        paging.after(columns.changed, columns.id, place, down=False),
        settled(connection.dialect.name, columns.changed),
        *(columns[name].in_(values) for name, values in reached.items() if values),
    )
    found = connection.execute(asked.order_by(columns.changed, columns.id).limit(limit)).all()
    if not found and connection.dialect.name == "postgresql":
        _check_is_of_here(connection, place[0])
    rows = rows_of(connection, [row.id for row in found])
    last = (found[-1].changed, found[-1].id) if found else place
    return Page(tuple(rows[row.id] for row in found if row.id in rows), paging.encode(last))


def _check_is_of_here(connection: Connection, stamp: int) -> None:
    """A token of a server that counted further would hide all that changes here."""
    if stamp > connection.execute(select(func.txid_snapshot_xmax(func.txid_current_snapshot()))).scalar_one():
        raise Invalid(tr("changed_since is of another database: begin with 0"), "changed_since")
