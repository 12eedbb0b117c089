"""What people may change: the status along its flow, codes that are in use, corrections with a sensible value."""

import re
from collections.abc import Mapping

from frontdesk.interfaces import Conflict, Invalid
from frontdesk.model import ENTITY_FIELDS, VALUES_APART, Change, Code, CodeList, Interaction, Sentiment, Status
from frontdesk.ticketing.status import move
from frontdesk.ticketing.submission import storable

Lists = Mapping[CodeList, tuple[Code, ...]]

CHECKED = {"category": CodeList.CATEGORY, "priority": CodeList.PRIORITY, "team": CodeList.TEAM}
CORRECTABLE = {"intent": CodeList.INTENT, "message_type": CodeList.MESSAGE_TYPE}
LENGTHS = {"title": 100, "summary": 300}
MOST_OF_ENTITY = 300
# What a person may say otherwise than an analysis does.
FIELDS = ("intent", "message_type", "sentiment", "language", "title", "summary", *ENTITY_FIELDS)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,6})?")


def check_change(interaction: Interaction, change: Change, lists: Lists) -> Change:
    """The change, if ticketing allows it. Raises Conflict (status flow), Invalid (a code that is not in use)."""
    if change.status is not None:
        move(interaction.status, change.status)
    for field, which in CHECKED.items():
        wanted = getattr(change, field)
        if wanted is not None and wanted != getattr(interaction, field):
            check_code(field, wanted, lists.get(which, ()), may_be_empty=field == "team")
    return change


def check_correction(field: str, value: str, lists: Lists) -> str:
    """The value as it is kept. An intent may be empty (none of them fits), an entity too (none is named).

    Several values of an entity are parted by commas. Raises Invalid.
    """
    value = storable(value).strip()
    if field not in FIELDS:
        raise Invalid(f"{field[:40]!r} is nothing that can be corrected: use one of {', '.join(FIELDS)}", "field")
    if field in CORRECTABLE:
        check_code("value", value, lists.get(CORRECTABLE[field], ()), may_be_empty=field == "intent")
    elif field == "sentiment" and value not in set(Sentiment):
        raise Invalid(f"sentiment {value[:40]!r} is not known: use one of {', '.join(Sentiment)}", "value")
    elif field == "language" and not LANGUAGE.fullmatch(value):
        raise Invalid(f"language {value[:40]!r} is not a language tag: use for example en, de or pt-BR", "value")
    elif field in ENTITY_FIELDS:
        value = VALUES_APART.join(part for each in value.split(",") if (part := " ".join(each.split())))
        if len(value) > MOST_OF_ENTITY:
            raise Invalid(f"{field} must have 1 to {MOST_OF_ENTITY} characters", "value")
    elif field in LENGTHS and not 0 < len(value) <= LENGTHS[field]:
        raise Invalid(f"{field} must have 1 to {LENGTHS[field]} characters", "value")
    return value


def check_code(field: str, code: str, entries: tuple[Code, ...], *, may_be_empty: bool = False) -> None:
    """Raises Invalid, naming what there is, unless the code is in use."""
    known = [entry.code for entry in entries if entry.active]
    if code not in known and not (may_be_empty and not code):
        raise Invalid(f"{code[:40]!r} is not in use: use one of {', '.join(known) or 'none, the list is empty'}", field)


def check_entry(entry: Code) -> Code:
    """The entry as it is kept. Raises Conflict for a status that the status flow does not know."""
    if entry.list is CodeList.STATUS and (entry.code not in set(Status) or not entry.active):
        raise Conflict(f"the status flow is fixed: only names and order of {', '.join(Status)} can be changed")
    return entry


def check_retirement(which: CodeList) -> None:
    """Raises Conflict for the list whose entries the product itself needs."""
    if which is CodeList.STATUS:
        raise Conflict("the status flow is fixed: a status cannot be taken out of use")
