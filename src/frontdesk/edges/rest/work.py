"""Routes of decisions, effects and durable work."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

from litestar import Response
from litestar.params import PathParameter, QueryParameter

from frontdesk.edges.rest.answers import DecisionAnswer, EffectAnswer, Listed, WorkAnswer, replay, show, show_page
from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.services import Asked, Cursor, IdempotencyHeader, Limit, RouteGroup, once_of, who
from frontdesk.model import Effect, EffectState, Role, Work, WorkState
from frontdesk.model.reading import IdempotencyKey, StoredAnswer

Ulid = Annotated[str, PathParameter(max_length=26)]
EffectKey = Annotated[str, PathParameter(max_length=100)]
Settling = Callable[[str, str, IdempotencyKey | None], Awaitable[StoredAnswer[Effect]]]


class DecisionRoutes(RouteGroup):
    """Decisions."""

    path = "/decisions"
    tags = ("Decisions and effects",)

    @route("GET", "/{decision_id:str}", Role.AGENT, "One decision")
    async def read(self, decision_id: Ulid) -> DecisionAnswer:
        """What the rules said, with the facts they saw."""
        return show(await self.services.messages.readings.decision(decision_id), DecisionAnswer)


class EffectRoutes(RouteGroup):
    """Effects."""

    path = "/effects"
    tags = ("Decisions and effects",)

    @route("GET", "/", Role.AGENT, "List effects")
    async def list_all(
        self,
        wanted: Annotated[EffectState | None, QueryParameter(name="state")] = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Listed[EffectAnswer]:
        """Oldest first."""
        return show_page(await self.services.messages.readings.effects(wanted, limit, cursor), EffectAnswer)

    @route("GET", "/{key:str}", Role.AGENT, "One effect")
    async def read(self, key: EffectKey) -> EffectAnswer:
        """Where an effect stands."""
        return show(await self.services.messages.readings.effect(key), EffectAnswer)

    @route("POST", "/{key:str}/retry", Role.SUPERVISOR, "Try a failed effect again", status_code=200)
    async def retry(
        self, request: Asked, key: EffectKey, idempotency_key: IdempotencyHeader = None
    ) -> Response[EffectAnswer]:
        """Make it due now; the back end is asked first whether it was done."""
        return await self._settle(request, key, idempotency_key, self.services.work.effects.retry)

    @route("POST", "/{key:str}/drop", Role.SUPERVISOR, "Give an effect up, or refuse it", status_code=200)
    async def drop(
        self, request: Asked, key: EffectKey, idempotency_key: IdempotencyHeader = None
    ) -> Response[EffectAnswer]:
        """One that failed is given up; with a question that is refused goes everything that waits for it."""
        return await self._settle(request, key, idempotency_key, self._as(request, self.services.work.effects.drop))

    @route("POST", "/{key:str}/skip", Role.SUPERVISOR, "Go on without a failed effect", status_code=200)
    async def skip(
        self, request: Asked, key: EffectKey, idempotency_key: IdempotencyHeader = None
    ) -> Response[EffectAnswer]:
        """What comes after it goes on as if it were done."""
        return await self._settle(request, key, idempotency_key, self.services.work.effects.skip)

    @route("POST", "/{key:str}/approve", Role.SUPERVISOR, "Approve what waits", status_code=200)
    async def approve(
        self, request: Asked, key: EffectKey, idempotency_key: IdempotencyHeader = None
    ) -> Response[EffectAnswer]:
        """Let everything behind the question go on."""
        return await self._settle(request, key, idempotency_key, self._as(request, self.services.work.effects.approve))

    @route("POST", "/{key:str}/confirm", Role.AGENT, "Confirm a proposal", status_code=200)
    async def confirm(
        self, request: Asked, key: EffectKey, idempotency_key: IdempotencyHeader = None
    ) -> Response[EffectAnswer]:
        """Have done what was proposed because the reading was not certain enough."""
        return await self._settle(request, key, idempotency_key, self.services.work.effects.confirm)

    @route("POST", "/{key:str}/decline", Role.AGENT, "Decline a proposal", status_code=200)
    async def decline(
        self, request: Asked, key: EffectKey, idempotency_key: IdempotencyHeader = None
    ) -> Response[EffectAnswer]:
        """Leave undone what was proposed."""
        return await self._settle(request, key, idempotency_key, self.services.work.effects.decline)

    @staticmethod
    def _as(request: Asked, change: Callable[..., Any]) -> Settling:
        """The change by a caller of this role: a question can ask for a higher one."""
        return partial(change, role=request.user.role)

    async def _settle(
        self, request: Asked, key: str, idempotency_key: str | None, change: Settling
    ) -> Response[EffectAnswer]:
        kept = await change(key, who(request), await once_of(request, idempotency_key))
        self.services.wake()
        return Response(show(kept.value, EffectAnswer), headers=replay(kept))


class WorkRoutes(RouteGroup):
    """Durable work."""

    path = "/work"
    tags = ("Work",)

    @route("GET", "/", Role.SUPERVISOR, "List work")
    async def list_all(
        self,
        wanted: Annotated[WorkState, QueryParameter(name="state")] = WorkState.FAILED,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Listed[WorkAnswer]:
        """Oldest first; failed work unless another state is asked for."""
        return show_page(await self.services.work.admin.page(wanted, limit, cursor), WorkAnswer)

    @route("POST", "/{work_id:str}/retry", Role.SUPERVISOR, "Try failed work again", status_code=200)
    async def retry(
        self, request: Asked, work_id: Ulid, idempotency_key: IdempotencyHeader = None
    ) -> Response[WorkAnswer]:
        """Make it due now."""
        once = await once_of(request, idempotency_key)
        kept = await self.services.work.admin.retry(work_id, who(request), once)
        self.services.wake()
        return _settled(kept)

    @route("POST", "/{work_id:str}/drop", Role.SUPERVISOR, "Give failed work up", status_code=200)
    async def drop(
        self, request: Asked, work_id: Ulid, idempotency_key: IdempotencyHeader = None
    ) -> Response[WorkAnswer]:
        """Drop it for good."""
        once = await once_of(request, idempotency_key)
        return _settled(await self.services.work.admin.drop(work_id, who(request), once))


def _settled(kept: StoredAnswer[Work]) -> Response[WorkAnswer]:
    return Response(show(kept.value, WorkAnswer), headers=replay(kept))
