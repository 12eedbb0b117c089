"""Which interactions a caller reaches who is narrowed to teams or channels: the one place where it is checked.

Three rules, and what fits none of them is refused:
- a route that names an interaction, or something of one, in its path is for those who reach that interaction;
- lists, and interactions that a body names, are narrowed where they are read (storage looks at `CALLER`, or `require`);
- the routes in reach.toml show and change nothing that belongs to an interaction, or are narrowed as said before.
"""

import tomllib
from importlib.resources import files

from litestar.exceptions import PermissionDeniedException
from litestar.types import HTTPScope

from frontdesk.model import Caller
from frontdesk.model.translatable import tr
from frontdesk.storage.interactions.reach import StoredReach

# Parameters of paths that name an interaction, or something of one.
OBJECTS = frozenset({"reference", "message_id", "attachment_id", "decision_id"})
EFFECTS = "/api/v1/effects/{key}"
_ROUTES = tomllib.loads(files(__package__).joinpath("reach.toml").read_text("utf-8"))
WITHOUT, READ_ALONE = frozenset(_ROUTES["without"]), frozenset(_ROUTES["read_alone"])
MODELS = "/llm/"  # has no interactions; scopes narrow it


class Reach:
    """Checks callers who are narrowed."""

    def __init__(self, stored: StoredReach) -> None:
        """Look interactions up here."""
        self._stored = stored

    async def check(self, scope: HTTPScope, caller: Caller) -> None:
        """Raises PermissionDeniedException for a route that would show too much, NotFound as if it were not there."""
        path = scope["path_template"]
        named = {name: str(value) for name, value in scope["path_params"].items() if name in OBJECTS}
        if path.startswith(EFFECTS):
            named["key"] = str(scope["path_params"]["key"])
        if not named and not _is_without(scope["method"], path):
            raise PermissionDeniedException(
                detail=tr("this shows more than {name} reaches, who is narrowed to teams or channels", name=caller.name)
            )
        for name, value in named.items():
            await self._stored.require(caller.grant, name, value)


def _is_without(method: str, path: str) -> bool:
    """Whether a route shows and changes nothing that belongs to an interaction out of reach."""
    return path in WITHOUT or path.startswith(MODELS) or (path in READ_ALONE and method in ("GET", "HEAD"))
