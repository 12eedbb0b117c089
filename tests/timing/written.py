"""Entries as people write them."""

import json
from collections.abc import Mapping

from frontdesk.timing.calendars import Calendar
from frontdesk.timing.entries import CALENDARS, FIELDS, Setup, check_entry, setup_of

SINCE = "2026-01-01T00:00:00+00:00"
Entries = Mapping[str, Mapping[str, Mapping[str, str]]]


def calendar(zone: str, hours: str, holidays: str = "", own_days: str = "") -> Calendar:
    given = {"zone": zone, "hours": hours, "holidays": holidays, "own_days": own_days}
    return written({CALENDARS: {"desk": given}}).by_name["desk"]


def text_of(entries: Entries) -> str:
    checked = {
        kind: {name: check_entry(kind, name, given, SINCE) for name, given in entries.get(kind, {}).items()}
        for kind in FIELDS
    }
    return json.dumps(checked)


def written(entries: Entries) -> Setup:
    return setup_of(text_of(entries))
