"""Health, readiness and metrics of the process, outside of /api, where probes expect them."""

import asyncio
from typing import Any

from litestar import Response

from frontdesk.edges.metrics.process import MEDIA_TYPE
from frontdesk.edges.problems import document, make
from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.services import RouteGroup
from frontdesk.model import Role

DATABASE_SECONDS = 5.0


class ConditionRoutes(RouteGroup):
    """Health, readiness, figures."""

    path = "/"
    tags = ("Operation",)

    @route("GET", "/health", Role.ANYONE, "Is the process up", security=[{}])
    async def health(self) -> dict[str, str]:
        """Answers as long as the process does."""
        return {"status": "up"}

    @route("GET", "/ready", Role.ANYONE, "Can it do its work", also=(503,), security=[{}])
    async def ready(self) -> Response[dict[str, str]]:
        """Whether the database is at this version's schema and takes a write, and this process's runner works."""
        faults = [fault for fault in (await self._database(), self._runner()) if fault]
        if faults:
            problem: Response[Any] = document(make(503, "; ".join(faults), "/ready"))
            return problem
        working = {None: "elsewhere", True: "running"}[self.services.is_working()]
        return Response({"status": "ready", "work": working})

    @route("GET", "/metrics", Role.SERVICE, "Figures for Prometheus", media_type="text/plain")
    async def figures(self) -> Response[bytes]:
        """All figures as text."""
        metrics = self.services.metrics
        async with metrics.counting:  # two scrapes at once must not count the same lines
            metrics.journal_seen, steps = await self.services.work.condition.steps(metrics.journal_seen)
            metrics.audit_seen, audit = await self.services.people.audit.counts(metrics.audit_seen)
        figures = metrics.exposition(await self.services.work.admin.counts(), steps, audit)
        return Response(figures, media_type=MEDIA_TYPE)

    async def _database(self) -> str:
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                found, needed = await self.services.work.condition.revision()
        except Exception:  # whatever the database raises, it does not answer
            return "the database does not answer"
        if found != needed:
            return f"the database has schema {found or 'none'} and needs {needed}"
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                await self.services.work.condition.try_write()
        except Exception:  # as above
            return "the database takes no writes"
        return ""

    def _runner(self) -> str:
        return "the runner has stopped or cannot look for work" if self.services.is_working() is False else ""
