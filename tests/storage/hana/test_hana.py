"""SAP HANA as the database: first start, addresses, errors and turns; the rooms' own tests are in test_rooms."""

import sys
from pathlib import Path

import pytest
from hdbcli import dbapi
from sqlalchemy import Column, Integer, MetaData, Table, Text, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from benchmarks.invented.loading import room_for
from frontdesk.interfaces import Invalid, Unavailable
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import Settings
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.hana import TRIES, hana_engine
from frontdesk.storage.opening.open import open_database, parse_url
from frontdesk.storage.opening.upgrade import NEWEST, upgrade
from frontdesk.wiring.container import Container, database_url, open_container
from tests.conftest import Front
from tests.storage.hana.conftest import settings_of
from tests.storage.hana.stand_in import Server, check
from tests.storage.hana.strictness import Refused, look

BROKEN = "My washing machine is broken: it shows error E18 and does not pump out the water. Please help."


async def test_a_first_start_makes_the_tables_and_a_second_finds_them(
    empty_server: Server, tmp_path: Path, builtin: Builtin
) -> None:
    url = database_url(settings_of(tmp_path))
    async with open_container(settings_of(tmp_path), builtin):
        assert any(said.startswith("\nCREATE TABLE interaction") for said in empty_server.said)
    empty_server.said.clear()
    assert await upgrade(url) == (NEWEST, NEWEST)
    async with open_container(settings_of(tmp_path), builtin) as container:
        assert await container.configuration.codes.all()
    assert not [said for said in empty_server.said if "CREATE T" in said and "IF NOT EXISTS turn" not in said]


async def test_a_first_start_that_was_cut_off_is_gone_on_with_by_the_next(server: Server, tmp_path: Path) -> None:
    url = database_url(settings_of(tmp_path))
    with hana_engine(url).begin() as connection:
        for said in ("DELETE FROM alembic_version", "DROP TABLE search_index_passage", "DROP TABLE personal_state"):
            connection.execute(text(said))
    server.said.clear()
    assert await upgrade(url) == ("", NEWEST)
    assert await upgrade(url) == (NEWEST, NEWEST)
    made = [said.split()[2] for said in server.said if said.startswith("\nCREATE TABLE")]
    assert made == ["personal_state"]


async def test_a_message_is_accepted_once_read_decided_and_answered(
    container: Container, front: Front, server: Server
) -> None:
    accepted = await front.say(BROKEN, name="Ann", id="m1")
    again = await front.say(BROKEN, name="Ann", id="m1")
    assert (accepted.duplicate, again.duplicate, again.reference) == (False, True, accepted.reference)
    [call] = await container.work.calls.calls_of(accepted.interaction_id)
    assert call.code
    assert "LOCK TABLE turn IN EXCLUSIVE MODE" in server.said
    assert not any("secret" in said.replace("secrets", "") for said in server.said)  # a column has that name


def test_connections_are_encrypted_unless_the_address_says_otherwise(empty_server: Server) -> None:
    with hana_engine(make_url("hana://me:secret@hana.example:443")).connect():
        pass
    assert {name: empty_server.asked[0][name] for name in ("address", "port", "user", "encrypt")} == {
        "address": "hana.example",
        "port": 443,
        "user": "me",
        "encrypt": "true",
    }
    assert empty_server.asked[0]["sslValidateCertificate"] == "true"
    with pytest.raises(DBAPIError, match="only secure connections"):
        hana_engine(make_url("hana://me:secret@hana.example:443/?encrypt=false")).connect()


async def _write(database: Database) -> int:
    return await database.write(lambda c: c.execute(text("SELECT COUNT(*) FROM turn")).scalar_one())


@pytest.mark.parametrize("code", [131, 133, 138])
async def test_what_lost_a_race_is_repeated(settings: Settings, server: Server, code: int) -> None:
    database = await open_database(database_url(settings))
    server.fails_at, server.fails = "SELECT COUNT", [code] * (TRIES - 1)
    assert await _write(database) == 0
    assert server.fails == []
    server.fails = [code] * TRIES
    with pytest.raises(DBAPIError):
        await _write(database)
    await database.close()


async def test_a_unique_violation_is_repeated_once_in_case_it_was_a_race(settings: Settings, server: Server) -> None:
    database = await open_database(database_url(settings))
    server.fails_at, server.fails = "SELECT COUNT", [301]
    assert await _write(database) == 0
    server.fails = [301, 301]
    with pytest.raises(DBAPIError):
        await _write(database)
    assert server.fails == []
    await database.close()


@pytest.mark.parametrize("code", [4, -10709, -10807, -10821])
async def test_a_server_that_is_away_or_full_is_worth_another_try(
    settings: Settings, server: Server, code: int
) -> None:
    database = await open_database(database_url(settings))
    server.fails_at, server.fails = "SELECT COUNT", [code, code]
    with pytest.raises(Unavailable) as refused:
        await _write(database)
    assert refused.value.after_seconds
    with pytest.raises(Unavailable):
        await database.read(lambda c: c.execute(text("SELECT COUNT(*) FROM turn")).scalar_one())
    await database.close()


@pytest.mark.parametrize(("code", "raised"), [(-10709, Unavailable), (10, Invalid), (258, DBAPIError)])
async def test_a_start_that_fails_says_why(server: Server, tmp_path: Path, code: int, raised: type[Exception]) -> None:
    server.fails = [code]
    with pytest.raises(raised):
        await upgrade(database_url(settings_of(tmp_path)))


@pytest.mark.parametrize("missing", ["sqlalchemy_hana", "hdbcli"])
def test_without_the_extra_the_address_is_refused_in_a_line(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*sys.modules]:
        if name.split(".")[0] in ("sqlalchemy_hana", "hdbcli"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(Invalid, match=r"pip install 'frontdesk\[hana\]'"):
        hana_engine(make_url("hana://me:secret@hana.example:443"))


def test_other_databases_are_named_in_the_refusal() -> None:
    assert parse_url("hana://me@hana.example:443").drivername == "hana"
    with pytest.raises(Invalid, match=r"postgresql://… or hana://…"):
        parse_url("oracle://me@db.example")


async def test_invented_data_is_refused(container: Container) -> None:
    with pytest.raises(Invalid, match="SQLite and PostgreSQL"):
        await room_for(container.database, add=True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE work SET state = 'open' RETURNING id",
        "INSERT INTO a (b) VALUES (1) ON CONFLICT DO NOTHING",
        "SELECT instr(a, 'b') FROM t",
        "SELECT strpos(a, 'b') FROM t",
        "SELECT CAST(a AS NVARCHAR) FROM t",
        "SELECT a FROM t WHERE a IN (SELECT b FROM u FOR UPDATE)",
        "SELECT a FROM t WHERE b IS TRUE",
        "SELECT a::int FROM t",
    ],
)
def test_the_stand_in_refuses_what_hana_does_not_know(statement: str) -> None:
    with pytest.raises(dbapi.ProgrammingError):
        check(statement)


def test_conditions_as_values_and_large_objects_in_comparisons_are_refused() -> None:
    table = Table("t", MetaData(), Column("n", Integer), Column("long", Text))
    for statement in (
        select((table.c.n > 1).label("more")),
        select(func.coalesce(table.c.n > 1, False)),
        select(table.c.n).where(table.c.long == "x"),
        select(table.c.n).order_by(table.c.long),
        select(func.nullif(table.c.long, "")),
        select(table.c.long).distinct(),
        select(table.c.n).where(table.c.n.in_(select(table.c.n).with_for_update())),
    ):
        with pytest.raises(Refused):
            look(statement)
    look(select(table.c.n, table.c.long).where(table.c.long.like("%x%"), table.c.n > 1).with_for_update())
