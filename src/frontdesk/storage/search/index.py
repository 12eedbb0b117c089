"""What lists and searches know of each interaction beside its own columns: its words, and how its latest message reads.

Both are derived from other tables, in the transaction that changes those; `rebuild` makes them anew. Words are kept in
`search_index`: an FTS5 table on SQLite, a tsvector under a GIN index on PostgreSQL (each made by its migration, and no
part of the declared tables). On SAP HANA they are one text of words between spaces, which LIKE looks through.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Connection,
    Select,
    String,
    Text,
    TextClause,
    bindparam,
    cast,
    column,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.sql.expression import table

from frontdesk.storage.schema.interactions import analysis, inbound_message, interaction, outbound_message
from frontdesk.storage.schema.people import customer
from frontdesk.storage.schema.pipeline import effect
from frontdesk.storage.search.words import (
    MOST_WORDS,
    SearchTerms,
    as_fts5,
    as_like,
    as_spaced,
    as_tsquery,
    as_tsvector,
    words_of,
)

SEARCH_INDEX = "search_index"
# A search looks at so many of the newest interactions with the words, so that a frequent word stays fast.
MOST_HITS = 10_000
PORTION = 500

_ON_POSTGRES = text(
    "INSERT INTO search_index (interaction_id, words) VALUES (:id, CAST(CAST(:words AS text) AS tsvector)) "
    "ON CONFLICT (interaction_id) DO UPDATE SET words = excluded.words"
)
_ON_SQLITE = text("INSERT OR REPLACE INTO search_index (rowid, words) VALUES (:id, :words)")
_ON_HANA = text("UPSERT search_index (interaction_id, words) VALUES (:id, :words) WITH PRIMARY KEY")


def create_on_hana(connection: Connection) -> None:
    """The index on SAP HANA."""
    connection.exec_driver_sql(
        "CREATE TABLE search_index (interaction_id BIGINT NOT NULL PRIMARY KEY, words NCLOB NOT NULL)"
    )


def index_words(connection: Connection, ids: Iterable[int]) -> None:
    """Bring the words of these interactions up to date."""
    wanted = sorted(set(ids))
    if not wanted:
        return
    texts: dict[int, list[str]] = {number: [] for number in wanted}
    for statement in _sources(wanted):
        for number, *parts in connection.execute(statement):
            texts[number] += [part for part in parts if part]
    keep, written = _KEPT[connection.dialect.name]
    rows = [
        {"id": number, "words": written(words_of("\n".join(parts))[:MOST_WORDS])} for number, parts in texts.items()
    ]
    connection.execute(keep, rows)


def index_reading(connection: Connection, ids: Iterable[int]) -> None:
    """Show on these interactions how the latest message that was read reads: tier, confidence, language, type."""
    wanted = sorted(set(ids))
    if not wanted:
        return
    message, read = inbound_message.c, analysis.c
    rows = connection.execute(
        select(message.interaction_id, read.tier, read.intent_probability, read.language, read.message_type)
        .join(analysis, read.id == message.analysis_id)
        .where(message.interaction_id.in_(wanted))
        .order_by(message.interaction_id, message.sequence)
    )
    latest = {row[0]: {"key": row[0], "t": row[1], "c": row[2], "l": row[3], "m": row[4]} for row in rows}
    if latest:
        shown: dict[str, Any] = {"tier": bindparam("t"), "confidence": bindparam("c"), "language": bindparam("l")}
        changed = update(interaction).where(interaction.c.id == bindparam("key"))
        connection.execute(changed.values(**shown, message_type=bindparam("m")), list(latest.values()))


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


def hits(dialect: str, wanted: SearchTerms) -> Select[Any]:
    """The numbers (as `id`) of up to MOST_HITS interactions with these words, newest first; needs a term."""
    if dialect == "postgresql":
        number: ColumnClause[int] = column("interaction_id")
        words: ColumnClause[Any] = column("words", TSVECTOR)
        # In the statement itself: a plan that is made for any words at all is fifty times slower for rare ones.
        query = bindparam(None, as_tsquery(wanted), String(), unique=True, literal_execute=True)
        asked = cast(cast(query, Text), TSQUERY)
        found = select(number.label("id")).select_from(table(SEARCH_INDEX, number, words)).where(words.op("@@")(asked))
        return found.order_by(number.desc()).limit(MOST_HITS)
    if dialect == "hana":
        return _hits_on_hana(wanted)
    row: ColumnElement[int] = literal_column("rowid")
    found = select(row.label("id")).select_from(table(SEARCH_INDEX))
    matches = literal_column(SEARCH_INDEX, String).op("MATCH")(as_fts5(wanted))
    return found.where(matches).order_by(row.desc()).limit(MOST_HITS)


def _hits_on_hana(wanted: SearchTerms) -> Select[Any]:
    number: ColumnClause[int] = column("interaction_id")
    words: ColumnClause[str] = column("words", Text)
    has = [words.like(as_like(term)) for term in wanted.terms] + [~words.like(as_like(t)) for t in wanted.without]
    found = select(number.label("id")).select_from(table(SEARCH_INDEX, number, words)).where(*has)
    return found.order_by(number.desc()).limit(MOST_HITS)


_KEPT: dict[str, tuple[TextClause, Callable[[list[str]], str]]] = {
    "sqlite": (_ON_SQLITE, " ".join),
    "postgresql": (_ON_POSTGRES, as_tsvector),
    "hana": (_ON_HANA, as_spaced),
}


def _sources(ids: Sequence[int]) -> list[Select[Any]]:
    """Number and texts of everything that is searched, in the order in which it is read."""
    matter, inbound, outbound = interaction.c, inbound_message.c, outbound_message.c
    return [
        select(
            matter.id, matter.reference, matter.title, matter.summary, matter.tags, matter.customer_id, customer.c.name
        )
        .join(customer, customer.c.id == matter.customer_id, isouter=True)
        .where(matter.id.in_(ids)),
        select(
            inbound.interaction_id,
            inbound.sender_name,
            inbound.sender_address,
            inbound.sender_phone,
            inbound.customer_no,
            inbound.text,
        )
        .where(inbound.interaction_id.in_(ids))
        .order_by(inbound.interaction_id, inbound.sequence),
        select(outbound.interaction_id, outbound.text)
        .where(outbound.interaction_id.in_(ids))
        .order_by(outbound.interaction_id, outbound.sequence),
        select(effect.c.interaction_id, effect.c.reference)
        .where(
            effect.c.interaction_id.in_(ids),
            effect.c.reference != "",
            effect.c.kind.in_(("create_service_call", "update_case")),
        )
        .order_by(effect.c.interaction_id, effect.c.position),
    ]
