"""Bodies of requests: strict JSON, decoded straight into a struct, with refusals that name the field."""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
from litestar.connection import ASGIConnection
from litestar.dto import AbstractDTO
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition
from msgspec import Meta

from frontdesk.edges.problems import Unsupported
from frontdesk.edges.rest.unknown import fields_of, nearest
from frontdesk.interfaces import Invalid

T = TypeVar("T")

# One line: no control characters. Databases cannot hold NUL, and nobody means the others in a name.
# The look-ahead is there because Python's `$` also matches before a last line feed.
ONE_LINE = r"^[^\u0000-\u001f\u007f]*$(?!\n)"
Name = Annotated[str, Meta(max_length=200, pattern=ONE_LINE)]
Address = Annotated[str, Meta(max_length=320, pattern=ONE_LINE)]
Phone = Annotated[str, Meta(max_length=40, pattern=ONE_LINE)]
ShortCode = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$(?!\n)")]
CustomerNumber = Annotated[str, Meta(min_length=1, max_length=10, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$(?!\n)")]

_MISSING = re.compile(r"(missing required|unknown) field `([^`]*)`")
_PATH = re.compile(r" - at `\$\.?(.*)`$")


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request body. An unknown field is refused rather than ignored."""


class StrictJson(AbstractDTO[T]):
    """Litestar's socket for decoding a body: `dto=StrictJson[SomeBody]`."""

    def decode_bytes(self, value: bytes) -> Any:
        """The body as its struct. Raises Invalid, Unsupported."""
        check_media_type(self.asgi_connection)
        try:
            return decode(_decoder(self.model_type), value)
        except Invalid as error:
            raise _with_nearest(error, self.model_type) from None

    @classmethod
    def create_for_field_definition(cls, *_: Any, **__: Any) -> None:
        """Nothing to prepare: the struct itself is what is decoded."""

    @classmethod
    def create_openapi_schema(
        cls,
        field_definition: FieldDefinition,
        handler_id: str,  # noqa: ARG003 - Litestar names it
        schema_creator: Any,
    ) -> Reference | Schema:
        """The schema of the struct."""
        schema: Reference | Schema = schema_creator.for_field_definition(field_definition)
        return schema

    @classmethod
    def is_supported_model_type_field(cls, field_definition: FieldDefinition) -> bool:  # noqa: ARG003 - Litestar names it
        """Answers are not made by this."""
        return False

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Any:
        """Not used: structs are decoded as they are."""
        raise NotImplementedError

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:
        """Not used: structs are decoded as they are."""
        raise NotImplementedError


_decoders: dict[Any, Callable[[bytes], Any]] = {}


def _decoder(kind: Any) -> Callable[[bytes], Any]:
    if (decoder := _decoders.get(kind)) is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind).decode
    return decoder


def check_media_type(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Raises Unsupported for anything but JSON."""
    sent = connection.headers.get("content-type", "application/json")
    kind = sent.partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise Unsupported(f"{kind or 'no content type'} is not read here: send application/json")


def decode(decoder: Callable[[bytes], T], body: bytes) -> T:
    """A JSON text as what it must be. Raises Invalid that names the field."""
    try:
        return decoder(body)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"the body is not JSON: {error}") from None
    except RecursionError:
        raise Invalid("the body is nested too deeply") from None


def _with_nearest(error: Invalid, kind: Any) -> Invalid:
    unknown = _MISSING.search(str(error))
    if unknown is None or unknown[1] != "unknown":
        return error
    return Invalid(f"{error}{nearest(unknown[2], fields_of(kind))}", error.field)


def _invalid(message: str) -> Invalid:
    at = _PATH.search(message)
    missing = _MISSING.search(message)
    parts = [part for part in (at and at[1], missing and missing[2]) if part]
    return Invalid(_PATH.sub("", message), ".".join(parts))
