"""Drafts of intents: edited beside the intent in use, which changes only when a draft is activated."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, true, update

from frontdesk.interfaces import Conflict, Invalid, NotFound
from frontdesk.model import CodeList
from frontdesk.model.querying import Done, Write
from frontdesk.storage.odata.code_lists import add_entry, change_entry, retire
from frontdesk.storage.odata.transaction import Transaction
from frontdesk.storage.schema.configuration import code
from frontdesk.storage.schema.odata import intent_draft, intent_vector
from frontdesk.ticketing.submission import storable

TEXTS = {"name": "name", "descr": "description", "embedding": "embedding"}


def create(at: Transaction, wanted: Write) -> Done:
    """Begin a draft of a new intent, or store one at once where the caller says that it is active."""
    key = wanted.values.get("code") or ""
    if wanted.values.get("IsActiveEntity") is True and "IsActiveEntity" in wanted.values:
        add_entry(at, CodeList.INTENT, wanted.values)
        _keep_vector(at, key, wanted.values.get("embedding"))
        return Done(wanted.entity, _key(key, active=True))
    if not key:
        raise Invalid("code is missing: an intent is known by a code of its own", "code")
    if _active(at, key) is not None or _draft(at, key) is not None:
        raise Conflict(f"there is an intent {key} or a draft of one already")
    _begin(at, wanted, key, {ours: wanted.values.get(name) for name, ours in TEXTS.items()}, has_active=False)
    return Done(wanted.entity, _key(key, active=False))


def change(at: Transaction, wanted: Write) -> Done:
    """Set fields of a draft, or of the intent itself."""
    key = wanted.key["code"]
    if wanted.key["IsActiveEntity"]:
        change_entry(at, CodeList.INTENT, key, wanted.values)
        if "embedding" in wanted.values:
            _keep_vector(at, key, wanted.values["embedding"])
        return Done(wanted.entity, wanted.key)
    columns: dict[str, Any] = {
        ours: storable(wanted.values[name]) if wanted.values[name] is not None else None
        for name, ours in TEXTS.items()
        if name in wanted.values
    }
    columns |= {"changed_at": at.now, "changed_by": wanted.by}
    mine = update(intent_draft).where(intent_draft.c.code == key)
    if at.connection.execute(mine.values(**columns)).rowcount == 0:
        raise NotFound(f"there is no draft of intent {key}")
    return Done(wanted.entity, wanted.key)


def remove(at: Transaction, wanted: Write) -> Done:
    """Discard a draft, or take the intent out of use together with its draft."""
    key = wanted.key["code"]
    discarded = at.connection.execute(delete(intent_draft).where(intent_draft.c.code == key)).rowcount
    if wanted.key["IsActiveEntity"]:
        retire(at, CodeList.INTENT, key)
    elif not discarded:
        raise NotFound(f"there is no draft of intent {key}")
    return Done(wanted.entity, wanted.key)


def edit(at: Transaction, wanted: Write) -> Done:
    """Begin a draft of an intent. Raises Conflict where there is one that is not to be thrown away."""
    key = wanted.key["code"]
    row = _active(at, key)
    if row is None or not wanted.key["IsActiveEntity"]:
        raise NotFound(f"there is no intent {key} to be edited")
    draft = _draft(at, key)
    if draft is not None and (draft["changed_by"] != wanted.by or wanted.values.get("PreserveChanges")):
        raise Conflict(f"{draft['changed_by']} is editing intent {key}: activate or discard that draft first")
    at.connection.execute(delete(intent_draft).where(intent_draft.c.code == key))
    vector = at.connection.execute(select(intent_vector.c.embedding).where(intent_vector.c.code == key)).scalar()
    texts = {"name": row["name"], "description": row["description"], "embedding": vector}
    _begin(at, wanted, key, texts, has_active=True)
    return Done(wanted.entity, _key(key, active=False))


def prepare(at: Transaction, wanted: Write) -> Done:
    """Say whether a draft could be activated. Raises NotFound, Invalid."""
    _complete(at, wanted)
    return Done(wanted.entity, wanted.key)


def activate(at: Transaction, wanted: Write) -> Done:
    """Make a draft the intent. Raises NotFound, Invalid."""
    draft = _complete(at, wanted)
    key, values = draft["code"], {"code": draft["code"], "name": draft["name"], "descr": draft["description"]}
    if _active(at, key) is not None:
        change_entry(at, CodeList.INTENT, key, values)
    else:
        add_entry(at, CodeList.INTENT, values)
    _keep_vector(at, key, wanted.values.get("embedding") or draft["embedding"])
    at.connection.execute(delete(intent_draft).where(intent_draft.c.code == key))
    return Done(wanted.entity, _key(key, active=True))


def _complete(at: Transaction, wanted: Write) -> RowMapping:
    key = wanted.key["code"]
    draft = None if wanted.key["IsActiveEntity"] else _draft(at, key)
    if draft is None:
        raise NotFound(f"there is no draft of intent {key}")
    if not (draft["name"] or "").strip():
        raise Invalid("name is missing: an intent needs one", "name")
    return draft


def _begin(at: Transaction, wanted: Write, key: str, texts: Mapping[str, Any], *, has_active: bool) -> None:
    row: dict[str, Any] = {
        **{name: storable(text) if text is not None else None for name, text in texts.items()},
        "id": str(uuid.uuid4()),
        "code": key,
        "has_active": has_active,
        "created_at": at.now,
        "created_by": wanted.by,
        "changed_at": at.now,
        "changed_by": wanted.by,
    }
    at.connection.execute(insert(intent_draft), [row])


def _keep_vector(at: Transaction, key: str, vector: str | None) -> None:
    at.connection.execute(delete(intent_vector).where(intent_vector.c.code == key))
    if vector:
        at.connection.execute(insert(intent_vector), [{"code": key, "embedding": storable(vector)}])


def _active(at: Transaction, key: str) -> RowMapping | None:
    here = (code.c.list == CodeList.INTENT.value, code.c.code == key, code.c.active == true())
    return at.connection.execute(select(code).where(*here)).mappings().first()


def _draft(at: Transaction, key: str) -> RowMapping | None:
    return at.connection.execute(select(intent_draft).where(intent_draft.c.code == key)).mappings().first()


def _key(key: str, *, active: bool) -> dict[str, Any]:
    return {"code": key, "IsActiveEntity": active}
