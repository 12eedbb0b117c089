"""What pages and commands that set channels, connectors and model services up are handed."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from frontdesk.model.set_up import EntryKind, SetUpItem


class SetUp(Protocol):
    """Everything that can be set up; changes are checked as the settings file is, and take effect within seconds."""

    async def items(self, kind: EntryKind | None = None) -> Sequence[SetUpItem]:
        """All of a kind, with their states."""
        ...

    async def item(self, kind: EntryKind, name: str) -> SetUpItem:
        """One. Raises NotFound, Invalid (the name of a model service)."""
        ...

    async def save(self, kind: EntryKind, name: str, given: Mapping[str, str], version: int, by: str) -> None:
        """Store a form's texts over a version. An empty secret stays what it was; `NAME.forget` forgets it.

        Raises Invalid that names the field, Stale where somebody else was quicker, Conflict for what is deployed.
        """
        ...

    async def pause(self, kind: EntryKind, name: str, paused: bool, by: str) -> None:
        """Leave it alone for a while, or no longer. Raises NotFound, Conflict."""
        ...

    async def remove(self, kind: EntryKind, name: str, by: str) -> None:
        """Forget what was set up. Raises NotFound."""
        ...

    async def test(self, kind: EntryKind, name: str, given: Mapping[str, str]) -> str:
        """Try these texts of a form against the real other side, with a message to the address `.to`; what it said.

        Raises Invalid, Failed.
        """
        ...
