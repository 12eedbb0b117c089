"""The services of the gateway's routes, and checks of what a caller may use."""

from dataclasses import dataclass
from typing import Any, ClassVar

from litestar import Controller, Request
from litestar.exceptions import PermissionDeniedException

from frontdesk.model import Caller, Grant, Role
from frontdesk.model.llm import Asker, CallerBudget
from frontdesk.services.parts import ModelServices

Asked = Request[Caller, Any, Any]


@dataclass(frozen=True, slots=True)
class GatewayServices:
    """Language models; `chat_tokens` is the longest answer where a caller sets no limit."""

    llm: ModelServices
    chat_tokens: int = 4096
    most_body_bytes: int = 1_000_000
    most_audio_bytes: int = 25_000_000


class GatewayRouteGroup(Controller):
    """A group of routes; `bind` gives it its services."""

    services: ClassVar[GatewayServices]
    include_in_schema = False

    @classmethod
    def bind(cls, services: GatewayServices) -> type["GatewayRouteGroup"]:
        """The same routes, asking these services."""
        return type(cls.__name__, (cls,), {"services": services, "__doc__": cls.__doc__})


def asker_of(request: Asked) -> Asker:
    """The caller, with what it may spend."""
    caller = request.user
    grant: Grant = caller.grant
    caller_budget = (
        CallerBudget(caller.id, grant.budget_day, grant.budget_month)
        if grant.budget_day or grant.budget_month
        else None
    )
    return Asker(caller.name or caller.id, caller_budget=caller_budget)


def check_model(request: Asked, alias: str) -> None:
    """Refuses a model that the caller's key may not name."""
    if not request.user.grant.allows_model(alias):
        raise PermissionDeniedException(f"this key may not ask {alias[:80]!r}: its scopes name other models")


def check_use_case(request: Asked, name: str) -> None:
    """Refuses a use case that the caller's key does not reach."""
    if not request.user.grant.allows(f"llm:use-case:{name}"):
        raise PermissionDeniedException(f"this needs a key with the scope llm:use-case:{name[:60]}")


def sees_all_callers(request: Asked) -> bool:
    """Whether the caller may see what others asked."""
    return bool(request.user.role.covers(Role.SUPERVISOR))
