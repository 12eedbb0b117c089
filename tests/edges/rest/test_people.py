"""Customers and contacts."""

import pytest

from frontdesk.storage.schema.people import contact, customer
from frontdesk.wiring.container import Container
from tests.counting import rows_of
from tests.edges.rest.conftest import Desk, JsonClient

pytestmark = pytest.mark.both_databases

CUSTOMERS, CONTACTS = "/api/v1/customers", "/api/v1/contacts"


async def test_a_customer_can_be_added_read_renamed_and_listed(client: JsonClient) -> None:
    added = await client.post(CUSTOMERS, json={"id": "C1", "name": "Nordlicht"})
    assert (added.status_code, added.headers["location"]) == (201, f"{CUSTOMERS}/C1")
    etag = (await client.get(f"{CUSTOMERS}/C1")).headers["etag"]
    renamed = await client.patch(f"{CUSTOMERS}/C1", json={"name": "Südlicht"}, headers={"If-Match": etag})
    assert renamed.json()["name"] == "Südlicht"
    stale = await client.patch(f"{CUSTOMERS}/C1", json={"name": "Ostlicht"}, headers={"If-Match": etag})
    assert stale.status_code == 412
    assert [row["name"] for row in (await client.get(CUSTOMERS)).json()["items"]] == ["Südlicht"]


async def test_a_customer_number_is_given_once(client: JsonClient) -> None:
    await client.post(CUSTOMERS, json={"id": "C1", "name": "Nordlicht"})
    assert (await client.post(CUSTOMERS, json={"id": "C1", "name": "Südlicht"})).status_code == 409
    assert (await client.get(f"{CUSTOMERS}/C1")).json()["name"] == "Nordlicht"


async def test_analyses_recognise_a_new_customer_at_once(client: JsonClient, container: Container) -> None:
    await container.configuration.codes.catalogue()
    await client.post(CUSTOMERS, json={"id": "C1", "name": "Nordlicht"})
    assert (await container.configuration.codes.catalogue()).customers == ("Nordlicht",)


@pytest.mark.parametrize("number", ["", "C 1", "C/1", "C1\n", "../x", "x" * 11, "\x00"])
async def test_a_customer_number_fits_into_an_address(client: JsonClient, container: Container, number: str) -> None:
    answer = await client.post(CUSTOMERS, json={"id": number, "name": "Nordlicht"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "id")
    assert await rows_of(container, customer) == 0


async def test_customers_are_listed_page_by_page(client: JsonClient) -> None:
    for number in range(5):
        await client.post(CUSTOMERS, json={"id": f"C{number}", "name": "x"})
    first = (await client.get(CUSTOMERS, params={"limit": 3})).json()
    second = (await client.get(CUSTOMERS, params={"limit": 3, "cursor": first["next"]})).json()
    assert [row["id"] for row in first["items"] + second["items"]] == ["C0", "C1", "C2", "C3", "C4"]
    assert second["next"] is None


async def test_a_contact_has_an_identity_for_each_address(client: JsonClient) -> None:
    body = {"name": "Ann", "email": "Ann@Example.org", "phone": "+49301", "identities": {"TEL": "@ann"}}
    contact = (await client.post(CONTACTS, json=body)).json()
    assert contact["identities"] == {"EMI": "ann@example.org", "PHC": "+49301", "TEL": "@ann"}
    found = (await client.get(CONTACTS, params={"address": "ANN@example.org"})).json()["items"]
    assert found == [contact]


async def test_a_new_address_replaces_the_old_identity(client: JsonClient) -> None:
    contact = await client.post(CONTACTS, json={"email": "ann@example.org", "identities": {"TEL": "@ann"}})
    path, headers = contact.headers["location"], {"If-Match": contact.headers["etag"]}
    changed = (await client.patch(path, json={"email": ""}, headers=headers)).json()
    assert changed["identities"] == {"TEL": "@ann"}
    assert (await client.get(path)).json() == changed


async def test_an_address_belongs_to_one_contact(client: JsonClient, container: Container) -> None:
    await client.post(CONTACTS, json={"email": "ann@example.org"})
    assert (await client.post(CONTACTS, json={"email": "ANN@example.org"})).status_code == 409
    assert await rows_of(container, contact) == 1


async def test_a_message_finds_the_contact_by_its_address(desk: Desk) -> None:
    await desk.client.post(CUSTOMERS, json={"id": "C1", "name": "Nordlicht"})
    contact = (await desk.client.post(CONTACTS, json={"email": "ann@example.org", "customer_id": "C1"})).json()
    receipt = await desk.say("Hello", channel="EMI", sender={"address": "Ann@example.org"})
    assert (await desk.get(f"/messages/{receipt['message']}"))["message"]["contact_id"] == contact["id"]
    assert (await desk.get(f"/interactions/{receipt['reference']}"))["customer_id"] == "C1"


async def test_a_contact_of_a_customer_can_be_left_alone(client: JsonClient) -> None:
    await client.post(CUSTOMERS, json={"id": "C1", "name": "Nordlicht"})
    contact = await client.post(CONTACTS, json={"name": "Ann", "customer_id": "C1"})
    path = contact.headers["location"]
    assert (await client.patch(path, json={"customer_id": None})).status_code == 428
    alone = await client.patch(path, json={"customer_id": None}, headers={"If-Match": contact.headers["etag"]})
    assert (alone.json()["customer_id"], alone.json()["name"]) == (None, "Ann")
    assert (await client.get(CONTACTS, params={"customer_id": "C1"})).json()["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"customer_id": "C9"},
        {"identities": {"XXX": "a"}},
        {"email": "not an address"},
        {"email": "İ" * 310 + "@x.example"},
        {"name": "a\x00b"},
        {"phone": 1},
    ],
)
async def test_a_contact_that_makes_no_sense_is_refused(
    client: JsonClient, container: Container, body: dict[str, object]
) -> None:
    assert (await client.post(CONTACTS, json=body)).status_code == 400
    assert await rows_of(container, contact) == 0


@pytest.mark.parametrize(
    "path", [f"{CUSTOMERS}/C1", f"{CONTACTS}/1", f"{CONTACTS}/0", f"{CONTACTS}/99999999999999999999"]
)
async def test_what_is_not_there_is_not_found(client: JsonClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404
