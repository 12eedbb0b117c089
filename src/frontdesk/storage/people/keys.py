"""API keys. Only hashes of them are stored."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from frontdesk.interfaces import Clock, Conflict, Invalid, NewId, NotFound
from frontdesk.interfaces.access import COMMAND_LINE
from frontdesk.model import ApiKey, Caller, Grant, Role
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.database import Database
from frontdesk.storage.people.audited import Audited
from frontdesk.storage.people.grants import check_grant, grant_columns, grant_of
from frontdesk.storage.people.names import checked_name, checked_role, hash_of
from frontdesk.storage.schema.people import api_key
from frontdesk.storage.schema.rows import Columns, columns, fact

KEY_PREFIX = "fd_"
SHOWN_OF_KEY = 11
# How exactly the last use is known: a write for every request would cost more than it tells.
USE_NOTED_EVERY = timedelta(minutes=1)


class StoredKeys(Audited):
    """API keys on a database."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId) -> None:
        """Use this database, clock and id maker."""
        super().__init__(database, clock)
        self._new_id = new_id

    async def add_key(
        self,
        name: str,
        role: Role,
        grant: Grant | None = None,
        *,
        expires_at: datetime | None = None,
        by: str = COMMAND_LINE,
    ) -> tuple[ApiKey, str]:
        """A new API key and its secret, which is never shown again. Raises Invalid."""
        secret, now = KEY_PREFIX + secrets.token_urlsafe(32), self._clock()
        prefix, given = secret[:SHOWN_OF_KEY], check_grant(grant or Grant())
        if expires_at is not None and expires_at <= now:
            raise Invalid(tr("a key ends in the future"), "expires")
        new = ApiKey(
            self._new_id(), checked_name(name, 100), checked_role(role), prefix, now, grant=given, expires_at=expires_at
        )
        row = columns(new) | {"secret_hash": hash_of(secret), **grant_columns(given)}
        del row["grant"]
        added = insert(api_key).values(**row)
        subject = f"{new.name} ({prefix})"
        await self._audited("key_added", by, subject, lambda c: c.execute(added).rowcount, role=new.role)
        return new, secret

    async def regrant(self, key: str, grant: Grant, *, by: str = COMMAND_LINE) -> ApiKey:
        """Change what a key, named as in `revoke`, may use and spend. Raises Invalid, NotFound, Conflict."""
        values = grant_columns(check_grant(grant))
        return await self._audited("key_changed", by, key, lambda c: _change_key(c, key, **values), **values)

    async def keys(self) -> tuple[ApiKey, ...]:
        """All API keys, oldest first, revoked ones too."""
        rows = select(api_key).order_by(api_key.c.created_at, api_key.c.id)
        return await self._database.read(lambda c: tuple(_key(r) for r in c.execute(rows).mappings()))

    async def revoke(self, key: str, *, by: str = COMMAND_LINE) -> ApiKey:
        """Take a key, named by its id or shown prefix, out of use. Raises NotFound, Conflict when the prefix is not
        unique."""
        now = self._clock()
        return await self._audited("key_revoked", by, key, lambda c: _change_key(c, key, revoked_at=now))

    async def by_key(self, secret: str) -> Caller | None:
        """The program that an API key belongs to, None when it is unknown, revoked or over."""
        now = self._clock()
        wanted = select(api_key).where(
            api_key.c.secret_hash == hash_of(secret),
            api_key.c.revoked_at.is_(None),
            or_(api_key.c.expires_at.is_(None), api_key.c.expires_at > now),
        )
        row = await self._database.read(lambda c: c.execute(wanted).mappings().first())
        if row is None:
            return None
        if row["last_used_at"] is None or now - row["last_used_at"] > USE_NOTED_EVERY:
            used = update(api_key).where(api_key.c.id == row["id"]).values(last_used_at=now)
            await self._database.write(lambda c: c.execute(used).rowcount)
        return fact(Caller, row, grant=grant_of(row))


def _key(row: Columns) -> ApiKey:
    return fact(ApiKey, row, grant=grant_of(row))


def _change_key(connection: Connection, key: str, **values: Any) -> ApiKey:
    named = api_key.c.prefix == key if key.startswith(KEY_PREFIX) else api_key.c.id == key
    rows = connection.execute(select(api_key).where(named)).mappings().all()
    if not rows:
        raise NotFound(tr("there is no API key {key}", key=key))
    if len(rows) > 1:
        raise Conflict(tr("several API keys begin with {key}: use the id of one", key=key))
    if rows[0]["revoked_at"] is not None:
        if "revoked_at" not in values:
            raise Conflict(tr("the API key {key} is revoked: make a new one", key=key))
        values["revoked_at"] = rows[0]["revoked_at"]
    connection.execute(update(api_key).where(api_key.c.id == rows[0]["id"]).values(**values))
    return _key({**rows[0], **values})
