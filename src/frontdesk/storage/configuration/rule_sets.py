"""Versions of the rules on a database. Only drafts can be changed."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, func, insert, select, update
from typing_extensions import override

from frontdesk.interfaces import Clock, Conflict, NotFound, Stale
from frontdesk.interfaces.rules import History, NewRuleSet, PastDecisionsQuery, RuleSets
from frontdesk.model.reading import IdempotencyKey, StoredAnswer
from frontdesk.model.rules import Past, Publication, RuleSetState, RuleSetVersion
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.idempotency import write_once
from frontdesk.storage.pipeline.journal import note as journal_line
from frontdesk.storage.schema.interactions import decision, inbound_message, interaction
from frontdesk.storage.schema.rows import as_decision
from frontdesk.storage.schema.rules import rule_publication, rule_set

PORTION = 1000
SHIPPED_BY = "Frontdesk"


class StoredRuleSets(RuleSets):
    """Versions of the rules on a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Use this database and clock."""
        self._database, self._clock = database, clock

    async def seed(self, shipped: NewRuleSet) -> None:
        """Publish what ships as version 1 where no rule set is yet; safe when several processes start at once."""
        now = self._clock()
        if not await self._database.read(lambda c: c.execute(_numbers().limit(1)).first()):
            await self._database.write(lambda c: _seed(c, shipped, now))

    @override
    async def in_force(self) -> int:
        return await self._database.read(_in_force)

    @override
    async def get(self, version: int) -> RuleSetVersion:
        return await self._database.read(lambda c: _get(c, version))

    @override
    async def versions(self) -> tuple[RuleSetVersion, ...]:
        rows = select(*(c for c in rule_set.c if c.name != "content")).order_by(rule_set.c.version.desc())

        def operation(connection: Connection) -> tuple[RuleSetVersion, ...]:
            now = _in_force(connection)
            return tuple(_as_version(row, now) for row in connection.execute(rows).mappings())

        return await self._database.read(operation)

    @override
    async def publications(self, limit: int = 100) -> tuple[Publication, ...]:
        rows = select(rule_publication).order_by(rule_publication.c.id.desc()).limit(limit)
        return await self._database.read(lambda c: tuple(Publication(**row) for row in c.execute(rows).mappings()))

    @override
    async def add(self, draft: NewRuleSet, by: str, once: IdempotencyKey | None = None) -> StoredAnswer[RuleSetVersion]:
        now = self._clock()
        return await write_once(self._database, once, RuleSetVersion, now, lambda c: _add(c, draft, by, now))

    @override
    async def change(self, version: int, draft: NewRuleSet, revision: int | None) -> RuleSetVersion:
        return await self._database.write(lambda c: _change(c, version, draft, revision))

    @override
    async def remove(self, version: int, by: str) -> None:
        now = self._clock()
        await self._database.write(lambda c: _remove(c, version, by, now))

    @override
    async def publish(
        self, checked: RuleSetVersion, by: str, note: str, once: IdempotencyKey | None = None
    ) -> StoredAnswer[RuleSetVersion]:
        now = self._clock()

        def operation(connection: Connection) -> RuleSetVersion:
            return _publish(connection, checked.version, checked.revision, by, note, now)

        return await write_once(self._database, once, RuleSetVersion, now, operation)


class StoredHistory(History):
    """Past decisions on a database."""

    def __init__(self, database: Database) -> None:
        """Read from this database."""
        self._database = database

    @override
    async def decided(self, wanted: PastDecisionsQuery) -> AsyncIterator[Sequence[Past]]:
        left, before = wanted.last, ""
        while left is None or left > 0:
            found = await self._portion(wanted, before, PORTION if left is None else min(PORTION, left))
            if not found:
                return
            yield [_as_past(row) for row in found]
            before = found[-1]["id"]
            left = None if left is None else left - len(found)

    async def _portion(self, wanted: PastDecisionsQuery, before: str, most: int) -> Sequence[RowMapping]:
        rows = _decided(wanted, before).limit(most)
        return await self._database.read(lambda c: c.execute(rows).mappings().all())

    @override
    async def of_message(self, message_id: str) -> Past:
        rows = _decisions().where(decision.c.message_id == message_id)
        row = await self._database.read(lambda c: c.execute(rows).mappings().first())
        if row is None:
            raise NotFound(tr("there is no decision on message {message}", message=message_id))
        return _as_past(row)


def _numbers() -> Select[tuple[int]]:
    return select(rule_set.c.version)


def _in_force(connection: Connection) -> int:
    newest = select(rule_publication.c.version).order_by(rule_publication.c.id.desc()).limit(1)
    return connection.execute(newest).scalar() or 0


def _get(connection: Connection, version: int) -> RuleSetVersion:
    row = connection.execute(select(rule_set).where(rule_set.c.version == version)).mappings().first()
    if row is None:
        raise NotFound(tr("there is no rule set version {version}", version=version))
    return _as_version(row, _in_force(connection))


def _as_version(row: RowMapping, in_force: int) -> RuleSetVersion:
    state = RuleSetState.RETIRED if row["published_at"] else RuleSetState.DRAFT
    if row["version"] == in_force:
        state = RuleSetState.PUBLISHED
    return RuleSetVersion(**{"content": "", **row}, state=state)


def _seed(connection: Connection, shipped: NewRuleSet, now: datetime) -> None:
    if connection.execute(_numbers().limit(1)).first() is None:
        _insert(connection, shipped, SHIPPED_BY, now)
        _put_in_force(connection, RuleSetState.DRAFT, 1, SHIPPED_BY, shipped.note, now)


def _add(connection: Connection, draft: NewRuleSet, by: str, now: datetime) -> RuleSetVersion:
    added = _insert(connection, draft, by, now)
    journal_line(connection, now, "rules_drafted", by=by, detail={"version": added.version, "name": added.name})
    return added


def _insert(connection: Connection, draft: NewRuleSet, by: str, now: datetime) -> RuleSetVersion:
    highest: int = connection.execute(select(func.coalesce(func.max(rule_set.c.version), 0))).scalar_one()
    row: dict[str, Any] = {
        "version": highest + 1,
        "name": draft.name,
        "content": draft.content,
        "note": draft.note,
        "created_by": by,
        "created_at": now,
        "revision": 1,
    }
    connection.execute(insert(rule_set), [row])
    return RuleSetVersion(**row, state=RuleSetState.DRAFT)


def _change(connection: Connection, version: int, draft: NewRuleSet, revision: int | None) -> RuleSetVersion:
    before = _unpublished(connection, version)
    if revision is not None and revision != before.revision:
        raise Stale(tr("draft {version} was changed meanwhile: read it again", version=version))
    values = {"name": draft.name, "content": draft.content, "note": draft.note, "revision": before.revision + 1}
    here = (rule_set.c.version == version, rule_set.c.revision == before.revision, rule_set.c.published_at.is_(None))
    if connection.execute(update(rule_set).where(*here).values(**values)).rowcount != 1:
        raise Stale(tr("draft {version} was changed meanwhile: read it again", version=version))
    return _get(connection, version)


def _unpublished(connection: Connection, version: int) -> RuleSetVersion:
    found = _get(connection, version)
    if found.state is not RuleSetState.DRAFT:
        raise Conflict(
            tr("version {version} was published and stays as it is: draft a new one from it", version=version)
        )
    return found


def _remove(connection: Connection, version: int, by: str, now: datetime) -> None:
    _unpublished(connection, version)
    connection.execute(delete(rule_set).where(rule_set.c.version == version, rule_set.c.published_at.is_(None)))
    journal_line(connection, now, "rules_removed", by=by, detail={"version": version})


def _publish(connection: Connection, version: int, revision: int, by: str, note: str, now: datetime) -> RuleSetVersion:
    before = _get(connection, version)
    if before.revision != revision:
        raise Stale(tr("draft {version} was changed meanwhile: read it again", version=version))
    if before.state is RuleSetState.PUBLISHED:
        return before
    replaced = _in_force(connection)
    _put_in_force(connection, before.state, version, by, note, now)
    kind = "rules_published" if before.state is RuleSetState.DRAFT else "rules_rolled_back"
    journal_line(connection, now, kind, by=by, detail={"version": version, "instead_of": replaced, "note": note})
    return _get(connection, version)


def _put_in_force(
    connection: Connection, before: RuleSetState, version: int, by: str, note: str, now: datetime
) -> None:
    if before is RuleSetState.DRAFT:
        frozen = update(rule_set).where(rule_set.c.version == version, rule_set.c.published_at.is_(None))
        connection.execute(frozen.values(published_at=now, published_by=by))
    connection.execute(insert(rule_publication), [{"version": version, "at": now, "by": by, "note": note}])


def _decisions() -> Select[Any]:
    return (
        select(decision, interaction.c.reference)
        .join(inbound_message, inbound_message.c.id == decision.c.message_id)
        .join(interaction, interaction.c.id == inbound_message.c.interaction_id)
        .where(inbound_message.c.erased_at.is_(None))  # what it was decided on is gone
    )


def _decided(wanted: PastDecisionsQuery, before: str) -> Select[Any]:
    """Ids are sortable by time, so that they serve as the cursor."""
    rows = _decisions().order_by(decision.c.id.desc())
    if before:
        rows = rows.where(decision.c.id < before)
    if wanted.since is not None:
        rows = rows.where(inbound_message.c.received_at >= wanted.since)
    if wanted.until is not None:
        rows = rows.where(inbound_message.c.received_at < wanted.until)
    return rows


def _as_past(row: RowMapping) -> Past:
    return Past(row["reference"], as_decision(row))
