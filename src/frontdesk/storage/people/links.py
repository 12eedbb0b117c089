"""Links by which somebody sets the password of an account: invitations and resets. Each opens once, for a while."""

import secrets
from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select, update

from frontdesk.interfaces import Clock
from frontdesk.interfaces.access import COMMAND_LINE
from frontdesk.model import Account
from frontdesk.model.sign_in import LinkKind
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.stored import the_row
from frontdesk.storage.people.accounts import StoredAccounts, account_of, end_sessions
from frontdesk.storage.people.audited import Audited
from frontdesk.storage.people.names import CONTROLS, hash_of
from frontdesk.storage.schema.people import account, account_link
from frontdesk.storage.schema.rows import Columns

LIFETIMES = {LinkKind.RESET: timedelta(minutes=30), LinkKind.INVITATION: timedelta(days=3)}


class StoredLinks(Audited):
    """Links on a database; of their tokens only hashes."""

    def __init__(self, database: Database, clock: Clock, accounts: StoredAccounts) -> None:
        """`accounts` makes hashes of passwords."""
        super().__init__(database, clock)
        self._accounts = accounts

    async def make(self, email: str, kind: LinkKind, by: str = COMMAND_LINE) -> tuple[Account, str] | None:
        """The account and the token of a new link, None where no active account has this address. Links of the same
        kind that were made before open nothing any more. A reset is for accounts that have a password."""
        token, now = secrets.token_urlsafe(32), self._clock()
        key = email.strip().lower()
        wanted = select(account).where(account.c.email == ("" if CONTROLS.search(key) else key), account.c.active)
        row = await self._database.read(lambda c: c.execute(wanted).mappings().first())
        if row is None or (kind is LinkKind.RESET and not row["password_hash"]):
            return None
        link = {"token_hash": hash_of(token), "account_id": row["id"], "kind": kind.value, "created_at": now}
        link["expires_at"] = now + LIFETIMES[kind]

        def put(connection: Connection) -> None:
            old = delete(account_link).where(account_link.c.account_id == row["id"], account_link.c.kind == kind.value)
            connection.execute(old)
            connection.execute(insert(account_link), [link])

        await self._audited(f"{kind.value}_link_made", by, row["email"], put)
        return account_of(row), token

    async def opened(self, token: str, kind: LinkKind) -> Account:
        """Whose link it is. Raises NotFound where it is used, over, or none of ours."""
        return account_of(await self._database.read(lambda c: self._owner(c, token, kind)))

    async def use(self, token: str, kind: LinkKind, password: str) -> Account:
        """Set the password; the link and all others of the account are used up, its sessions end.

        Raises NotFound as `opened`, Invalid for a password that is easily guessed: then the link stays good.
        """
        owner = await self.opened(token, kind)
        hashed = await self._accounts.hashed(password, owner.email, owner.name)

        def set_it(connection: Connection) -> None:
            self._owner(connection, token, kind)  # somebody may have used it meanwhile
            connection.execute(update(account).where(account.c.id == owner.id).values(password_hash=hashed))
            connection.execute(delete(account_link).where(account_link.c.account_id == owner.id))
            end_sessions(connection, owner.id)

        await self._audited("password_set_by_link", owner.name, owner.email, set_it, link=kind)
        return owner

    async def forget_expired(self) -> int:
        """Delete links that are over; a chore."""
        expired = delete(account_link).where(account_link.c.expires_at <= self._clock())
        return await self._database.write(lambda c: c.execute(expired).rowcount)

    def _owner(self, connection: Connection, token: str, kind: LinkKind) -> Columns:
        wanted = (
            select(account)
            .join(account_link, account_link.c.account_id == account.c.id)
            .where(
                account_link.c.token_hash == hash_of(token),
                account_link.c.kind == kind.value,
                account_link.c.expires_at > self._clock(),
                account.c.active,
            )
        )
        return the_row(connection, wanted, tr("this link was used already, or it is too old: ask for a new one"))
