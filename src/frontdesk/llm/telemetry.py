"""The names of OpenTelemetry's semantic conventions for generative AI, for records that leave as spans or metrics.

This is the one module that knows them; the OpenTelemetry libraries are not needed for it.
"""

from collections.abc import Mapping

from frontdesk.model.llm import ModelCall

OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
ERROR_TYPE = "error.type"
# Ours, where the conventions have no name.
USE_CASE = "frontdesk.use_case.name"
VERSION = "frontdesk.use_case.version"
CALLER = "frontdesk.caller"
TIER = "frontdesk.tier"
COST = "frontdesk.cost_millionths"
CACHED = "frontdesk.cached"
MASKED = "frontdesk.masked"
ATTEMPT = "frontdesk.attempt"

Value = str | int | bool


def span_name(call: ModelCall) -> str:
    """As the conventions want it: operation and model."""
    return f"{call.operation} {call.model}"


def attributes(call: ModelCall) -> Mapping[str, Value]:
    """The attributes of a call's span; texts are never among them."""
    found: dict[str, Value] = {
        OPERATION: call.operation,
        PROVIDER: call.service,
        REQUEST_MODEL: call.model,
        INPUT_TOKENS: call.input_tokens,
        OUTPUT_TOKENS: call.output_tokens,
        USE_CASE: call.use_case,
        VERSION: call.version,
        CALLER: call.caller,
        TIER: call.tier.value,
        COST: call.cost,
        CACHED: call.cached,
        MASKED: call.masked,
        ATTEMPT: call.attempt,
    }
    return found if call.outcome == "ok" else found | {ERROR_TYPE: call.outcome}
