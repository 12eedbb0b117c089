"""Local accounts: second factors, passwords, links by mail, sessions."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
import pyotp
import pytest
from httpx import Response

from frontdesk.interfaces import NotFound
from frontdesk.model import Role
from frontdesk.model.audit import AuditFilter
from frontdesk.model.sign_in import LinkKind
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.settings.sections import Settings
from frontdesk.storage.people.accounts import SessionRules, StoredAccounts
from frontdesk.storage.people.links import LIFETIMES, StoredLinks
from frontdesk.storage.people.passwords import Passwords
from frontdesk.storage.people.second_factors import StoredSecondFactors
from frontdesk.wiring.container import Container, new_id, now, open_container
from tests.channels.channel_house import with_channel
from tests.conftest import CHEAP
from tests.smtp_server import Taken, smtp_server
from tests.web_client import BASE, HTML, PASSWORD, Client, add_account, sign_in, token_in, web_client

OTHER = "another quite long sentence"
PROGRAM = {"Accept": "*/*"}


async def post(client: Client, path: str, **fields: str) -> Response:
    """Send a form as the account page does."""
    token = token_in(await client.get("/account", headers=HTML))
    return await client.post(path, data=fields | {"_csrf_token": token}, headers=HTML, follow_redirects=False)


async def is_in(client: Client) -> bool:
    return (await client.get("/console", headers=PROGRAM)).status_code == 200


async def kinds(container: Container) -> set[str]:
    return {each.kind for each in (await container.people.audit.page(AuditFilter(), 100)).rows}


# Second factors


async def with_second_factor(client: Client) -> tuple[str, list[str]]:
    """Set it up; its secret and recovery codes."""
    begun = await post(client, "/account/second-factor", do="begin", password=PASSWORD)
    [secret] = re.findall(r"<code>([A-Z2-7]{32})</code>", begun.text)
    [sealed] = re.findall(r'name="secret" value="([^"]+)"', begun.text)
    assert 'src="data:image/svg+xml' in begun.text
    done = await post(client, "/account/second-factor", do="confirm", secret=sealed, code=pyotp.TOTP(secret).now())
    codes = re.findall(r"<code>([a-z2-7-]{29})</code>", done.text)
    assert len(set(codes)) == 10
    return secret, codes


async def code_step(client: Client, page: Response, code: str) -> Response:
    [pending] = re.findall(r'name="pending" value="([^"]+)"', page.text)
    fields = {"pending": pending, "code": code, "next": "/console/history"}
    return await client.post("/sign-in/code", data=fields, headers=HTML, follow_redirects=False)


async def test_a_second_factor_is_asked_for_and_each_code_works_once(container: Container, agent: Client) -> None:
    secret, _ = await with_second_factor(agent)
    async with web_client(container) as other:
        asked = await sign_in(other)
        assert asked.status_code == 200
        assert not await is_in(other)
        assert (await code_step(other, asked, pyotp.TOTP(secret).now())).status_code == 400  # setting it up used it
        ahead = pyotp.TOTP(secret).at(now(), counter_offset=1)
        done = await code_step(other, asked, ahead)
        assert (done.status_code, done.headers["location"]) == (303, "/console/history")
        assert await is_in(other)
    async with web_client(container) as third:
        assert (await code_step(third, await sign_in(third), ahead)).status_code == 400


async def test_a_recovery_code_signs_in_once(container: Container, agent: Client) -> None:
    _, codes = await with_second_factor(agent)
    async with web_client(container) as other:
        assert (await code_step(other, await sign_in(other), codes[3].upper())).status_code == 303
        other.cookies.delete("frontdesk_session")
        assert (await code_step(other, await sign_in(other), codes[3])).status_code == 400


async def test_codes_cannot_be_guessed_at_will(container: Container, agent: Client) -> None:
    await with_second_factor(agent)
    async with web_client(container) as other:
        asked = await sign_in(other)
        answers = [(await code_step(other, asked, f"{n:06}")).status_code for n in range(6)]
    assert answers[0] == 400
    assert answers[-1] == 429
    refused = (await container.people.audit.page(AuditFilter(kind="sign_in_refused"), 9)).rows
    assert refused[0].detail == {"factor": "second"}


async def test_the_second_step_cannot_be_had_without_the_first(container: Container, agent: Client) -> None:
    secret, _ = await with_second_factor(agent)
    async with web_client(container) as other:
        page = await sign_in(other)
        forged = Response(200, text=page.text.replace('name="pending" value="', 'name="pending" value="x'))
        assert (await code_step(other, forged, pyotp.TOTP(secret).at(now(), counter_offset=1))).status_code == 403
        assert not await is_in(other)


async def test_a_wrong_code_or_password_sets_nothing_up(container: Container, agent: Client) -> None:
    assert (await post(agent, "/account/second-factor", do="begin", password="wrong")).status_code == 400
    begun = await post(agent, "/account/second-factor", do="begin", password=PASSWORD)
    [sealed] = re.findall(r'name="secret" value="([^"]+)"', begun.text)
    own = pyotp.random_base32()
    for secret, code in ((sealed, "000000"), (sealed, "é"), (own, pyotp.TOTP(own).now()), ("!", "")):
        answer = await post(agent, "/account/second-factor", do="confirm", secret=secret, code=code)
        assert answer.status_code == 400
    assert [each.has_second_factor for each in await container.people.accounts.accounts()] == [False]


async def test_a_second_factor_is_removed_with_the_password(container: Container, agent: Client) -> None:
    await with_second_factor(agent)
    assert (await post(agent, "/account/second-factor", do="remove", password=PASSWORD)).status_code == 303
    async with web_client(container) as other:
        assert (await sign_in(other)).status_code == 303
    assert {"second_factor_set_up", "second_factor_removed"} <= await kinds(container)


async def test_of_two_requests_with_one_code_one_is_let_in(container: Container) -> None:
    await add_account(container)
    [account] = await container.people.accounts.accounts()
    factors, later = container.people.second_factors, StoredSecondFactors(container.database, now)
    secret = factors.new_secret()
    await factors.set_up(account.id, secret, pyotp.TOTP(secret).now(), "Ada")
    code = pyotp.TOTP(secret).at(now(), counter_offset=1)
    assert sorted([await factors.check(account.id, code), await later.check(account.id, code)]) == [False, True]


async def test_where_a_second_factor_is_demanded_nothing_else_is_reached_without(
    settings: Settings, builtin: Builtin
) -> None:
    security = msgspec.structs.replace(settings.security, second_factor="required")
    async with open_container(msgspec.structs.replace(settings, security=security), builtin, CHEAP) as container:
        await add_account(container, Role.ADMIN)
        async with web_client(container) as client:
            await sign_in(client)
            assert not await is_in(client)
            assert (await client.get("/api/v1/interactions", headers=PROGRAM)).status_code == 403
            led = await client.get("/console/users", headers=HTML, follow_redirects=False)
            assert (led.status_code, led.headers["location"]) == (303, "/account")
            assert "Set up a second factor first" in (await client.get("/account", headers=HTML)).text
            _, codes = await with_second_factor(client)
            assert await is_in(client)
            client.cookies.delete("frontdesk_session")
            assert (await code_step(client, await sign_in(client), codes[0])).status_code == 303
            assert await is_in(client)


# Passwords and sessions


async def test_a_changed_password_signs_out_elsewhere_and_stays_here(container: Container, agent: Client) -> None:
    async with web_client(container) as other:
        await sign_in(other)
        assert (await post(agent, "/account/password", password=PASSWORD, new_password=OTHER)).status_code == 303
        assert await is_in(agent)
        assert not await is_in(other)
        assert (await sign_in(other)).status_code == 400
        assert (await sign_in(other, password=OTHER)).status_code == 303


@pytest.mark.parametrize(("old", "new"), [("wrong", OTHER), (PASSWORD, "aaaaaaaaaa"), (PASSWORD, "")])
async def test_a_password_is_not_changed_by_a_wrong_or_to_a_weak_one(
    container: Container, agent: Client, old: str, new: str
) -> None:
    answer = await post(agent, "/account/password", password=old, new_password=new)
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    assert await container.people.accounts.verify("ada@example.com", PASSWORD) is not None


async def test_one_sees_where_one_is_signed_in_and_signs_out_there(container: Container, agent: Client) -> None:
    async with web_client(container, "192.0.2.9") as other, web_client(container) as third:
        other.headers["User-Agent"] = "Browser of <b>Ben</b>"
        await sign_in(other)
        await sign_in(third)
        page = await agent.get("/account", headers=HTML)
        assert "Browser of &lt;b&gt;Ben&lt;/b&gt;" in page.text
        assert "192.0.2.9" in page.text
        [handle] = re.findall(r'192\.0\.2\.9.*?name="handle" value="(\w+)"', page.text, re.S)
        await post(agent, "/account/sessions", handle=handle)
        assert [await is_in(each) for each in (agent, other)] == [True, False]
        await post(agent, "/account/sessions")
        assert [await is_in(each) for each in (agent, third)] == [True, False]


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML) Chrome/140.0 Safari/537.36", "Chrome · Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) (KHTML) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · macOS"),
    ],
)
async def test_a_browser_has_a_name_that_its_owner_knows(
    container: Container, customer: Client, told: str, named: str
) -> None:
    await add_account(container)
    customer.headers["User-Agent"] = told
    await sign_in(customer)
    assert named in (await customer.get("/account", headers=HTML)).text


async def test_nobody_ends_sessions_of_others(container: Container, agent: Client) -> None:
    await add_account(container, email="ben@example.com")
    async with web_client(container) as ben:
        await sign_in(ben, "ben@example.com")
        theirs = container.people.sessions.handle_of(ben.cookies["frontdesk_session"])
        await post(agent, "/account/sessions", handle=theirs)
        await post(agent, "/account/sessions", handle="%")
        assert await is_in(ben)


async def test_a_session_that_was_not_used_for_a_while_is_over(container: Container) -> None:
    idle = timedelta(minutes=30)
    await add_account(container)
    [account] = await container.people.accounts.accounts()
    token = await container.people.accounts.open_session(account.id, 12)
    at = {"minutes": 25}
    later = StoredAccounts(container.database, lambda: now() + timedelta(**at), new_id, CHEAP, SessionRules(idle))
    assert await later.by_session(token) is not None
    at["minutes"] = 50
    assert await later.by_session(token) is not None
    at["minutes"] = 81
    assert await later.by_session(token) is None


async def test_keys_and_strangers_have_no_account_page(container: Container, customer: Client) -> None:
    assert (await customer.get("/account", headers=PROGRAM)).status_code == 401
    _, secret = await container.people.accounts.add_key("robot", Role.ADMIN)
    answer = await customer.get("/account", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403


# Links


@asynccontextmanager
async def with_mail(settings: Settings, builtin: Builtin) -> AsyncIterator[tuple[Container, Taken]]:
    with smtp_server() as taken:
        email = {
            "address": "desk@example.com",
            "smtp_host": "127.0.0.1",
            "smtp_port": taken.port,
            "smtp_security": "none",
        }
        changed = with_channel(settings, "email", email)
        server = msgspec.structs.replace(changed.server, public_url=BASE)
        async with open_container(msgspec.structs.replace(changed, server=server), builtin, CHEAP) as container:
            yield container, taken


def link_in(taken: Taken) -> str:
    text = taken.mails[-1].get_content()
    [link] = re.findall(re.escape(BASE) + r"(/set-password\S+)", text)
    return str(link)


async def reset(client: Client, email: str) -> Response:
    return await client.post("/forgotten-password", data={"email": email}, headers=HTML)


async def arrived(taken: Taken, number: int) -> None:
    async with asyncio.timeout(60):
        while len(taken.envelopes) < number:
            await asyncio.sleep(0.02)


async def test_a_forgotten_password_is_set_anew_by_a_link_that_opens_once(settings: Settings, builtin: Builtin) -> None:
    async with with_mail(settings, builtin) as (container, taken), web_client(container) as client:
        await add_account(container)
        await sign_in(client)
        async with web_client(container) as stranger:
            known = await reset(stranger, " ADA@example.com")
            unknown = await reset(stranger, "nobody@example.com")
            assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
            await arrived(taken, 1)
            assert [each["To"] for each in taken.mails] == ["ada@example.com"]
            assert taken.mails[0]["Auto-Submitted"]
            link = link_in(taken)
            page = await stranger.get(link, headers=HTML)
            assert "ada@example.com" in page.text
            query = dict(pair.split("=") for pair in link.partition("?")[2].split("&"))
            weak = await stranger.post("/set-password", data=query | {"new_password": "aaaaaaaaaa"}, headers=HTML)
            assert weak.status_code == 400
            done = await stranger.post("/set-password", data=query | {"new_password": OTHER}, headers=HTML)
            assert done.headers["location"] == "/sign-in"
            assert (await stranger.get(link, headers=HTML)).status_code == 404
            again = await stranger.post("/set-password", data=query | {"new_password": PASSWORD}, headers=HTML)
            assert again.status_code == 404
            assert (await sign_in(stranger, password=OTHER)).status_code == 303
        assert not await is_in(client)
        assert {"reset_link_made", "password_set_by_link"} <= await kinds(container)


async def test_mails_cannot_be_asked_for_at_will(settings: Settings, builtin: Builtin) -> None:
    async with with_mail(settings, builtin) as (container, _), web_client(container) as client:
        answers = [(await reset(client, "ada@example.com")).status_code for _ in range(4)]
        assert answers == [200, 200, 200, 429]


@pytest.mark.parametrize("kind", list(LinkKind))
async def test_a_link_is_good_for_its_time_and_its_purpose(container: Container, kind: LinkKind) -> None:
    await add_account(container)
    made = await container.people.links.make("ada@example.com", kind)
    assert made is not None
    other = next(each for each in LinkKind if each is not kind)
    with pytest.raises(NotFound):
        await container.people.links.opened(made[1], other)
    for late, is_open in ((-1, True), (1, False)):
        at = now() + LIFETIMES[kind] + timedelta(seconds=late)
        links = StoredLinks(container.database, lambda at=at: at, container.people.accounts)
        if is_open:
            assert (await links.opened(made[1], kind)).email == "ada@example.com"
        else:
            with pytest.raises(NotFound):
                await links.opened(made[1], kind)
            assert await links.forget_expired() == 1


async def test_a_newer_link_takes_the_place_of_the_one_before(container: Container) -> None:
    await add_account(container)
    [first, second] = [await container.people.links.make("ada@example.com", LinkKind.RESET) for _ in range(2)]
    assert first is not None
    assert second is not None
    with pytest.raises(NotFound):
        await container.people.links.opened(first[1], LinkKind.RESET)
    assert await container.people.links.opened(second[1], LinkKind.RESET)


async def test_who_is_deactivated_or_has_no_password_gets_no_reset(container: Container) -> None:
    await container.people.accounts.add_account("oidc@example.com", "Ola", Role.AGENT, None)
    await add_account(container)
    await container.people.accounts.deactivate("ada@example.com")
    for email in ("oidc@example.com", "ada@example.com", "nobody@example.com", "\0"):
        assert await container.people.links.make(email, LinkKind.RESET) is None


async def test_without_mail_or_an_address_of_ours_nothing_is_offered(migrated_folder: Path, builtin: Builtin) -> None:
    async with (
        open_container(load(data=migrated_folder, environment={}), builtin) as container,
        web_client(container) as one,
    ):
        assert "/forgotten-password" not in (await one.get("/sign-in", headers=HTML)).text
        assert (await one.get("/forgotten-password", headers=HTML)).status_code == 404
        assert (await reset(one, "ada@example.com")).status_code == 404


def test_an_account_without_a_password_fits_none() -> None:
    assert not Passwords().fits(None, "")
