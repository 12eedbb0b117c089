"""Puts the OData room together over the services."""

from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.edges.odata.operations.back_office import BackOffice
from frontdesk.edges.odata.operations.handling import Handling
from frontdesk.edges.odata.operations.language import Language
from frontdesk.edges.odata.operations.operations import Operations
from frontdesk.edges.odata.reads import Reads
from frontdesk.edges.odata.serving import ODataServer
from frontdesk.edges.odata.writes import Writes
from frontdesk.wiring.container import Container


def odata_server(container: Container, wake: Callable[[], None]) -> ODataServer:
    """The room; `wake` is told when there is new work."""
    parts, seconds = container.entities, container.settings.odata.wait_seconds
    reads = Reads(parts.reading)
    language = Language(container.llm.room.use_cases, container.clock)
    writes = Writes(reads, parts.writing, parts.handled, language.vector, wake, seconds)
    analyst, office = container.pipeline.analyst, BackOffice(container)
    handling = Handling(parts.reading, parts.writing, writes, parts.handled, language, analyst, office, wake, seconds)

    async def locate(*given: Any) -> Mapping[str, Any]:
        return await room.key(*given)

    operations = Operations({**language.handlers(), **handling.handlers()}, locate)
    room = ODataServer(reads, writes, operations, container.settings.server.max_body_bytes)
    return room
