"""Typed endpoints made of data, and their OpenAPI document."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from benchmarks.model_services import Fault, Rule
from frontdesk.edges.llm_gateway.use_cases.call_routes import GROUPS
from frontdesk.llm.use_case_registry import shipped
from frontdesk.model import Role
from tests.edges.llm_gateway.conftest import Gateway, Open

PRAISE = """
name: praise-finder
version: {version}
description: Whether a message praises somebody of the team.
inputs:
  type: object
  properties: {{text: {{type: string, minLength: 1}}}}
  required: [text]
  additionalProperties: false
answer:
  type: object
  properties: {{praises: {{type: boolean}}}}
  required: [praises]
  additionalProperties: false
system: You tell whether a customer praises somebody of the team.
user: |
  Does this message praise somebody?
  {{{{ text }}}}
examples:
  - inputs: {{text: "Please thank Robin for the quick help!"}}
    answer: {{praises: true}}
"""


async def publish(gateway: Gateway, version: int = 1) -> None:
    registry = gateway.container.llm.room.registry
    made = await registry.draft(PRAISE.format(version=version), "", "test")
    await registry.publish(made.name, made.version, "test")


async def test_a_use_case_is_asked_with_its_inputs_as_the_body(gateway: Gateway) -> None:
    async with gateway.http() as http:
        answer = await http.post("/use-cases/sentiment-analysis", json={"text": "It is wonderful, thank you!"})
    assert answer.status_code == 200
    told = answer.json()
    assert told["answer"]["sentiment"] in ("Positive", "Neutral", "Negative")
    assert (told["use_case"], told["tier"], told["service"], told["masked"]) == (
        "sentiment-analysis",
        "model",
        "main",
        True,
    )
    assert told["cost"] > 0
    [call] = await gateway.calls()
    assert (call["use_case"], call["caller"]) == ("sentiment-analysis", "test")


async def test_the_chain_holds_where_the_model_is_down(opened: Open) -> None:
    gateway = await opened(Rule(Fault.SERVER_ERROR), chains={"default": ["main", "builtin"]})
    async with gateway.http() as http:
        told = (await http.post("/use-cases/sentiment-analysis", json={"text": "It is broken!"})).json()
    assert (told["tier"], [each["trouble"] for each in told["failures"]]) == ("builtin", ["server_error"])


async def test_a_published_use_case_is_an_endpoint_at_once_and_described(gateway: Gateway) -> None:
    async with gateway.http() as http:
        assert (await http.post("/use-cases/praise-finder", json={"text": "Robin was great."})).status_code == 404
        await publish(gateway)
        told = (await http.post("/use-cases/praise-finder", json={"text": "Robin was great."})).json()
        assert isinstance(told["answer"]["praises"], bool)
        document = (await http.get("/openapi.json")).json()
        described = (await http.get("/use-cases/praise-finder")).json()
    operation = document["paths"]["/llm/v1/use-cases/praise-finder"]["post"]
    assert operation["requestBody"]["content"]["application/json"]["schema"]["required"] == ["text"]
    assert described["description"] == operation["description"]
    assert (described["path"], described["chain"]) == ("/llm/v1/use-cases/praise-finder", ["main/stand-in"])


async def test_every_use_case_is_listed_and_described(gateway: Gateway) -> None:
    async with gateway.http() as http:
        listed = (await http.get("/use-cases")).json()
        document = (await http.get("/openapi.json")).json()
    assert [each["name"] for each in listed] == sorted(shipped())
    for each in listed:
        Draft202012Validator.check_schema(each["inputs"])
        Draft202012Validator.check_schema(each["answer"])
        assert each["path"] in document["paths"]
        assert "x-" not in json.dumps([each["inputs"], each["answer"]])
    by = document["paths"]["/llm/v1/calls"]["get"]["parameters"][0]
    assert (by["name"], by["schema"]["items"]["enum"]) == ("by", list(GROUPS))


async def test_answers_are_as_the_document_says(gateway: Gateway) -> None:
    async with gateway.http() as http:
        document = (await http.get("/openapi.json")).json()
        for name, use_case in shipped().items():
            if use_case.kind != "text":
                continue
            path = f"/use-cases/{name}"
            answer = await http.post(path, json=use_case.body.examples[0].inputs)
            if answer.status_code == 200:
                said = document["paths"][f"/llm/v1{path}"]["post"]["responses"]["200"]
                schema = said["content"]["application/json"]["schema"]
                Draft202012Validator(schema).validate(answer.json())
            else:  # the stand-in cannot say everything that a schema wants
                assert (answer.status_code, answer.json()["type"]) == (502, "/problems/wrong-schema"), name


async def test_a_use_case_can_be_invoked_by_name_and_sent_to_one_route(gateway: Gateway) -> None:
    body: dict[str, Any] = {"use_case": "sentiment-analysis", "inputs": {"text": "It is cold."}}
    async with gateway.http() as http:
        first = (await http.post("/invoke", json=body)).json()
        again = (await http.post("/invoke", json=body)).json()
        fresh = (await http.post("/invoke", json=body | {"fresh": True})).json()
        builtin = (await http.post("/invoke", json=body | {"provider": "builtin"})).json()
    assert [first["cached"], again["cached"], fresh["cached"]] == [False, True, False]
    assert builtin["tier"] == "builtin"


async def test_texts_become_vectors_by_the_use_case(gateway: Gateway) -> None:
    async with gateway.http() as http:
        told = (await http.post("/use-cases/words-embedding", json={"texts": ["a", "b"]})).json()
    assert len(told["answer"]["vectors"]) == 2
    assert told["answer"]["size"] == len(told["answer"]["vectors"][0])


@pytest.mark.parametrize(
    ("path", "body", "status", "kind"),
    [
        ("/use-cases/sentiment-analysis", {}, 400, "invalid"),
        ("/use-cases/sentiment-analysis", {"text": 7}, 400, "invalid"),
        ("/use-cases/sentiment-analysis", {"text": "x" * 20_001}, 400, "invalid"),
        ("/use-cases/sentiment-analysis", [], 400, "invalid"),
        ("/use-cases/nothing", {"text": "x"}, 404, "not-found"),
        ("/invoke", {"use_case": "nothing", "inputs": {}}, 404, "not-found"),
        ("/invoke", {"use_case": "sentiment-analysis"}, 400, "invalid"),
        ("/invoke", {"use_case": "translation", "inputs": {}, "provider": "nobody"}, 400, "invalid"),
        ("/use-cases/speech-transcription", {"audio": "////", "media_type": "audio/wav"}, 422, "not-masked"),
    ],
)
async def test_what_cannot_be_answered_is_a_problem(
    gateway: Gateway, path: str, body: Any, status: int, kind: str
) -> None:
    async with gateway.http() as http:
        answer = await http.post(path, json=body)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}"), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        (Fault.RATE_LIMITED, 429, "too-many-requests"),
        (Fault.HANG, 504, "timeout"),
        (Fault.UNAUTHORISED, 502, "model-refuses-our-key"),
        (Fault.FILTERED_PROMPT, 400, "content-filter"),
        (Fault.REFUSAL, 422, "refused"),
        (Fault.WRONG_SCHEMA, 502, "wrong-schema"),
        (Fault.EMPTY, 502, "empty-answer"),
    ],
)
async def test_a_models_failure_is_a_problem_with_its_name(opened: Open, fault: Fault, status: int, kind: str) -> None:
    gateway = await opened(Rule(fault))
    async with gateway.http() as http:
        answer = await http.post("/use-cases/sentiment-analysis", json={"text": "It is cold."})
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}")
    assert ("Retry-After" in answer.headers) == (status == 429)


async def test_the_document_is_for_those_who_have_a_key(gateway: Gateway) -> None:
    async with gateway.http("fd_wrong") as http:
        refused = await http.get("/openapi.json")
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
    narrow = await gateway.new_key("llm:use-case:translation", role=Role.SERVICE)
    async with gateway.http(narrow) as http:
        assert (await http.get("/openapi.json")).status_code == 200
        assert [each["name"] for each in (await http.get("/use-cases")).json()] == ["translation"]
