"""Sends calls of models as spans to an OpenTelemetry collector (OTLP over HTTP). Needs the extra `otel`.

All attempts at one question are one trace, whose id is that of the question. Texts are never sent. Headers, a
certificate and the like are set by OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_HEADERS` …).
"""

from importlib.util import find_spec
from typing import Any

from ulid import ULID

from frontdesk.interfaces import Invalid
from frontdesk.llm.telemetry import attributes, span_name
from frontdesk.model.llm import ModelCall

SETTING = "llm.otlp_endpoint"
OK = "ok"
CLOSE_MILLISECONDS = 5000


class Traces:
    """Records calls as spans. A thread of the library sends them in batches and drops what the collector refuses."""

    def __init__(self, endpoint: str, version: str) -> None:
        """`endpoint` is the whole address, like http://localhost:4318/v1/traces. Raises Invalid without the extra."""
        if not endpoint.startswith(("http://", "https://")):
            raise Invalid(f"{SETTING} must be like http://localhost:4318/v1/traces", SETTING)
        if find_spec("opentelemetry") is None or find_spec("opentelemetry.exporter") is None:
            raise Invalid(f"{SETTING} needs the extra otel: pip install 'frontdesk[otel]'", SETTING)
        self._run = 0
        self._provider = self._opened(endpoint, version)
        self._tracer = self._provider.get_tracer("frontdesk.llm", version)

    def note(self, call: ModelCall) -> None:
        """One call as a span that has ended."""
        from opentelemetry.trace import SpanKind, StatusCode

        self._run = int(ULID.from_str(call.run_id))
        ended = int(call.at.timestamp() * 1e9)
        span = self._tracer.start_span(
            span_name(call),
            kind=SpanKind.CLIENT,
            attributes=attributes(call),
            start_time=ended - int(call.milliseconds * 1e6),
        )
        if call.outcome != OK:
            span.set_status(StatusCode.ERROR, call.outcome)
        span.end(end_time=ended)

    def close(self) -> None:
        """Send the waiting spans, for a few seconds at most."""
        self._provider.force_flush(CLOSE_MILLISECONDS)
        self._provider.shutdown()

    def _opened(self, endpoint: str, version: str) -> Any:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

        traces = self

        class Ids(RandomIdGenerator):
            """The question's own id for its trace."""

            def generate_trace_id(self) -> int:
                return traces._run or super().generate_trace_id()

        resource = Resource.create({"service.name": "frontdesk", "service.version": version})
        provider = TracerProvider(resource=resource, id_generator=Ids(), shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
        return provider
