"""Rules that decide what a test wants."""

from collections.abc import Mapping
from typing import Any

from frontdesk.interfaces import RuleBook, Verdict


class Deciding:
    """A rule set and its book: whatever the facts, these actions."""

    name, version = "wanted", 1

    def __init__(self, actions: tuple[Mapping[str, Any], ...], route: str = "Wanted") -> None:
        self._actions, self._route = actions, route

    async def current(self) -> "Deciding":
        return self

    async def advised(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        return facts

    def decide(self, facts: Mapping[str, Any]) -> Verdict:
        return Verdict(self.name, self.version, "the only row", self._route, self._actions)


def deciding(*actions: Mapping[str, Any], route: str = "Wanted") -> RuleBook:
    """A rule book that always wants these actions."""
    return Deciding(actions, route)
