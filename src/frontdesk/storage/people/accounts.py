"""Accounts and their sessions. Of passwords and tokens only hashes are stored."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from frontdesk.interfaces import Clock, Conflict, NewId, NotFound
from frontdesk.interfaces.access import COMMAND_LINE
from frontdesk.model import Account, Caller, Grant, Role
from frontdesk.model.identity import ACCOUNT_SCOPE, NAME_LENGTH
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.database import Database
from frontdesk.storage.people.grants import check_codes
from frontdesk.storage.people.keys import StoredKeys
from frontdesk.storage.people.names import CONTROLS, checked_email, checked_name, checked_role, hash_of
from frontdesk.storage.people.passwords import Passwords
from frontdesk.storage.schema.configuration import meta
from frontdesk.storage.schema.people import account, session
from frontdesk.storage.schema.rows import Columns, fact

SIGNING = "signing"
PASSWORD = "password"  # noqa: S105 - how a session was opened
# How exactly it is known when a session was used last.
USE_NOTED_EVERY = timedelta(minutes=1)
# A check takes 64 MiB and a core: more at once would only make each slower and the process larger.
_CHECKS_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class SessionRules:
    """A session that was not used for `idle` is over. Where a second factor is demanded, one that was opened with a
    password alone reaches the page of its owner's account and nothing else."""

    idle: timedelta | None = None
    demands_second_factor: bool = False


class StoredAccounts(StoredKeys):
    """Who may call: accounts of people with their sessions, and keys of programs."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        new_id: NewId,
        passwords: Passwords | None = None,
        session_rules: SessionRules | None = None,
    ) -> None:
        """Use this database, clock and id maker; passwords are hashed strongly unless told otherwise."""
        super().__init__(database, clock, new_id)
        self._passwords, self._sessions = passwords or Passwords(), session_rules or SessionRules()
        self._checking = asyncio.Semaphore(_CHECKS_AT_ONCE)

    async def add_account(
        self, email: str, name: str, role: Role, password: str | None, *, by: str = COMMAND_LINE
    ) -> Account:
        """A new account that can sign in; without a password, by invitation or single sign-on alone.

        Raises Invalid, and Conflict when the e-mail address has one.
        """
        clean = checked_name(name, NAME_LENGTH)
        key, checked, now = checked_email(email), checked_role(role), self._clock()
        new = Account(self._new_id(), key, clean, checked, True, now, has_password=password is not None)
        hashed = await self.hashed(password, new.email, new.name) if password is not None else ""
        await self._audited("account_added", by, new.email, lambda c: add(c, new, hashed), role=new.role)
        return new

    async def hashed(self, password: str, *about: str) -> str:
        """What is stored of a password. Raises Invalid for one that is easily guessed."""
        return await asyncio.to_thread(self._passwords.hash, password, *about)

    async def accounts(self) -> tuple[Account, ...]:
        """All accounts by e-mail address."""
        rows = select(account).order_by(account.c.email)
        return await self._database.read(lambda c: tuple(account_of(r) for r in c.execute(rows).mappings()))

    async def account(self, account_id: str) -> Account:
        """One account. Raises NotFound."""
        wanted = select(account).where(account.c.id == account_id)
        return account_of(await self._row(wanted, tr("there is no such account")))

    async def set_password(self, email: str, password: str, *, by: str = COMMAND_LINE) -> None:
        """Change a password and end all sessions of its account. Raises Invalid, NotFound."""
        hashed = await self.hashed(password, email)
        await self._audited("password_changed", by, email, lambda c: _change(c, email, password_hash=hashed))

    async def set_role(self, email: str, role: Role, *, by: str = COMMAND_LINE) -> None:
        """Change what an account may do; its sessions end. Raises Invalid, NotFound."""
        value = checked_role(role).value
        await self._audited("role_changed", by, email, lambda c: _change(c, email, role=value), role=role)

    async def set_teams(self, email: str, teams: frozenset[str], *, by: str = COMMAND_LINE) -> None:
        """Change the teams of an account; its sessions end. Raises Invalid, NotFound."""
        joined = " ".join(sorted(check_codes(teams, "teams")))
        await self._audited("teams_changed", by, email, lambda c: _change(c, email, teams=joined), teams=joined)

    async def deactivate(self, email: str, *, by: str = COMMAND_LINE) -> None:
        """Let nobody sign in with this account any more; its sessions end. Raises NotFound."""
        await self._audited("account_deactivated", by, email, lambda c: _change(c, email, active=False))

    async def activate(self, email: str, *, by: str = COMMAND_LINE) -> None:
        """Take `deactivate` back. Raises NotFound."""
        await self._audited("account_activated", by, email, lambda c: _change(c, email, active=True))

    async def verify(self, email: str, password: str) -> Account | None:
        """The account, if it is active and the password right; takes as long when it is not.

        A hash with outdated parameters is made anew.
        """
        key = email.strip().lower()
        wanted = select(account).where(account.c.email == ("" if CONTROLS.search(key) else key))
        row = await self._database.read(lambda c: c.execute(wanted).mappings().first())
        stored = row["password_hash"] or None if row is not None and row["active"] else None
        async with self._checking:
            if not await asyncio.to_thread(self._passwords.fits, stored, password) or row is None:
                return None
        if self._passwords.is_outdated(row["password_hash"]):
            await self._rehash(row["id"], password)
        return account_of(row)

    async def _rehash(self, account_id: str, password: str) -> None:
        hashed = await asyncio.to_thread(self._passwords.renew, password)
        renewed = update(account).where(account.c.id == account_id).values(password_hash=hashed)
        await self._database.write(lambda c: c.execute(renewed).rowcount)

    async def open_session(
        self, account_id: str, hours: float, *, method: str = PASSWORD, place: str = "", device: str = "", **more: str
    ) -> str:
        """A new session's token, 256 random bits; the rest is what its owner sees of it later. `id_token` is kept for
        signing out at the provider."""
        token, now = secrets.token_urlsafe(32), self._clock()
        row = {
            "token_hash": hash_of(token),
            "account_id": account_id,
            "created_at": now,
            "seen_at": now,
            "expires_at": now + timedelta(hours=hours),
            "method": method,
            "place": place[:64],
            "device": CONTROLS.sub(" ", device)[:200],
            **more,
        }
        await self._database.write(lambda c: c.execute(insert(session), [row]).rowcount)
        return token

    async def by_session(self, token: str) -> Caller | None:
        """The person that a session belongs to, with the grant of their teams; None when it has ended, was idle for
        too long, or the account is not active."""
        now, hashed = self._clock(), hash_of(token)
        wanted = (
            select(account.c.id, account.c.name, account.c.role, account.c.teams, session.c.seen_at, session.c.method)
            .join(session, session.c.account_id == account.c.id)
            .where(session.c.token_hash == hashed, session.c.expires_at > now, account.c.active)
        )
        row = await self._database.read(lambda c: c.execute(wanted).mappings().first())
        rules = self._sessions
        if row is None or (rules.idle and row["seen_at"] and now - row["seen_at"] > rules.idle):
            return None
        if row["seen_at"] is None or now - row["seen_at"] > USE_NOTED_EVERY:
            seen = update(session).where(session.c.token_hash == hashed).values(seen_at=now)
            await self._database.write(lambda c: c.execute(seen).rowcount)
        is_weak = rules.demands_second_factor and row["method"] == PASSWORD and row["role"] != Role.CUSTOMER.value
        scopes = frozenset({ACCOUNT_SCOPE}) if is_weak else frozenset[str]()
        return fact(Caller, row, grant=Grant(scopes, teams=frozenset(row["teams"].split())))

    async def close_session(self, token: str) -> None:
        """End a session; ending one that does not exist is fine."""
        ended = delete(session).where(session.c.token_hash == hash_of(token))
        await self._database.write(lambda c: c.execute(ended).rowcount)

    async def forget_expired(self) -> int:
        """Delete sessions that have ended; a chore. Returns how many there were."""
        expired = delete(session).where(session.c.expires_at <= self._clock())
        return await self._database.write(lambda c: c.execute(expired).rowcount)

    async def secret(self) -> bytes:
        """This installation's secret for signing links and forms, 256 random bits; made on first use."""
        fresh = secrets.token_hex(32)
        return bytes.fromhex(await self._database.write(lambda c: _secret(c, fresh)))


def account_of(row: Columns) -> Account:
    """An account row."""
    return fact(
        Account,
        row,
        teams=frozenset(row["teams"].split()),
        has_password=bool(row["password_hash"]),
        has_second_factor=bool(row["totp_secret"]),
        is_external=bool(row["oidc_subject"]),
    )


def add(connection: Connection, new: Account, hashed: str, **values: Any) -> None:
    """Insert an account. Raises Conflict when its address has one."""
    if connection.execute(select(account.c.id).where(account.c.email == new.email)).first():
        raise Conflict(tr("{email} has an account already", email=new.email))
    row = {name: getattr(new, name) for name in ("id", "email", "name", "active", "created_at")}
    row |= {"role": new.role.value, "password_hash": hashed, "teams": " ".join(sorted(new.teams)), **values}
    connection.execute(insert(account), [row])


def end_sessions(connection: Connection, account_id: str) -> int:
    """End all sessions of an account; how many there were."""
    return connection.execute(delete(session).where(session.c.account_id == account_id)).rowcount


def _change(connection: Connection, email: str, **values: Any) -> None:
    key = checked_email(email)
    found = connection.execute(select(account.c.id).where(account.c.email == key)).scalar()
    if found is None:
        raise NotFound(tr("there is no account {account}", account=key))
    connection.execute(update(account).where(account.c.id == found).values(**values))
    end_sessions(connection, found)


def _secret(connection: Connection, fresh: str) -> str:
    stored = connection.execute(select(meta.c.value).where(meta.c.key == SIGNING)).scalar()
    if stored is None:
        connection.execute(insert(meta), [{"key": SIGNING, "value": fresh}])
    return stored or fresh
