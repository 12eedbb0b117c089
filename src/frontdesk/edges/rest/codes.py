"""Code lists: what is offered and recognised; people edit them while the product runs."""

from typing import Annotated

from litestar import Response
from litestar.params import FromPath, JSONBody, PathParameter
from msgspec import Meta, field

from frontdesk.edges.rest.answers import CodeAnswer, created, show
from frontdesk.edges.rest.bodies import ONE_LINE, Body, ShortCode
from frontdesk.edges.rest.declaring import route
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

    @route("GET", "/", Role.SERVICE, "All code lists")
    async def list_all(self) -> dict[str, list[CodeAnswer]]:
        """Every list with its entries, by position."""
        lists = await self.services.configuration.codes.all()
        return {which.value: [show(entry, CodeAnswer) for entry in entries] for which, entries in lists.items()}

    @route("GET", "/{which:str}", Role.SERVICE, "One code list")
    async def read(self, which: FromPath[CodeList]) -> list[CodeAnswer]:
        """Its entries by position, also those out of use."""
        return [show(entry, CodeAnswer) for entry in (await self.services.configuration.codes.all()).get(which, ())]

    @route("POST", "/{which:str}", Role.ADMIN, "Add an entry", "A new intent is recognised from the next message on.")
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

    @route("GET", "/{which:str}/{code:str}", Role.SERVICE, "One entry")
    async def entry(self, which: FromPath[CodeList], code: CodeKey) -> CodeAnswer:
        """The entry with this code."""
        entries = (await self.services.configuration.codes.all()).get(which, ())
        found = next((entry for entry in entries if entry.code == code), None)
        if found is None:
            raise NotFound(f"there is no {which.value} {code}")
        return show(found, CodeAnswer)

    @route("PUT", "/{which:str}/{code:str}", Role.ADMIN, "Change an entry, or add it", also=(409,))
    async def store(self, which: FromPath[CodeList], code: CodeKey, data: JSONBody[EntryBody]) -> CodeAnswer:
        """Store the entry under this code."""
        stored = await self.services.configuration.codes.put(_entry(which, code, data))
        self.channels.forget()
        return show(stored, CodeAnswer)

    @route(
        "DELETE",
        "/{which:str}/{code:str}",
        Role.ADMIN,
        "Take an entry out of use",
        "It stays readable on what carries it.",
        also=(409,),
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
