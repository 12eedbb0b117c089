"""The audit trail: who came in, who was refused, who took data out, who changed what others may do."""

from datetime import datetime
from typing import Annotated

from litestar.params import QueryParameter

from frontdesk.edges.rest.answers import Listed, show, show_page
from frontdesk.edges.rest.api_answer import ApiAnswer, shows
from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.services import Cursor, Limit, RouteGroup, zoned
from frontdesk.model import Role
from frontdesk.model.audit import AuditCheck, AuditFilter, AuditRecord

Time = Annotated[datetime | None, QueryParameter(description="With a zone, such as 2026-01-31T12:00:00Z.")]
Word = Annotated[str, QueryParameter(max_length=400)]


@shows(AuditRecord)
class AuditRecordAnswer(ApiAnswer, frozen=True):
    """A line; `digest` covers it and the digest of the line before."""


@shows(AuditCheck)
class AuditCheckAnswer(ApiAnswer, frozen=True):
    """What a check of the whole trail found; `broken` is the id of the first line that is not as it was written."""


class AuditRoutes(RouteGroup):
    """The audit trail."""

    path = "/audit-records"
    tags = ("Operation",)

    @route("GET", "/", Role.ADMIN, "Search the audit trail")
    async def list_all(
        self,
        kind: Word = "",
        by: Word = "",
        subject: Word = "",
        since: Time = None,
        until: Time = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Listed[AuditRecordAnswer]:
        """Newest first."""
        wanted = AuditFilter(kind, by, subject, zoned(since, "since"), zoned(until, "until"))
        return show_page(await self.services.people.audit.page(wanted, limit, cursor), AuditRecordAnswer)

    @route("GET", "/check", Role.ADMIN, "Check the audit trail")
    async def check(self) -> AuditCheckAnswer:
        """Whether every line is as it was written."""
        return show(await self.services.people.audit.verify(), AuditCheckAnswer)
