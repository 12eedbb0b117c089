"""Webhooks of back ends. The sender shows a secret; the notice is only a hint, the data is read from the back end."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import msgspec
from litestar import Controller, Request, post
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.params import HeaderParameter

from frontdesk.interfaces import Invalid, Statuses
from frontdesk.model import Role

MOST_BYTES = 64 * 1024
KEY_LENGTH = 100
PLACES = ("data", "serviceCall", "object")
Secret = Annotated[str, HeaderParameter(name="X-Frontdesk-Secret", max_length=500)]


# Told the name, the place and the reason where somebody else called.
Forged = Callable[[str, str, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class WebhookServices:
    """What the routes need."""

    statuses: Statuses
    wake: Callable[[], None]
    fsm_secret: str = field(repr=False)
    forged: Forged


class Webhooks(Controller):
    """Notices of back ends."""

    path = "/webhooks"
    include_in_schema = False
    taker: ClassVar[WebhookServices]

    @classmethod
    def bind(cls, taker: WebhookServices) -> type["Webhooks"]:
        """The same routes with these; an empty secret means that there are none."""
        return type(cls.__name__, (cls,), {"taker": taker, "__doc__": cls.__doc__})

    @post("/fsm", status_code=202, opt={"role": Role.ANYONE}, request_max_body_size=MOST_BYTES)
    async def fsm(self, request: Request[Any, Any, Any], secret: Secret = "") -> dict[str, str]:
        """A service call has changed: it will be read. Answers the same whether we know the call or not."""
        if not self.taker.fsm_secret:
            raise NotFoundException("there is no such webhook")
        if not hmac.compare_digest(secret.encode(), self.taker.fsm_secret.encode()):
            await self.taker.forged("fsm", request.auth.place, "X-Frontdesk-Secret is missing or wrong")
            raise NotAuthorizedException("the header X-Frontdesk-Secret is missing or wrong")
        if await self.taker.statuses.changed(_external_id(await request.body())):
            self.taker.wake()
        return {"status": "noted"}


def _external_id(body: bytes) -> str:
    """The externalId of the notice, at its top or one level below. Raises Invalid."""
    try:
        notice = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        raise Invalid("the body is not JSON") from None
    whole = notice if isinstance(notice, dict) else {}
    for part in (whole, *(whole.get(place) for place in PLACES)):
        found = part.get("externalId") if isinstance(part, dict) else None
        if isinstance(found, str) and 0 < len(found) <= KEY_LENGTH and "\x00" not in found:
            return found
    raise Invalid("the body names no externalId", "externalId")
