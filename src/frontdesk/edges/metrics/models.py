"""Metrics of model calls for Prometheus: number, duration, tokens, cost, cache, open circuits."""

from collections.abc import Callable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from frontdesk.model.llm import ModelCall

SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
MILLIONTHS = 1_000_000
OTHER = "other"
MOST_MODELS = 200
NAMES = ["use_case", "service", "model"]


class ModelMetrics:
    """What this process asked of models. Callers of chat may name any model: beyond 200 they count as `other`."""

    def __init__(self, registry: CollectorRegistry, open_circuits: Callable[[], Mapping[str, bool]]) -> None:
        """`open_circuits` tells of each service whether it is left alone after failures."""
        self._calls = Counter(
            "frontdesk_model_calls",
            "Calls of models, of the built-in engine and answers from the cache, by what came of them.",
            [*NAMES, "tier", "outcome", "cached"],
            registry=registry,
        )
        self._seconds = Histogram(
            "frontdesk_model_call_seconds",
            "Time of each call that the cache did not answer.",
            [*NAMES, "tier"],
            buckets=SECONDS,
            registry=registry,
        )
        self._tokens = Counter("frontdesk_model_tokens", "Tokens used.", [*NAMES, "direction"], registry=registry)
        self._cost = Counter(
            "frontdesk_model_cost", "Cost in the currency of the price table.", NAMES, registry=registry
        )
        self._masked = Counter(
            "frontdesk_model_calls_masked", "Calls whose text was masked.", ["service"], registry=registry
        )
        self._models: set[str] = set()
        registry.register(_Circuits(open_circuits))

    def note(self, call: ModelCall) -> None:
        """Count one call."""
        model = self._known(call.model)
        names = (call.use_case, call.service, model)
        self._calls.labels(*names, call.tier.value, call.outcome, "true" if call.cached else "false").inc()
        if not call.cached:
            self._seconds.labels(*names, call.tier.value).observe(call.milliseconds / 1000)
        for direction, tokens in (("input", call.input_tokens), ("output", call.output_tokens)):
            if tokens:
                self._tokens.labels(*names, direction).inc(tokens)
        if call.cost:
            self._cost.labels(*names).inc(call.cost / MILLIONTHS)
        if call.masked:
            self._masked.labels(call.service).inc()

    def _known(self, model: str) -> str:
        if model in self._models:
            return model
        if len(self._models) >= MOST_MODELS:
            return OTHER
        self._models.add(model)
        return model


class _Circuits(Collector):
    """Asked anew for each answer."""

    def __init__(self, open_circuits: Callable[[], Mapping[str, bool]]) -> None:
        self._open_circuits = open_circuits

    def collect(self) -> Any:
        found = GaugeMetricFamily(
            "frontdesk_model_circuit_open",
            "1 while this process leaves a model of a service alone after failures.",
            labels=["service"],
        )
        for service, is_open in self._open_circuits().items():
            found.add_metric([service], float(is_open))
        yield found
