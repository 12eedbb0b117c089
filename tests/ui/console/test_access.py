"""Users, API keys and the audit trail in the console."""

import csv
import re
from typing import Any

import pytest

from frontdesk.model import Role
from frontdesk.model.audit import AuditFilter
from frontdesk.wiring.container import Container
from tests.ui.console.test_rules import admin, post
from tests.web_client import HTML, PASSWORD, Client, add_account, sign_in, web_client

__all__ = ["admin"]  # the fixture
ANOTHER = "another quite long sentence"


async def account(container: Container, email: str) -> Any:
    return next(each for each in await container.people.accounts.accounts() if each.email == email)


async def test_somebody_is_invited_sets_a_password_and_signs_in(admin: Client, container: Container) -> None:
    fields = {"email": "Ben@example.com", "name": "Ben <b>", "role": "agent", "team.TEC": "yes", "team.XXX": "yes"}
    page = await post(admin, "/console/users", **fields)
    assert page.status_code == 200
    [link] = re.findall(r"<code>(http://\S+?)</code>", page.text)
    made = await account(container, "ben@example.com")
    assert (made.role, made.teams, made.has_password) == (Role.AGENT, {"TEC"}, False)
    async with web_client(container) as ben:
        assert (await sign_in(ben, "ben@example.com", "")).status_code == 400
        query = dict(pair.split("=") for pair in link.replace("&amp;", "&").partition("?")[2].split("&"))
        put = await ben.post("/set-password", data=query | {"new_password": ANOTHER}, headers=HTML)
        assert put.status_code == 303
        assert (await sign_in(ben, "ben@example.com", ANOTHER)).status_code == 303
    listed = await admin.get("/console/users", headers=HTML)
    assert "Ben &lt;b&gt;" in listed.text
    [line] = (await container.people.audit.page(AuditFilter(kind="account_added", subject="ben@example.com"), 9)).rows
    assert line.by == "Ada Brightwater"


@pytest.mark.parametrize(
    "fields", [{"email": "x"}, {"email": "root@example.com"}, {"email": "a@b.example", "role": "boss"}, {}]
)
async def test_an_invitation_that_cannot_be_says_why(
    admin: Client, container: Container, fields: dict[str, str]
) -> None:
    answer = await post(admin, "/console/users", **{"role": "agent", **fields})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    assert len(await container.people.accounts.accounts()) == 1


async def test_what_somebody_may_do_is_changed_and_ended(admin: Client, container: Container) -> None:
    await add_account(container, email="ben@example.com")
    place = f"/console/users/{(await account(container, 'ben@example.com')).id}"
    async with web_client(container) as ben:
        await sign_in(ben, "ben@example.com")
        assert (await post(admin, place, do="role", role="supervisor")).status_code == 303
        assert (await ben.get("/console", headers={"Accept": "*/*"})).status_code == 401
        await post(admin, place, do="teams", **{"team.TEC": "yes"})
        now = await account(container, "ben@example.com")
        assert (now.role, now.teams) == (Role.SUPERVISOR, {"TEC"})
        await sign_in(ben, "ben@example.com")
        assert "Browser" in (await admin.get(place, headers=HTML)).text
        await post(admin, place, do="sign_out")
        assert (await ben.get("/console", headers={"Accept": "*/*"})).status_code == 401
        await post(admin, place, do="deactivate")
        assert (await sign_in(ben, "ben@example.com")).status_code == 400
        assert (await post(admin, place, do="invite")).status_code == 409
        await post(admin, place, do="activate")
        assert (await sign_in(ben, "ben@example.com")).status_code == 303
    assert (await post(admin, place, do="something")).status_code == 409


@pytest.mark.parametrize("fields", [{"do": "deactivate"}, {"do": "role", "role": "agent"}])
async def test_nobody_takes_their_own_rights_away(admin: Client, container: Container, fields: dict[str, str]) -> None:
    own = await account(container, "root@example.com")
    assert (await post(admin, f"/console/users/{own.id}", **fields)).status_code == 409
    assert await account(container, "root@example.com") == own


async def test_a_lost_second_factor_is_removed_by_an_administrator(admin: Client, container: Container) -> None:
    import pyotp

    await add_account(container, email="ben@example.com")
    ben = await account(container, "ben@example.com")
    secret = pyotp.random_base32()
    await container.people.second_factors.set_up(ben.id, secret, pyotp.TOTP(secret).now(), "Ben")
    await post(admin, f"/console/users/{ben.id}", do="factor")
    async with web_client(container) as client:
        assert (await sign_in(client, "ben@example.com", PASSWORD)).status_code == 303


async def test_a_key_is_made_shown_once_changed_and_ended(admin: Client, container: Container) -> None:
    fields = {"name": "shop", "role": "service", "scopes": "api", "channels": "WEB", "days": "30", "budget_day": "2,5"}
    page = await post(admin, "/console/keys", **fields)
    [secret] = re.findall(r"<code>(fd_\S+?)</code>", page.text)
    [key] = await container.people.accounts.keys()
    assert (key.grant.channels, key.grant.budget_day, key.last_used_at) == ({"WEB"}, 2_500_000, None)
    assert key.expires_at is not None
    assert round((key.expires_at - key.created_at).total_seconds() / 86_400) == 30
    bearer = {"Authorization": f"Bearer {secret}"}
    assert (await admin.get("/api/v1/codes", headers=bearer)).status_code == 200
    assert (await container.people.accounts.keys())[0].last_used_at is not None
    listed = await admin.get("/console/keys", headers=HTML)
    assert secret not in listed.text
    assert secret[:11] in listed.text
    changed = {"scopes": "llm", "requests_per_minute": "7"}
    assert (await post(admin, f"/console/keys/{key.id}", **changed)).status_code == 303
    assert (await admin.get("/api/v1/codes", headers=bearer)).status_code == 403
    await post(admin, f"/console/keys/{key.id}", do="revoke")
    assert (await admin.get("/llm/v1/models", headers=bearer)).status_code == 401
    assert "Revoked" in (await admin.get(f"/console/keys/{key.id}", headers=HTML)).text
    assert (await post(admin, f"/console/keys/{key.id}", scopes="api")).status_code == 400
    by = [each.by for each in (await container.people.audit.page(AuditFilter(kind="key_revoked"), 9)).rows]
    assert by == ["Ada Brightwater"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("scopes", "all"),
        ("teams", "a/b"),
        ("days", "-1"),
        ("days", "9999"),
        ("budget_day", "much"),
        ("budget_month", "-1"),
        ("requests_per_minute", "½"),
        ("role", "customer"),
    ],
)
async def test_a_key_that_cannot_be_says_which_field(
    admin: Client, container: Container, name: str, value: str
) -> None:
    answer = await post(admin, "/console/keys", **{"name": "shop", "role": "service", name: value})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    assert await container.people.accounts.keys() == ()


async def test_a_key_that_is_over_opens_nothing(container: Container, customer: Client) -> None:
    from datetime import timedelta

    from frontdesk.storage.people.keys import StoredKeys
    from frontdesk.wiring.container import new_id, now

    _, secret = await container.people.accounts.add_key("shop", Role.ADMIN, expires_at=now() + timedelta(days=1))
    later = StoredKeys(container.database, lambda: now() + timedelta(days=1, seconds=1), new_id)
    assert await container.people.accounts.by_key(secret) is not None
    assert await later.by_key(secret) is None


async def test_the_trail_is_searched_checked_and_exported(admin: Client, container: Container) -> None:
    await container.people.accounts.add_key("=1+1", Role.SERVICE)
    await container.people.audit.note("signed_in", "Ben <b>", subject="ben@example.com")
    page = await admin.get("/console/audit?kind=signed_in&subject=ben@example.com", headers=HTML)
    assert "Ben &lt;b&gt;" in page.text
    assert "key_added" not in page.text
    assert "No line fits." in (await admin.get("/console/audit?until=2020-01-01", headers=HTML)).text
    assert (await admin.get("/console/audit?since=yesterday", headers=HTML)).status_code == 400
    assert "are as they were written" in (await admin.get("/console/audit?check=1", headers=HTML)).text
    export = await admin.get("/console/audit/export.csv?kind=key_added")
    [line] = csv.DictReader(export.text.splitlines())
    assert line["subject"].startswith("'=1+1")
    assert (await container.people.audit.page(AuditFilter(kind="audit_exported"), 9)).rows
    assert (await admin.get("/console/audit/export.csv?since=yesterday")).status_code == 400


async def test_an_altered_line_is_told_on_the_page(admin: Client, container: Container) -> None:
    if container.database.dialect != "sqlite":
        return
    from sqlalchemy import text

    statements = ("DROP TRIGGER audit_record_no_update", "UPDATE audit_record SET subject = 'x' WHERE id = 1")
    for each in statements:
        await container.database.write(lambda c, each=each: c.execute(text(each)).rowcount)
    assert "Line 1 is not as it was written" in (await admin.get("/console/audit?check=1", headers=HTML)).text


async def test_a_supervisor_reads_the_trail_and_changes_nobody(container: Container, customer: Client) -> None:
    await add_account(container, Role.SUPERVISOR)
    await sign_in(customer)
    assert (await customer.get("/console/audit", headers=HTML)).status_code == 200
    for page in ("/console/users", "/console/keys"):
        assert (await customer.get(page, headers=HTML)).status_code == 403
