"""Tables as CSV and XLSX downloads; no cell is run as a formula."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Response

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Table = tuple[Sequence[str], Sequence[Sequence[Any]]]


def as_csv(table: Table, *, bom: bool = True) -> bytes:
    """The table as CSV with a line of titles; `bom` is the mark by which spreadsheets see that it is UTF-8."""
    head, lines = table
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_guarded(value) for value in line] for line in lines)
    return written.getvalue().encode("utf-8-sig" if bom else "utf-8")


def as_xlsx(table: Table) -> bytes:
    """The table as a sheet with fixed titles; texts stay texts."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # 40 ms that only those pay who take a sheet

    head, lines = table
    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(written, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(head) - 1, 0), 18)
        sheet.write_row(0, 0, head, book.add_format({"bold": True}))
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for number, line in enumerate(lines, 1):
            sheet.write_row(number, 0, [_naive(value) for value in line])
            for column, value in enumerate(line):
                if isinstance(value, datetime):
                    sheet.write_datetime(number, column, _naive(value), moment)
    return written.getvalue()


def attachment(content: bytes, media_type: str, name: str) -> Response[bytes]:
    """A file for the browser to keep."""
    return Response(content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})


def _naive(value: Any) -> Any:
    """A moment without its zone, which stands in the title."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def _guarded(value: Any) -> Any:
    """A text that a spreadsheet would run gets an apostrophe before it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
