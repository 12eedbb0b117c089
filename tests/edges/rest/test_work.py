"""Effects and durable work that needs a person."""

from frontdesk.interfaces import Failed
from frontdesk.wiring.container import Container
from tests.edges.rest.conftest import Desk, JsonClient

WORK = "/api/v1/work"


async def fail_one(client: JsonClient, container: Container) -> str:
    await client.post("/api/v1/messages", json={"text": "Hello"})
    [(work, lease)] = await container.work.queue.claim("test", 1, 30)
    await container.work.queue.fail(lease, str(Failed("the model is on fire")))
    return work.id


async def test_failed_work_is_listed_with_its_reason(client: JsonClient, container: Container) -> None:
    work_id = await fail_one(client, container)
    [row] = (await client.get(WORK)).json()["items"]
    assert (row["id"], row["last_error"]) == (work_id, "the model is on fire")
    assert (await client.get(WORK, params={"state": "open"})).json()["items"] == []


async def test_failed_work_can_be_tried_again(client: JsonClient, container: Container) -> None:
    work_id = await fail_one(client, container)
    retried = await client.post(f"{WORK}/{work_id}/retry")
    assert (retried.status_code, retried.json()["state"]) == (200, "open")
    assert (await client.post(f"{WORK}/{work_id}/retry")).status_code == 409
    await container.runner.run_until_idle()
    assert await container.work.queue.counts() == {"open": 0, "failed": 0}


async def test_failed_work_can_be_given_up(client: JsonClient, container: Container) -> None:
    work_id = await fail_one(client, container)
    assert (await client.post(f"{WORK}/{work_id}/drop")).json()["state"] == "dropped"
    assert (await client.post(f"{WORK}/{work_id}/retry")).status_code == 409
    assert (await client.post(f"{WORK}/nothing/drop")).status_code == 404


async def test_work_is_for_supervisors(client: JsonClient) -> None:
    assert (await client.get(WORK, headers={"x-role": "agent"})).status_code == 403
    assert (await client.get(WORK, headers={"x-role": "anyone"})).status_code == 401


async def test_effects_are_listed_by_state_page_by_page(desk: Desk) -> None:
    await desk.say("My washing machine does not start any more and shows error E12. Please repair it.")
    every = (await desk.get("/effects", state="done"))["items"]
    first = await desk.get("/effects", limit=1)
    rest = await desk.get("/effects", cursor=first["next"])
    assert first["items"] + rest["items"] == every
    assert (await desk.get("/effects", state="failed"))["items"] == []


async def test_what_is_not_there_is_not_found(client: JsonClient) -> None:
    for path in ("/effects/nothing", "/decisions/nothing"):
        answer = await client.get(f"/api/v1{path}")
        assert (answer.status_code, "nothing" in answer.json()["detail"]) == (404, True)
