"""A database of 0.1.0, with rows, becomes today's: `first_release` holds what 0.1.0 made, as its own code made it."""

import json
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text

from frontdesk.interfaces import Invalid
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import Settings
from frontdesk.storage.insights.facts import StoredFacts
from frontdesk.storage.opening.open import open_database
from frontdesk.storage.opening.upgrade import newest, upgrade
from frontdesk.storage.schema.seeds import code_lists
from frontdesk.storage.search.index import hits
from frontdesk.storage.search.words import wanted_of
from frontdesk.wiring.container import Container, database_url, open_container
from tests import postgres
from tests.conftest import CHEAP, Front

RELEASED = Path(__file__).parent / "first_release"
ROWS = (RELEASED / "rows.sql").read_text("utf-8")
LISTS = code_lists()
# Ends a process by the statement that is nearly the last one, within the transaction.
DYING = """
import asyncio, os, signal, sys
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url
from frontdesk.storage.opening.upgrade import upgrade

@event.listens_for(Engine, "after_cursor_execute")
def die(connection, cursor, statement, *_):
    if statement.startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(upgrade(make_url(sys.argv[1])))
"""
TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT t.tgname, pg_get_triggerdef(t.oid) || pg_get_functiondef(t.tgfoid) FROM pg_trigger t "
    "WHERE NOT t.tgisinternal",
}
NUMBERED = {
    "sqlite": "SELECT name, '' FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'",
    "postgresql": "SELECT sequencename, data_type::text FROM pg_sequences",
}


async def put(settings: Settings, script: str) -> None:
    """Run a script of many statements."""
    url = database_url(settings)
    if settings.storage.url:
        await postgres.run(settings.storage.url, script)
        return
    settings.folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(str(url.database))
    connection.executescript(script)
    connection.close()


def dump_of(settings: Settings) -> str:
    """The database of 0.1.0 without rows."""
    dialect = "postgresql" if settings.storage.url else "sqlite"
    return (RELEASED / f"{dialect}.sql").read_text("utf-8")


@pytest.fixture
async def released(bare_settings: Settings) -> Settings:
    """Settings of a database as 0.1.0 left it."""
    await put(bare_settings, dump_of(bare_settings) + ROWS)
    return bare_settings


async def read(settings: Settings, asked: Any) -> Any:
    database = await open_database(database_url(settings))
    try:
        return await database.read(asked)
    finally:
        await database.close()


def shape(connection: Connection) -> dict[str, Any]:
    """All that there is in a database beside its rows; the order of columns is not looked at."""
    found = inspect(connection)
    parts: dict[str, Any] = {}
    for table in found.get_table_names():
        columns = {each.pop("name"): said_plainly(each) for each in map(dict, found.get_columns(table))}
        rules = [found.get_pk_constraint(table), *found.get_foreign_keys(table), *found.get_unique_constraints(table)]
        rules += [*found.get_check_constraints(table), *found.get_indexes(table)]
        parts[table] = (columns, sorted(map(said_plainly, rules)))
    for asked in (TRIGGERS, NUMBERED):
        for name, said in connection.execute(text(asked[connection.dialect.name])):
            parts[f"{name} of {asked[connection.dialect.name]}"] = re.sub(r"\s+", " ", said)
    return parts


def said_plainly(rule: object) -> str:
    """A key, constraint or index, without the casts and brackets that PostgreSQL writes into what was dumped."""
    return re.sub(r"::[a-z ]+(\[\])?|[()]", "", json.dumps(rule, default=str, sort_keys=True))


async def test_an_upgraded_database_has_the_shape_of_a_new_one(bare_settings: Settings) -> None:
    bare_settings.folder.mkdir(parents=True)
    await upgrade(database_url(bare_settings), LISTS)
    new = await read(bare_settings, shape)
    if bare_settings.storage.url:
        await postgres.run(bare_settings.storage.url, *postgres.CLEAR)
    else:
        Path(str(database_url(bare_settings).database)).unlink()
    await put(bare_settings, dump_of(bare_settings) + ROWS)
    assert await upgrade(database_url(bare_settings), LISTS) == ("0011", newest())
    old = await read(bare_settings, shape)
    assert old.keys() == new.keys()
    for name, part in new.items():
        assert old[name] == part, name
    assert len(new) > 60


async def test_what_rows_say_from_other_rows_is_worked_out(released: Settings) -> None:
    await upgrade(database_url(released), LISTS)

    def answers(connection: Connection) -> dict[str, Any]:
        return {asked: [tuple(row) for row in connection.execute(text(asked))] for asked in EXPECTED}

    assert await read(released, answers) == EXPECTED


TIME = "CASE WHEN {0} IS NULL THEN '' ELSE SUBSTR(REPLACE(CAST({0} AS TEXT), ' ', 'T'), 12, 5) END"
TIMES = ("acknowledged_at", "first_person_answer_at", "first_answer_at", "waiting_since")
EXPECTED = {
    f"SELECT id, {', '.join(TIME.format(each) for each in TIMES)} FROM interaction ORDER BY id": [
        (1, "09:01", "10:00", "10:00", "11:00"),
        (2, "09:01", "", "", "09:00"),
        (3, "09:01", "", "09:01", ""),
        (4, "", "", "", ""),
        (5, "", "", "", "09:00"),
        (6, "09:30", "", "09:30", ""),
    ],
    "SELECT id, waiting_on, assignee, merged_to FROM interaction ORDER BY id": [
        (1, "us", "ann@example.com", ""),
        (2, "us", "", ""),
        (3, "", "", ""),
        (4, "", "", "AAAA0001"),
        (5, "us", "", ""),
        (6, "customer", "", ""),
    ],
    "SELECT id, lock_key, CASE WHEN blocked THEN 1 ELSE 0 END FROM work ORDER BY id": [
        ("W1", "message:1", 0),
        ("W2", "message:1", 1),
        ("W3", "message:2", 0),
        ("W4", "", 0),
        ("W5", "", 0),
    ],
    "SELECT value FROM meta WHERE key = 'last_interaction'": [("8",)],
    "SELECT id FROM decision WHERE followed": [("D2",)],
    "SELECT key FROM effect WHERE proposal": [("M1:1",)],
    "SELECT DISTINCT identity FROM inbound_message WHERE merged_from = 0": [("unproven",)],
    "SELECT method, teams FROM session JOIN account ON account.id = account_id": [("password", "")],
}


async def test_a_desk_goes_on_with_what_it_had(released: Settings, builtin: Builtin) -> None:
    async with open_container(released, builtin, CHEAP) as container:
        said = await Front(container).say("My kettle is broken")
        assert said.interaction_id == 9  # the journal knows of an eighth, which is never another one's
        words = hits(container.database.dialect, wanted_of("oven"))
        assert await container.database.read(lambda c: list(c.execute(words).scalars())) == [4, 1]
        facts = StoredFacts(container.database)
        assert await facts.fold() > 0
        assert await facts.check() == []


async def test_numbers_of_contacts_and_service_calls_are_never_used_twice(released: Settings) -> None:
    await upgrade(database_url(released), LISTS)
    database = await open_database(database_url(released))

    def replace(connection: Connection) -> tuple[int, int]:
        for table in ("service_call", "contact_identity", "inbound_message", "contact"):
            change = "UPDATE inbound_message SET contact_id = NULL" if table[0] == "i" else f"DELETE FROM {table}"
            connection.execute(text(change))
        at = {"at": connection.execute(text("SELECT created_at FROM account")).scalar()}
        new = "INSERT INTO contact (name, email, phone, created_at, version) VALUES ('', '', '', :at, 1) RETURNING id"
        call = (
            "INSERT INTO service_call (key, subject, remarks, priority, status, interaction_id, created_at) "
            "VALUES ('k', '', '', '', '', 1, :at) RETURNING id"
        )
        return connection.execute(text(new), at).scalar_one(), connection.execute(text(call), at).scalar_one()

    contact, call = await database.write(replace)
    await database.close()
    assert (contact, call) == (8, 10)


@pytest.mark.parametrize("start", ["new", "old"])
async def test_a_process_killed_just_before_the_end_leaves_what_the_next_start_mends(
    bare_settings: Settings, start: str
) -> None:
    url = database_url(bare_settings)
    bare_settings.folder.mkdir(parents=True)
    if start == "old":
        await put(bare_settings, dump_of(bare_settings) + ROWS)
    last = "INSERT INTO alembic_version" if start == "new" else "UPDATE alembic_version"
    command = [sys.executable, "-c", DYING, url.render_as_string(hide_password=False), last]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    before = "" if start == "new" else "0011"
    assert await upgrade(url, LISTS) == (before, newest())
    assert "personal_state" in await read(bare_settings, shape)


@pytest.mark.parametrize(
    ("version", "advice"),
    [("9999", "use a newer frontdesk"), ("0015", "restore a back-up of 0.1.0 or newer"), ("0004", "restore a back-up")],
)
async def test_a_database_of_an_unknown_version_is_left_alone(container: Container, version: str, advice: str) -> None:
    told = f"UPDATE alembic_version SET version_num = '{version}'"
    await container.database.write(lambda c: c.exec_driver_sql(told).rowcount)
    before = await read(container.settings, shape)
    with pytest.raises(Invalid, match=f"is at version {version}, which this program does not know: {advice}"):
        await upgrade(database_url(container.settings), LISTS)
    assert await read(container.settings, shape) == before
