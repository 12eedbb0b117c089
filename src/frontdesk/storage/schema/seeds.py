"""The code lists of a new database; people edit them afterwards."""

import json
from importlib.resources import files

from frontdesk.model import Code, CodeList


def code_lists() -> tuple[Code, ...]:
    """All entries that ship, in their lists' order."""
    raw = json.loads((files("frontdesk.storage") / "code_lists.json").read_text("utf-8"))
    return tuple(
        Code(
            list=CodeList(which),
            code=entry["code"],
            name=entry["name"],
            description=entry.get("description", ""),
            position=position,
            examples=tuple(entry.get("examples", ())),
        )
        for which, entries in raw.items()
        for position, entry in enumerate(entries)
    )
