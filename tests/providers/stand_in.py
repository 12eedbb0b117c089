"""Every kind of model service, configured against one stand-in model server over loopback."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from benchmarks.model_services import KEY, Fault, LlmSimulator, Rule
from frontdesk.interfaces import Http, ModelRequest, ModelService
from frontdesk.outgoing import Limits, Outgoing
from frontdesk.providers.options import ServiceOptions
from frontdesk.providers.registry import open_services
from frontdesk.simulators.serving import serving

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 100},
        "mood": {"type": "string", "enum": ["good", "bad"]},
        "note": {"type": "string"},
    },
    "required": ["title", "mood"],
    "additionalProperties": False,
}
TEXT = "My kettle leaks."
PATIENT = Limits(connect=60, first_byte=60, idle=60)
# With these as its rules time runs out, and only for what is withheld.
RUNS_OUT = {Fault.HANG: replace(PATIENT, first_byte=0.4), Fault.STALL_STREAM: replace(PATIENT, idle=1.0)}
KINDS = ("openai", "azure", "azure_path", "azure_entra", "anthropic", "sap", "sap_orchestration")
OPENAI_LIKE = tuple(kind for kind in KINDS if kind != "anthropic")


@dataclass
class StandIn:
    """The server and its services by kind."""

    url: str
    server: LlmSimulator
    services: Mapping[str, ModelService]

    def bodies(self) -> list[Any]:
        """The bodies of what was asked, oldest first."""
        return [each.json() for each in self.server.requests]


@contextlib.asynccontextmanager
async def stand_in(*rules: Rule, models: Sequence[str] = (), token_seconds: float = 3600.0) -> AsyncIterator[StandIn]:
    """A server with these faults, and the services."""
    server = LlmSimulator(rules, models=models, seconds_of_tokens=token_seconds)
    outgoing = Outgoing()
    limits = next((RUNS_OUT[rule.fault] for rule in rules if rule.fault in RUNS_OUT), PATIENT)

    def connect(_: ServiceOptions, base_url: str, headers: Mapping[str, str]) -> Http:
        return outgoing.client(base_url, headers, limits)

    async with serving(server.answer) as url:
        yield StandIn(url, server, open_services(options(url), connect, {"STAND_IN_KEY": KEY}))
        await outgoing.close()


def options(url: str) -> dict[str, ServiceOptions]:
    """What is set for each kind."""
    sap = {"base_url": url, "sign_in_url": f"{url}/oauth/token", "client_id": "client", "client_secret": KEY}
    raw: dict[str, dict[str, Any]] = {
        "openai": {"kind": "openai", "base_url": f"{url}/v1", "key_env": "STAND_IN_KEY"},
        "azure": {"kind": "azure_openai", "base_url": url, "key": KEY},
        "azure_path": {"kind": "azure_openai", "base_url": url, "key": KEY, "api_version": "2024-10-21"},
        "azure_entra": {
            "kind": "azure_openai",
            "base_url": f"{url}/openai/v1/",
            "sign_in_url": f"{url}/tenant/oauth2/v2.0/token",
            "client_id": "client",
            "client_secret_env": "STAND_IN_KEY",
        },
        "anthropic": {"kind": "anthropic", "base_url": url, "key": KEY},
        "sap": {"kind": "sap_ai_core", **sap},
        "sap_orchestration": {"kind": "sap_ai_core", "orchestration": True, **sap},
    }
    more = {"model": "stand-in", "embedding_model": "stand-in", "speech_model": "stand-in"}
    return {name: msgspec.convert(each | more, ServiceOptions) for name, each in raw.items()}


def asking(text: str = TEXT, schema: Mapping[str, Any] | None = SCHEMA, **more: Any) -> ModelRequest:
    """A question."""
    body = {"messages": [{"role": "system", "content": "Read."}, {"role": "user", "content": text}], "max_tokens": 1024}
    return ModelRequest(more.pop("model", ""), body, schema=schema, temperature=0.0, **more)
