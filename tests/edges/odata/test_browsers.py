"""Browsers behind a proxy, an approuter or a launchpad, and on pages of other sites."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from frontdesk.model import Role
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.wiring.container import Container, open_container
from tests.edges.odata.conftest import Odata
from tests.web_client import Client, add_account, key_of, sign_in, web_client

# What a browser sends to a proxy on its own address, which hands it on with our host's name.
PROXIED = {"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}
LAUNCHPAD = "https://launchpad.example"
BATCH = "--b\r\nContent-Type: application/http\r\n\r\nGET Customer HTTP/1.1\r\n\r\n\r\n--b--\r\n"
IN_PARTS = {"Content-Type": "multipart/mixed;boundary=b"}


@pytest.fixture
async def elsewhere(migrated_folder: Path, builtin: Builtin) -> AsyncIterator[tuple[Container, Client]]:
    """Called by pages of a launchpad that is allowed."""
    settings = load(data=migrated_folder, environment={"FRONTDESK_SECURITY_ORIGINS": f"{LAUNCHPAD} https://b.example"})
    async with open_container(settings, builtin) as opened, web_client(opened) as client:
        yield opened, client


async def test_behind_a_proxy_the_fetched_token_is_proof_enough(container: Container, odata: Odata) -> None:
    await add_account(container, Role.SUPERVISOR)
    await sign_in(odata.client)
    for headers in (PROXIED, {"Origin": "http://localhost:8080"}, {"Sec-Fetch-Site": "same-site"}):
        odata.headers = headers
        refused = await odata.ask("POST", "$batch", BATCH, **IN_PARTS)
        assert (refused.status_code, refused.headers["x-csrf-token"]) == (403, "Required")
        token = (await odata.ask("HEAD", "/admin/", X_CSRF_Token="Fetch")).headers["x-csrf-token"]
        answer = await odata.ask("POST", "$batch", BATCH, X_CSRF_Token=token, **IN_PARTS)
        assert (answer.status_code, "HTTP/1.1 200" in answer.text) == (200, True)
        wrong = await odata.ask("POST", "$batch", BATCH, X_CSRF_Token="0" * len(token), **IN_PARTS)
        assert wrong.status_code == 403


async def test_a_key_is_proof_enough_whatever_the_origin(container: Container, odata: Odata) -> None:
    bearer = (await key_of(container, Role.AGENT))["Authorization"]
    basic = "Basic " + base64.b64encode(f"x:{bearer.removeprefix('Bearer ')}".encode()).decode()
    for headers in (PROXIED, {"Origin": "https://any.example", "Sec-Fetch-Site": "cross-site"}):
        for key in (bearer, basic):
            odata.headers = {**headers, "Authorization": key}
            assert (await odata.ask("POST", "$batch", BATCH, **IN_PARTS)).status_code == 200
            assert (await odata.ask("GET", "CustomerInteraction")).status_code == 200
            assert (await odata.ask("POST", "CustomerInteraction", {})).status_code == 201


async def test_pages_of_allowed_sites_may_use_odata_with_a_key(elsewhere: tuple[Container, Client]) -> None:
    container, client = elsewhere
    question = {"Origin": LAUNCHPAD, "Access-Control-Request-Method": "POST", "Sec-Fetch-Site": "cross-site"}
    for path in ("/admin/$batch", "/cust/CustomerInteraction(1)", "/llm-proxy/embedding"):
        asked = await client.options(path, headers=question)
        assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, LAUNCHPAD), path
        assert "x-csrf-token" in asked.headers["access-control-allow-headers"]
    key = await key_of(container, Role.AGENT)
    told = await client.get("/admin/CustomerInteraction", headers={"Origin": LAUNCHPAD, **key})
    assert (told.status_code, told.headers["access-control-allow-origin"]) == (200, LAUNCHPAD)
    assert "etag" in told.headers["access-control-expose-headers"]
    nobody = await client.get("/admin/CustomerInteraction", headers={"Origin": LAUNCHPAD})
    assert (nobody.status_code, nobody.headers["access-control-allow-origin"]) == (401, LAUNCHPAD)


async def test_other_sites_and_other_pages_get_no_permission(elsewhere: tuple[Container, Client]) -> None:
    container, client = elsewhere
    key = await key_of(container, Role.AGENT)
    for origin in ("https://evil.example", f"{LAUNCHPAD}.evil.example", "null"):
        question = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        assert (await client.options("/admin/$batch", headers=question)).status_code == 401
        told = await client.get("/admin/CustomerInteraction", headers={"Origin": origin, **key})
        assert "access-control-allow-origin" not in told.headers
    told = await client.get("/api/v1/interactions", headers={"Origin": LAUNCHPAD, **key})
    assert "access-control-allow-origin" not in told.headers
