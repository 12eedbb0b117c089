"""The OpenAPI 3.1 document of the interface, at /api/v1/openapi.json."""

import re
import warnings
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, License, SecurityScheme, Tag
from litestar.types import Method
from litestar.types.internal_types import PathParameterDefinition

from frontdesk.edges.rest.services import refuse_unreadable
from frontdesk.model import Role

PATH = "/api/v1"
TAGS = {
    "Messages": "What customers wrote.",
    "Interactions": "Interactions with all their messages.",
    "Customers": "Customers by number.",
    "Contacts": "People who write to us.",
    "Knowledge": "Articles that answer questions, and products.",
    "Orders": "Orders of customers.",
    "Code lists": "What is offered and recognised; intents among them.",
    "Decisions and effects": "What the rules chose and what was done about it.",
    "Rules": "Versions of the decision table: tried on the past before they act.",
    "Insights": "Figures, split and filtered, and the rows behind each.",
    "Work": "Durable work that needs a person.",
    "Operation": "Probes and figures.",
}
BODIES = ("Body", "Patch")
# Litestar names lists of something after the place of that something in our code.
GENERIC = re.compile(rb"Listed(?:_frontdesk\.edges\.rest\.\w+\.|\[)(\w+?)Answer[_\]]")
DESCRIPTION = (
    "Messages are stored durably before they are answered for; analysis, decision, effects and reply follow. "
    "Whatever is refused is a problem document (RFC 9457). Lists are read page by page with `cursor`. "
    "Changes need the ETag in `If-Match`. Any POST may carry an `Idempotency-Key`."
)


class Specification(Controller):
    """Serves the document, made once."""

    path = PATH
    include_in_schema = False

    @get("/openapi.json", opt={"role": Role.ANYONE}, media_type="application/json", before_request=refuse_unreadable)
    async def openapi(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """The document."""
        return Response(document(request), media_type="application/vnd.oai.openapi+json;version=3.1")


def document(request: Request[Any, Any, Any]) -> bytes:
    """The document as JSON, kept in the app's state after the first time."""
    state = request.app.state
    if "openapi_document" not in state:
        schema = request.app.openapi_schema.to_schema()
        for name, body in schema["components"]["schemas"].items():
            if name.endswith(BODIES):
                body["additionalProperties"] = False  # Litestar does not tell it of structs
        schema["servers"] = [{"url": state.get("sub_path") or "/"}]
        state["openapi_document"] = GENERIC.sub(rb"\1List", msgspec.json.encode(schema))
    made: bytes = state["openapi_document"]
    return made


def specification() -> OpenAPIConfig:
    """For Litestar's `openapi_config`: pages that draw the document would need a CDN, so `ui` has one of ours."""
    with warnings.catch_warnings():
        # The way that replaces it answers every unknown address under its path with a page of its own.
        warnings.filterwarnings("ignore", "Use of deprecated attribute 'openapi_controller'", DeprecationWarning)
        return _config()


def _config() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Frontdesk",
        version=_version(),
        description=DESCRIPTION,
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        security=[{"key": []}, {"session": []}],
        tags=[Tag(name=name, description=text) for name, text in TAGS.items()],
        components=Components(
            security_schemes={
                "key": SecurityScheme(type="http", scheme="bearer", description="An API key: `Bearer fd_…`."),
                "session": SecurityScheme(
                    type="apiKey",
                    name="frontdesk_session",
                    security_scheme_in="cookie",
                    description="The session of a person who signed in; changes also need `x-csrftoken`.",
                ),
            }
        ),
        use_handler_docstrings=True,
        operation_id_creator=_operation_id,
        openapi_controller=Specification,  # type: ignore[arg-type]  # Litestar only registers it
    )


def _operation_id(handler: HTTPRouteHandler, _method: Method, path: list[str | PathParameterDefinition]) -> str:
    """As a generated client names it: interactions_change."""
    words = [part for part in path if isinstance(part, str) and part not in PATH.split("/")]
    return "_".join([words[0], handler.handler_name]).replace("-", "_")


def _version() -> str:
    try:
        return version("frontdesk")
    except PackageNotFoundError:
        return "0"
