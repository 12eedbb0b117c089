"""TLS to PostgreSQL as addresses ask for it, against a server that speaks it."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import text

from frontdesk.interfaces import Invalid, Unavailable
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.remote import remote_engine
from frontdesk.storage.opening.open import open_database, parse_url
from tests.conftest import EVERYTHING
from tests.deploy.test_cloud_foundry import free_port
from tests.outgoing.wires import CERTIFICATE

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if Path("/usr/lib/postgresql").is_dir() else []


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a PostgreSQL of this test's own that takes connections by TLS only."""
    if not BINARIES or shutil.which("su") is None or not Path("/root").is_dir() or Path("/root").owner() != "root":
        pytest.skip("no PostgreSQL server programs, or no way to run them as their user")
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-tls-"))  # pytest's own folders are closed to other users
    try:
        port = _start(folder)
    except (subprocess.CalledProcessError, PermissionError) as error:
        if EVERYTHING:
            raise
        pytest.skip(f"PostgreSQL does not start: {error}")
    yield f"postgresql://postgres@localhost:{port}/postgres"
    _as_postgres(f"{BINARIES[-1]}/pg_ctl -D {folder}/data -m immediate stop")
    shutil.rmtree(folder)


def _start(folder: Path) -> int:
    port = free_port()
    shutil.chown(folder, "postgres")
    for source, name in ((CERTIFICATE, "server.crt"), (CERTIFICATE, "server.key")):
        shutil.copy(source, folder / name)
        shutil.chown(folder / name, "postgres")
        (folder / name).chmod(0o600)
    _as_postgres(f"{BINARIES[-1]}/initdb -D {folder}/data -A trust -U postgres --no-sync")
    (folder / "data" / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 trust\nhostssl all all ::1/128 trust\n")
    options = f"-p {port} -k {folder} -c listen_addresses=localhost -c fsync=off -c ssl=on"
    files = f"-c ssl_cert_file={folder}/server.crt -c ssl_key_file={folder}/server.key"
    _as_postgres(f"{BINARIES[-1]}/pg_ctl -D {folder}/data -o '{options} {files}' -l {folder}/log -w start")
    return port


def _as_postgres(command: str) -> None:
    subprocess.run(["su", "postgres", "-c", command], check=True, stdout=subprocess.DEVNULL, timeout=120)


async def one(url: str) -> int:
    database: Database = await open_database(parse_url(url), 1)
    try:
        return int(
            await database.read(lambda c: c.execute(text("SELECT count(*) FROM pg_stat_ssl WHERE ssl")).scalar())
        )
    finally:
        await database.close()


@pytest.mark.postgres
async def test_tls_is_asked_for(server: str) -> None:
    assert await one(f"{server}?sslmode=require") == 1


@pytest.mark.postgres
@pytest.mark.parametrize("given", [str(CERTIFICATE), CERTIFICATE.read_text()], ids=["file", "text"])
async def test_a_server_proves_who_it_is(server: str, given: str) -> None:
    assert await one(f"{server}?sslmode=verify-full&sslrootcert={quote(given, safe='')}") == 1


@pytest.mark.postgres
async def test_a_server_that_nobody_vouches_for_is_not_spoken_to(server: str) -> None:
    with pytest.raises(Unavailable, match="certificate verify failed"):
        await one(f"{server}?sslmode=verify-full")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("sslmode=perhaps", "perhaps"),
        ("sslmode=verify-full&sslrootcert=/nowhere.pem", "sslrootcert"),
        ("sslmode=verify-full&sslrootcert=-----BEGIN%20NOTHING", "sslrootcert"),
    ],
)
def test_an_address_that_asks_for_something_else_is_named(query: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        remote_engine(parse_url(f"postgresql://u@h/d?{query}"))
