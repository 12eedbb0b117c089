"""Requests of people about what is kept about them, by REST, on the console, and from the command line."""

import io
import json
import zipfile

import pytest

from frontdesk.model import Role
from frontdesk.model.audit import AuditFilter
from frontdesk.wiring.container import Container
from tests.conftest import Front
from tests.web_client import HTML, Client, add_account, key_of, sign_in, token_in, web_client

MAIL = "kim@example.com"
API = "/api/v1/privacy"
PAGE = "/console/privacy"


async def test_a_person_is_previewed_exported_and_erased(container: Container, front: Front) -> None:
    accepted = await front.say("My kettle is broken", address=MAIL, name="Kim Doe")
    async with web_client(container) as client:
        admin, asked = await key_of(container, Role.ADMIN), {"person": MAIL}
        found = (await client.post(f"{API}/previews", json=asked, headers=admin)).json()
        archive = await client.post(f"{API}/exports", json=asked, headers=admin)
        key = {**admin, "Idempotency-Key": "k1"}
        erased = await client.post(f"{API}/erasures", json=asked, headers=key)
        repeated = await client.post(f"{API}/erasures", json=asked, headers=key)
        again = await client.post(f"{API}/erasures", json=asked, headers=admin)
        listed = (await client.get(f"{API}/erasures", headers=admin)).json()
        shown = await client.get(f"/api/v1/interactions/{accepted.reference}", headers=admin)
    assert (found["contacts"], found["addresses"], found["counts"]["messages"]) == ([1], [MAIL], 1)
    with zipfile.ZipFile(io.BytesIO(archive.content)) as whole:
        assert json.loads(whole.read("data.json"))["tables"]["inbound_message"][0]["text"] == "My kettle is broken"
    assert (erased.status_code, again.status_code) == (201, 404)
    assert repeated.json() == erased.json()
    assert listed == [erased.json()]
    assert (shown.status_code, shown.json()["title"]) == (200, "")
    rows = (await container.people.audit.page(AuditFilter(), 10)).rows
    kinds = [each.kind for each in rows if each.kind.startswith("person_")]
    assert kinds == ["person_read", "person_erased", "person_exported", "person_looked_up"]
    assert MAIL not in str(rows)


@pytest.mark.parametrize(
    ("person", "status"),
    [("", 400), ("nobody@example.com", 404), ("contact:0", 404), ("x" * 321, 400), ("a\nb", 400), (7, 400)],
)
async def test_who_is_nobody_is_refused_in_words(container: Container, person: object, status: int) -> None:
    async with web_client(container) as client:
        headers = await key_of(container, Role.ADMIN)
        for what in ("previews", "exports", "erasures"):
            answer = await client.post(f"{API}/{what}", json={"person": person}, headers=headers)
            assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_only_an_admin_may(container: Container) -> None:
    async with web_client(container) as client:
        headers = await key_of(container, Role.SUPERVISOR)
        answers = [await client.post(f"{API}/{each}", json={"person": MAIL}, headers=headers) for each in ("erasures",)]
        answers += [await client.get(f"{API}/{each}", headers=headers) for each in ("erasures", "retention")]
        answers += [await client.post(f"{PAGE}/{each}", headers=headers) for each in ("preview", "export", "erase")]
        page = await client.get(PAGE, headers={**headers, **HTML})
    assert {each.status_code for each in answers} == {403}
    assert ("An administrator answers requests." in page.text, "/erase" in page.text) == (True, False)


async def test_what_would_go_is_told(container: Container) -> None:
    async with web_client(container) as client:
        told = (await client.get(f"{API}/retention", headers=await key_of(container, Role.ADMIN))).json()
    assert {each["category"]: each["days"] for each in told} == {
        "messages": 0, "attachments": 0, "events": 90, "calls": 0, "audit": 0,
    }  # fmt: skip


async def post(client: Client, what: str, **fields: str) -> tuple[int, str]:
    token = token_in(await client.get(PAGE, headers=HTML))
    answer = await client.post(f"{PAGE}/{what}", data={"_csrf_token": token, **fields}, headers=HTML)
    return answer.status_code, answer.text


async def test_the_page_shows_exports_and_erases(container: Container, front: Front) -> None:
    accepted = await front.say("My kettle is broken", address=MAIL)
    await add_account(container, role=Role.ADMIN)
    async with web_client(container) as client:
        await sign_in(client)
        status, page = await post(client, "preview", person=MAIL)
        assert (status, "contact:1" in page) == (200, True)
        assert (await post(client, "preview", person="nobody@example.com"))[0] == 404
        assert (await post(client, "export", person=MAIL))[1].startswith("PK")
        assert (await post(client, "erase", person=MAIL))[0] == 400
        assert (await post(client, "erase", person=MAIL, sure="1"))[0] == 303
        assert "Ada Brightwater" in (await client.get(f"{PAGE}?erased=1", headers=HTML)).text
        thread = await client.get(f"/console/interactions/{accepted.reference}", headers=HTML)
        assert (thread.status_code, "These words were erased." in thread.text) == (200, True)
        assert "kettle" not in thread.text
        for path in ("/console/interactions", "/console/history", "/console/effects", f"/track/{accepted.reference}"):
            assert (await client.get(path, headers=HTML)).status_code == 200, path
