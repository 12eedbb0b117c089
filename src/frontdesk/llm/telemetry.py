"""The names of OpenTelemetry's semantic conventions for generative AI, for records that leave as spans or metrics.

This is the one module that knows them; the OpenTelemetry libraries are not needed for it.
"""

from collections.abc import Mapping

from frontdesk.model.llm import ModelCall

ERROR_TYPE = "error.type"
# The name of each attribute, and what of a call it is; ours where the conventions have no name.
NAMES = {
    "gen_ai.operation.name": "operation",
    "gen_ai.provider.name": "service",
    "gen_ai.request.model": "model",
    "gen_ai.usage.input_tokens": "input_tokens",
    "gen_ai.usage.output_tokens": "output_tokens",
    "frontdesk.use_case.name": "use_case",
    "frontdesk.use_case.version": "version",
    "frontdesk.caller": "caller",
    "frontdesk.tier": "tier",
    "frontdesk.cost_millionths": "cost",
    "frontdesk.cached": "cached",
    "frontdesk.masked": "masked",
    "frontdesk.attempt": "attempt",
}

Value = str | int | bool


def span_name(call: ModelCall) -> str:
    """As the conventions want it: operation and model."""
    return f"{call.operation} {call.model}"


def attributes(call: ModelCall) -> Mapping[str, Value]:
    """The attributes of a call's span; texts are never among them."""
    found = {name: getattr(call, field) for name, field in NAMES.items()} | {"frontdesk.tier": call.tier.value}
    return found if call.outcome == "ok" else found | {ERROR_TYPE: call.outcome}
