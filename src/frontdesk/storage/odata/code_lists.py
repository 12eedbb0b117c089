"""Code lists, as an interface edits them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select, true, update

from frontdesk.interfaces import Conflict, Invalid, NotFound
from frontdesk.model import Code, CodeList
from frontdesk.model.querying import Done, Write
from frontdesk.storage.configuration.codes import changed
from frontdesk.storage.odata.transaction import Transaction
from frontdesk.storage.schema.configuration import code
from frontdesk.ticketing.changes import check_entry, check_retirement
from frontdesk.ticketing.submission import storable

LISTS = {
    "CustomerInteractionCategory": CodeList.CATEGORY,
    "CustomerInteractionChannel": CodeList.CHANNEL,
    "CustomerInteractionStatus": CodeList.STATUS,
    "CustomerInteractionPriority": CodeList.PRIORITY,
    "InboundCustomerMessageType": CodeList.MESSAGE_TYPE,
    "OutboundServiceMessageType": CodeList.REPLY_TYPE,
}


def create(at: Transaction, wanted: Write) -> Done:
    """Add an entry to a list."""
    add_entry(at, LISTS[wanted.entity], wanted.values)
    return Done(wanted.entity, {"code": wanted.values["code"]})


def change(at: Transaction, wanted: Write) -> Done:
    """Give an entry another name."""
    change_entry(at, LISTS[wanted.entity], wanted.key["code"], wanted.values)
    return Done(wanted.entity, wanted.key)


def remove(at: Transaction, wanted: Write) -> Done:
    """Take an entry out of use; it stays readable on what carries it."""
    retire(at, LISTS[wanted.entity], wanted.key["code"])
    return Done(wanted.entity, wanted.key)


def add_entry(at: Transaction, which: CodeList, values: Mapping[str, Any]) -> None:
    """Store a new entry, or take one that was out of use back. Raises Conflict, Invalid."""
    key = values.get("code") or ""
    if not key or not key.isprintable() or any(c in key for c in "/'() "):
        raise Invalid("code is missing, or has characters that a code cannot have", "code")
    row = {"name": storable(values.get("name") or key), "description": storable(values.get("descr") or "")}
    check_entry(Code(which, key, row["name"]))
    here = (code.c.list == which.value, code.c.code == key)
    known = at.connection.execute(select(code.c.active).where(*here)).first()
    if known is not None and known.active:
        raise Conflict(f"{which.value} {key} exists already")
    if known is not None:
        at.connection.execute(update(code).where(*here).values(**row, active=True))
    else:
        last = select(func.coalesce(func.max(code.c.position), -1)).where(code.c.list == which.value)
        place = at.connection.execute(last).scalar_one() + 1
        new = {**row, "list": which.value, "code": key, "position": place, "active": True}
        at.connection.execute(insert(code), [new])
    changed(at.connection, at.now, at.by, which, key, **row, active=True)


def change_entry(at: Transaction, which: CodeList, key: str, values: Mapping[str, Any]) -> None:
    """Set name and description of an entry. Raises NotFound."""
    columns = {
        column: storable(values[name] or "")
        for name, column in (("name", "name"), ("descr", "description"))
        if name in values
    }
    here = (code.c.list == which.value, code.c.code == key, code.c.active == true())
    renamed = update(code).where(*here).values(**columns or {"code": key})
    if at.connection.execute(renamed).rowcount == 0:
        raise NotFound(f"there is no {which.value} {key}")
    changed(at.connection, at.now, at.by, which, key, **columns)


def retire(at: Transaction, which: CodeList, key: str) -> None:
    """Take an entry out of use. Raises NotFound, Conflict."""
    check_retirement(which)
    here = (code.c.list == which.value, code.c.code == key, code.c.active == true())
    if at.connection.execute(update(code).where(*here).values(active=False)).rowcount == 0:
        raise NotFound(f"there is no {which.value} {key}")
    changed(at.connection, at.now, at.by, which, key, active=False)
