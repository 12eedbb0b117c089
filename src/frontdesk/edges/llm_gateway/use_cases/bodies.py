"""Bodies of requests to the typed part of the gateway."""

from typing import Annotated, Any

from msgspec import Meta

from frontdesk.edges.rest.bodies import ONE_LINE, Body


class InvokeBody(Body, frozen=True, forbid_unknown_fields=True):
    """A use case by name. `provider` asks one route (`SERVICE`, `SERVICE/MODEL`, `builtin`) instead of the chain;
    `fresh` neither takes an answer from the cache nor keeps it."""

    use_case: Annotated[str, Meta(min_length=1, max_length=60, pattern=ONE_LINE)]
    inputs: dict[str, Any]
    provider: Annotated[str, Meta(max_length=200, pattern=ONE_LINE)] = ""
    fresh: bool = False
