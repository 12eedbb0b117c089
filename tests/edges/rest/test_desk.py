"""What programs do at the desk: assignment and who is there."""

from frontdesk.model import NewMessage, Role, Sender
from frontdesk.wiring.container import Container
from tests.edges.rest.conftest import JsonClient

ASSIGNMENT = "/api/v1/assignment"
TEAM = {"mode": "fewest_open", "most_open": 5, "when_absent": "queue", "returns_after_hours": 8}


async def test_a_team_says_how_its_interactions_are_assigned(client: JsonClient) -> None:
    kept = await client.put(f"{ASSIGNMENT}/teams/TEC", json=TEAM)
    assert (kept.status_code, kept.json()) == (200, {"team": "TEC", **TEAM})
    assert (await client.get(ASSIGNMENT)).json()["teams"] == [{"team": "TEC", **TEAM}]
    refused = await client.put(f"{ASSIGNMENT}/teams/NOPE", json=TEAM)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "team")
    assert (await client.put(f"{ASSIGNMENT}/teams/TEC", json={"mode": "sometimes"})).status_code == 400
    agent = {"x-role": "agent"}
    assert (await client.put(f"{ASSIGNMENT}/teams/TEC", json=TEAM, headers=agent)).status_code == 403


async def test_somebody_says_whether_they_are_there_and_who_stands_in(client: JsonClient, container: Container) -> None:
    ada = await container.people.accounts.add_account("ada@example.com", "Ada", Role.AGENT, None)
    headers = {"x-caller": ada.id}

    async def how() -> tuple[str, str]:
        [each] = (await client.get(ASSIGNMENT)).json()["people"]
        return each["availability"], each["deputy"]

    assert await how() == ("away", "")
    assert (await client.patch(f"{ASSIGNMENT}/mine", json={}, headers=headers)).status_code == 204
    assert await how() == ("available", "")
    await client.patch(f"{ASSIGNMENT}/mine", json={"availability": "busy", "deputy": "Kim"}, headers=headers)
    assert await how() == ("busy", "Kim")


async def test_a_macro_is_kept_used_and_forgotten(client: JsonClient, container: Container) -> None:
    said = await container.messages.inbox.accept(NewMessage("It leaks", "WEB", sender=Sender("Maya Thornbury")))
    body = {"name": "Close", "text": "Bye, {{ name }}", "changes": {"status": "CL", "tag": "leak"}, "goes_on": "close"}
    kept = await client.put("/api/v1/macros/bye", json=body)
    assert (kept.status_code, kept.json()) == (200, {"id": "bye", "own": True, "team": "", **body})
    used = await client.post(f"/api/v1/macros/bye/use/{said.reference}")
    assert (used.status_code, used.json()["status"], used.json()["tags"]) == (200, "CL", "leak")
    mine = await client.get(f"/api/v1/interactions/{said.reference}/mine")
    assert mine.json()["reply"] == "Bye, Maya Thornbury"
    for wrong in ({"changes": {"colour": "red"}}, {"text": "{{ secret }}"}, {"changes": {}, "text": ""}):
        assert (await client.put("/api/v1/macros/bye", json=body | wrong)).status_code == 400, wrong
    shared = await client.put("/api/v1/macros/x", json=body | {"own": False}, headers={"x-role": "agent"})
    assert shared.status_code == 409
    assert (await client.delete("/api/v1/macros/bye")).status_code == 204
    assert (await client.get("/api/v1/macros")).json() == []
    assert (await client.delete("/api/v1/macros/bye")).status_code == 404


async def test_what_the_caller_is_told_ends_when_it_is_taken_as_read(client: JsonClient, container: Container) -> None:
    kim = await container.people.accounts.add_account("kim@example.com", "Kim", Role.AGENT, None)
    said, mine = await container.messages.inbox.accept(NewMessage("It leaks", "WEB")), {"x-caller": kim.id}
    await client.post(f"/api/v1/interactions/{said.reference}/replies", json={"text": "Look, @Kim", "type": "IM"})
    [told] = (await client.get("/api/v1/notifications", headers=mine)).json()
    assert (told["reference"], told["told"], told["told_by"]) == (said.reference, "mentioned", "The admin")
    assert (await client.get("/api/v1/notifications")).json() == []
    assert (await client.delete("/api/v1/notifications", headers=mine)).status_code == 204
    assert (await client.get("/api/v1/notifications", headers=mine)).json() == []
