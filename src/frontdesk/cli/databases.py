"""`frontdesk db`: the schema of the database, and how it stands."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from frontdesk.cli.framework.opening import chosen_settings
from frontdesk.cli.framework.registry import FAILURE, command, group
from frontdesk.cli.framework.showing import print_table
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import NotFound
from frontdesk.model import Role

if TYPE_CHECKING:
    from frontdesk.settings.sections import Settings


@group(frontdesk, "db")
def db() -> None:
    """The database: upgrade its schema, see how it stands."""


@command(db, "upgrade", role=Role.ADMIN, example="frontdesk db upgrade --data /srv/frontdesk")
def upgrade() -> None:
    """Bring the database to the newest schema.

    Makes it where there is none. 'serve' and 'worker' do this by themselves at start; run it before to choose the
    moment.
    """
    before, after = asyncio.run(_upgrade(chosen_settings()))
    click.echo(f"at {after}" if before == after else f"upgraded from {before or 'nothing'} to {after}")


@command(db, "status", role=Role.ADMIN, example="frontdesk db status")
@click.pass_context
def status(ctx: click.Context) -> None:
    """Tell how the database stands.

    Prints which schema it has, which this version needs, and how many messages came how far; changes nothing. The
    exit code is 1 when the schema is not the one that is needed.
    """
    found = asyncio.run(_stand(chosen_settings()))
    print_table([(name, str(value)) for name, value in found])
    if dict(found)["schema"] != dict(found)["needed"]:
        click.echo("frontdesk: the schema is not current: run 'frontdesk db upgrade'", err=True)
        ctx.exit(FAILURE)


async def _upgrade(settings: "Settings") -> tuple[str, str]:
    from frontdesk.storage.opening.upgrade import upgrade as upgrade_schema
    from frontdesk.storage.schema.seeds import code_lists
    from frontdesk.wiring.container import database_url

    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return await upgrade_schema(database_url(settings), code_lists())


async def _stand(settings: "Settings") -> list[tuple[str, str | int]]:
    from frontdesk.storage.engines.sqlite import check_file
    from frontdesk.storage.opening.open import open_database
    from frontdesk.storage.opening.upgrade import current, newest
    from frontdesk.storage.pipeline.work_queue import StoredWork
    from frontdesk.storage.transfer.export import counts
    from frontdesk.wiring.container import database_url, new_id, now

    url = database_url(settings)
    is_file = url.get_backend_name() == "sqlite"
    if is_file and not Path(url.database or "").is_file():
        raise NotFound(f"there is no database in {settings.folder}: make one with 'frontdesk db upgrade'")
    database = await open_database(url, 1)
    try:
        schema = await database.read(current)
        found: list[tuple[str, str | int]] = [("database", url.render_as_string()), ("schema", schema or "none")]
        found.append(("needed", newest()))
        if is_file:
            found.append(("integrity", check_file(url)))
        if schema == newest():
            found += (await database.read(counts)).items()
            found += (await StoredWork(database, now, new_id).counts()).items()
        return found
    finally:
        await database.close()
