"""Accounts, sessions and keys on both databases."""

import asyncio
import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from frontdesk.interfaces import Conflict, Invalid, NotFound
from frontdesk.model import Grant, Role
from frontdesk.storage.people.accounts import StoredAccounts
from frontdesk.storage.people.passwords import Passwords
from frontdesk.storage.people.second_factors import StoredSecondFactors
from frontdesk.storage.schema import people as tables
from frontdesk.wiring.container import Container, new_id, now

PASSWORD = "a long enough password"


@pytest.fixture
def accounts(container: Container) -> StoredAccounts:
    return StoredAccounts(container.database, now, new_id)


async def add(accounts: StoredAccounts, email: str = "Ada@Example.com"):
    return await accounts.add_account(email, "Ada Brightwater", Role.AGENT, PASSWORD)


async def test_an_account_is_found_by_its_address_in_any_case_and_its_password(accounts: StoredAccounts) -> None:
    added = await add(accounts)
    assert await accounts.verify(" ADA@example.COM ", PASSWORD) == replace(added, email="ada@example.com")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@example.com", "another password"),
        ("nobody@example.com", PASSWORD),
        ("ada@example.com\0", PASSWORD),
        ("ada@example.com", PASSWORD + "\0"),
        ("ada@example.com", "x" * 5000),
        ("\ud800@example.com", PASSWORD),
        ("ada@example.com", "\ud800"),
        ("", ""),
    ],
)
async def test_a_wrong_address_or_password_is_refused(accounts: StoredAccounts, email: str, password: str) -> None:
    await add(accounts)
    assert await accounts.verify(email, password) is None


async def test_a_second_account_with_the_same_address_is_refused(accounts: StoredAccounts) -> None:
    await add(accounts)
    with pytest.raises(Conflict):
        await add(accounts, "ada@EXAMPLE.com")


@pytest.mark.parametrize("email", ["", "ada", "a b@example.com", "ada@example.com\0", "@", "x" * 320 + "@example.com"])
async def test_what_is_no_address_is_refused(accounts: StoredAccounts, email: str) -> None:
    with pytest.raises(Invalid, match="not an e-mail address"):
        await add(accounts, email)


async def test_a_short_password_and_the_role_anyone_are_refused(accounts: StoredAccounts) -> None:
    with pytest.raises(Invalid, match="10 to 1000 characters"):
        await accounts.add_account("ada@example.com", "Ada", Role.AGENT, "short")
    with pytest.raises(Invalid, match="role"):
        await accounts.add_account("ada@example.com", "Ada", Role.ANYONE, PASSWORD)


@pytest.mark.parametrize(
    "password",
    ["aaaaaaaaaa", "1234567890", "password1234", "qwertyuiop12", "abcabcabcabc", "ada@example.com1", "Frontdesk2026!"],
)
async def test_a_password_that_is_easily_guessed_is_refused(password: str, accounts: StoredAccounts) -> None:
    with pytest.raises(Invalid, match="easily guessed"):
        await accounts.add_account("ada@example.com", "Ada Brightwater", Role.AGENT, password)


@pytest.mark.parametrize("password", ["correct horse battery staple", "kT7#mQ2p!zR", "x" * 500 + " mauve owls"])
async def test_a_password_is_judged_in_no_time(password: str, accounts: StoredAccounts) -> None:
    with contextlib.suppress(Invalid):
        await asyncio.wait_for(accounts.add_account("a@example.com", "Ada", Role.AGENT, password), 60)


async def test_no_secret_is_stored_readable(accounts: StoredAccounts, container: Container) -> None:
    added = await add(accounts)
    token = await accounts.open_session(added.id, 1)
    _, secret = await accounts.add_key("shop", Role.SERVICE)
    stored = await container.database.read(
        lambda c: [
            str(row) for t in (tables.account, tables.session, tables.api_key) for row in c.execute(select(t)).all()
        ]
    )
    assert len(stored) == 3
    assert not any(word in row for row in stored for word in (PASSWORD, token, secret))


async def test_a_session_names_its_person_until_it_is_closed(accounts: StoredAccounts) -> None:
    added = await add(accounts)
    token = await accounts.open_session(added.id, 1)
    caller = await accounts.by_session(token)
    assert caller is not None
    assert (caller.id, caller.name, caller.role) == (added.id, "Ada Brightwater", Role.AGENT)
    await accounts.close_session(token)
    assert await accounts.by_session(token) is None


async def test_an_expired_session_names_nobody_and_is_forgotten(container: Container, accounts: StoredAccounts) -> None:
    added = await add(accounts)
    token = await accounts.open_session(added.id, 1)
    later = StoredAccounts(container.database, lambda: datetime.now(UTC) + timedelta(hours=2), new_id)
    assert await later.by_session(token) is None
    assert await later.forget_expired() == 1


@pytest.mark.parametrize("change", ["deactivate", "set_password", "set_role"])
async def test_changing_an_account_ends_its_sessions(accounts: StoredAccounts, change: str) -> None:
    added = await add(accounts)
    token = await accounts.open_session(added.id, 1)
    arguments = {"set_password": ("another long password",), "set_role": (Role.ADMIN,)}.get(change, ())
    await getattr(accounts, change)("ada@example.com", *arguments)
    assert await accounts.by_session(token) is None


async def test_a_deactivated_account_signs_in_again_only_after_activation(accounts: StoredAccounts) -> None:
    await add(accounts)
    await accounts.deactivate("ada@example.com")
    assert await accounts.verify("ada@example.com", PASSWORD) is None
    await accounts.activate("ada@example.com")
    assert await accounts.verify("ada@example.com", PASSWORD) is not None


async def test_changing_an_account_that_does_not_exist_says_so(accounts: StoredAccounts) -> None:
    with pytest.raises(NotFound, match="no account nobody@example"):
        await accounts.deactivate("nobody@example.com")


async def test_a_key_names_its_program_until_it_is_revoked(accounts: StoredAccounts) -> None:
    key, secret = await accounts.add_key("shop", Role.SERVICE)
    assert secret.startswith("fd_")
    caller = await accounts.by_key(secret)
    assert caller is not None
    assert (caller.name, caller.role) == ("shop", Role.SERVICE)
    revoked = await accounts.revoke(key.prefix)
    assert revoked.revoked_at is not None
    assert await accounts.by_key(secret) is None
    assert [each.id for each in await accounts.keys()] == [key.id]


async def test_a_key_keeps_its_scopes_and_budgets_and_can_be_given_others(accounts: StoredAccounts) -> None:
    grant = Grant(frozenset({"llm:chat", "llm:model:azure-main/gpt-4.1"}), 5_000_000, 0, 60)
    key, secret = await accounts.add_key("robot", Role.SERVICE, grant)
    caller = await accounts.by_key(secret)
    assert caller is not None
    assert caller.grant == key.grant == grant
    wider = Grant(frozenset({"llm"}), 0, 100_000_000)
    assert (await accounts.regrant(key.prefix, wider)).grant == wider
    assert (await accounts.keys())[0].grant == wider
    await accounts.revoke(key.id)
    with pytest.raises(Conflict, match="make a new one"):
        await accounts.regrant(key.id, grant)


@pytest.mark.parametrize("scope", ["", "chat", "llm:", "llm:model:", "llm:use-case:a b", "LLM", "api:x"])
async def test_a_scope_that_does_not_exist_is_refused(accounts: StoredAccounts, scope: str) -> None:
    with pytest.raises(Invalid, match="there is no scope"):
        await accounts.add_key("robot", Role.SERVICE, Grant(frozenset({scope})))


async def test_budgets_have_bounds(accounts: StoredAccounts) -> None:
    for grant in (Grant(budget_day=-1), Grant(budget_month=10**16), Grant(requests_per_minute=-1)):
        with pytest.raises(Invalid):
            await accounts.add_key("robot", Role.SERVICE, grant)


def test_the_program_hashes_with_argon2id_at_a_cost_that_makes_guessing_dear() -> None:
    assert Passwords().hash(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_a_hash_with_outdated_parameters_is_made_anew(container: Container, accounts: StoredAccounts) -> None:
    import argon2

    added = await add(accounts)
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    change = tables.account.update().where(tables.account.c.id == added.id).values(password_hash=weak)
    await container.database.write(lambda c: c.execute(change).rowcount)
    assert await accounts.verify("ada@example.com", PASSWORD) is not None
    stored = await container.database.read(lambda c: c.execute(select(tables.account.c.password_hash)).scalar_one())
    assert stored != weak
    assert await accounts.verify("ada@example.com", PASSWORD) is not None


async def test_the_signing_secret_stays_the_same(accounts: StoredAccounts, container: Container) -> None:
    first = await accounts.secret()
    assert len(first) == 32
    assert await StoredAccounts(container.database, now, new_id).secret() == first


async def test_recovery_codes_are_random_enough_for_a_plain_hash(
    container: Container, accounts: StoredAccounts
) -> None:
    """Who reads the table must not get them back by trying: 112 bits where the hash is quick and unsalted."""
    added, factors = await add(accounts), StoredSecondFactors(container.database, now)
    secret = factors.new_secret()
    codes = await factors.set_up(added.id, secret, pyotp.TOTP(secret).at(now()), "ada")
    assert all(5 * len(code.replace("-", "")) >= 112 for code in codes)  # base 32 has five bits a character
    assert await factors.check(added.id, codes[0])
    assert not await factors.check(added.id, codes[0])
