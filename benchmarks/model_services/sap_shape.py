"""SAP AI Core: deployments and orchestration; what its models answer is OpenAI's."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from benchmarks.model_services import openai_shape
from benchmarks.model_services.shapes import Question, Refused, Saying, require
from frontdesk.simulators.serving import Asked, Told, told

PREFIX = "/v2/inference/deployments/"
ORCHESTRATION = "d-orchestration"
PLACEHOLDER = re.compile(r"\{\{\?(\w+)\}\}")


def deployments(models: tuple[str, ...]) -> Told:
    """The list of what runs: orchestration, and one deployment for each model."""
    listed = [_deployment(ORCHESTRATION, "orchestration", {})]
    for model in models:
        backend = {"model": {"name": model, "version": "latest"}}
        listed.append(_deployment(f"d-{model}", "foundation-models", {"resources": {"backend_details": backend}}))
    return told({"count": len(listed), "resources": listed})


def deployment(path: str) -> tuple[str, str]:
    """The model of a deployment and what is asked of it. Raises Refused."""
    name, _, operation = path.removeprefix(PREFIX).partition("/")
    if not path.startswith(PREFIX) or not name.startswith("d-"):
        raise Refused(404, "Deployment not found", code="03021005")
    return name.removeprefix("d-"), operation


def question(asked: Asked) -> Question:
    """Orchestration's request, version 2. Raises Refused."""
    body = asked.json()
    try:
        templating = body["config"]["modules"]["prompt_templating"]
        template, model = templating["prompt"]["template"], templating["model"]
        name = model["name"]
    except (KeyError, TypeError) as missing:
        raise Refused(400, f"config is not complete: {missing}", location="Request Body") from None
    values = body.get("placeholder_values") or {}
    chat = {"model": name, "messages": [_rendered(turn, values) for turn in template], **model.get("params", {})}
    if "response_format" in templating["prompt"]:
        chat["response_format"] = templating["prompt"]["response_format"]
    return openai_shape.question(replace(asked, body=msgspec.json.encode(chat)))


def answer(question: Question, saying: Saying) -> Told:
    """A whole answer."""
    final = msgspec.json.decode(openai_shape.answer(question, saying).body)
    return told({"request_id": "stand-in", "intermediate_results": {}, "final_result": final})


def error(refused: Refused) -> Told:
    """An error as orchestration tells it."""
    location = refused.more.get("location", "LLM Module")
    shown = {"request_id": "stand-in", "code": refused.status, "message": refused.message, "location": location}
    return told({"error": shown}, refused.status)


def filtered() -> Told:
    """A prompt that the filtering module has stopped."""
    message = "Prompt filtered due to safety violations. Please modify the prompt and try again."
    return error(Refused(400, message, location="Filtering Module - Input Filter"))


def _rendered(turn: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    def value(match: re.Match[str]) -> str:
        require(match[1] in values, f"Missing required parameter: '{match[1]}'")
        return values[match[1]]

    return {**turn, "content": PLACEHOLDER.sub(value, str(turn.get("content", "")))}


def _deployment(id: str, scenario: str, details: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": id,
        "deploymentUrl": f"https://api.example.invalid{PREFIX}{id}",
        "scenarioId": scenario,
        "status": "RUNNING",
        "details": details,
    }
