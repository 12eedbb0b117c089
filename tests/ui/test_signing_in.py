"""Signing in and out."""

from pathlib import Path

import pytest

from frontdesk.edges.access.authenticator import AccessRules, Authenticator
from frontdesk.edges.access.proxies import TrustedProxies
from frontdesk.edges.access.signing_in import SignInService
from frontdesk.interfaces import AuthContext, TooMany
from frontdesk.model import Role
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.ui.signing_in import local
from frontdesk.wiring.container import Container, open_container
from tests.web_client import HTML, PASSWORD, Client, add_account, sign_in, token_in, web_client


async def test_the_page_leads_on_to_where_the_person_wanted_to_go(container: Container, customer: Client) -> None:
    await add_account(container)
    answer = await sign_in(customer, onward="/track/AAAA0000?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/track/AAAA0000?x=1")


@pytest.mark.parametrize(("role", "home"), [(Role.AGENT, "/console"), (Role.ADMIN, "/console"), (Role.CUSTOMER, "/")])
async def test_each_role_begins_at_its_own_page(container: Container, customer: Client, role: Role, home: str) -> None:
    await add_account(container, role)
    await sign_in(customer)
    answer = await customer.get("/sign-in", headers=HTML, follow_redirects=False)
    assert answer.headers["location"] == home


@pytest.mark.parametrize(
    ("email", "password"), [("ada@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("", ""), ("\x00", "\x00")]
)
async def test_a_wrong_address_and_a_wrong_password_sound_the_same(
    container: Container, customer: Client, email: str, password: str
) -> None:
    await add_account(container)
    answer = await sign_in(customer, email, password)
    assert answer.status_code == 400
    assert "E-mail or password is wrong." in answer.text
    assert "frontdesk_session" not in answer.headers["set-cookie"]


@pytest.mark.parametrize("path", ["/", "/console", "/track/AAAA0000?key=x", "/console?query=a%20b&x=é"])
def test_a_path_of_this_site_is_led_on_to(path: str) -> None:
    assert local(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "/console\r\nSet-Cookie: x=y",
        "///evil.example",
        "/" + "x" * 3000,
        "",
    ],
)
def test_nothing_that_could_be_another_site_is_led_on_to(path: str) -> None:
    assert local(path) == ""


async def test_an_open_redirect_is_not_had(container: Container, customer: Client) -> None:
    await add_account(container)
    answer = await sign_in(customer, onward="//evil.example/desk")
    assert answer.headers["location"] == "/sign-in"


async def test_signing_in_anew_ends_the_session_before(container: Container, customer: Client) -> None:
    await add_account(container)
    await sign_in(customer)
    old = dict(customer.cookies)
    fields = {"email": "ada@example.com", "password": PASSWORD, "_csrf_token": token_in(await customer.get("/console"))}
    assert (await customer.post("/sign-in", data=fields)).status_code == 303
    async with web_client(container) as other:
        other.cookies.update(old)
        assert (await other.get("/console")).status_code == 401


async def test_guessing_passwords_is_slowed_down_by_address_and_by_account(
    migrated_folder: Path, builtin: Builtin
) -> None:
    settings = load(data=migrated_folder, environment={"FRONTDESK_SECURITY_SIGN_INS_PER_MINUTE": "2"})
    async with open_container(settings, builtin) as container:
        await add_account(container)
        async with web_client(container) as client:
            answers = [await sign_in(client, f"{n}@example.com", "wrong password") for n in range(3)]
        assert [answer.status_code for answer in answers] == [400, 400, 429]
        assert "Too many attempts. Try again in" in answers[-1].text
        assert int(answers[-1].headers["retry-after"]) > 0


async def test_an_account_is_guarded_against_guesses_from_many_addresses(
    migrated_folder: Path, builtin: Builtin
) -> None:
    async with open_container(load(data=migrated_folder, environment={}), builtin) as container:
        await add_account(container)
        rules = AccessRules(1, 2, proxies=TrustedProxies(), demo=False)
        authenticator = Authenticator(container.people.accounts, rules, b"secret")
        door = SignInService(authenticator, container.people, rules, b"secret", container.clock)
        for n in range(2):
            await door.sign_in("ADA@example.com", "wrong password", AuthContext(place=f"192.0.2.{n}"))
        with pytest.raises(TooMany):
            await door.sign_in("ada@example.com ", "wrong password", AuthContext(place="192.0.2.9"))


@pytest.mark.parametrize(
    ("public_url", "words"),
    [("https://desk.example", "Open https://desk.example/sign-in, or allow"), ("", "Allow cookies, then sign in.")],
)
async def test_a_browser_that_keeps_no_cookie_is_told_so_with_the_right_address(
    migrated_folder: Path, builtin: Builtin, public_url: str, words: str
) -> None:
    settings = load(data=migrated_folder, environment={"FRONTDESK_SERVER_PUBLIC_URL": public_url})
    async with open_container(settings, builtin) as container, web_client(container) as client:
        await add_account(container)
        form = await client.get("/sign-in")
        fields = {"email": "ada@example.com", "password": PASSWORD, "tried": "1"}
        assert 'name="tried" value="1"' in form.text
        kept = client.cookies.get("frontdesk_cookies") or client.cookies.get("__Host-frontdesk_cookies")
        assert kept == "1"
        client.cookies.clear()  # as over http, where no browser keeps what is Secure
        refused = await client.post("/sign-in", data=fields, headers=HTML, follow_redirects=False)
        assert (refused.status_code, words in refused.text) == (400, True)
        client.headers["Cookie"] = f"{'__Host-' if public_url else ''}frontdesk_cookies=1"
        assert (await client.post("/sign-in", data=fields, headers=HTML, follow_redirects=False)).status_code == 303


async def test_signing_in_right_does_not_use_attempts_up(migrated_folder: Path, builtin: Builtin) -> None:
    settings = load(data=migrated_folder, environment={"FRONTDESK_SECURITY_SIGN_INS_PER_MINUTE": "1"})
    async with open_container(settings, builtin) as container, web_client(container) as client:
        await add_account(container)
        for _ in range(3):
            client.cookies.clear()
            assert (await sign_in(client)).status_code == 303


async def test_wrong_passwords_of_others_do_not_lock_out_who_signed_in_here_before(
    migrated_folder: Path, builtin: Builtin
) -> None:
    settings = load(data=migrated_folder, environment={"FRONTDESK_SECURITY_SIGN_INS_PER_MINUTE": "3"})
    async with open_container(settings, builtin) as container, web_client(container) as ada:
        await add_account(container)
        assert (await sign_in(ada)).status_code == 303
        ada.cookies.delete("frontdesk_session")
        async with web_client(container, "192.0.2.9") as stranger:
            answers = [await sign_in(stranger, password="wrong") for _ in range(4)]
        assert [each.status_code for each in answers] == [400, 400, 400, 429]
        async with web_client(container, "192.0.2.9") as same_place:
            same_place.cookies.set("frontdesk_device", ada.cookies["frontdesk_device"])
            assert (await sign_in(same_place)).status_code == 303


async def test_a_known_browser_may_not_guess_without_end(migrated_folder: Path, builtin: Builtin) -> None:
    settings = load(data=migrated_folder, environment={"FRONTDESK_SECURITY_SIGN_INS_PER_MINUTE": "2"})
    async with open_container(settings, builtin) as container, web_client(container) as ada:
        await add_account(container)
        await sign_in(ada)
        ada.cookies.delete("frontdesk_session")
        answers = [await sign_in(ada, password="wrong") for _ in range(3)]
        assert [each.status_code for each in answers] == [400, 400, 429]
