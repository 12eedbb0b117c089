"""The open sessions of an account, as its owner sees and ends them."""

from sqlalchemy import delete, select, update

from frontdesk.model.identity import Session
from frontdesk.storage.people.audited import Audited
from frontdesk.storage.people.names import hash_of
from frontdesk.storage.schema.people import session
from frontdesk.storage.schema.rows import Columns, fact

HANDLE_LENGTH = 16
SECOND_FACTOR = "second factor"  # how a session was opened


class StoredSessions(Audited):
    """Sessions on a database."""

    @staticmethod
    def handle_of(token: str) -> str:
        """The name of the session with this token."""
        return hash_of(token)[:HANDLE_LENGTH]

    async def of(self, account_id: str) -> tuple[Session, ...]:
        """Those that are open, the one that was used last first."""
        wanted = (
            select(session)
            .where(session.c.account_id == account_id, session.c.expires_at > self._clock())
            .order_by(session.c.created_at.desc())
        )
        found = await self._database.read(lambda c: [_session(r) for r in c.execute(wanted).mappings()])
        return tuple(sorted(found, key=lambda each: each.seen_at, reverse=True))

    async def end(self, account_id: str, handle: str, by: str) -> None:
        """End one; ending one that is over is fine."""
        named = session.c.token_hash.startswith(handle[:HANDLE_LENGTH], autoescape=True)
        ended = delete(session).where(session.c.account_id == account_id, named)
        await self._audited("session_ended", by, handle, lambda c: c.execute(ended).rowcount)

    async def end_others(self, account_id: str, token: str, by: str) -> int:
        """End all but the one with this token; how many there were."""
        others = delete(session).where(session.c.account_id == account_id, session.c.token_hash != hash_of(token))
        return await self._audited("sessions_ended", by, account_id, lambda c: c.execute(others).rowcount)

    async def strengthen(self, token: str) -> None:
        """Its owner has just shown a second factor."""
        shown = update(session).where(session.c.token_hash == hash_of(token)).values(method=SECOND_FACTOR)
        await self._database.write(lambda c: c.execute(shown).rowcount)

    async def id_token(self, token: str) -> str:
        """What the provider of a single sign-on gave this session; empty for others."""
        wanted = select(session.c.id_token).where(session.c.token_hash == hash_of(token))
        return await self._database.read(lambda c: c.execute(wanted).scalar()) or ""


def _session(row: Columns) -> Session:
    seen_at = row["seen_at"] or row["created_at"]
    return fact(Session, row, handle=row["token_hash"][:HANDLE_LENGTH], seen_at=seen_at)
