"""Accounts of people who sign in at an OpenID provider: the provider says who they are and what they may do."""

from typing import Any

from sqlalchemy import Connection, select, update

from frontdesk.interfaces import SignInRefused
from frontdesk.model import Account
from frontdesk.model.identity import NAME_LENGTH
from frontdesk.model.sign_in import ProvenPerson
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.stored import StoredWithIds
from frontdesk.storage.people.accounts import account_of, add, end_sessions
from frontdesk.storage.people.grants import check_codes
from frontdesk.storage.people.names import checked_email, checked_name, hash_of
from frontdesk.storage.pipeline.audit import append
from frontdesk.storage.schema.people import account


class StoredSingleSignOn(StoredWithIds):
    """Finds, makes and changes the accounts of such people."""

    async def signed_in(self, person: ProvenPerson, place: str) -> Account:
        """Their account, with the name, role and teams that the provider says; made where there is none.

        An account that is there already under the same address becomes theirs only if the provider says that the
        address is verified. Raises SignInRefused.
        """
        new = Account(
            self._new_id(),
            checked_email(person.email),
            checked_name(person.name or person.email, NAME_LENGTH),
            person.role,
            True,
            self._clock(),
            check_codes(person.teams, "teams"),
            has_password=False,
            is_external=True,
        )
        subject = hash_of(f"{person.issuer}\0{person.subject}")
        return await self._database.write(lambda c: _take(c, new, subject, person.is_email_verified, place))


def _take(connection: Connection, new: Account, subject: str, verified: bool, place: str) -> Account:
    found = connection.execute(select(account).where(account.c.oidc_subject == subject)).mappings().first()
    if found is None:
        found = connection.execute(select(account).where(account.c.email == new.email)).mappings().first()
        if found is not None and (found["oidc_subject"] or not verified):
            raise SignInRefused(
                tr("{email} has an account of another person, or its address is not verified", email=new.email)
            )
    if found is None:
        add(connection, new, "", oidc_subject=subject)
        append(connection, new.created_at, "account_added", new.name, place=place, subject=new.email, detail=_told(new))
        return new
    if not found["active"]:
        raise SignInRefused(tr("this account is deactivated"))
    old = account_of(found)
    values: dict[str, Any] = {"name": new.name, "oidc_subject": subject}
    if (old.role, old.teams) != (new.role, new.teams):
        values |= {"role": new.role.value, "teams": " ".join(sorted(new.teams))}
        end_sessions(connection, old.id)
        append(connection, new.created_at, "role_changed", new.name, place=place, subject=old.email, detail=_told(new))
    connection.execute(update(account).where(account.c.id == old.id).values(**values))
    row = connection.execute(select(account).where(account.c.id == old.id)).mappings().one()
    return account_of(row)


def _told(new: Account) -> dict[str, str]:
    return {"role": new.role.value, "teams": " ".join(sorted(new.teams)), "by": "OpenID provider"}
