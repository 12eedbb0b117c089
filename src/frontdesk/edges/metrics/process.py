"""Metrics for Prometheus: requests of this process, and work of all processes."""

import asyncio
import time
from collections.abc import Mapping

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

MEDIA_TYPE = "text/plain; version=0.0.4"  # Litestar adds the charset
SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

# Timestamps of series would double the answer without use.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library leaves this one without types


class Metrics:
    """The figures of one process; each has its own registry, so that several can live in one test."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.registry = registry = CollectorRegistry()
        self._accepted = Counter(
            "frontdesk_messages_accepted",
            "Messages stored by this process.",
            ["channel", "duplicate"],
            registry=registry,
        )
        self._latency = Histogram(
            "frontdesk_request_seconds",
            "Time from request to the end of the answer.",
            ["method", "route", "status"],
            buckets=SECONDS,
            registry=registry,
        )
        self._steps = Counter(
            "frontdesk_steps",
            "Journal lines of all processes since this one was first asked.",
            ["kind"],
            registry=registry,
        )
        self._audit = Counter(
            "frontdesk_audit_records",
            "Lines of the audit trail by all processes since this one was first asked.",
            ["kind"],
            registry=registry,
        )
        self._work = Gauge("frontdesk_work", "Pieces of work that wait or need a person.", ["state"], registry=registry)
        self._observers: dict[tuple[str, str, int], Histogram] = {}
        self.journal_seen: int | None = None
        self.audit_seen: int | None = None
        self.counting = asyncio.Lock()

    def accepted(self, channel: str, *, duplicate: bool) -> None:
        """A message was stored, or had been stored before."""
        self._accepted.labels(channel, "true" if duplicate else "false").inc()

    def exposition(self, work: Mapping[str, int], steps: Mapping[str, int], audit: Mapping[str, int]) -> bytes:
        """All figures as text; `steps` and lines of the audit trail are those since the last time."""
        for kind, count in audit.items():
            self._audit.labels(kind).inc(count)
        for state, count in work.items():
            self._work.labels(state).set(count)
        for kind, count in steps.items():
            self._steps.labels(kind).inc(count)
        return generate_latest(self.registry)

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """Measures each answered request under its route, not its path: paths are without number."""

        async def measured(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
                return
            begun, method, status = time.perf_counter(), scope["method"], 0

            async def noted(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, noted)
            finally:
                self._observe(method, scope.get("path_template", ""), status or 500, begun)

        return measured

    def _observe(self, method: str, route: str, status: int, begun: float) -> None:
        key = (method, route, status)
        if (observer := self._observers.get(key)) is None:
            observer = self._observers[key] = self._latency.labels(method, route, str(status))
        observer.observe(time.perf_counter() - begun)
