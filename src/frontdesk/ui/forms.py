"""Reads posted forms: a few text fields, each within limits, nothing that a database could not hold."""

import hashlib
from urllib.parse import parse_qsl

from litestar.exceptions import ClientException, HTTPException

from frontdesk.model.translatable import tr
from frontdesk.ticketing.submission import storable
from frontdesk.ui.services import PageRequest

MOST_FIELDS = 100
SMALL = 20_000  # bytes of a form without a text


async def read_form(request: PageRequest) -> dict[str, str]:
    """The fields of a form, the first of each name. Raises 400 or 415 for what is no such form.

    Litestar's own reader is not used: it keeps the last thousand forms, passwords too, in a cache.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(status_code=415, detail=tr("send the form as application/x-www-form-urlencoded"))
    body = (await request.body()).decode("utf-8", "replace")
    try:
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise ClientException(detail=tr("a form has at most {most} fields", most=MOST_FIELDS)) from None
    fields: dict[str, str] = {}
    for name, value in pairs:
        # Browsers send line breaks as CR LF, whatever was typed.
        fields.setdefault(name, storable(value.replace("\r\n", "\n")))
    return fields


def submission_id(form_id: str, *parts: str) -> str:
    """The provider id of a posted form: the same for a repetition of the same form with the same content.

    What a stranger could guess of another's id must not lead to the other's message, so all content is part of it.
    Empty where the form carries no id: then every sending counts.
    """
    if not form_id:
        return ""
    digest = hashlib.sha256("\0".join((form_id, *parts)).encode("utf-8", "replace"))
    return f"page:{digest.hexdigest()}"
