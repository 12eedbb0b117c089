"""Signed tokens of XSUAA: good ones are accepted with their scopes, all others are anonymous."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from frontdesk.edges.access.xsuaa import Xsuaa
from frontdesk.interfaces import Invalid
from frontdesk.model import Role
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.wiring.container import open_container
from tests.signed import APP, Uaa, new_uaa
from tests.web_client import Client, key_of, web_client

LIST = "/api/v1/interactions"


@pytest.fixture(scope="module")
def uaa() -> Uaa:
    return new_uaa()


@pytest.fixture
async def client(migrated_folder: Path, builtin: Builtin, uaa: Uaa) -> AsyncIterator[Client]:
    plain = load(data=migrated_folder, environment={})
    security = msgspec.structs.replace(plain.security, xsuaa=uaa.credentials())
    async with (
        open_container(msgspec.structs.replace(plain, security=security), builtin) as container,
        web_client(container) as opened,
    ):
        opened.headers["X-Key"] = (await key_of(container, Role.AGENT))["Authorization"]
        yield opened


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    ("scope", "role"),
    [
        ("Admin", Role.ADMIN),
        ("Supervisor", Role.SUPERVISOR),
        ("Agent", Role.AGENT),
        ("Service", Role.SERVICE),
        ("Customer", Role.CUSTOMER),
        ("Other", Role.ANYONE),
    ],
)
async def test_a_scope_is_a_role(uaa: Uaa, scope: str, role: Role) -> None:
    caller = await Xsuaa(uaa.credentials()).caller(uaa.token(scope))
    assert caller is not None
    assert (caller.id, caller.name, caller.role) == ("xsuaa:4711-0815", "4711-0815", role)


async def test_the_mightiest_of_several_scopes_counts(uaa: Uaa) -> None:
    caller = await Xsuaa(uaa.credentials()).caller(uaa.token("Agent", "Admin", "Service"))
    assert caller is not None
    assert caller.role is Role.ADMIN


async def test_a_program_is_named_by_its_client(uaa: Uaa) -> None:
    client = f"sb-{APP}"
    token = uaa.token("Service", grant_type="client_credentials", email=None, user_name=None, sub=client)
    caller = await Xsuaa(uaa.credentials()).caller(token)
    assert caller is not None
    assert (caller.id, caller.role) == (f"xsuaa:sb-{APP}", Role.SERVICE)


async def test_scopes_of_another_application_are_nothing_here(uaa: Uaa) -> None:
    caller = await Xsuaa(uaa.credentials()).caller(uaa.token(scope=["other!t1.Admin"]))
    assert caller is not None
    assert caller.role is Role.ANYONE


def unsigned() -> str:
    def part(of: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(of).encode()).decode().rstrip("=")

    said = {"cid": f"sb-{APP}", "zid": "z", "aud": [APP], "scope": [f"{APP}.Admin"], "exp": 4_000_000_000}
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(said)}."


@pytest.mark.parametrize(
    "kind", ["expired", "another key", "another audience", "cut", "unsigned", "huge", "nonsense", "nobody's"]
)
async def test_a_token_that_is_not_good_is_nobody(uaa: Uaa, kind: str) -> None:
    token = {
        "expired": lambda: uaa.token("Admin", seconds=-600),
        "another key": lambda: new_uaa().token("Admin"),
        "another audience": lambda: uaa.token(scope=["other.Admin"], aud=["other"], cid="sb-other"),
        "cut": lambda: uaa.token("Admin")[:-4],
        "unsigned": unsigned,
        "huge": lambda: uaa.token("Admin", more="x" * 20_000),
        "nonsense": lambda: "ey.ey.ey",
        "nobody's": lambda: uaa.token("Admin", sub=""),
    }[kind]()
    assert await Xsuaa(uaa.credentials()).caller(token) is None


async def test_a_token_opens_the_door_that_its_scope_fits(client: Client, uaa: Uaa) -> None:
    assert (await client.get(LIST, headers=bearer(uaa.token("Agent")))).status_code == 200
    refused = await client.get(LIST, headers=bearer(uaa.token()))
    assert refused.status_code == 403
    assert "4711-0815 has the role anyone" in refused.json()["detail"]
    assert (await client.get(LIST, headers=bearer(uaa.token("Agent")[:-4]))).status_code == 401


async def test_api_keys_go_on_working_beside_tokens(client: Client) -> None:
    answer = await client.get(LIST, headers={"Authorization": client.headers["X-Key"]})
    assert answer.status_code == 200


@pytest.mark.parametrize("missing", ["clientid", "xsappname"])
def test_credentials_that_are_missing_are_named(uaa: Uaa, missing: str) -> None:
    with pytest.raises(Invalid, match=missing):
        Xsuaa({**uaa.credentials(), missing: ""})
