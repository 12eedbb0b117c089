"""Who is let in, by what, and which requests are taken for forged."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from litestar import Litestar, get
from litestar.routes import HTTPRoute
from litestar.static_files import create_static_files_router

from frontdesk.edges.access.authenticator import (
    CACHE_SECONDS,
    AccessRules,
    Authenticator,
    check_demo,
    check_routes,
    demo_link,
)
from frontdesk.edges.access.proxies import TrustedProxies
from frontdesk.interfaces import AuthMethod, Invalid, Undeclared
from frontdesk.model import Grant, Role
from frontdesk.model.identity import NOBODY
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.storage.schema.interactions import inbound_message
from frontdesk.wiring.container import Container, open_container
from frontdesk.wiring.serving import serve
from frontdesk.wiring.web import access_rules, create_web
from tests.counting import rows_of
from tests.web_client import BASE, HTML, Client, add_account, key_of, sign_in, token_in, web_client

RULES = AccessRules(session_hours=1, sign_ins_per_minute=100, proxies=TrustedProxies(), demo=False)


@pytest.fixture
async def plain(migrated_folder: Path, builtin: Builtin) -> AsyncIterator[Container]:
    """A container on SQLite: access is the same on every database."""
    async with open_container(load(data=migrated_folder, environment={}), builtin) as opened:
        yield opened


@pytest.fixture
async def demo(migrated_folder: Path, builtin: Builtin) -> AsyncIterator[Container]:
    """A container that signs its visitors in."""
    settings = load(data=migrated_folder, environment={"FRONTDESK_SECURITY_DEMO_SIGN_IN": "true"})
    async with open_container(settings, builtin) as opened:
        yield opened


@pytest.fixture
async def client(plain: Container) -> AsyncIterator[Client]:
    async with web_client(plain) as opened:
        yield opened


# Declared roles


async def test_every_route_of_the_application_declares_a_role(plain: Container) -> None:
    app = await create_web(plain)
    roles = {
        (route.path, method): handler.opt["role"]
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
    }
    bare = [route.route_handler for route in app.routes if not isinstance(route, HTTPRoute)]
    assert all(isinstance(handler.opt["role"], Role) for handler in bare)
    assert all(isinstance(role, Role) for role in roles.values())
    assert roles["/console", "GET"] is Role.AGENT
    assert roles["/console", "OPTIONS"] is Role.AGENT
    assert roles["/static/{path:path}", "HEAD"] is Role.ANYONE
    assert roles["/api/v1/openapi.json", "GET"] is Role.ANYONE


def test_an_application_with_a_route_that_declares_nothing_is_refused_by_name() -> None:
    @get("/open", sync_to_thread=False)
    def forgotten() -> None: ...

    with pytest.raises(Undeclared, match="GET /open"):
        check_routes(Litestar([forgotten], openapi_config=None))


def test_static_files_that_declare_nothing_are_refused_too(tmp_path: Path) -> None:
    with pytest.raises(Undeclared, match="/files"):
        check_routes(Litestar([create_static_files_router("/files", [tmp_path])], openapi_config=None))


@pytest.mark.parametrize("role", Role)
async def test_a_role_opens_what_it_covers_and_nothing_else(plain: Container, role: Role) -> None:
    needed = {"/": Role.ANYONE, "/metrics": Role.SERVICE, "/console": Role.AGENT, "/api/v1/work": Role.SUPERVISOR}
    headers = await key_of(plain, role) if role is not Role.ANYONE else {}
    refusal = 401 if role is Role.ANYONE else 403
    async with web_client(plain) as client:
        for path, least in needed.items():
            answer = await client.get(path, headers=headers)
            assert answer.status_code == (200 if role.covers(least) else refusal), path


# Refusals


async def test_a_program_without_a_key_is_told_to_send_one(client: Client) -> None:
    answer = await client.get("/api/v1/interactions")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="frontdesk"'
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_person_who_is_not_signed_in_is_led_to_sign_in_and_back(client: Client) -> None:
    answer = await client.get("/console?query=late order", headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/console%3Fquery%3Dlate%2520order"


async def test_a_person_whose_role_does_not_reach_gets_a_page_that_says_so(plain: Container, client: Client) -> None:
    answer = await client.get("/console", headers=HTML | await key_of(plain, Role.CUSTOMER))
    assert answer.status_code == 403
    assert "That is not allowed" in answer.text


@pytest.mark.parametrize(
    "authorization", ["Bearer fd_wrong", "Bearer", "Basic YTpi", "fd_x", "Bearer \x7f", "Bearer é"]
)
async def test_a_wrong_key_is_nobody(client: Client, authorization: str) -> None:
    answer = await client.get("/api/v1/interactions", headers={"Authorization": authorization.encode("latin-1")})
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/main.css", "/console", "/api/v1/nowhere", "/health"])
async def test_every_answer_carries_the_security_headers(client: Client, path: str) -> None:
    headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "script-src 'self'" in policy
    for ban in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert ban in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == ("public, no-cache" if path.startswith("/static") else "no-store")


# Keys and sessions


async def test_a_revoked_key_is_believed_for_five_seconds_and_no_longer(plain: Container) -> None:
    seconds = [0.0]
    door = Authenticator(plain.people.accounts, RULES, b"secret", lambda: seconds[0])
    key, secret = await plain.people.accounts.add_key("shop", Role.SERVICE)
    headers = {b"authorization": f"Bearer {secret}".encode()}
    scope = {"type": "http", "headers": [], "client": ("127.0.0.1", 1)}
    assert (await door.identify(scope, headers))[0].role is Role.SERVICE  # type: ignore[arg-type]
    await plain.people.accounts.revoke(key.id)
    assert (await door.identify(scope, headers))[0].role is Role.SERVICE  # type: ignore[arg-type]
    seconds[0] += CACHE_SECONDS
    assert (await door.identify(scope, headers))[0] is NOBODY  # type: ignore[arg-type]


async def test_a_session_cookie_is_kept_from_scripts_and_other_sites(plain: Container, client: Client) -> None:
    await add_account(plain)
    cookie = (await sign_in(client)).headers["set-cookie"]
    assert cookie.startswith("frontdesk_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie


async def test_behind_https_the_cookie_is_secure_and_transport_strict(migrated_folder: Path, builtin: Builtin) -> None:
    settings = load(data=migrated_folder, environment={"FRONTDESK_SERVER_PUBLIC_URL": "https://desk.example.com"})
    async with open_container(settings, builtin) as container, web_client(container) as client:
        await add_account(container)
        answer = await sign_in(client)
        assert answer.headers["set-cookie"].startswith("__Host-frontdesk_session=")
        assert "Secure" in answer.headers["set-cookie"]
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_behind_https_the_cookies_of_pages_cannot_be_set_by_others(
    migrated_folder: Path, builtin: Builtin
) -> None:
    settings = load(data=migrated_folder, environment={"FRONTDESK_SERVER_PUBLIC_URL": "https://desk.example.com"})
    fields = {"text": "The oven is broken", "name": "Ada", "email": "ada@example.com"}
    async with open_container(settings, builtin) as container, web_client(container) as client:
        client.base_url = "https://127.0.0.1:8000"
        await add_account(container)
        signed_in = (await sign_in(client)).headers.get_list("set-cookie")
        client.cookies.clear()
        chosen = await client.post("/language", data={"language": "de"}, headers=HTML, follow_redirects=False)
        sent = await client.post("/messages", data=fields, headers=HTML, follow_redirects=False)
        page = await client.get(sent.headers["location"], headers=HTML)
        again = await client.get(sent.headers["location"].partition("?")[0], headers=HTML)
    assert chosen.headers["set-cookie"].startswith("__Host-frontdesk_language=de;")
    assert page.headers["set-cookie"].startswith("__Secure-frontdesk_track=")
    assert '<html lang="de"' in page.text
    for cookie in (chosen.headers["set-cookie"], page.headers["set-cookie"], *signed_in):
        assert "Secure" in cookie
    assert again.status_code == 200
    assert {cookie.partition("=")[0] for cookie in signed_in} == {"__Host-frontdesk_session", "__Host-frontdesk_device"}


async def test_behind_https_a_known_browser_shows_what_only_we_can_have_set(plain: Container) -> None:
    door = Authenticator(plain.people.accounts, replace(RULES, public_url="https://desk.example.com"), b"secret")
    scope = {"type": "http", "headers": [], "client": ("127.0.0.1", 1)}
    for name, known in (("__Host-frontdesk_device", "mark"), ("frontdesk_device", "")):
        _, visit = await door.identify(scope, {b"cookie": f"{name}=mark".encode()})  # type: ignore[arg-type]
        assert visit.device == known


async def test_signing_out_ends_the_session_at_once(plain: Container, client: Client) -> None:
    await add_account(plain)
    await sign_in(client)
    page = await client.get("/console")
    stolen = dict(client.cookies)
    await client.post("/sign-out", data={"_csrf_token": token_in(page)})
    client.cookies.update(stolen)
    assert (await client.get("/console")).status_code == 401


async def test_a_deactivated_person_is_let_in_no_longer(plain: Container) -> None:
    await add_account(plain)
    async with web_client(plain) as client:
        await sign_in(client)
        await plain.people.accounts.deactivate("ada@example.com")
        assert (await client.get("/console")).status_code == 401


# Forged requests


MESSAGE = {"text": "The oven is broken", "sender": {"name": "Ada"}}


async def test_a_signed_in_person_changes_nothing_without_the_token_of_their_page(
    plain: Container, client: Client
) -> None:
    await add_account(plain)
    await sign_in(client)
    assert (await client.post("/api/v1/messages", json=MESSAGE)).status_code == 403
    assert (await client.post("/sign-out", data={})).status_code == 403
    assert (await client.post("/sign-out", data={"_csrf_token": "0" * 64})).status_code == 403
    assert await rows_of(plain, inbound_message) == 0
    token = token_in(await client.get("/console"))
    accepted = await client.post("/api/v1/messages", json=MESSAGE, headers={"x-csrftoken": token})
    assert accepted.status_code == 202
    assert await rows_of(plain, inbound_message) == 1


async def test_the_token_of_another_session_does_not_fit(plain: Container) -> None:
    await add_account(plain)
    async with web_client(plain) as mine, web_client(plain) as theirs:
        await sign_in(mine)
        await sign_in(theirs)
        token = token_in(await theirs.get("/console"))
        answer = await mine.post("/api/v1/messages", json=MESSAGE, headers={"x-csrftoken": token})
    assert answer.status_code == 403
    assert "load it again" in answer.json()["detail"]


async def test_a_program_with_a_key_needs_no_token(plain: Container, client: Client) -> None:
    answer = await client.post("/api/v1/messages", json=MESSAGE, headers=await key_of(plain, Role.SERVICE))
    assert answer.status_code == 202
    assert await rows_of(plain, inbound_message) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_site_cannot_post_even_what_anybody_may(client: Client, headers: dict[str, str]) -> None:
    answer = await client.post("/messages", data={"text": "hello"}, headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.json()["detail"]


async def test_our_own_pages_and_programs_without_origin_may_post(plain: Container, client: Client) -> None:
    fields = {"text": "The oven is broken", "name": "Ada", "email": "ada@example.com"}
    for headers in ({"Origin": BASE, "Sec-Fetch-Site": "same-origin"}, {}):
        answer = await client.post("/messages", data=fields, headers=headers, follow_redirects=False)
        assert answer.status_code == 303
    assert await rows_of(plain, inbound_message) == 2


# The demo


async def test_the_demo_signs_visitors_of_this_machine_in(demo: Container) -> None:
    async with web_client(demo) as client:
        page = await client.get("/console")
    assert page.status_code == 200
    assert "Demo Supervisor" in page.text


async def test_a_visitor_of_the_demo_may_edit_intents_by_odata(demo: Container) -> None:
    intent = "/admin/InboundCustomerMessageIntent(code='TI',IsActiveEntity={})"
    async with web_client(demo) as client:
        fetched = await client.get("/admin/", headers={"X-CSRF-Token": "Fetch"})
        client.headers["X-CSRF-Token"] = fetched.headers["x-csrf-token"]
        begun = await client.post(f"{intent.format('true')}/TicketingService.draftEdit", json={})
        assert begun.status_code == 201, begun.text
        assert (await client.patch(intent.format("false"), json={"name": "Trouble"})).status_code == 200
        done = await client.post(f"{intent.format('false')}/TicketingService.draftActivate", json={})
    assert (done.status_code, done.json()["name"]) == (201, "Trouble")


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.7", {}),
        ("127.0.0.1", {"Host": "evil.example:8000"}),
        ("127.0.0.1", {"Host": "localhost.evil.example"}),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}),
        ("127.0.0.1", {"X-Real-IP": "192.0.2.7"}),
        ("127.0.0.1", {"CF-Connecting-IP": "192.0.2.7"}),
        ("127.0.0.1", {"Authorization": "Bearer fd_wrong"}),
    ],
)
async def test_the_demo_signs_nobody_else_in(demo: Container, address: str, headers: dict[str, str]) -> None:
    async with web_client(demo, address) as client:
        assert (await client.get("/console", headers=headers)).status_code == 401


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST"])
async def test_the_demo_knows_the_names_of_this_machine(demo: Container, host: str) -> None:
    async with web_client(demo, "::1") as client:
        assert (await client.get("/console", headers={"Host": host})).status_code == 200


async def test_in_the_demo_a_browser_needs_the_token_and_a_command_line_does_not(demo: Container) -> None:
    browser = {"Origin": BASE, "Sec-Fetch-Site": "same-origin"}
    async with web_client(demo) as client:
        assert (await client.post("/api/v1/messages", json=MESSAGE)).status_code == 202
        assert (await client.post("/api/v1/messages", json=MESSAGE, headers=browser)).status_code == 403
        token = token_in(await client.get("/"))
        answer = await client.post("/api/v1/messages", json=MESSAGE, headers=browser | {"x-csrftoken": token})
        assert answer.status_code == 202
    assert await rows_of(demo, inbound_message) == 2


async def test_a_demo_visitor_who_signs_out_sees_what_customers_see_until_they_sign_in(demo: Container) -> None:
    async with web_client(demo) as client:
        token = token_in(await client.get("/"))
        await client.post("/sign-out", data={"_csrf_token": token})
        assert (await client.get("/console")).status_code == 401
        await client.get("/sign-in")
        assert (await client.get("/console")).status_code == 200


async def test_a_demo_with_a_token_lets_in_who_opens_the_link_and_a_proxy_that_says_nothing_does_not_help(
    migrated_folder: Path, builtin: Builtin
) -> None:
    environment = {"FRONTDESK_SECURITY_DEMO_SIGN_IN": "true", "FRONTDESK_SECURITY_DEMO_TOKEN": "printed"}
    settings = load(data=migrated_folder, environment=environment)
    async with open_container(settings, builtin) as container, web_client(container) as client:
        assert (await client.get("/console")).status_code == 401
        assert (await client.get("/sign-in?demo=guessed", follow_redirects=False)).status_code == 200
        assert (await client.get("/console")).status_code == 401
        opened = await client.get(demo_link(access_rules(settings)), follow_redirects=False)
        assert (opened.status_code, opened.headers["location"]) == (303, "/console")
        assert "HttpOnly" in opened.headers["set-cookie"]
        assert "Demo Supervisor" in (await client.get("/console")).text
        async with web_client(container) as program:
            program.headers["Authorization"] = "Bearer printed"
            assert (await program.post("/api/v1/messages", json=MESSAGE)).status_code == 202
        async with web_client(container, "192.0.2.7") as stranger:
            await stranger.get(demo_link(access_rules(settings)))
            assert (await stranger.get("/console")).status_code == 401


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "desk.example.com", "::", ""])
def test_a_demo_that_others_could_reach_is_refused_at_start(tmp_path: Path, host: str) -> None:
    environment = {"FRONTDESK_SECURITY_DEMO_SIGN_IN": "true", "FRONTDESK_SERVER_HOST": host}
    with pytest.raises(Invalid, match="loopback"):
        serve(load(data=tmp_path, environment=environment), work=False, ready=print)


def test_a_demo_behind_a_proxy_is_refused_at_start(tmp_path: Path) -> None:
    environment = {"FRONTDESK_SECURITY_DEMO_SIGN_IN": "true", "FRONTDESK_SECURITY_TRUSTED_PROXIES": "1"}
    settings = load(data=tmp_path, environment=environment)
    with pytest.raises(Invalid, match="exclude each other"):
        check_demo("127.0.0.1", access_rules(settings))


# Addresses


X, F = "x-forwarded-for", "forwarded"
# What a customer wrote into a header stands before what our proxies added to it.
TWO = [(X, "203.0.113.9, 198.51.100.4, 10.0.0.2")]


@pytest.mark.parametrize(
    ("trusted", "headers", "address"),
    [
        ("", TWO, "10.0.0.1"),
        (1, TWO, "10.0.0.2"),
        ("2", TWO, "198.51.100.4"),
        (9, TWO, "203.0.113.9"),
        ("10.0.0.0/8", TWO, "198.51.100.4"),
        ("10.0.0.1", TWO, "10.0.0.2"),
        ("192.0.2.0/24 fd00::/8", TWO, "10.0.0.1"),
        ("0.0.0.0/0 ::/0", TWO, "203.0.113.9"),
        (2, [(X, "203.0.113.9"), (X, "198.51.100.4"), (X, "10.0.0.2")], "198.51.100.4"),
        (1, [(X, "198.51.100.4:4711")], "198.51.100.4"),
        (1, [(X, "[2001:db8::7]:4711")], "2001:db8::7"),
        (1, [(X, "[2001:db8::7]")], "2001:db8::7"),
        (1, [(X, "2001:db8::7")], "2001:db8::7"),
        (1, [(X, "::ffff:198.51.100.4")], "198.51.100.4"),
        (1, [(X, "198.51.100.4, nobody")], "10.0.0.1"),
        (2, [(X, "198.51.100.4, unknown, 10.0.0.2")], "10.0.0.2"),
        (1, [(X, "198.51.100.4, ")], "10.0.0.1"),
        (1, [], "10.0.0.1"),
        (1, [(F, "for=192.0.2.60;proto=http;by=203.0.113.43")], "192.0.2.60"),
        (1, [(F, 'For="[2001:db8:cafe::17]:4711"')], "2001:db8:cafe::17"),
        (2, [(F, 'for="a,b", for=192.0.2.43:1, proto=http;for="198.51.100.17"')], "192.0.2.43"),
        (2, [(F, "for=192.0.2.43, proto=http")], "10.0.0.1"),
        (1, [(F, "for=_hidden")], "10.0.0.1"),
        (1, [(F, "for=198.51.100.4"), (X, "198.51.100.4:80")], "198.51.100.4"),
        (1, [(F, "for=192.0.2.60"), (X, "198.51.100.4")], "10.0.0.1"),
    ],
)
def test_a_forwarded_address_counts_only_from_a_trusted_proxy(
    trusted: int | str, headers: list[tuple[str, str]], address: str
) -> None:
    sent = [(name.encode(), value.encode()) for name, value in headers]
    scope = {"type": "http", "headers": sent, "client": ("10.0.0.1", 1)}
    assert TrustedProxies.read(trusted).client_address(scope) == address  # type: ignore[arg-type]


@pytest.mark.parametrize("setting", ["true", "10.0.0.1/8", "proxy.example", "-1", "1 10.0.0.0/8"])
def test_a_setting_of_proxies_that_is_none_is_refused_with_an_example(setting: str) -> None:
    with pytest.raises(Invalid, match=r"security\.trusted_proxies: .*such as 10\.0\.0\.0/8"):
        TrustedProxies.read(setting)


async def test_behind_a_proxy_the_port_of_a_client_does_not_lift_its_limit_of_sign_ins(
    migrated_folder: Path, builtin: Builtin
) -> None:
    environment = {"FRONTDESK_SECURITY_TRUSTED_PROXIES": "2", "FRONTDESK_SECURITY_SIGN_INS_PER_MINUTE": "3"}
    settings = load(data=migrated_folder, environment=environment)
    async with open_container(settings, builtin) as container, web_client(container, "10.0.0.1") as client:

        async def attempt(address: str, port: int) -> int:
            client.headers[X] = f"{address}:{port}, 10.0.0.2:{port}"
            return (await sign_in(client, f"nobody{port}@example.com")).status_code

        assert [await attempt("198.51.100.4", port) for port in range(1, 5)][-2:] == [400, 429]
        assert await attempt("198.51.100.5", 5) == 400


async def test_a_visit_says_by_what_it_was_let_in(plain: Container) -> None:
    door = Authenticator(plain.people.accounts, RULES, b"secret")
    scope = {"type": "http", "headers": [], "client": None}
    caller, visit = await door.identify(scope, {})  # type: ignore[arg-type]
    assert (caller, visit.proof, visit.csrf_token) == (NOBODY, AuthMethod.NOTHING, "")


# Keys that are narrowed


async def narrow(container: Container, *scopes: str, role: Role = Role.ADMIN, **more: int) -> dict[str, str]:
    _, secret = await container.people.accounts.add_key("narrow", role, Grant(frozenset(scopes), **more))
    return {"Authorization": f"Bearer {secret}"}


async def test_a_narrowed_key_reaches_what_its_scopes_name_and_what_is_open(plain: Container, client: Client) -> None:
    chat, api = await narrow(plain, "llm:chat"), await narrow(plain, "api")
    refused = await client.get("/api/v1/interactions", headers=chat)
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "this needs a key with the scope api; narrow has it not",
    )
    assert (await client.get("/health", headers=chat)).status_code == 200
    assert (await client.get("/api/v1/interactions", headers=api)).status_code == 200


async def test_a_key_can_be_shown_as_anthropics_clients_do(plain: Container, client: Client) -> None:
    secret = (await narrow(plain, "api"))["Authorization"].removeprefix("Bearer ")
    assert (await client.get("/api/v1/interactions", headers={"x-api-key": secret})).status_code == 200
    assert (await client.get("/api/v1/interactions", headers={"x-api-key": "fd_wrong"})).status_code == 401


async def test_a_key_asks_no_more_often_than_it_may(plain: Container, client: Client) -> None:
    slow = await narrow(plain, requests_per_minute=2)
    answers = [await client.get("/api/v1/interactions", headers=slow) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) > 0


def test_a_scope_above_covers_those_below() -> None:
    assert Grant(frozenset({"llm"})).allows("llm:use-case:translation")
    assert Grant(frozenset({"llm:use-case"})).allows("llm:use-case:translation")
    assert not Grant(frozenset({"llm:use-case:translation"})).allows("llm:use-case:summary")
    assert not Grant(frozenset({"llm:use-case:translation"})).allows("llm:use-case")
    assert not Grant(frozenset({"llm"})).allows("api")
    assert Grant().allows("api")


def test_models_are_free_until_one_is_named() -> None:
    assert Grant(frozenset({"llm:chat"})).allows_model("any")
    assert Grant(frozenset({"llm:chat", "llm:model:main"})).allows_model("main")
    assert not Grant(frozenset({"llm:chat", "llm:model:main"})).allows_model("other")
