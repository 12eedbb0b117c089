"""The REST interface as a page for people, drawn from its OpenAPI document without any other site."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get

from frontdesk.ui.languages import N_
from frontdesk.ui.services import Needs, PageRequest
from frontdesk.ui.submit import ANYONE

TITLE = N_("REST interface")


@get("/api/v1/docs", opt=ANYONE, include_in_schema=False)
async def api_reference(request: PageRequest, services: Needs) -> Response[str]:
    """The page."""
    document = msgspec.json.decode(services.api_document(request))
    groups = {tag["name"]: (tag["description"], list[Any]()) for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for tag in operation.get("tags", ())[:1]:
                groups.setdefault(tag, ("", []))[1].append((method.upper(), path, operation))
    context: Mapping[str, Any] = {"document": document, "groups": groups}
    return services.pages.page(request, "api_reference.html", TITLE, dict(context))


HANDLERS = (api_reference,)
