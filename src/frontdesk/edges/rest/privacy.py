"""What a person may demand: an archive of what is kept about them, and its erasure; and how long data is kept."""

import tempfile
from collections.abc import Iterator
from typing import Annotated, BinaryIO

from litestar import Response
from litestar.params import JSONBody
from litestar.response import Stream
from msgspec import Meta

from frontdesk.edges.rest.answers import created, show
from frontdesk.edges.rest.api_answer import ApiAnswer, shows
from frontdesk.edges.rest.bodies import ONE_LINE, Body
from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.services import Asked, IdempotencyHeader, RouteGroup, once_of, who
from frontdesk.model import Role
from frontdesk.model.privacy import Erasure, PersonFound, Retention

IN_MEMORY = 5_000_000
CHUNK = 64 * 1024
Person = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=320,
        pattern=ONE_LINE,
        description="An address on any channel, a phone number, a customer number, contact:NUMBER or customer:NUMBER.",
    ),
]


class PersonBody(Body, frozen=True, forbid_unknown_fields=True):
    """Who it is about. It stands in the body, as addresses of requests are logged on their way."""

    person: Person


@shows(PersonFound)
class PersonAnswer(ApiAnswer, frozen=True):
    """Who a person is to us, and how many rows of each kind there are about them."""


@shows(Erasure)
class ErasureAnswer(ApiAnswer, frozen=True):
    """What is left of an erasure."""


@shows(Retention)
class RetentionAnswer(ApiAnswer, frozen=True):
    """How many days a category is kept (0: for ever), and how many rows would go now."""


class PrivacyRoutes(RouteGroup):
    """Requests of people about what is kept about them."""

    path = "/privacy"
    tags = ("Privacy",)

    @route("POST", "/previews", Role.ADMIN, "See what is kept about a person", also=(404,), status_code=200)
    async def preview(
        self, request: Asked, data: JSONBody[PersonBody], idempotency_key: IdempotencyHeader = None
    ) -> PersonAnswer:
        """What an export would hold, and an erasure would erase. Nothing is changed."""
        return show(await self.services.people.privacy.preview(data.person, who(request)), PersonAnswer)

    @route(
        "POST",
        "/exports",
        Role.ADMIN,
        "Export everything about a person",
        "A ZIP archive: data.json with all rows, and every file.",
        also=(404,),
        status_code=200,
        media_type="application/zip",
    )
    async def export(
        self, request: Asked, data: JSONBody[PersonBody], idempotency_key: IdempotencyHeader = None
    ) -> Stream:
        """The archive."""
        target: BinaryIO = tempfile.SpooledTemporaryFile(IN_MEMORY)  # type: ignore[assignment]  # noqa: SIM115 - closed when it was sent
        await self.services.people.privacy.export(data.person, target, who(request))
        headers = {"Content-Disposition": 'attachment; filename="person.zip"'}
        return Stream(_chunks(target), media_type="application/zip", headers=headers)

    @route(
        "POST",
        "/erasures",
        Role.ADMIN,
        "Erase a person",
        "It cannot be undone. Words, names, addresses and files go; counts and costs stay.",
        also=(404,),
    )
    async def erase(
        self, request: Asked, data: JSONBody[PersonBody], idempotency_key: IdempotencyHeader = None
    ) -> Response[ErasureAnswer]:
        """What is left of it."""
        once = await once_of(request, idempotency_key)
        kept = await self.services.people.privacy.erase(data.person, who(request), once)
        return created(kept, show(kept.value, ErasureAnswer), "/api/v1/privacy/erasures")

    @route("GET", "/erasures", Role.ADMIN, "List erasures")
    async def erasures(self) -> list[ErasureAnswer]:
        """The newest hundred, the newest first."""
        return [show(each, ErasureAnswer) for each in await self.services.people.privacy.erasures()]

    @route("GET", "/retention", Role.ADMIN, "See what would go")
    async def retention(self) -> list[RetentionAnswer]:
        """How long each category is kept, and how much a server lets go at the next full hour of its running."""
        found = await self.services.people.retention.preview()
        return [show(each, RetentionAnswer) for each in found]


def _chunks(target: BinaryIO) -> Iterator[bytes]:
    with target:
        target.seek(0)
        while chunk := target.read(CHUNK):
            yield chunk
