"""Triggers that note which interactions changed, in the transaction of the change, whoever makes it.

So the insights miss no change, and no other code has to note changes. The triggers are restored after every migration,
because Alembic rebuilds some tables on SQLite, which drops their triggers.
"""

import contextlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

PREFIX = "insight_"
NOTE = "INSERT INTO insight_change (interaction_id)"


@dataclass(frozen=True, slots=True)
class Watched:
    """A table whose rows belong to an interaction by the expression `whose` (ROW stands for NEW or OLD)."""

    table: str
    columns: str
    whose: str = "SELECT ROW.interaction_id"
    only: str = ""


OF_MESSAGE = "SELECT interaction_id FROM inbound_message WHERE id = ROW.message_id"
WATCHED = (
    Watched(
        "interaction",
        "customer_id, priority, category, intent, channel, status, sentiment, route, team, created_at, "
        "first_answer_at, acknowledged_at, first_person_answer_at, closed_at, merged_into, reopened",
        "SELECT ROW.id",
    ),
    Watched("deadline", "worked, missed_at, outcome", only="ROW.name NOT LIKE 'rule:%'"),
    Watched("inbound_message", "interaction_id, analysis_id, channel, received_at"),
    Watched("outbound_message", "interaction_id, type, channel, created_at"),
    Watched("effect", "interaction_id, state", only="ROW.kind = 'create_service_call'"),
    Watched("correction", "message_id, analysis_id, field, becomes", OF_MESSAGE),
    Watched("model_call", "message_id, cost", OF_MESSAGE, "ROW.message_id <> ''"),
)
ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def install(connection: Connection) -> None:
    """Create those triggers that are missing, drop those of older versions; cheap where all are as they should be."""
    dialect = connection.dialect.name
    wanted = {_name(w, event, dialect): (w, event) for w in WATCHED for event in ROWS}
    there = _there(connection)
    for name in there.keys() - wanted.keys():
        _drop(connection, name, there[name])
    for name in wanted.keys() - there.keys():
        for statement in _statements(*wanted[name], name, dialect):
            connection.exec_driver_sql(statement)


def remove(connection: Connection) -> None:
    """Drop them all."""
    for name, table in _there(connection).items():
        _drop(connection, name, table)


@contextlib.contextmanager
def silent(connection: Connection) -> Iterator[None]:
    """Note no changes within this transaction: whoever asks for it folds what it wrote by itself."""
    remove(connection)
    yield
    install(connection)


def _drop(connection: Connection, name: str, table: str) -> None:
    on = f" ON {table}" if connection.dialect.name == "postgresql" else ""
    connection.exec_driver_sql(f"DROP TRIGGER {name}{on}")


def _there(connection: Connection) -> dict[str, str]:
    """Our triggers, each with its table."""
    if connection.dialect.name == "postgresql":
        asked = "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname"
    elif connection.dialect.name == "hana":
        asked = (
            "SELECT LOWER(TRIGGER_NAME), LOWER(SUBJECT_TABLE_NAME) FROM SYS.TRIGGERS "
            "WHERE SCHEMA_NAME = CURRENT_SCHEMA AND LOWER(TRIGGER_NAME)"
        )
    else:
        asked = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name"
    return {row[0]: row[1] for row in connection.execute(text(f"{asked} LIKE 'insight!_%' ESCAPE '!'"))}


def _name(watched: Watched, event: str, dialect: str) -> str:
    """Tells another version's trigger from this one's by what it does."""
    said = "".join(_statements(watched, event, "", dialect))
    return f"{PREFIX}{watched.table}_{event.lower()}_{zlib.crc32(said.encode()):08x}"


def _statements(watched: Watched, event: str, name: str, dialect: str) -> list[str]:
    if dialect == "hana":
        return [_on_hana(watched, event, name)]
    when = f" OF {watched.columns}" if event == "UPDATE" else ""
    rows = ROWS[event]
    only = " OR ".join(f"({watched.only.replace('ROW', row)})" for row in rows) if watched.only else ""
    notes = "; ".join(f"{NOTE} {_whose(watched, row, rows)}" for row in rows)
    on = f"AFTER {event}{when} ON {watched.table} FOR EACH ROW" + (f" WHEN ({only})" if only else "")
    if dialect != "postgresql":
        return [f"CREATE TRIGGER {name} {on} BEGIN {notes}; END"]
    body = f"BEGIN {notes}; RETURN NULL; END"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
        f"CREATE TRIGGER {name} {on} EXECUTE FUNCTION {name}()",
    ]


def _on_hana(watched: Watched, event: str, name: str) -> str:
    """A trigger as the SAP HANA SQL Reference Guide has it, "CREATE TRIGGER": rows have names, behind a colon."""
    of = f" OF {watched.columns}" if event == "UPDATE" else ""
    rows = ROWS[event]
    named = ", ".join(f"{row} ROW {row.lower()}_row" for row in rows)
    only = " OR ".join(f"({watched.only.replace('ROW', row)})" for row in rows) if watched.only else ""
    notes = [_note_on_hana(_whose(watched, row, rows), only) for row in rows]
    body = re.sub(r"\b(NEW|OLD)\.", lambda found: f":{found[1].lower()}_row.", " ".join(notes))
    on = f"AFTER {event}{of} ON {watched.table} REFERENCING {named} FOR EACH ROW"
    return f"CREATE TRIGGER {name} {on} BEGIN {body} END"


def _note_on_hana(whose: str, only: str) -> str:
    select, where, condition = whose.partition(" WHERE ")
    if " FROM " not in select:
        select += " FROM DUMMY"
    conditions = [each for each in (condition if where else "", f"({only})" if only else "") if each]
    return f"{NOTE} {select}{' WHERE ' if conditions else ''}{' AND '.join(conditions)};"


def _whose(watched: Watched, row: str, rows: tuple[str, ...]) -> str:
    """The interaction of this row; after an update the old one is noted only where it is another."""
    asked = watched.whose.replace("ROW", row)
    if len(rows) == 2 and row == "OLD":
        key = {"SELECT ROW.id": "id", OF_MESSAGE: "message_id"}.get(watched.whose, "interaction_id")
        joint = "AND" if "WHERE" in asked else "WHERE"
        asked += f" {joint} OLD.{key} <> NEW.{key}"
    return asked
