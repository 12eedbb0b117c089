"""The audit trail: appended, chained, and a byte that was altered is found."""

import asyncio

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from frontdesk.interfaces.rules import NewRuleSet
from frontdesk.model import Role
from frontdesk.model.audit import AuditFilter
from frontdesk.storage.pipeline.audit import StoredAudit
from frontdesk.wiring.container import Container

PASSWORD = "a long enough password"


async def alter(container: Container, statement: str) -> None:
    """As somebody would who can write to the database and knows how it is guarded."""

    def operation(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            for name in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_record_no_{name}"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement))

    await container.database.write(operation)


@pytest.fixture
async def audit(container: Container) -> StoredAudit:
    """A trail of five lines beside those of a first start."""
    for number in range(5):
        await container.people.audit.note(
            "exported", "Ada", place="192.0.2.7", subject=f"file {number}", detail={"n": number}
        )
    return container.people.audit


async def test_a_trail_that_nobody_touched_is_whole(audit: StoredAudit) -> None:
    found = await audit.verify()
    assert (found.broken, found.lines >= 5, len(found.digest)) == (None, True, 64)
    assert await audit.has(found.digest)
    assert not await audit.has("0" * 64)


@pytest.mark.parametrize("column", ["kind", "by", "place", "subject", "detail", "digest"])
async def test_an_altered_byte_is_found(column: str, container: Container, audit: StoredAudit) -> None:
    third = (await audit.page(AuditFilter(subject="file 2"), 1)).rows[0].id
    changed = f"'~' || substr(\"{column}\", 2)"
    await alter(container, f'UPDATE audit_record SET "{column}" = {changed} WHERE id = {third}')
    assert (await audit.verify()).broken == third


async def test_an_altered_time_is_found(container: Container, audit: StoredAudit) -> None:
    third = (await audit.page(AuditFilter(subject="file 2"), 1)).rows[0].id
    second = (await audit.page(AuditFilter(subject="file 1"), 1)).rows[0].id
    await alter(
        container,
        f"UPDATE audit_record SET at = (SELECT o.at FROM audit_record o WHERE o.id = {second}) WHERE id = {third}",
    )
    assert (await audit.verify()).broken == third


async def test_a_line_that_was_taken_out_is_found(container: Container, audit: StoredAudit) -> None:
    third = (await audit.page(AuditFilter(subject="file 2"), 1)).rows[0].id
    await alter(container, f"DELETE FROM audit_record WHERE id = {third}")
    assert (await audit.verify()).broken == third + 1


async def test_an_end_that_was_cut_off_is_found(container: Container, audit: StoredAudit) -> None:
    third = (await audit.page(AuditFilter(subject="file 2"), 1)).rows[0].id
    await alter(container, f"DELETE FROM audit_record WHERE id >= {third}")
    assert "cut off" in (await audit.verify()).reason


@pytest.mark.parametrize("statement", ["UPDATE audit_record SET kind = 'x'", "DELETE FROM audit_record"])
async def test_the_database_refuses_changes(statement: str, container: Container, audit: StoredAudit) -> None:
    with pytest.raises(DBAPIError, match="only appended to"):
        await container.database.write(lambda c: c.execute(text(statement)).rowcount)


async def test_lines_of_many_writers_are_one_chain(container: Container) -> None:
    await asyncio.gather(*(container.people.audit.note("exported", f"by {n}") for n in range(30)))
    assert (await container.people.audit.verify()).broken is None


async def test_hostile_texts_are_stored_and_chained(container: Container) -> None:
    await container.people.audit.note(
        "x" * 100, "\ud800\x00" * 300, place="p" * 99, subject="é" * 999, detail={"a": "\ud800\x00"}
    )
    assert (await container.people.audit.verify()).broken is None


async def test_pages_join_newest_first_and_can_be_narrowed(audit: StoredAudit) -> None:
    first = await audit.page(AuditFilter(kind="exported"), 3)
    second = await audit.page(AuditFilter(kind="exported"), 3, first.next_cursor or "")
    assert [each.subject for each in (*first.rows, *second.rows)] == [f"file {n}" for n in (4, 3, 2, 1, 0)]
    assert second.next_cursor is None
    assert (await audit.page(AuditFilter(by="Ben"), 3)).rows == ()


async def test_changes_of_accounts_keys_rules_and_templates_leave_lines(container: Container) -> None:
    accounts = container.people.accounts
    await accounts.add_account("ada@example.com", "Ada", Role.AGENT, PASSWORD)
    await accounts.set_role("ada@example.com", Role.SUPERVISOR)
    await accounts.set_password("ada@example.com", PASSWORD + " 2")
    await accounts.deactivate("ada@example.com")
    key, secret = await accounts.add_key("shop", Role.SERVICE)
    await accounts.revoke(key.id)
    content = (await container.configuration.rules.version()).content
    drafted = await container.configuration.rules.draft(NewRuleSet("other", content, ""), "Ben")
    await container.configuration.rules.publish(drafted.value.version, "Ben", "")
    await container.configuration.templates.put("received", {"en": "We have it."}, "Ben")
    await container.configuration.timing.put("levels", "usual", {"first_answer": "4h"}, "Ben")
    rows = (await container.people.audit.page(AuditFilter(), 20)).rows
    assert [each.kind for each in reversed(rows)][-10:] == [
        "account_added",
        "role_changed",
        "password_changed",
        "account_deactivated",
        "key_added",
        "key_revoked",
        "rules_drafted",
        "rules_published",
        "template_changed",
        "timing_changed",
    ]
    assert {each.by for each in rows[:4]} == {"Ben"}
    assert not any(word in str(rows) for word in (PASSWORD, secret))


async def test_what_is_undone_leaves_no_line(container: Container) -> None:
    before = (await container.people.audit.verify()).lines
    await container.people.accounts.add_account("ada@example.com", "Ada", Role.AGENT, PASSWORD)
    with pytest.raises(Exception, match="has an account"):
        await container.people.accounts.add_account("ada@example.com", "Ada", Role.AGENT, PASSWORD)
    assert (await container.people.audit.verify()).lines == before + 1
