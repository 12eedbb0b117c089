"""Derived data of each interaction for lists and searches: its words, and the analysis of its latest message.

Both are derived from other tables, in the transaction that changes those; `rebuild` makes them anew. How words are kept
is told in `search_index`.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Connection,
    Integer,
    Select,
    String,
    Text,
    bindparam,
    cast,
    column,
    desc,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.sql.expression import table

from frontdesk.storage.engines.database import Database
from frontdesk.storage.schema.configuration import keep_meta, meta_of
from frontdesk.storage.schema.interactions import analysis, inbound_message, interaction
from frontdesk.storage.search.documents import PLACES, SEARCH_INDEX, SEARCH_PARTS, index_words
from frontdesk.storage.search.words import SearchTerms, as_fts5, as_like, as_tsquery

# A search looks at so many of the newest interactions with the words, so that a frequent word stays fast.
MOST_HITS = 10_000
PORTION = 500
# Down to which interaction the words are kept in all ways of writing them (see folding).
FOLDED, FOLDED_AT_ONCE, BREATH_SECONDS = "search_folded_down_to", 100, 0.1


def index_reading(connection: Connection, ids: Iterable[int]) -> None:
    """Show on these interactions how the latest message that was read reads: tier, confidence, language, type."""
    wanted = sorted(set(ids))
    if not wanted:
        return
    rows = connection.execute(_READINGS, {"ids": wanted})
    latest = {row[0]: {"key": row[0], "t": row[1], "c": row[2], "l": row[3], "m": row[4]} for row in rows}
    if latest:
        connection.execute(_SHOW, list(latest.values()))


_READINGS = (
    select(
        inbound_message.c.interaction_id,
        analysis.c.tier,
        analysis.c.intent_probability,
        analysis.c.language,
        analysis.c.message_type,
    )
    .join(analysis, analysis.c.id == inbound_message.c.analysis_id)
    .where(inbound_message.c.interaction_id.in_(bindparam("ids", expanding=True)))
    .order_by(inbound_message.c.interaction_id, inbound_message.c.received_at, inbound_message.c.sequence)
)
_SHOW = (
    update(interaction)
    .where(interaction.c.id == bindparam("key"))
    .values(tier=bindparam("t"), confidence=bindparam("c"), language=bindparam("l"), message_type=bindparam("m"))
)


def rebuild(connection: Connection, first: int = 0, last: int | None = None) -> None:
    """Words and readings of all interactions between two numbers, portion by portion."""
    at = first - 1
    while True:
        ids = select(interaction.c.id).where(interaction.c.id > at).order_by(interaction.c.id).limit(PORTION)
        if last is not None:
            ids = ids.where(interaction.c.id <= last)
        portion = connection.execute(ids).scalars().all()
        if not portion:
            return
        index_words(connection, portion)
        index_reading(connection, portion)
        at = portion[-1]


async def keep_folded(database: Database) -> None:
    """Bring what was indexed before up to date, the newest first; once done, this does nothing."""
    while await database.write(_fold_portion):
        await asyncio.sleep(BREATH_SECONDS)


def _fold_portion(connection: Connection) -> bool:
    """The next interactions below where it stopped; whether there may be more."""
    begun = meta_of(connection, FOLDED)
    below = interaction.c.id < int(begun) if begun else interaction.c.id > 0
    newest = select(interaction.c.id).where(below).order_by(interaction.c.id.desc()).limit(FOLDED_AT_ONCE)
    ids = connection.execute(newest).scalars().all()
    index_words(connection, ids)
    if begun != (last := str(ids[-1] if ids else 0)):
        keep_meta(connection, FOLDED, last)
    return bool(ids)


def hits(dialect: str, wanted: SearchTerms) -> Select[Any]:
    """The numbers (as `id`) of up to MOST_HITS interactions with these words, newest first; needs a term."""
    asked = _ASKED[dialect]
    short = asked(SEARCH_INDEX, wanted).order_by(desc("id")).limit(MOST_HITS).subquery()
    # What stands in any parts of a long interaction stands in the interaction.
    first, *others = (asked(SEARCH_PARTS, SearchTerms((term,))).subquery() for term in wanted.terms)
    long = select(first.c.id).where(*(first.c.id.in_(select(each.c.id)) for each in others))
    for term in wanted.without:
        long = long.where(first.c.id.not_in(select(asked(SEARCH_PARTS, SearchTerms((term,))).subquery().c.id)))
    parts = long.distinct().order_by(first.c.id.desc()).limit(MOST_HITS).subquery()
    both = union_all(select(short.c.id), select(parts.c.id)).subquery()
    return select(both.c.id).order_by(both.c.id.desc()).limit(MOST_HITS)


def _on_sqlite(table_name: str, wanted: SearchTerms) -> Select[Any]:
    number: ColumnElement[int] = literal_column("rowid" if table_name == SEARCH_INDEX else f"rowid / {PLACES}", Integer)
    matches = literal_column(table_name, String).op("MATCH")(as_fts5(wanted))
    return select(number.label("id")).select_from(table(table_name)).where(matches)


def _on_postgres(table_name: str, wanted: SearchTerms) -> Select[Any]:
    number: ColumnClause[int] = column("interaction_id")
    words: ColumnClause[Any] = column("words", TSVECTOR)
    # In the statement itself: a plan that is made for any words at all is fifty times slower for rare ones.
    query = bindparam(None, as_tsquery(wanted), String(), unique=True, literal_execute=True)
    asked = cast(cast(query, Text), TSQUERY)
    return select(number.label("id")).select_from(table(table_name, number, words)).where(words.op("@@")(asked))


def _on_hana(table_name: str, wanted: SearchTerms) -> Select[Any]:
    number: ColumnClause[int] = column("interaction_id")
    words: ColumnClause[str] = column("words", Text)
    has = [words.like(as_like(term)) for term in wanted.terms] + [~words.like(as_like(t)) for t in wanted.without]
    return select(number.label("id")).select_from(table(table_name, number, words)).where(*has)


_ASKED: dict[str, Callable[[str, SearchTerms], Select[Any]]] = {
    "sqlite": _on_sqlite,
    "postgresql": _on_postgres,
    "hana": _on_hana,
}
