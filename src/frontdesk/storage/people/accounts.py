"""Accounts, sessions and API keys. Of passwords, tokens and keys only hashes are stored."""

import asyncio
import hashlib
import re
import secrets
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, delete, insert, select, update

from frontdesk.interfaces import Clock, Conflict, Invalid, NewId, NotFound
from frontdesk.model import Account, ApiKey, Caller, Grant, Role
from frontdesk.model.identity import NAME_LENGTH
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.database import Database, Operation
from frontdesk.storage.people.grants import check_grant, grant_columns, grant_of
from frontdesk.storage.people.passwords import Passwords
from frontdesk.storage.pipeline.audit import append
from frontdesk.storage.schema.configuration import meta
from frontdesk.storage.schema.people import account, api_key, session
from frontdesk.storage.schema.rows import columns, fact

KEY_PREFIX = "fd_"
SHOWN_OF_KEY = 11
SIGNING = "signing"
COMMAND_LINE = "command line"  # accounts and keys are changed there alone
T = TypeVar("T")
_EMAIL = re.compile(r"[^\s@\x00-\x20\x7f]+@[^\s@\x00-\x20\x7f]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# A check takes 64 MiB and a core: more at once would only make each slower and the process larger.
_CHECKS_AT_ONCE = 2


class StoredAccounts:
    """Accounts on a database."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId, passwords: Passwords | None = None) -> None:
        """Use this database, clock and id maker; passwords are hashed strongly unless told otherwise."""
        self._database, self._clock, self._new_id = database, clock, new_id
        self._passwords = passwords or Passwords()
        self._checking = asyncio.Semaphore(_CHECKS_AT_ONCE)

    async def add_account(self, email: str, name: str, role: Role, password: str) -> Account:
        """A new account that can sign in. Raises Invalid, and Conflict when the e-mail address has one."""
        new = Account(self._new_id(), _email(email), _name(name, NAME_LENGTH), _role(role), True, self._clock())
        hashed = await asyncio.to_thread(self._passwords.hash, password, new.email, new.name)
        await self._audited("account_added", new.email, lambda c: _add_account(c, new, hashed), role=new.role)
        return new

    async def _audited(self, kind: str, subject: str, operation: Operation[T], **detail: Any) -> T:
        """Carry it out with a line in the audit trail, or neither."""
        now = self._clock()

        def both(connection: Connection) -> T:
            answer = operation(connection)
            append(connection, now, kind, COMMAND_LINE, subject=subject.strip(), detail=detail)
            return answer

        return await self._database.write(both)

    async def accounts(self) -> tuple[Account, ...]:
        """All accounts by e-mail address."""
        rows = select(account).order_by(account.c.email)
        return await self._database.read(lambda c: tuple(fact(Account, r) for r in c.execute(rows).mappings()))

    async def set_password(self, email: str, password: str) -> None:
        """Change a password and end all sessions of its account. Raises Invalid, NotFound."""
        hashed = await asyncio.to_thread(self._passwords.hash, password, email)
        await self._audited("password_changed", email, lambda c: _change(c, email, password_hash=hashed))

    async def set_role(self, email: str, role: Role) -> None:
        """Change what an account may do; its sessions end. Raises Invalid, NotFound."""
        await self._audited("role_changed", email, lambda c: _change(c, email, role=_role(role).value), role=role)

    async def deactivate(self, email: str) -> None:
        """Let nobody sign in with this account any more; its sessions end. Raises NotFound."""
        await self._audited("account_deactivated", email, lambda c: _change(c, email, active=False))

    async def activate(self, email: str) -> None:
        """Take `deactivate` back. Raises NotFound."""
        await self._audited("account_activated", email, lambda c: _change(c, email, active=True))

    async def verify(self, email: str, password: str) -> Account | None:
        """The account, if it is active and the password right; takes as long when it is not.

        A hash with outdated parameters is made anew.
        """
        key = email.strip().lower()
        wanted = select(account).where(account.c.email == ("" if _CONTROLS.search(key) else key))
        row = await self._database.read(lambda c: c.execute(wanted).mappings().first())
        stored = row["password_hash"] if row is not None and row["active"] else None
        async with self._checking:
            if not await asyncio.to_thread(self._passwords.fits, stored, password) or row is None:
                return None
        if self._passwords.is_outdated(row["password_hash"]):
            await self._rehash(row["id"], password)
        return fact(Account, row)

    async def _rehash(self, account_id: str, password: str) -> None:
        hashed = await asyncio.to_thread(self._passwords.renew, password)
        renewed = update(account).where(account.c.id == account_id).values(password_hash=hashed)
        await self._database.write(lambda c: c.execute(renewed).rowcount)

    async def open_session(self, account_id: str, hours: float) -> str:
        """A new session's token, 256 random bits."""
        token, now = secrets.token_urlsafe(32), self._clock()
        row = {
            "token_hash": hash_of(token),
            "account_id": account_id,
            "created_at": now,
            "expires_at": now + timedelta(hours=hours),
        }
        await self._database.write(lambda c: c.execute(insert(session), [row]).rowcount)
        return token

    async def by_session(self, token: str) -> Caller | None:
        """The person that a session belongs to, None when it has ended or the account is not active."""
        now = self._clock()
        wanted = (
            select(account.c.id, account.c.name, account.c.role)
            .join(session, session.c.account_id == account.c.id)
            .where(session.c.token_hash == hash_of(token), session.c.expires_at > now, account.c.active)
        )
        row = await self._database.read(lambda c: c.execute(wanted).mappings().first())
        return fact(Caller, row, grant=Grant()) if row is not None else None

    async def close_session(self, token: str) -> None:
        """End a session; ending one that does not exist is fine."""
        ended = delete(session).where(session.c.token_hash == hash_of(token))
        await self._database.write(lambda c: c.execute(ended).rowcount)

    async def forget_expired(self) -> int:
        """Delete sessions that have ended; a chore. Returns how many there were."""
        expired = delete(session).where(session.c.expires_at <= self._clock())
        return await self._database.write(lambda c: c.execute(expired).rowcount)

    async def add_key(self, name: str, role: Role, grant: Grant | None = None) -> tuple[ApiKey, str]:
        """A new API key and its secret, which is never shown again. Raises Invalid."""
        secret = KEY_PREFIX + secrets.token_urlsafe(32)
        prefix, given = secret[:SHOWN_OF_KEY], check_grant(grant or Grant())
        new = ApiKey(self._new_id(), _name(name, 100), _role(role), prefix, self._clock(), grant=given)
        row = columns(new) | {"secret_hash": hash_of(secret), **grant_columns(given)}
        del row["grant"]
        added = insert(api_key).values(**row)
        await self._audited("key_added", f"{new.name} ({prefix})", lambda c: c.execute(added).rowcount, role=new.role)
        return new, secret

    async def regrant(self, key: str, grant: Grant) -> ApiKey:
        """Change what a key, named as in `revoke`, may use and spend. Raises Invalid, NotFound, Conflict."""
        values = grant_columns(check_grant(grant))
        return await self._audited("key_changed", key, lambda c: _change_key(c, key, **values), **values)

    async def keys(self) -> tuple[ApiKey, ...]:
        """All API keys, oldest first, revoked ones too."""
        rows = select(api_key).order_by(api_key.c.created_at, api_key.c.id)
        return await self._database.read(
            lambda c: tuple(fact(ApiKey, r, grant=grant_of(r)) for r in c.execute(rows).mappings())
        )

    async def revoke(self, key: str) -> ApiKey:
        """Take a key, named by its id or shown prefix, out of use. Raises NotFound, Conflict when the prefix is not
        unique."""
        now = self._clock()
        return await self._audited("key_revoked", key, lambda c: _change_key(c, key, revoked_at=now))

    async def by_key(self, secret: str) -> Caller | None:
        """The program that an API key belongs to, None when it is unknown or revoked."""
        wanted = select(api_key).where(api_key.c.secret_hash == hash_of(secret), api_key.c.revoked_at.is_(None))
        row = await self._database.read(lambda c: c.execute(wanted).mappings().first())
        return fact(Caller, row, grant=grant_of(row)) if row is not None else None

    async def secret(self) -> bytes:
        """This installation's secret for signing links and forms, 256 random bits; made on first use."""
        fresh = secrets.token_hex(32)
        return bytes.fromhex(await self._database.write(lambda c: _secret(c, fresh)))


def hash_of(token: str) -> str:
    """What is stored of a token: it is random enough that a plain SHA-256 cannot be turned back."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _email(text: str) -> str:
    clean = text.strip().lower()
    if len(clean) > 320 or not _EMAIL.fullmatch(clean) or _CONTROLS.search(clean):
        raise Invalid(tr("{text!r} is not an e-mail address", text=text[:80]), "email")
    return clean


def _name(text: str, most: int) -> str:
    clean = text.strip()
    if not clean or len(clean) > most or _CONTROLS.search(clean):
        raise Invalid(tr("a name has 1 to {most} printable characters", most=most), "name")
    return clean


def _role(role: Role) -> Role:
    if role is Role.ANYONE:
        known = ", ".join(each for each in Role if each is not Role.ANYONE)
        raise Invalid(tr("role must be one of {known}", known=known), "role")
    return role


def _add_account(connection: Connection, new: Account, hashed: str) -> None:
    if connection.execute(select(account.c.id).where(account.c.email == new.email)).first():
        raise Conflict(tr("{email} has an account already", email=new.email))
    row = columns(new) | {"password_hash": hashed}
    connection.execute(insert(account), [row])


def _change(connection: Connection, email: str, **values: Any) -> None:
    key = _email(email)
    changed = update(account).where(account.c.email == key).values(**values)
    if connection.execute(changed).rowcount == 0:
        raise NotFound(tr("there is no account {account}", account=key))
    of_account = select(account.c.id).where(account.c.email == key).scalar_subquery()
    connection.execute(delete(session).where(session.c.account_id == of_account))


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
    row = {**rows[0], **values}
    return fact(ApiKey, row, grant=grant_of(row))


def _secret(connection: Connection, fresh: str) -> str:
    stored = connection.execute(select(meta.c.value).where(meta.c.key == SIGNING)).scalar()
    if stored is None:
        connection.execute(insert(meta), [{"key": SIGNING, "value": fresh}])
    return stored or fresh
