"""Customers and contacts."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from litestar import Response
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import UNSET, Meta, UnsetType, field

from frontdesk.edges.rest.answers import ContactAnswer, CustomerAnswer, Listed, created, replay, show, show_page, tagged
from frontdesk.edges.rest.bodies import ONE_LINE, Body, CustomerNumber, Name, Phone
from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.services import (
    Asked,
    Cursor,
    IdempotencyHeader,
    IfMatch,
    Limit,
    Number,
    RouteGroup,
    expected_version,
    once_of,
    who,
)
from frontdesk.interfaces import Invalid
from frontdesk.model import Contact, Role

CustomerName = Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE)]
Email = Annotated[str, Meta(max_length=320, pattern=r"^([^@\s\u0000-\u001f]+@[^@\s\u0000-\u001f]+)?$(?!\n)")]
Identities = dict[
    Annotated[str, Meta(min_length=1, max_length=40)],
    Annotated[str, Meta(min_length=1, max_length=320, pattern=ONE_LINE)],
]
Tier = Annotated[str, Meta(max_length=40, pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]*)?$(?!\n)")]
CustomerId = Annotated[str, PathParameter(max_length=10, description="The number of a customer.")]
NOT_YET = datetime(1970, 1, 1, tzinfo=UTC)


class CustomerBody(Body, frozen=True, forbid_unknown_fields=True):
    """A new customer; calendars, service levels and timed rules know it by its `tier`."""

    id: CustomerNumber
    name: CustomerName
    tier: Tier = ""


class CustomerPatch(Body, frozen=True, forbid_unknown_fields=True):
    """What may be changed of a customer; what is left out stays."""

    name: CustomerName | None = None
    tier: Tier | None = None


class ContactBody(Body, frozen=True, forbid_unknown_fields=True):
    """A new contact. E-mail address and phone number become identities by themselves."""

    name: Name = ""
    email: Email = ""
    phone: Phone = ""
    customer_id: CustomerNumber | None = None
    identities: Identities = field(default_factory=dict)


class ContactPatch(Body, frozen=True, forbid_unknown_fields=True):
    """The fields to set; others stay unchanged. `identities` replaces them all."""

    name: Name | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    phone: Phone | UnsetType = UNSET
    customer_id: CustomerNumber | UnsetType | None = UNSET
    identities: Identities | UnsetType = UNSET


class MergeBody(Body, frozen=True, forbid_unknown_fields=True):
    """The number of the contact that goes."""

    other: Annotated[int, Meta(ge=1, le=2**53)]


class Customers(RouteGroup):
    """Customers by number."""

    path = "/customers"
    tags = ("Customers",)

    @route("GET", "/", Role.AGENT, "List customers")
    async def list_all(self, limit: Limit = 50, cursor: Cursor = "") -> Listed[CustomerAnswer]:
        """By number."""
        return show_page(await self.services.people.customers.page(limit, cursor), CustomerAnswer)

    @route("POST", "/", Role.AGENT, "Add a customer", etag=True)
    async def add(
        self, request: Asked, data: JSONBody[CustomerBody], idempotency_key: IdempotencyHeader = None
    ) -> Response[CustomerAnswer]:
        """Store a new customer."""
        once = await once_of(request, idempotency_key)
        kept = await self.services.people.customers.add(data.id, data.name, once, data.tier)
        new = kept.value
        return created(kept, show(new, CustomerAnswer), f"/api/v1/customers/{new.id}", new.version)

    @route("GET", "/{customer_id:str}", Role.AGENT, "One customer", etag=True)
    async def read(self, customer_id: CustomerId) -> Response[CustomerAnswer]:
        """The customer with its ETag."""
        found = await self.services.people.customers.get(customer_id)
        return tagged(show(found, CustomerAnswer), found.version)

    @route("PATCH", "/{customer_id:str}", Role.AGENT, "Change a customer", "Needs its ETag in If-Match.", etag=True)
    async def change(
        self, customer_id: CustomerId, data: JSONBody[CustomerPatch], if_match: IfMatch = None
    ) -> Response[CustomerAnswer]:
        """Set the name or the tier."""
        before = await self.services.people.customers.get(customer_id)
        version = expected_version(if_match, before.version)
        after = await self.services.people.customers.change(customer_id, version, name=data.name, tier=data.tier)
        return tagged(show(after, CustomerAnswer), after.version)


class ContactRoutes(RouteGroup):
    """People who write to us."""

    path = "/contacts"
    tags = ("Contacts",)

    @route("GET", "/", Role.AGENT, "List contacts")
    async def list_all(
        self,
        customer_id: Annotated[str, QueryParameter(max_length=10, description="Only of this customer.")] = "",
        address: Annotated[
            str, QueryParameter(max_length=320, description="Only with this address on any channel.")
        ] = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Listed[ContactAnswer]:
        """By number."""
        return show_page(await self.services.people.contacts.page(limit, cursor, customer_id, address), ContactAnswer)

    @route("POST", "/", Role.AGENT, "Add a contact", etag=True)
    async def add(
        self, request: Asked, data: JSONBody[ContactBody], idempotency_key: IdempotencyHeader = None
    ) -> Response[ContactAnswer]:
        """Store a new contact under a new number."""
        await self._check_channels(data.identities)
        new = Contact(0, data.name, data.email, data.phone, NOT_YET, data.customer_id, dict(data.identities))
        kept = await self.services.people.contacts.add(new, await once_of(request, idempotency_key))
        stored = kept.value
        return created(kept, show(stored, ContactAnswer), f"/api/v1/contacts/{stored.id}", stored.version)

    @route("GET", "/{contact_id:int}", Role.AGENT, "One contact", etag=True)
    async def read(self, contact_id: Number) -> Response[ContactAnswer]:
        """The contact with its ETag."""
        found = await self.services.people.contacts.get(contact_id)
        return tagged(show(found, ContactAnswer), found.version)

    @route(
        "PATCH",
        "/{contact_id:int}",
        Role.AGENT,
        "Change a contact",
        "Needs its ETag in If-Match.",
        also=(409,),
        etag=True,
    )
    async def change(
        self, contact_id: Number, data: JSONBody[ContactPatch], if_match: IfMatch = None
    ) -> Response[ContactAnswer]:
        """Set fields of it."""
        before = await self.services.people.contacts.get(contact_id)
        version = expected_version(if_match, before.version)
        given = {name: getattr(data, name) for name in data.__struct_fields__}
        told = {name: value for name, value in given.items() if value is not UNSET}
        await self._check_channels(told.get("identities", {}))
        wanted = replace(before, **told)
        after = await self.services.people.contacts.change(wanted, version if version is not None else before.version)
        return tagged(show(after, ContactAnswer), after.version)

    @route(
        "POST",
        "/{contact_id:int}/merge",
        Role.AGENT,
        "Merge another contact into this one",
        "They are one person: the other's addresses, messages and service calls become this one's.",
        etag=True,
        status_code=200,
    )
    async def merge(
        self, request: Asked, contact_id: Number, data: JSONBody[MergeBody], idempotency_key: IdempotencyHeader = None
    ) -> Response[ContactAnswer]:
        """The contact as it is afterwards."""
        once = await once_of(request, idempotency_key)
        kept = await self.services.people.contacts.merge(contact_id, data.other, who(request), once)
        headers = {"ETag": f'"{kept.value.version}"'} | replay(kept)
        return Response(show(kept.value, ContactAnswer), headers=headers)

    async def _check_channels(self, identities: dict[str, str]) -> None:
        known = await self.channels.known()
        for channel in identities:
            if channel not in known:
                raise Invalid(f"channel {channel!r} is not known: use one of {', '.join(sorted(known))}", "identities")
