"""Probes and figures."""

from dataclasses import replace

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

from frontdesk.edges.rest import RestServices
from frontdesk.wiring.container import Container
from tests.edges.rest.conftest import Desk, JsonClient, app_of


async def test_a_process_that_answers_is_up(client: JsonClient) -> None:
    assert (await client.get("/health", headers={"x-role": "anyone"})).json() == {"status": "up"}


async def test_a_house_with_its_schema_is_ready(client: JsonClient) -> None:
    assert (await client.get("/ready", headers={"x-role": "anyone"})).json() == {"status": "ready", "work": "elsewhere"}


async def test_another_schema_than_needed_is_not_ready(client: JsonClient, container: Container) -> None:
    await container.database.write(
        lambda c: c.execute(text("UPDATE alembic_version SET version_num = '0000'")).rowcount
    )
    answer = await client.get("/ready")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "0000" in answer.json()["detail"]


async def test_a_database_that_takes_no_writes_is_not_ready(client: JsonClient, container: Container) -> None:
    assert (await client.get("/ready")).status_code == 200
    assert await _probed(container) != ""
    await container.database.write(lambda c: c.exec_driver_sql("PRAGMA query_only=ON").rowcount)
    container.work.condition._tried.forget()  # it is cached for seconds
    answer = await client.get("/ready")
    assert (answer.status_code, answer.json()["detail"]) == (503, "the database takes no writes")


async def _probed(container: Container) -> str:
    probe = text("SELECT value FROM meta WHERE key = 'probe'")
    return str(await container.database.read(lambda c: c.execute(probe).scalar_one()))


@pytest.mark.parametrize(("works", "status"), [(True, 200), (False, 503), (None, 200)])
async def test_a_runner_that_should_run_and_does_not_is_not_ready(
    services: RestServices, works: bool | None, status: int
) -> None:
    transport = ASGITransport(app_of(replace(services, is_working=lambda: works)))  # type: ignore[arg-type]
    async with AsyncClient(transport=transport, base_url="http://frontdesk.test") as client:
        assert (await client.get("/ready")).status_code == status


async def test_figures_tell_what_was_taken_in_done_and_left(desk: Desk) -> None:
    await desk.client.get("/metrics")
    await desk.say("Hello", provider_id="p1")
    await desk.say("Hello", provider_id="p1")
    await desk.client.post("/api/v1/messages", json={"text": "Waits"})
    figures = (await desk.client.get("/metrics")).text
    assert 'frontdesk_messages_accepted_total{channel="WEB",duplicate="false"} 2.0' in figures
    assert 'frontdesk_messages_accepted_total{channel="WEB",duplicate="true"} 1.0' in figures
    assert 'frontdesk_steps_total{kind="handled"} 1.0' in figures
    assert 'frontdesk_work{state="open"} 1.0' in figures
    assert 'frontdesk_request_seconds_count{method="POST",route="/api/v1/messages",status="202"} 2.0' in figures
    assert 'frontdesk_steps_total{kind="handled"} 1.0' in (await desk.client.get("/metrics")).text


async def test_figures_are_for_programs_that_have_a_key(client: JsonClient) -> None:
    assert (await client.get("/metrics", headers={"x-role": "anyone"})).status_code == 401
    assert (await client.get("/metrics", headers={"x-role": "service"})).status_code == 200
