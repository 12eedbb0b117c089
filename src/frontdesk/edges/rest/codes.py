"""Code lists: what is offered and recognised; people edit them while the product runs."""

from typing import Annotated

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, JSONBody, PathParameter
from msgspec import Meta, field

from frontdesk.edges.problems import refusals
from frontdesk.edges.rest.answers import CodeAnswer, created, show
from frontdesk.edges.rest.bodies import ONE_LINE, Body, ShortCode, StrictJson
from frontdesk.edges.rest.services import Asked, IdempotencyHeader, RouteGroup, once_of
from frontdesk.interfaces import Invalid, NotFound
from frontdesk.model import Code, CodeList, Role
from frontdesk.ticketing.changes import check_entry, check_retirement
from frontdesk.ticketing.submission import storable

MOST_EXAMPLES = 200
EntryName = Annotated[str, Meta(min_length=1, max_length=100, pattern=ONE_LINE)]
Description = Annotated[str, Meta(max_length=4000)]
Example = Annotated[str, Meta(min_length=1, max_length=4000)]
Examples = Annotated[list[Example], Meta(max_length=MOST_EXAMPLES)]
Position = Annotated[int, Meta(ge=0, le=100_000)]
CodeKey = Annotated[str, PathParameter(max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="A code.")]


class EntryBody(Body, frozen=True, forbid_unknown_fields=True):
    """An entry. Description and examples are what an intent is recognised by; other lists have none."""

    name: EntryName
    description: Description = ""
    position: Position = 0
    active: bool = True
    examples: Examples = field(default_factory=list)


class NewEntryBody(EntryBody, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new entry with its code."""

    code: ShortCode


class CodeRoutes(RouteGroup):
    """Code lists."""

    path = "/codes"
    tags = ("Code lists",)

    @get("/", opt={"role": Role.SERVICE}, summary="All code lists", responses=refusals(401, 403, 429))
    async def list_all(self) -> dict[str, list[CodeAnswer]]:
        """Every list with its entries, by position."""
        lists = await self.services.configuration.codes.all()
        return {which.value: [show(entry, CodeAnswer) for entry in entries] for which, entries in lists.items()}

    @get(
        "/{which:str}", opt={"role": Role.SERVICE}, summary="One code list", responses=refusals(400, 401, 403, 404, 429)
    )
    async def read(self, which: FromPath[CodeList]) -> list[CodeAnswer]:
        """Its entries by position, also those out of use."""
        return [show(entry, CodeAnswer) for entry in (await self.services.configuration.codes.all()).get(which, ())]

    @post(
        "/{which:str}",
        dto=StrictJson[NewEntryBody],
        opt={"role": Role.ADMIN},
        summary="Add an entry",
        description="A new intent is recognised from the next message on.",
        responses=refusals(400, 401, 403, 404, 409, 413, 415, 422, 429),
    )
    async def add(
        self,
        request: Asked,
        which: FromPath[CodeList],
        data: JSONBody[NewEntryBody],
        idempotency_key: IdempotencyHeader = None,
    ) -> Response[CodeAnswer]:
        """Store a new entry."""
        entry = _entry(which, data.code, data)
        kept = await self.services.configuration.entries.add(entry, await once_of(request, idempotency_key))
        self.channels.forget()
        return created(kept, show(kept.value, CodeAnswer), f"/api/v1/codes/{which.value}/{data.code}")

    @get(
        "/{which:str}/{code:str}",
        opt={"role": Role.SERVICE},
        summary="One entry",
        responses=refusals(400, 401, 403, 404, 429),
    )
    async def entry(self, which: FromPath[CodeList], code: CodeKey) -> CodeAnswer:
        """The entry with this code."""
        entries = (await self.services.configuration.codes.all()).get(which, ())
        found = next((entry for entry in entries if entry.code == code), None)
        if found is None:
            raise NotFound(f"there is no {which.value} {code}")
        return show(found, CodeAnswer)

    @put(
        "/{which:str}/{code:str}",
        dto=StrictJson[EntryBody],
        opt={"role": Role.ADMIN},
        summary="Change an entry, or add it",
        responses=refusals(400, 401, 403, 404, 409, 413, 415, 429),
    )
    async def store(self, which: FromPath[CodeList], code: CodeKey, data: JSONBody[EntryBody]) -> CodeAnswer:
        """Store the entry under this code."""
        stored = await self.services.configuration.codes.put(_entry(which, code, data))
        self.channels.forget()
        return show(stored, CodeAnswer)

    @delete(
        "/{which:str}/{code:str}",
        opt={"role": Role.ADMIN},
        summary="Take an entry out of use",
        description="It stays readable on what carries it.",
        responses=refusals(400, 401, 403, 404, 409, 429),
    )
    async def retire(self, which: FromPath[CodeList], code: CodeKey) -> None:
        """Retire it."""
        check_retirement(which)
        await self.services.configuration.codes.remove(which, code)
        self.channels.forget()


def _entry(which: CodeList, code: str, data: EntryBody) -> Code:
    examples = tuple(storable(text).strip() for text in data.examples)
    if examples and which is not CodeList.INTENT:
        raise Invalid("only intents have examples", "examples")
    if not all(examples):
        raise Invalid("an example is empty", "examples")
    description = storable(data.description)
    return check_entry(Code(which, code, data.name, description, data.position, data.active, examples))
