"""The OpenAPI document is true: what it allows is answered as it says, and nothing fails."""

import asyncio
import itertools
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from frontdesk.edges.rest import RestServices
from frontdesk.model import Contact, NewMessage, Role
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.wiring.container import Container, open_container
from tests.edges.rest.conftest import JsonClient, app_of, services_of

EXAMPLES = int(os.environ.get("FRONTDESK_TEST_EXAMPLES", "12"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
    allow_header_conformance,
]


async def test_the_document_is_open_and_names_every_route(client: JsonClient) -> None:
    answer = await client.get("/api/v1/openapi.json", headers={"x-role": "anyone"})
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    assert set(document["components"]["securitySchemes"]) == {"key", "session"}
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    assert all(operation["summary"] and operation["operationId"] for operation in operations)
    assert not [name for name in document["components"]["schemas"] if "." in name]
    assert document["components"]["schemas"]["MessageBody"]["additionalProperties"] is False


async def test_every_route_declares_its_role(services: RestServices) -> None:
    for route in app_of(services).routes:
        for handler in getattr(route, "route_handlers", ()):
            if handler.http_methods != {"OPTIONS"}:
                assert isinstance(handler.opt.get("role"), Role), route.path


async def test_every_post_takes_an_idempotency_key(client: JsonClient) -> None:
    paths = (await client.get("/api/v1/openapi.json")).json()["paths"]
    posts = {path: item["post"] for path, item in paths.items() if "post" in item}
    for path, post in posts.items():
        if path == "/api/v1/answers":
            continue  # it stores nothing: asked twice, it is answered twice
        assert "Idempotency-Key" in [each["name"] for each in post.get("parameters", ())], path


@dataclass(frozen=True)
class Known:
    """Things that are there, for half of all requests to find."""

    ids: dict[str, Any]
    turn: Iterator[int]

    def put_into(self, parameters: dict[str, Any]) -> None:
        if next(self.turn) % 2:
            parameters.update({name: self.ids[name] for name in parameters if name in self.ids})


async def build_llm(container: Container) -> dict[str, Any]:
    """One of everything."""
    accepted = await container.messages.inbox.accept(
        NewMessage("My washing machine is broken: E12. Please repair it.", "WEB")
    )
    await container.runner.run_until_idle()
    failed = await container.messages.inbox.accept(NewMessage("Hello", "WEB"))
    [(_, lease)] = await container.work.queue.claim("test", 1, 30)
    await container.work.queue.fail(lease, "no")
    await container.people.customers.add("C1", "Nordlicht", None)
    contact = await container.people.contacts.add(Contact(0, "Ann", "", "", datetime.now(UTC)), None)
    reading = await container.messages.readings.message(accepted.message_id)
    assert reading.decision
    return {
        "reference": accepted.reference,
        "message_id": accepted.message_id,
        "decision_id": reading.decision.id,
        "key": reading.effects[0].key,
        "work_id": failed.message_id,
        "customer_id": "C1",
        "contact_id": contact.value.id,
        "which": "intent",
        "code": "TI",
    }


@pytest.fixture(scope="module")
def known() -> Known:
    return Known({}, itertools.count())


@pytest.fixture(scope="module")
def interface(builtin: Builtin, known: Known, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The interface over a container with data; SQLite, for its connections follow the app into any event loop."""
    with asyncio.Runner() as runner:
        container = open_container(load(data=tmp_path_factory.mktemp("house"), environment={}), builtin)
        opened = runner.run(container.__aenter__())
        known.ids.update(runner.run(build_llm(opened)))
        yield schemathesis.openapi.from_asgi("/api/v1/openapi.json", app_of(services_of(opened)))
        runner.run(container.__aexit__(None, None, None))


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_is_asked_is_answered_as_the_document_says(interface: Any, known: Known, mode: GenerationMode) -> None:
    answers: Counter[int] = Counter()
    for found in interface.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        def ask(case: schemathesis.Case) -> None:
            known.put_into(case.path_parameters)
            answers[case.call_and_validate(checks=CHECKS).status_code // 100] += 1

        if mode is GenerationMode.POSITIVE or operation.body or operation.query or operation.path_parameters:
            ask()
    assert answers[2] > 100 or mode is GenerationMode.NEGATIVE
    assert answers[4] > 100
