"""Versions of use cases that people made, and which of them are in force."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update
from typing_extensions import override

from frontdesk.interfaces import Conflict, NotFound
from frontdesk.interfaces.llm_stores import UseCaseStore
from frontdesk.model.llm import UseCaseVersion
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.stored import StoredByClock
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.pipeline.audit import append
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.schema.configuration import meta
from frontdesk.storage.schema.llm import published_use_case, use_case_version
from frontdesk.storage.schema.rows import columns, fact

STAMP = "use_cases"


class StoredUseCases(StoredByClock, UseCaseStore):
    """Use cases on a database."""

    @override
    async def stamp(self) -> str:
        return await self._database.read(_stamp)

    @override
    async def published(self) -> Sequence[UseCaseVersion]:
        version, force = use_case_version.c, published_use_case.c
        in_force = (force.name == version.name) & (force.version == version.version)
        rows = select(use_case_version).join(published_use_case, in_force)
        return await self._database.read(lambda c: [fact(UseCaseVersion, row) for row in c.execute(rows).mappings()])

    @override
    async def versions(self, name: str) -> Sequence[UseCaseVersion]:
        rows = select(use_case_version).where(use_case_version.c.name == name).order_by(use_case_version.c.version)
        return await self._database.read(lambda c: [fact(UseCaseVersion, row) for row in c.execute(rows).mappings()])

    @override
    async def add(self, version: UseCaseVersion) -> None:
        def operation(connection: Connection) -> None:
            _add(connection, version)
            subject, detail = f"{version.name} {version.version}", {"note": version.note}
            append(connection, version.created_at, "use_case_drafted", version.by, subject=subject, detail=detail)

        await self._database.write(operation)

    @override
    async def publish(self, name: str, version: int, by: str) -> None:
        now = self._clock()

        def operation(connection: Connection) -> None:
            _publish(connection, name, version)
            append(connection, now, "use_case_published", by, subject=f"{name} {version}")
            note(connection, now, "use case published", by=by, detail={"name": name, "version": version})

        await self._database.write(operation)


def _stamp(connection: Connection) -> str:
    return connection.execute(select(meta.c.value).where(meta.c.key == STAMP)).scalar() or "0"


def _touch(connection: Connection) -> None:
    insert_if_new(connection, meta, {"key": STAMP, "value": "0"})
    value = int(connection.execute(select(meta.c.value).where(meta.c.key == STAMP).with_for_update()).scalar_one())
    connection.execute(update(meta).where(meta.c.key == STAMP).values(value=str(value + 1)))


def _add(connection: Connection, version: UseCaseVersion) -> None:
    if not insert_if_new(connection, use_case_version, columns(version)):
        raise Conflict(tr("version {version} of {name} exists already", version=version.version, name=version.name))


def _publish(connection: Connection, name: str, version: int) -> None:
    here = published_use_case.c.name == name
    connection.execute(delete(published_use_case).where(here))
    if version:
        this = (use_case_version.c.name == name, use_case_version.c.version == version)
        if connection.execute(select(use_case_version.c.name).where(*this)).first() is None:
            raise NotFound(tr("there is no version {version} of the use case {name}", version=version, name=name))
        connection.execute(insert(published_use_case), [{"name": name, "version": version}])
    _touch(connection)
