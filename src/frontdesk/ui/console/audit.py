"""The audit trail: searched, checked, exported."""

import csv
import io
import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.response import Stream

from frontdesk.interfaces import Invalid
from frontdesk.model.audit import AuditFilter, AuditRecord
from frontdesk.model.translatable import tr
from frontdesk.ticketing.submission import storable
from frontdesk.ui.console.exporting import defused
from frontdesk.ui.console.set_up import SUPERVISOR
from frontdesk.ui.languages import N_
from frontdesk.ui.services import Needs, PageRequest

PLACE = "/console/audit"
ROWS, PORTION, MOST = 100, 1000, 1_000_000
WORDS, DAYS = ("kind", "by", "subject"), ("since", "until")
COLUMNS = ("id", "at", "kind", "by", "place", "subject", "detail", "digest")
EXPORT = {**SUPERVISOR, "audit": "audit_exported"}  # see edges.access.authenticator


@get(PLACE, opt=SUPERVISOR, include_in_schema=False)
async def trail(request: PageRequest, services: Needs) -> Response[str]:
    """The lines that the filter finds, the newest first."""
    asked = _asked(request)
    errors: dict[str, str] = {}
    rows: tuple[AuditRecord, ...] = ()
    cursor: str | None = ""
    try:
        page = await services.people.audit.page(
            _filter(asked, services.zone), ROWS, request.query_params.get("cursor", "")[:200]
        )
        rows, cursor = page.rows, page.next_cursor
    except Invalid as error:
        errors = {error.field: error.text}
    context: dict[str, Any] = {
        "rows": [(each, ", ".join(f"{name}: {value}" for name, value in each.detail.items())) for each in rows],
        "values": asked,
        "errors": errors,
        "query": urlencode({name: value for name, value in asked.items() if value}),
        "next_cursor": cursor,
        "check": await services.people.audit.verify() if request.query_params.get("check") == "1" else None,
    }
    status = 400 if errors else 200
    return services.pages.page(request, "console/audit.html", N_("Audit trail"), context, status=status)


@get(f"{PLACE}/export.csv", opt=EXPORT, include_in_schema=False)
async def export(request: PageRequest, services: Needs) -> Stream:
    """The same as CSV (RFC 4180), all of it, sent while it is read. The export leaves a line itself."""
    wanted = _filter(_asked(request), services.zone)
    named = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return Stream(_csv(services, wanted), media_type="text/csv", headers=named)


async def _csv(services: Needs, wanted: AuditFilter) -> AsyncGenerator[bytes]:
    cursor, sent = "", 0
    yield ",".join(COLUMNS).encode() + b"\r\n"
    while sent < MOST:
        page = await services.people.audit.page(wanted, PORTION, cursor)
        buffer = io.StringIO()
        csv.writer(buffer).writerows(_line(each) for each in page.rows)
        yield buffer.getvalue().encode()
        sent, cursor = sent + len(page.rows), page.next_cursor or ""
        if not cursor:
            return


def _line(record: AuditRecord) -> list[str]:
    values = {name: str(getattr(record, name)) for name in COLUMNS}
    values |= {"at": f"{record.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"}
    values |= {"detail": json.dumps(dict(record.detail), ensure_ascii=False) if record.detail else ""}
    return [defused(values[name]) for name in COLUMNS]


def _asked(request: PageRequest) -> dict[str, str]:
    return {name: storable(request.query_params.get(name, ""))[:400].strip() for name in (*WORDS, *DAYS)}


def _filter(asked: dict[str, str], zone: tzinfo) -> AuditFilter:
    """Days are those of the zone. Raises Invalid. The day `until` belongs to it."""
    since, until = _day(asked, "since", zone), _day(asked, "until", zone)
    words = {name: asked[name] for name in WORDS}
    return AuditFilter(**words, since=since, until=until + timedelta(days=1) if until else None)


def _day(asked: dict[str, str], name: str, zone: tzinfo) -> datetime | None:
    if not asked[name]:
        return None
    try:
        return datetime.strptime(asked[name], "%Y-%m-%d").replace(tzinfo=zone)
    except ValueError:
        raise Invalid(tr("write a day as 2026-01-31"), name) from None


HANDLERS = (trail, export)
