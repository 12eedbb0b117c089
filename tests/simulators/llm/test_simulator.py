"""The stand-in refuses what real services refuse, spoils what its script says, and shows what it was asked."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from benchmarks.model_services import KEY, Fault, LlmSimulator, Rule, read_script
from benchmarks.model_services.__main__ import reading_of
from benchmarks.model_services.sayings import embed, read_nothing, say
from benchmarks.model_services.scripts import Script
from frontdesk.cli.files.intent_list import shipped_catalogue
from frontdesk.interfaces import HttpAnswer, Invalid
from frontdesk.outgoing import Outgoing
from frontdesk.providers.builtin import Builtin
from frontdesk.simulators.serving import serving

CHAT: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}
CLAUDE: dict[str, Any] = {**CHAT, "max_tokens": 10}
CLOSED = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
OPEN = {"type": "object", "properties": {"a": {"type": "string"}}}
BEARER = {"Authorization": f"Bearer {KEY}"}


def form(schema: object, **more: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "n", "strict": True, "schema": schema, **more}}


async def ask(
    server: LlmSimulator, path: str, body: Any, headers: dict[str, str] | None = None, method: str = "POST"
) -> HttpAnswer:
    outgoing = Outgoing()
    async with serving(server.answer) as url:
        answer = await outgoing.client(url, BEARER if headers is None else headers).send(method, path, json=body)
        await outgoing.close()
        return answer


@pytest.mark.parametrize(
    "change",
    [
        {"messages": []},
        {"messages": "Hello"},
        {"messages": [{"role": "boss", "content": "x"}]},
        {"messages": [{"role": "user", "content": 7}]},
        {"model": ""},
        {"temperature": 3},
        {"temperature": "hot"},
        {"max_tokens": 0},
        {"max_tokens": 5, "max_completion_tokens": 5},
        {"stream": "yes"},
        {"stream_options": {"include_usage": True}},
        {"prompt": "x"},
        {"response_format": {"type": "xml"}},
        {"response_format": {"type": "json_object"}},
        {"response_format": {"type": "json_schema"}},
        {"response_format": form(None)},
        {"response_format": form(CLOSED, name="a b")},
        {"response_format": form(OPEN)},
        {"response_format": form({**CLOSED, "required": []})},
        {"response_format": form({**CLOSED, "properties": {"a": {"type": "string", "maxLength": 5}}})},
    ],
)
async def test_what_openai_refuses_is_refused(change: dict[str, Any]) -> None:
    answer = await ask(LlmSimulator(), "v1/chat/completions", CHAT | change)
    assert answer.status == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    "change",
    [
        {"messages": [{"role": "system", "content": "x"}]},
        {"messages": [{"role": "assistant", "content": "x"}]},
        {"messages": [{"role": "user", "content": ""}]},
        {"max_tokens": 0},
        {"temperature": 1.5},
        {"response_format": {"type": "json_object"}},
        {"output_config": {"format": {"type": "json_object"}}},
        {"output_config": {"format": {"type": "json_schema", "schema": OPEN}}},
        {"tool_choice": {"type": "tool", "name": "none"}},
    ],
)
async def test_what_anthropic_refuses_is_refused(change: dict[str, Any]) -> None:
    headers = {"x-api-key": KEY, "anthropic-version": "2023-06-01"}
    answer = await ask(LlmSimulator(), "v1/messages", CLAUDE | change, headers)
    assert (answer.status, answer.json()["type"]) == (400, "error")


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("v1/chat/completions", {}, 401),
        ("v1/chat/completions", {"Authorization": "Bearer no"}, 401),
        ("v1/chat/completions", {"api-key": KEY}, 401),
        ("openai/v1/chat/completions", {"api-key": "no"}, 401),
        ("openai/v1/chat/completions", {"api-key": KEY}, 200),
        ("openai/v1/chat/completions", BEARER, 200),
        ("openai/deployments/d/chat/completions", {"api-key": KEY}, 404),
        ("v1/messages", {"api-key": KEY}, 401),
        ("v1/messages", BEARER, 400),
        ("v1/messages", {"x-api-key": KEY}, 400),
        ("v2/lm/deployments", BEARER, 401),
        ("v1/nothing", BEARER, 404),
        ("nothing", BEARER, 404),
    ],
)
async def test_the_right_key_must_be_in_the_right_header(path: str, headers: dict[str, str], status: int) -> None:
    assert (await ask(LlmSimulator(), path, CHAT, headers)).status == status


async def test_bodies_that_are_not_json_and_empty_inputs_are_refused() -> None:
    for path, body in (("v1/chat/completions", None), ("v1/chat/completions", []), ("v1/embeddings", {"model": "m"})):
        assert (await ask(LlmSimulator(), path, body)).status == 400


async def test_only_named_models_exist() -> None:
    server = LlmSimulator(models=("known",))
    assert (await ask(server, "v1/chat/completions", CHAT)).status == 404
    assert (await ask(server, "v1/chat/completions", CHAT | {"model": "known"})).status == 200


async def test_an_answer_stops_at_its_limit_of_tokens() -> None:
    answer = await ask(LlmSimulator([Rule(answer="word " * 100)]), "v1/chat/completions", CHAT | {"max_tokens": 5})
    choice = answer.json()["choices"][0]
    assert (choice["finish_reason"], choice["message"]["content"]) == ("length", "word word word word ")


def applied(rule: Rule, count: int = 10) -> list[int]:
    script = Script([rule])
    return [turn for turn in range(1, count + 1) if script.choose("/v1/chat/completions", "m", b"hello")]


def test_rules_apply_when_they_say() -> None:
    assert applied(Rule(Fault.HANG)) == list(range(1, 11))
    assert applied(Rule(Fault.HANG, after=2, times=3)) == [3, 4, 5]
    assert applied(Rule(Fault.HANG, every=4)) == [4, 8]
    assert applied(Rule(Fault.HANG, share=0.3)) == [4, 7, 10]
    assert applied(Rule(Fault.HANG, share=0)) == []
    assert applied(Rule(Fault.HANG, path="embeddings")) == []
    assert applied(Rule(Fault.HANG, contains="hello", model="m"), 2) == [1, 2]


def test_the_first_rule_that_applies_counts() -> None:
    script = Script([Rule(Fault.EMPTY, times=1), Rule(Fault.REFUSAL)])
    chosen = [script.choose("/", "m", b"") for _ in range(3)]
    assert [rule and rule.fault for rule in chosen] == [Fault.EMPTY, Fault.REFUSAL, Fault.REFUSAL]


def test_a_script_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text("rules:\n- {fault: rate_limited, share: 0.5, retry_after: 3}\n- {answer: Hello}\n", "utf-8")
    assert read_script(file) == (Rule(Fault.RATE_LIMITED, share=0.5, retry_after=3), Rule(answer="Hello"))


@pytest.mark.parametrize("text", ["- {fault: explode}", "- {falt: hang}", "- {share: 2}", "rules: 7", "{", "7"])
def test_a_wrong_script_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(Invalid):
        read_script(file)


async def test_what_was_asked_can_be_seen_without_the_keys() -> None:
    server = LlmSimulator()
    await ask(server, "v1/chat/completions", CHAT)
    shown = (await ask(server, "_simulator/requests", None, {}, "GET")).json()
    assert shown["count"] == 1
    assert json.loads(shown["requests"][0]["body"]) == CHAT
    assert KEY not in json.dumps(shown)
    assert (await ask(server, "_simulator/requests", None, {}, "DELETE")).json() == {"count": 0}
    assert (await ask(server, "_simulator/requests", None, {}, "GET")).json()["requests"] == []


async def test_the_script_can_be_changed_while_it_runs() -> None:
    server = LlmSimulator()
    assert (await ask(server, "_simulator/script", [{"fault": "server_error"}], {}, "PUT")).status == 200
    assert (await ask(server, "v1/chat/completions", CHAT)).status == 500
    assert (await ask(server, "_simulator/script", [{"fault": "?"}], {}, "PUT")).status == 400


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "sentiment": {"enum": ["positive", "neutral", "negative"]},
        "intent": {"type": ["string", "null"], "enum": ["Technical Issues", "Billing", None]},
        "title": {"type": "string", "maxLength": 40},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "entities": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"enum": ["customer_email"]}, "value": {"type": "string"}},
            },
        },
        "tags": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/tag"}},
        "deep": {
            "anyOf": [{"type": "object", "properties": {"n": {"type": "integer", "minimum": 3}}}, {"type": "null"}]
        },
        "flag": {"type": "boolean"},
        "fixed": {"const": "x"},
    },
    "$defs": {"tag": {"type": "string", "minLength": 6}},
}


async def test_what_is_said_satisfies_the_schema_and_knows_placeholders() -> None:
    text = "Read this.\n[[text 0a1b]]\nWrite to <EMAIL_1>, my kettle leaks.\n[[end of text 0a1b]]"
    said = json.loads(await say(text, SCHEMA, read_nothing))
    Draft202012Validator(SCHEMA).validate(said)
    assert said["title"] == "Write to <EMAIL_1>, my kettle leaks."
    assert said["entities"] == [{"field": "customer_email", "value": "<EMAIL_1>"}]
    assert said == json.loads(await say(text, SCHEMA, read_nothing))


async def test_the_engine_can_be_what_reads(builtin: Builtin) -> None:
    catalogue = shipped_catalogue()

    async def read(text: str) -> dict[str, Any]:
        return reading_of(text, await builtin.read(text, catalogue), catalogue)

    names = [intent.name for intent in catalogue.intents]
    schema = {
        "type": "object",
        "properties": {"sentiment": {"enum": ["Positive", "Neutral", "Negative"]}, "intent": {"enum": [*names, None]}},
    }
    text = "I am very angry, the machine broke after one day and shows error E17."
    said = json.loads(await say(text, schema, read))
    assert said["sentiment"] == "Negative"
    assert said["intent"] in names


def test_texts_that_share_words_are_close() -> None:
    near = sum(a * b for a, b in zip(embed("the red kettle"), embed("a red kettle"), strict=True))
    far = sum(a * b for a, b in zip(embed("the red kettle"), embed("nothing alike here"), strict=True))
    assert near > 0.5 > abs(far)
