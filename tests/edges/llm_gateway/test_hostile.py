"""Whatever is sent, it is never answered with a status of 500 or above, and the gateway goes on."""

import json
import os
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error

from benchmarks.model_services import Rule
from tests.edges.llm_gateway.conftest import Gateway, Open

EXAMPLES = int(os.environ.get("FRONTDESK_TEST_EXAMPLES", "10"))
CHAT: dict[str, Any] = {"model": "default", "messages": [{"role": "user", "content": "Hello"}]}
DEEP: Any = {}
for _ in range(60):
    DEEP = {"a": DEEP}


def schema(what: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "n", "schema": what}}


DEEPER: Any = {}
for _ in range(900):
    DEEPER = {"a": DEEPER}
EXPONENTIAL = {
    "type": "object",
    "$defs": {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(30)} | {"d30": {}},
    "$ref": "#/$defs/d0",
}
# Refused before anything is asked.
REFUSED = [
    {},
    [],
    7,
    CHAT | {"messages": []},
    CHAT | {"messages": "Hello"},
    CHAT | {"messages": [{"role": "boss", "content": "x"}]},
    CHAT | {"messages": [{"role": "user"}]},
    CHAT | {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
    CHAT | {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
    CHAT
    | {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://10.0.0.1/"}}]}]},
    CHAT | {"messages": [{"role": "user", "content": ["x"]}]},
    CHAT | {"messages": [{"role": "assistant", "content": "x", "tool_calls": [1]}]},
    CHAT | {"messages": [{"role": "assistant", "content": "x", "tool_calls": "1"}]},
    CHAT | {"model": ""},
    CHAT | {"model": "x" * 201},
    CHAT | {"model": "nobody"},
    CHAT | {"model": "main/" + "x" * 150},
    CHAT | {"model": "main/a\u0000b"},
    CHAT | {"model": "person"},
    CHAT | {"max_tokens": 0},
    CHAT | {"max_tokens": "many"},
    CHAT | {"temperature": 3},
    CHAT | {"n": 0},
    CHAT | {"tools": "all"},
    CHAT | {"strange": DEEPER},
    CHAT | {"response_format": {"type": "json_schema"}},
    CHAT | {"response_format": {"type": "xml"}},
    CHAT | {"response_format": schema({"type": "nonsense"})},
    CHAT | {"response_format": schema({"type": "string"})},
    CHAT | {"response_format": schema({"type": "object", "$ref": "http://example.com/x"})},
    CHAT | {"response_format": schema({"type": "object", "x": DEEP})},
    CHAT | {"response_format": schema({"type": "object", "description": "x" * 70_000})},
]
# Asked and answered, or not answered for a reason that is named.
TAKEN = [
    CHAT | {"messages": [{"role": "user", "content": "\u0000 \ud83d\ude00 \u202e \u200b"}]},
    CHAT | {"messages": [{"role": "user", "content": ""}]},
    CHAT | {"messages": [{"role": "system", "content": "x"}] * 50},
    CHAT | {"messages": [{"role": "user", "content": "<EMAIL_1> a@b.example <EMAIL_1> " * 50}]},
    CHAT | {"messages": [{"role": "user", "content": "1" * 5000}]},
    CHAT | {"messages": [{"role": "assistant", "content": "x", "tool_calls": [{"id": "1"}]}]},
    CHAT | {"tools": [{"type": "function"}]},
    CHAT | {"strange": 1},
]
# The model's fault as far as we can tell: a schema that nothing satisfies, or that goes round for ever.
UNANSWERABLE = [
    CHAT | {"response_format": schema({"type": "object", "$ref": "#"})},
    CHAT | {"response_format": schema(EXPONENTIAL)},
    CHAT | {"response_format": schema({"type": "object", "not": {}})},
]


async def ask(gateway: Gateway, path: str, content: bytes, kind: str = "application/json") -> httpx.Response:
    async with gateway.http() as http:
        return await http.post(path, content=content, headers={"content-type": kind})


async def test_a_wrong_chat_request_is_refused_in_openais_form(gateway: Gateway) -> None:
    for body in REFUSED:
        answer = await ask(gateway, "/chat/completions", json.dumps(body).encode())
        assert answer.status_code in (400, 404), (body, answer.text)
        error = answer.json()["error"]
        assert error["message"]
        assert error["type"] == "invalid_request_error", body
    assert gateway.model.count == 0


async def test_odd_requests_are_answered(gateway: Gateway) -> None:
    for body in TAKEN:
        answer = await ask(gateway, "/chat/completions", json.dumps(body).encode())
        assert answer.status_code in (200, 400, 422), (body, answer.text)


async def test_a_schema_that_nothing_satisfies_costs_two_calls_and_no_more(opened: Open) -> None:
    gateway = await opened()
    gateway.script(Rule(answer='{"a": 1}'))
    for body in UNANSWERABLE:
        before = gateway.model.count
        answer = await ask(gateway, "/chat/completions", json.dumps(body).encode())
        assert answer.json()["error"]["code"] == "wrong_schema", answer.text
        assert gateway.model.count - before == 2


@pytest.mark.parametrize(
    "path",
    ["/chat/completions", "/embeddings", "/invoke", "/use-cases/sentiment-analysis", "/vectors/dot", "/messages"],
)
async def test_what_is_no_json_is_refused(gateway: Gateway, path: str) -> None:
    for content in (b"", b"{", b"\xff\xfe", b'"\\ud800"', b"null", b'{"text": "\\ud800"}', b"[" * 100_000, b"NaN"):
        answer = await ask(gateway, path, content)
        assert answer.status_code == 400, (content[:20], answer.text)
        assert answer.json()
    assert (await ask(gateway, path, b"{}", "text/plain")).status_code == 415
    assert (await ask(gateway, path, b'{"a": "' + b"x" * 1_100_000 + b'"}')).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"input": "x"},
        {"model": "default", "input": ""},
        {"model": "default", "input": []},
        {"model": "default", "input": [[1, 2]]},
        {"model": "default", "input": ["x"] * 2049},
        {"model": "default", "input": ["x", ""]},
        {"model": "default", "input": "x", "dimensions": 5},
        {"model": "default", "input": "x", "encoding_format": "int8"},
        {"model": "nobody", "input": "x"},
    ],
)
async def test_a_wrong_embedding_request_is_refused(gateway: Gateway, body: Any) -> None:
    answer = await ask(gateway, "/embeddings", json.dumps(body).encode())
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["message"]


async def test_a_wrong_form_for_transcription_is_refused(gateway: Gateway) -> None:
    async with gateway.http() as http:
        for more in (
            {"data": {"model": "stand-in"}},
            {"files": {"file": ("a.wav", b"x")}},
            {"data": {"model": "nobody"}, "files": {"file": ("a.wav", b"x")}},
            {"data": {"model": "stand-in"}, "files": {"file": ("a.exe", b"x", "application/x-dosexec")}},
            {"data": {"model": "stand-in", "response_format": "srt"}, "files": {"file": ("a.wav", b"x")}},
            {"data": {"model": "stand-in", "language": "\u0000"}, "files": {"file": ("a.wav", b"x")}},
            {"json": {"model": "stand-in"}},
            {"content": b"--x\r\n", "headers": {"content-type": "multipart/form-data; boundary=x"}},
            {"content": b"x", "headers": {"content-type": "multipart/form-data"}},
        ):
            answer = await http.post("/audio/transcriptions", **more)
            assert 400 <= answer.status_code < 500, (more, answer.text)
            assert "error" in answer.json(), more


async def test_addresses_that_do_not_exist_and_wrong_methods(gateway: Gateway) -> None:
    async with gateway.http() as http:
        unknown = await http.get("/nothing")
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not_found")
        other = await http.post("/messages/batches", json={}, headers={"anthropic-version": "2023-06-01"})
        assert (other.status_code, other.json()["error"]["type"]) == (404, "not_found_error")
        assert (await http.get("/chat/completions")).status_code == 405
        assert (await http.get("/models/nobody")).json()["error"]["code"] == "model_not_found"
        assert (await http.get("/models/main/stand-in")).json()["id"] == "main/stand-in"
        assert (await http.get("/use-cases/" + "x" * 500)).status_code in (400, 404)


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
async def test_nothing_that_the_document_leads_to_fails(gateway: Gateway, mode: GenerationMode) -> None:
    import asyncio

    async with gateway.http() as http:
        document = (await http.get("/openapi.json")).json()
    # What the model behind does is not what is looked at here.
    document["paths"] = {path: item for path, item in document["paths"].items() if "audio" not in path}
    interface = schemathesis.openapi.from_dict(document)

    def run() -> None:
        for found in interface.get_all_operations():
            operation = found.ok()

            @given(case=operation.as_strategy(generation_mode=mode))
            @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
            def ask(case: schemathesis.Case) -> None:
                answer = case.call(base_url=gateway.url, headers={"Authorization": f"Bearer {gateway.key}"})
                if answer.status_code not in (502, 504):  # the stand-in cannot say all that a schema may want
                    case.validate_response(answer, checks=[not_a_server_error])

            ask()

    await asyncio.to_thread(run)
