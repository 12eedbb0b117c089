"""The words of each interaction, kept in the transaction that changes the texts they come from.

A short interaction is one document in `search_index`: its head (reference, title, customer, references of effects) and
all its messages. Beyond MOST_IN_ONE words it is kept in `search_index_part` instead, a document for its head and one
for each message, so that a message that joins a long interaction costs no more than its own words.

How each engine keeps words is told in `schema.words`; LIKE looks through those on SAP HANA.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Table,
    TextClause,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
    text,
    union_all,
)

from frontdesk.storage.schema.interactions import inbound_message, interaction, outbound_message
from frontdesk.storage.schema.people import customer
from frontdesk.storage.schema.pipeline import effect
from frontdesk.storage.search.words import MOST_WORDS, as_spaced, as_tsvector, indexed_of

SEARCH_INDEX = "search_index"
SEARCH_PARTS = "search_index_part"
# Words of an interaction that is one document; writing such a document anew takes about a millisecond.
MOST_IN_ONE = 1_000
HEAD = 0
# On SQLite the number of a part's row is made of its interaction and its place.
PLACES = 2**24
REFERRING = ("create_service_call", "update_case")
Places = Mapping[int, frozenset[int] | None]


def place_of(table: Table, sequence: int) -> int:
    """Where a message stands among the parts of its interaction: those of customers at odd places, ours at even."""
    return 2 * sequence - 1 if table is inbound_message else 2 * sequence


def index_words(connection: Connection, ids: Iterable[int]) -> None:
    """Bring all words of these interactions up to date."""
    _index(connection, dict.fromkeys(ids))


def index_heads(connection: Connection, ids: Iterable[int]) -> None:
    """Bring up to date what is found of these interactions beside their messages."""
    _index(connection, dict.fromkeys(ids, frozenset({HEAD})))


def index_messages(connection: Connection, table: Table, added: Iterable[tuple[int, int]]) -> None:
    """Bring messages of `table` up to date, each given by its interaction and its sequence."""
    places: dict[int, frozenset[int] | None] = {}
    for number, sequence in added:
        places[number] = (places.get(number) or frozenset()) | {place_of(table, sequence)}
    _index(connection, places)


def index_with_head(connection: Connection, number: int, table: Table, sequences: Iterable[int]) -> None:
    """Bring up to date what is found of an interaction beside its messages, and these messages of `table`."""
    _index(connection, {number: frozenset({HEAD, *(place_of(table, each) for each in sequences)})})


def _index(connection: Connection, wanted: Places) -> None:
    """Write these places of these interactions; None stands for all of them."""
    if not wanted:
        return
    engine = _ENGINES[connection.dialect.name]
    heads = [engine.row_of(number, HEAD) for number in sorted(wanted)]
    long = {engine.number_of(row) for row in connection.execute(engine.heads, {"rows": heads}).scalars()}
    some = {number: places for number, places in wanted.items() if number in long and places is not None}
    whole = _texts(connection, {number: None for number in wanted if number not in some})
    one = {number: parts for number, parts in whole.items() if sum(map(len, parts.values())) <= MOST_IN_ONE}
    many = {number: parts for number, parts in whole.items() if number not in one}
    _run(connection, engine.forget_parts, [_span(engine, number) for number in long - some.keys()])
    _run(connection, engine.forget, [{"id": number} for number in many.keys() - long])
    _run(connection, engine.keep, [{"id": n, "words": engine.written(_joined(parts))} for n, parts in one.items()])
    _run(connection, engine.keep_part, list(_part_rows(engine, many | _texts(connection, some))))


def _run(connection: Connection, statement: TextClause, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)


def _span(engine: "_Engine", number: int) -> dict[str, Any]:
    return {"id": number, "first": engine.row_of(number, HEAD), "last": engine.row_of(number, PLACES - 1)}


def _part_rows(engine: "_Engine", wanted: Mapping[int, Mapping[int, list[str]]]) -> Iterator[dict[str, Any]]:
    for number, parts in wanted.items():
        for place, words in parts.items():
            told = engine.written(words[:MOST_WORDS])
            yield {"row": engine.row_of(number, place), "id": number, "place": place, "words": told}


def _texts(connection: Connection, wanted: Places) -> dict[int, dict[int, list[str]]]:
    """The words of each interaction by place, in the order in which it is read."""
    found: dict[int, dict[int, list[str]]] = {number: {} for number in wanted}
    for number, kind, at, *parts in _rows(connection, wanted) if wanted else ():
        place = 2 * at - 1 if kind == _OF_CUSTOMER else 2 * at if kind == _OURS else HEAD
        found[number].setdefault(place, []).extend(indexed_of("\n".join(part for part in parts if part)))
    return found


def _rows(connection: Connection, wanted: Places) -> Iterator[Any]:
    """Whole interactions take one statement, where a database can unite large texts."""
    statements: Sequence[Select[Any] | CompoundSelect[Any]]
    given: dict[str, Any] = {}
    if any(wanted.values()):
        statements = tuple(_sources(wanted))
    else:
        statements, given = _APART if connection.dialect.name == "hana" else _TOGETHER, {"ids": list(wanted)}
    for statement in statements:
        yield from connection.execute(statement, given)


def _joined(parts: Mapping[int, list[str]]) -> list[str]:
    return [word for words in parts.values() for word in words]


def _sources(wanted: Places) -> Iterator[Select[Any]]:
    """Of what is searched the wanted places."""
    heads = [number for number, places in wanted.items() if places is None or HEAD in places]
    if heads:
        yield _HEAD_TEXTS.where(interaction.c.id.in_(heads))
    if (some := _messages(inbound_message, wanted)) is not None:
        yield _INBOUND.where(some).order_by("number", "at")
    if (some := _messages(outbound_message, wanted)) is not None:
        yield _OUTBOUND.where(some).order_by("number", "at")
    if heads:
        yield _REFERENCES.where(effect.c.interaction_id.in_(heads)).order_by("number", "at")


def _messages(table: Table, wanted: Places) -> ColumnElement[bool] | None:
    """Those messages of a table that stand at the wanted places; None where none does."""
    odd = 1 if table is inbound_message else 0
    all_of = [number for number, places in wanted.items() if places is None]
    some: list[ColumnElement[bool]] = [table.c.interaction_id.in_(all_of)] if all_of else []
    for number, places in wanted.items():
        if sequences := [(place + odd) // 2 for place in places or () if place != HEAD and place % 2 == odd]:
            some.append(and_(table.c.interaction_id == number, table.c.sequence.in_(sequences)))
    return or_(*some) if some else None


@dataclass(frozen=True, slots=True)
class _Engine:
    """How one database keeps documents. SQLite's parts have one number, made of interaction and place."""

    heads: TextClause
    keep: TextClause
    keep_part: TextClause
    forget: TextClause
    forget_parts: TextClause
    written: Callable[[list[str]], str]
    places: int = 1

    def row_of(self, number: int, place: int) -> int:
        """The number of the row that a part is in; where interaction and place are columns, of its interaction."""
        return number * PLACES + place if self.places > 1 else number

    def number_of(self, row: int) -> int:
        """The interaction of a part's row."""
        return row // self.places


# Interaction, kind of row, its place among those of its kind, and texts: of all that is searched.
_HEAD_ROW, _OF_CUSTOMER, _OURS, _REFERENCE = range(4)
_interaction, _in, _out = interaction.c, inbound_message.c, outbound_message.c


def _row(number: Column[int], kind: int, at: ColumnElement[int], *texts: Column[Any]) -> Select[Any]:
    padding: list[ColumnElement[str]] = [literal_column("''")] * (_MOST_TEXTS - len(texts))
    return select(number.label("number"), literal_column(str(kind)).label("kind"), at.label("at"), *texts, *padding)


_MOST_TEXTS = 6
_HEAD_TEXTS = _row(
    _interaction.id, _HEAD_ROW, literal_column("0"),
    _interaction.reference, _interaction.title, _interaction.summary, _interaction.tags, _interaction.customer_id,
    customer.c.name,
).join_from(interaction, customer, customer.c.id == _interaction.customer_id, isouter=True)  # fmt: skip
_INBOUND = _row(
    _in.interaction_id, _OF_CUSTOMER, _in.sequence,
    _in.sender_name, _in.sender_address, _in.sender_phone, _in.customer_no, _in.text,
)  # fmt: skip
_OUTBOUND = _row(_out.interaction_id, _OURS, _out.sequence, _out.text)
_REFERENCES = _row(effect.c.interaction_id, _REFERENCE, effect.c.position, effect.c.reference).where(
    effect.c.reference != "", effect.c.kind.in_(REFERRING)
)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_APART = (
    _HEAD_TEXTS.where(_interaction.id.in_(_IDS)),
    *(
        each.where(number.in_(_IDS)).order_by("number", "at")
        for each, number in (
            (_INBOUND, _in.interaction_id),
            (_OUTBOUND, _out.interaction_id),
            (_REFERENCES, effect.c.interaction_id),
        )
    ),
)
_TOGETHER = (union_all(*(each.order_by(None) for each in _APART)).order_by("number", "kind", "at"),)
_ROWS: BindParameter[Any] = bindparam("rows", expanding=True)
_FORGET = text("DELETE FROM search_index WHERE interaction_id = :id")
_FORGET_PARTS = text("DELETE FROM search_index_part WHERE interaction_id = :id")
_HEADS = text("SELECT interaction_id FROM search_index_part WHERE place = 0 AND interaction_id IN :rows")
_ENGINES = {
    "sqlite": _Engine(
        heads=text("SELECT rowid FROM search_index_part WHERE rowid IN :rows").bindparams(_ROWS),
        keep=text("INSERT OR REPLACE INTO search_index (rowid, words) VALUES (:id, :words)"),
        keep_part=text("INSERT OR REPLACE INTO search_index_part (rowid, words) VALUES (:row, :words)"),
        forget=text("DELETE FROM search_index WHERE rowid = :id"),
        forget_parts=text("DELETE FROM search_index_part WHERE rowid BETWEEN :first AND :last"),
        written=" ".join,
        places=PLACES,
    ),
    "postgresql": _Engine(
        heads=_HEADS.bindparams(_ROWS),
        keep=text(
            "INSERT INTO search_index (interaction_id, words) VALUES (:id, CAST(CAST(:words AS text) AS tsvector)) "
            "ON CONFLICT (interaction_id) DO UPDATE SET words = excluded.words"
        ),
        keep_part=text(
            "INSERT INTO search_index_part (interaction_id, place, words) "
            "VALUES (:id, :place, CAST(CAST(:words AS text) AS tsvector)) "
            "ON CONFLICT (interaction_id, place) DO UPDATE SET words = excluded.words"
        ),
        forget=_FORGET,
        forget_parts=_FORGET_PARTS,
        written=as_tsvector,
    ),
    "hana": _Engine(
        heads=_HEADS.bindparams(_ROWS),
        keep=text("UPSERT search_index (interaction_id, words) VALUES (:id, :words) WITH PRIMARY KEY"),
        keep_part=text(
            "UPSERT search_index_part (interaction_id, place, words) VALUES (:id, :place, :words) WITH PRIMARY KEY"
        ),
        forget=_FORGET,
        forget_parts=_FORGET_PARTS,
        written=as_spaced,
    ),
}
