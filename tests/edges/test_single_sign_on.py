"""Single sign-on against a provider on loopback that checks what it is sent, and that lies."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from httpx import Response
from joserfc.jwk import RSAKey

from frontdesk.interfaces import Invalid
from frontdesk.model import Role
from frontdesk.model.audit import AuditFilter
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import OpenIdConnect, Settings
from frontdesk.wiring.container import Container, open_container
from frontdesk.wiring.web import web_services
from tests.conftest import CHEAP
from tests.openid_provider import CLIENT, SECRET, Provider, provider
from tests.web_client import BASE, HTML, Client, add_account, token_in, web_client


@dataclass
class House:
    """A provider, the application that trusts it, and a browser."""

    provider: Provider
    container: Container
    browser: Client

    async def go(self, onward: str = "") -> str:
        """Begin; where the provider would send the browser."""
        begun = await self.browser.get("/sign-in/openid", params={"next": onward}, follow_redirects=False)
        assert begun.status_code == 303, begun.text
        return self.provider.authorize(begun.headers["location"])

    async def come_back(self, address: str) -> Response:
        return await self.browser.get(address.removeprefix(BASE), headers=HTML, follow_redirects=False)

    async def sign_in(self, onward: str = "") -> Response:
        return await self.come_back(await self.go(onward))


def settings_of(settings: Settings, issuer: str, **more: Any) -> Settings:
    openid = OpenIdConnect(
        issuer=issuer,
        client_id=CLIENT,
        client_secret=SECRET,
        name="Example",
        roles={"desk": "agent", "bosses": "supervisor"},
        teams={"technicians": "TEC"},
        **more,
    )
    changed = {"security": msgspec.structs.replace(settings.security, openid=openid)}
    return msgspec.structs.replace(
        settings, **changed, server=msgspec.structs.replace(settings.server, public_url=BASE)
    )


@pytest.fixture
async def house(settings: Settings, builtin: Builtin) -> AsyncIterator[House]:
    async with (
        provider(f"{BASE}/sign-in/openid/callback") as running,
        open_container(settings_of(settings, running.issuer), builtin, CHEAP) as container,
        web_client(container) as browser,
    ):
        yield House(running, container, browser)


async def accounts(house: House) -> list[tuple[str, str, Role, set[str]]]:
    found = await house.container.people.accounts.accounts()
    return [(each.email, each.name, each.role, set(each.teams)) for each in found]


async def test_a_person_signs_in_and_is_known_by_the_groups_of_the_provider(house: House) -> None:
    house.provider.claims["groups"] = ["desk", "bosses", "technicians", "gardeners"]
    answer = await house.sign_in("/console/interactions?q=oven")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/interactions?q=oven")
    assert await accounts(house) == [("ada@example.com", "Ada Brightwater", Role.SUPERVISOR, {"TEC"})]
    assert "Ada Brightwater" in (await house.browser.get("/console", headers=HTML)).text
    [line] = (await house.container.people.audit.page(AuditFilter(kind="signed_in"), 9)).rows
    assert line.detail == {"method": "single sign-on"}
    assert house.provider.refused == []


async def test_the_sign_in_page_offers_it(house: House) -> None:
    page = await house.browser.get("/sign-in?next=/console/history", headers=HTML)
    assert 'href="/sign-in/openid?next=/console/history"' in page.text
    assert "Sign in with Example" in page.text


async def test_another_role_at_the_provider_is_another_role_here_and_ends_old_sessions(house: House) -> None:
    await house.sign_in()
    async with web_client(house.container) as other:
        house.provider.claims["groups"] = ["bosses"]
        house.browser, before = other, house.browser
        await house.sign_in()
        assert (await other.get("/console/rules", headers=HTML)).status_code == 200
        assert (await before.get("/console", headers={"Accept": "*/*"})).status_code == 401
    assert [each[2] for each in await accounts(house)] == [Role.SUPERVISOR]


@pytest.mark.parametrize(
    "lies",
    [
        {"iss": "http://127.0.0.1:1"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": [CLIENT, "another"]},
        {"azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": int(time.time()) - 120},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"sub": None},
        {"sub": ["s-1"]},
        {"exp": "tomorrow"},
        {"email": 7},
        {"groups": ["gardeners"]},
        {"groups": None},
    ],
)
async def test_a_token_that_is_not_ours_lets_nobody_in(house: House, lies: dict[str, Any]) -> None:
    house.provider.lies = lies
    house.provider.userinfo = {name: None for name in lies if name in ("groups", "email")}
    answer = await house.sign_in()
    assert answer.status_code == 403
    assert "frontdesk_session" not in house.browser.cookies
    assert await accounts(house) == []
    assert (await house.container.people.audit.page(AuditFilter(kind="sign_in_refused"), 9)).rows


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_a_token_without_the_providers_own_signature_lets_nobody_in(house: House, algorithm: str) -> None:
    house.provider.algorithm = algorithm
    assert (await house.sign_in()).status_code == 403
    assert await accounts(house) == []


async def test_a_token_signed_with_another_key_lets_nobody_in(house: House) -> None:
    house.provider.shown = RSAKey.generate_key(2048, {"kid": "1"})
    assert (await house.sign_in()).status_code == 403


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({}, 403),
        ({"keys": 7}, 403),
        ({"keys": [{"kty": "RSA", "n": "!!", "e": "AQAB"}]}, 403),
        ({"keys": []}, 403),
        ([], 503),
        ("no keys", 503),
    ],
)
async def test_keys_that_cannot_be_read_let_nobody_in(house: House, told: Any, status: int) -> None:
    house.provider.keys_told = told
    assert (await house.sign_in()).status_code == status
    house.provider.keys_told = None
    assert (await house.sign_in()).status_code == 303


async def test_a_clock_that_is_off_by_less_than_the_setting_does_not_matter(house: House) -> None:
    now = int(time.time())
    house.provider.lies = {"iat": now + 30, "nbf": now + 30, "exp": now - 30}
    assert (await house.sign_in()).status_code == 303


async def test_the_providers_keys_are_asked_for_once(house: House) -> None:
    await house.sign_in()
    await house.sign_in()
    assert house.provider.asked_for_keys == 1


@pytest.mark.parametrize(
    ("old", "new"), [("state=", "state=x"), ("code=code", "code=guessed"), ("iss=http", "iss=https"), ("iss=", "not=")]
)
async def test_an_answer_that_was_changed_on_its_way_lets_nobody_in(house: House, old: str, new: str) -> None:
    address = await house.go()
    assert (await house.come_back(address.replace(old, new))).status_code == 403
    assert await accounts(house) == []


async def test_an_answer_in_another_browser_lets_nobody_in(house: House) -> None:
    address = await house.go()
    house.browser.cookies.clear()
    assert (await house.come_back(address)).status_code == 403


async def test_what_the_browser_keeps_cannot_be_changed(house: House) -> None:
    address = await house.go("/console")
    kept = house.browser.cookies["frontdesk_single_sign_on"]
    house.browser.cookies.clear()
    house.browser.cookies.set("frontdesk_single_sign_on", "A" + kept)
    assert (await house.come_back(address)).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_site_cannot_begin_a_sign_on(house: House, site: str) -> None:
    answer = await house.browser.get("/sign-in/openid", headers=HTML | {"Sec-Fetch-Site": site})
    assert answer.status_code == 200
    assert "Sign in with Example" in answer.text
    assert "frontdesk_single_sign_on" not in house.browser.cookies


async def test_a_code_works_once(house: House) -> None:
    address = await house.go()
    kept = house.browser.cookies["frontdesk_single_sign_on"]
    assert (await house.come_back(address)).status_code == 303
    house.browser.cookies.clear()
    house.browser.cookies.set("frontdesk_single_sign_on", kept)
    assert (await house.come_back(address)).status_code == 403
    assert house.provider.refused == ["code"]


async def test_an_account_here_becomes_theirs_only_with_a_verified_address(house: House) -> None:
    await add_account(house.container, Role.ADMIN)
    house.provider.claims["email_verified"] = False
    assert (await house.sign_in()).status_code == 403
    assert [each[2] for each in await accounts(house)] == [Role.ADMIN]
    house.provider.claims["email_verified"] = True
    assert (await house.sign_in()).status_code == 303
    assert [each[2] for each in await accounts(house)] == [Role.AGENT]


async def test_another_person_with_the_same_address_is_refused(house: House) -> None:
    await house.sign_in()
    house.provider.claims["sub"] = "s-2"
    assert (await house.sign_in()).status_code == 403


async def test_who_is_deactivated_here_stays_out(house: House) -> None:
    await house.sign_in()
    await house.container.people.accounts.deactivate("ada@example.com")
    assert (await house.sign_in()).status_code == 403


async def test_claims_that_are_told_elsewhere_are_asked_for_and_must_be_of_the_same_person(house: House) -> None:
    house.provider.only_userinfo = ("groups", "email", "email_verified", "name")
    assert (await house.sign_in()).status_code == 303
    assert await accounts(house) == [("ada@example.com", "Ada Brightwater", Role.AGENT, set())]
    house.provider.userinfo = {"sub": "s-2"}
    assert (await house.sign_in()).status_code == 403


async def test_addresses_that_the_provider_names_must_not_be_internal_ones(house: House) -> None:
    port = urlsplit(house.provider.issuer).port
    house.provider.described = {"token_endpoint": f"http://localhost:{port}/token"}
    assert (await house.sign_in()).status_code == 503
    assert house.provider.codes  # nobody asked for it


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "http://evil.example/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
        {"jwks_uri": 7},
    ],
)
async def test_a_provider_that_describes_itself_wrongly_is_not_gone_to(house: House, described: dict[str, Any]) -> None:
    house.provider.described = described
    answer = await house.browser.get("/sign-in/openid", headers=HTML, follow_redirects=False)
    assert answer.status_code == 403


async def test_signing_out_leads_to_signing_out_at_the_provider(house: House) -> None:
    await house.sign_in()
    token = token_in(await house.browser.get("/console", headers=HTML))
    answer = await house.browser.post("/sign-out", data={"_csrf_token": token}, headers=HTML)
    onward = answer.headers["refresh"].removeprefix("0; url=")
    asked = parse_qs(urlsplit(onward).query)
    assert onward.startswith(f"{house.provider.issuer}/end?")
    assert asked["post_logout_redirect_uri"] == [f"{BASE}/"]
    assert asked["client_id"] == [CLIENT]
    assert asked["id_token_hint"][0].count(".") == 2
    assert (await house.browser.get("/console", headers={"Accept": "*/*"})).status_code == 401


async def test_who_signs_in_by_password_is_not_led_to_the_provider(house: House) -> None:
    await add_account(house.container, email="ben@example.com")
    fields = {"email": "ben@example.com", "password": "a long enough password"}
    assert (await house.browser.post("/sign-in", data=fields)).status_code == 303
    token = token_in(await house.browser.get("/console", headers=HTML))
    answer = await house.browser.post("/sign-out", data={"_csrf_token": token}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_provider_that_is_away_is_said_in_words(settings: Settings, builtin: Builtin) -> None:
    async with (
        open_container(settings_of(settings, "http://127.0.0.1:1"), builtin, CHEAP) as container,
        web_client(container) as browser,
    ):
        answer = await browser.get("/sign-in/openid", headers=HTML)
        assert answer.status_code == 503
        assert "cannot be reached" in answer.text


@pytest.mark.parametrize(
    ("issuer", "more", "named"),
    [("http://login.example", {}, "issuer"), ("https://login.example", {"default_role": "boss"}, "roles")],
)
async def test_settings_that_cannot_be_are_refused_at_the_start(
    settings: Settings, builtin: Builtin, issuer: str, more: dict[str, Any], named: str
) -> None:
    async with open_container(settings_of(settings, issuer, **more), builtin, CHEAP) as container:
        with pytest.raises(Invalid, match="openid") as error:
            await web_services(container)
        assert named in error.value.field


async def test_without_it_the_page_says_so(container: Container) -> None:
    async with web_client(container) as browser:
        assert (await browser.get("/sign-in/openid", headers=HTML)).status_code == 404
        assert "openid" not in (await browser.get("/sign-in", headers=HTML)).text
