"""Routes of decisions, effects and durable work."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from litestar import Response, get, post
from litestar.params import PathParameter, QueryParameter

from frontdesk.edges.problems import refusals
from frontdesk.edges.rest.answers import DecisionAnswer, EffectAnswer, Listed, WorkAnswer, replay, show, show_page
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

    @get(
        "/{decision_id:str}",
        opt={"role": Role.AGENT},
        summary="One decision",
        responses=refusals(400, 401, 403, 404, 429),
    )
    async def read(self, decision_id: Ulid) -> DecisionAnswer:
        """What the rules said, with the facts they saw."""
        return show(await self.services.messages.readings.decision(decision_id), DecisionAnswer)


class EffectRoutes(RouteGroup):
    """Effects."""

    path = "/effects"
    tags = ("Decisions and effects",)

    @get("/", opt={"role": Role.AGENT}, summary="List effects", responses=refusals(400, 401, 403, 429))
    async def list_all(
        self,
        wanted: Annotated[EffectState | None, QueryParameter(name="state")] = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Listed[EffectAnswer]:
        """Oldest first."""
        return show_page(await self.services.messages.readings.effects(wanted, limit, cursor), EffectAnswer)

    @get("/{key:str}", opt={"role": Role.AGENT}, summary="One effect", responses=refusals(400, 401, 403, 404, 429))
    async def read(self, key: EffectKey) -> EffectAnswer:
        """Where an effect stands."""
        return show(await self.services.messages.readings.effect(key), EffectAnswer)

    @post(
        "/{key:str}/retry",
        status_code=200,
        opt={"role": Role.SUPERVISOR},
        summary="Try a failed effect again",
        responses=refusals(400, 401, 403, 404, 409, 422, 429),
    )
    async def retry(
        self, request: Asked, key: EffectKey, idempotency_key: IdempotencyHeader = None
    ) -> Response[EffectAnswer]:
        """Make it due now; the back end is asked first whether it was done."""
        return await self._settle(request, key, idempotency_key, self.services.work.effects.retry)

    @post(
        "/{key:str}/drop",
        status_code=200,
        opt={"role": Role.SUPERVISOR},
        summary="Give an effect up, or refuse it",
        responses=refusals(400, 401, 403, 404, 409, 422, 429),
    )
    async def drop(
        self, request: Asked, key: EffectKey, idempotency_key: IdempotencyHeader = None
    ) -> Response[EffectAnswer]:
        """One that failed is given up; with a question that is refused goes everything that waits for it."""
        return await self._settle(request, key, idempotency_key, self.services.work.effects.drop)

    @post(
        "/{key:str}/approve",
        status_code=200,
        opt={"role": Role.SUPERVISOR},
        summary="Approve what waits",
        responses=refusals(400, 401, 403, 404, 409, 422, 429),
    )
    async def approve(
        self, request: Asked, key: EffectKey, idempotency_key: IdempotencyHeader = None
    ) -> Response[EffectAnswer]:
        """Let everything behind the question go on."""
        return await self._settle(request, key, idempotency_key, self.services.work.effects.approve)

    @post(
        "/{key:str}/confirm",
        status_code=200,
        opt={"role": Role.AGENT},
        summary="Confirm a proposal",
        responses=refusals(400, 401, 403, 404, 409, 422, 429),
    )
    async def confirm(
        self, request: Asked, key: EffectKey, idempotency_key: IdempotencyHeader = None
    ) -> Response[EffectAnswer]:
        """Have done what was proposed because the reading was not certain enough."""
        return await self._settle(request, key, idempotency_key, self.services.work.effects.confirm)

    @post(
        "/{key:str}/decline",
        status_code=200,
        opt={"role": Role.AGENT},
        summary="Decline a proposal",
        responses=refusals(400, 401, 403, 404, 409, 422, 429),
    )
    async def decline(
        self, request: Asked, key: EffectKey, idempotency_key: IdempotencyHeader = None
    ) -> Response[EffectAnswer]:
        """Leave undone what was proposed."""
        return await self._settle(request, key, idempotency_key, self.services.work.effects.decline)

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

    @get("/", opt={"role": Role.SUPERVISOR}, summary="List work", responses=refusals(400, 401, 403, 429))
    async def list_all(
        self,
        wanted: Annotated[WorkState, QueryParameter(name="state")] = WorkState.FAILED,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Listed[WorkAnswer]:
        """Oldest first; failed work unless another state is asked for."""
        return show_page(await self.services.work.admin.page(wanted, limit, cursor), WorkAnswer)

    @post(
        "/{work_id:str}/retry",
        status_code=200,
        opt={"role": Role.SUPERVISOR},
        summary="Try failed work again",
        responses=refusals(400, 401, 403, 404, 409, 422, 429),
    )
    async def retry(
        self, request: Asked, work_id: Ulid, idempotency_key: IdempotencyHeader = None
    ) -> Response[WorkAnswer]:
        """Make it due now."""
        once = await once_of(request, idempotency_key)
        kept = await self.services.work.admin.retry(work_id, who(request), once)
        self.services.wake()
        return _settled(kept)

    @post(
        "/{work_id:str}/drop",
        status_code=200,
        opt={"role": Role.SUPERVISOR},
        summary="Give failed work up",
        responses=refusals(400, 401, 403, 404, 409, 422, 429),
    )
    async def drop(
        self, request: Asked, work_id: Ulid, idempotency_key: IdempotencyHeader = None
    ) -> Response[WorkAnswer]:
        """Drop it for good."""
        once = await once_of(request, idempotency_key)
        return _settled(await self.services.work.admin.drop(work_id, who(request), once))


def _settled(kept: StoredAnswer[Work]) -> Response[WorkAnswer]:
    return Response(show(kept.value, WorkAnswer), headers=replay(kept))
