"""Exports of the list: the rows that the filter finds, in its order, with the columns that are shown."""

import asyncio
import codecs
import csv
import io
import tempfile
from collections.abc import AsyncGenerator, Callable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types
from litestar import Response, get
from litestar.response import Stream

from frontdesk.ui.console.interactions import PATH, show_row
from frontdesk.ui.console.list_query import ListQuery
from frontdesk.ui.languages import N_, catalogue, wanted
from frontdesk.ui.services import AGENT, Needs, PageRequest
from frontdesk.ui.thread_view import CodeLabels

MOST = 100_000
PORTION = 1000
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A spreadsheet would take a text that begins with one of these for a formula (OWASP, CSV injection).
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = {
    "reference": N_("Reference"),
    "title": N_("Interaction"),
    "customer": N_("Customer"),
    "status_name": N_("Status"),
    "priority_name": N_("Priority"),
    "intent_name": N_("Intent"),
    "confidence": N_("Confidence"),
    "sentiment": N_("Sentiment"),
    "channel_name": N_("Channel"),
    "team_name": N_("Team"),
    "category_name": N_("Category"),
    "tags": N_("Tags"),
    "messages": N_("Messages"),
    "created_at": N_("Opened"),
    "updated_at": N_("Changed"),
}
MOMENT, MOMENTS = "%Y-%m-%d %H:%M:%S", ("created_at", "updated_at")
NAMES = ("status_name", "priority_name", "intent_name", "sentiment", "channel_name", "team_name", "category_name")
Value = str | int | float | datetime | None
Line = list[Value]
EXPORT = {**AGENT, "audit": "exported"}  # see edges.access.authenticator


@get(f"{PATH}/export.csv", opt=EXPORT, include_in_schema=False)
async def export_csv(request: PageRequest, services: Needs) -> Stream:
    """As CSV (RFC 4180) in UTF-8, sent while it is read; `bom=false` leaves out the mark that Excel needs."""
    table = _lines(request, services)
    mark = request.query_params.get("bom", "") != "false"
    return Stream(_csv(table, mark=mark), media_type="text/csv", headers=_named("csv"))


@get(f"{PATH}/export.xlsx", opt=EXPORT, include_in_schema=False)
async def export_xlsx(request: PageRequest, services: Needs) -> Response[bytes]:
    """As an Excel workbook."""
    lines = [line async for line in _lines(request, services)]
    content = await asyncio.to_thread(workbook, lines)
    return Response(content, media_type=EXCEL, headers=_named("xlsx"))


def workbook(lines: list[Line]) -> bytes:
    """Lines as a workbook; the first is its heading. A text is never taken for a formula, link or number."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        literal = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "nan_inf_to_errors": True, **literal})
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(lines[0]) - 1, 18)
        for at, line in enumerate(lines):
            for column, value in enumerate(line):
                if isinstance(value, str):
                    sheet.write_string(at, column, value, *([bold] if at == 0 else []))
                elif isinstance(value, datetime):
                    sheet.write_datetime(at, column, value.replace(tzinfo=None), moment)
                elif value is not None:
                    sheet.write_number(at, column, value)
        book.close()
        return path.read_bytes()


def defused(value: Value) -> str:
    """A value as a CSV cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = f"{value:{MOMENT}}" if isinstance(value, datetime) else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULAS) else text


async def _csv(lines: AsyncGenerator[Line], *, mark: bool) -> AsyncGenerator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    if mark:
        yield codecs.BOM_UTF8  # Excel needs it to see that this is UTF-8
    async for line in lines:
        writer.writerow(map(defused, line))
        if buffer.tell() > 60_000:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


async def _lines(request: PageRequest, services: Needs) -> AsyncGenerator[Line]:
    """The heading, then up to MOST rows in the reader's language; where there are more, a last line says so."""
    query = ListQuery.read(bytes(request.scope.get("query_string", b"")).decode("latin-1"))
    names, translated = CodeLabels.of(await services.configuration.codes.all()), catalogue(wanted(request)).translated
    zoned = dict.fromkeys(MOMENTS, f" ({services.zone})")
    yield [translated(label) + zoned.get(name, "") for name, label in COLUMNS.items()]
    cursor, sent = "", 0
    while sent < MOST:
        page = await services.interactions.lists.page(
            query.filter(services.zone), query.sort, min(PORTION, MOST - sent), cursor
        )
        for row in page.rows:
            shown = show_row(row, names)
            yield [_cell(name, shown[name], translated, services.zone) for name in COLUMNS]
        sent += len(page.rows)
        cursor = page.next_cursor or ""
        if not cursor:
            return
    yield [translated(N_("There are more: an export ends after 100,000 rows. Narrow the filter."))]


def _cell(name: str, value: Any, translated: Callable[[object], str], zone: tzinfo) -> Value:
    if name in NAMES:
        return translated(value or "")
    if name == "tags":
        return ", ".join(value)
    if isinstance(value, datetime):
        return value.astimezone(zone)
    plain: Value = value
    return plain


def _named(ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="interactions.{ending}"'}


HANDLERS = (export_csv, export_xlsx)
