"""Effects that a person retries, drops, approves or refuses, by REST."""

from dataclasses import replace
from typing import Any

from frontdesk.interfaces import ConnectorFailed
from frontdesk.model import NewMessage
from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL
from frontdesk.wiring.container import Container
from tests.edges.rest.conftest import JsonClient
from tests.fakes import BackEnd
from tests.workflows.deciding import deciding

EFFECTS = "/api/v1/effects"
FINE = "Thank you so much for the friendly technician!"


async def handle(container: Container, *actions: dict[str, Any], back_end: BackEnd | None = None) -> None:
    """One message for which these actions are decided."""
    action_handlers = {**container.pipeline.action_handlers, **({CREATE_SERVICE_CALL: back_end} if back_end else {})}
    desk = replace(container.pipeline, rules=deciding(*actions), action_handlers=action_handlers)
    await container.messages.inbox.accept(NewMessage(FINE, "WEB"))
    await runner_of(container, desk).run_until_idle()


def runner_of(container: Container, desk: Any) -> Any:
    from frontdesk.wiring.runner import runner_over

    return runner_over(container.work.queue, container.settings, desk)


async def listed(client: JsonClient, state: str) -> list[dict[str, Any]]:
    return list((await client.get(EFFECTS, params={"state": state})).json()["items"])


async def test_a_failed_effect_can_be_tried_again(client: JsonClient, container: Container) -> None:
    back_end = BackEnd([ConnectorFailed("no such partner", permanent=True)])
    await handle(container, {"kind": CREATE_SERVICE_CALL}, back_end=back_end)
    [failed] = await listed(client, "failed")
    assert failed["error"] == "no such partner"
    again = await client.post(f"{EFFECTS}/{failed['key']}/retry")
    assert (again.status_code, again.json()["state"]) == (200, "pending")
    desk = replace(
        container.pipeline, action_handlers={**container.pipeline.action_handlers, CREATE_SERVICE_CALL: back_end}
    )
    await runner_of(container, desk).run_until_idle()
    assert (await client.get(f"{EFFECTS}/{failed['key']}")).json()["state"] == "done"


async def test_a_failed_effect_can_be_given_up(client: JsonClient, container: Container) -> None:
    await handle(container, {"kind": CREATE_SERVICE_CALL}, back_end=BackEnd([ConnectorFailed("no", permanent=True)]))
    [failed] = await listed(client, "failed")
    assert (await client.post(f"{EFFECTS}/{failed['key']}/drop")).json()["state"] == "dropped"
    assert (await client.post(f"{EFFECTS}/{failed['key']}/retry")).status_code == 409
    assert (await client.post(f"{EFFECTS}/nothing/drop")).status_code == 404


async def test_a_question_is_answered_by_a_supervisor(client: JsonClient, container: Container) -> None:
    await handle(container, {"kind": "ask_person"}, {"kind": "reply", "template": "received"})
    [question] = await listed(client, "waiting")
    path = f"{EFFECTS}/{question['key']}/approve"
    assert (await client.post(path, headers={"x-role": "agent"})).status_code == 403
    approved = await client.post(path, headers={"Idempotency-Key": "once"})
    assert (approved.status_code, approved.json()["state"]) == (200, "done")
    assert (await client.post(path, headers={"Idempotency-Key": "once"})).headers["idempotency-replayed"] == "true"
    assert (await client.post(path)).status_code == 409
    await container.runner.run_until_idle()
    assert [each["state"] for each in await listed(client, "done")] == ["done", "done"]


async def test_it_goes_on_without_a_failed_effect(client: JsonClient, container: Container) -> None:
    after = {"kind": "escalate", "team": "CMP", "after": "service_call"}
    down = BackEnd([ConnectorFailed("no", permanent=True)])
    await handle(container, {"kind": CREATE_SERVICE_CALL}, after, back_end=down)
    [failed] = await listed(client, "failed")
    [waiting] = await listed(client, "pending")
    assert waiting["waits_for"] == [failed["key"]]
    skipped = (await client.post(f"{EFFECTS}/{failed['key']}/skip")).json()
    assert (skipped["state"], skipped["detail"]) == ("dropped", {"result": "passed_over"})
    await runner_of(container, container.pipeline).run_until_idle()
    assert (await client.get(f"{EFFECTS}/{waiting['key']}")).json()["state"] == "done"
    assert (await client.post(f"{EFFECTS}/{failed['key']}/skip")).status_code == 409
