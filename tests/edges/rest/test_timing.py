"""Calendars, service levels and timed rules by REST, and the deadlines that follow from them."""

import pytest

from tests.edges.rest.conftest import Desk, JsonClient

TIMING = "/api/v1/timing"
CALENDAR = {"zone": "Europe/Berlin", "hours": "Mon-Sun 00:00-24:00"}


async def test_an_entry_is_stored_shown_and_deleted(client: JsonClient) -> None:
    stored = await client.put(f"{TIMING}/calendars/desk", json=CALENDAR)
    assert (stored.status_code, stored.json()) == (200, CALENDAR)
    assert (await client.get(TIMING)).json() == {"calendars": {"desk": CALENDAR}, "levels": {}, "rules": {}}
    assert (await client.delete(f"{TIMING}/calendars/desk")).status_code == 204
    assert (await client.get(f"{TIMING}/calendars/desk")).status_code == 404


@pytest.mark.parametrize(
    ("path", "entry", "status", "field"),
    [
        ("calendars/desk", {**CALENDAR, "hours": "Mon 9-17"}, 400, "hours"),
        ("calendars/a b", CALENDAR, 400, "name"),
        ("calendars/desk", {"zone": 5}, 400, "[...]"),
        ("moons/desk", CALENDAR, 404, ""),
        ("rules/late", {"event": "no_answer", "actions": "dance"}, 400, "actions"),
    ],
)
async def test_what_cannot_be_stored_is_refused_with_its_field(
    client: JsonClient, path: str, entry: dict[str, str], status: int, field: str
) -> None:
    refused = await client.put(f"{TIMING}/{path}", json=entry)
    assert refused.status_code == status, refused.text
    assert [each["field"] for each in refused.json().get("errors", [])][:1] == ([field] if field else [])


async def test_only_an_admin_changes_entries(client: JsonClient) -> None:
    asked = await client.put(f"{TIMING}/calendars/desk", json=CALENDAR, headers={"x-role": "supervisor"})
    assert asked.status_code == 403


async def test_what_is_due_is_shown_in_lists_views_and_the_interaction(client: JsonClient, desk: Desk) -> None:
    level = {"first_answer": "1h", "resolution": "8h", "near": "60m"}
    await client.put(f"{TIMING}/levels/usual", json=level)
    await client.put(f"{TIMING}/rules/late", json={"event": "no_answer", "after": "1d", "actions": "escalate"})
    said = await desk.say("My coffee machine is broken.")
    names = [each["name"] for each in await desk.get(f"/interactions/{said['reference']}/deadlines")]
    assert names == ["first_answer", "resolution", "rule:late"]
    [row] = (await desk.get("/interactions", view="due"))["items"]
    assert (row["reference"], row["is_due"], row["due_at"] is not None) == (said["reference"], True, True)
    assert (await desk.get("/interactions/counts"))["due"] == 1


async def test_a_customer_has_a_tier(client: JsonClient) -> None:
    made = await client.post("/api/v1/customers", json={"id": "4711", "name": "Miller", "tier": "gold"})
    tag = {"If-Match": made.headers["etag"]}
    changed = await client.patch("/api/v1/customers/4711", json={"tier": "silver"}, headers=tag)
    assert {name: changed.json()[name] for name in ("name", "tier", "version")} == {
        "name": "Miller",
        "tier": "silver",
        "version": 2,
    }
