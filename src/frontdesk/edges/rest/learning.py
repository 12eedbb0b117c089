"""Routes of what corrections taught, for supervisors."""

from typing import Annotated

from litestar.params import PathParameter

from frontdesk.edges.rest.analysis_answers import CorrectionAnswer
from frontdesk.edges.rest.answers import LearntCorrectionAnswer, Listed, show, show_page
from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.services import Asked, Cursor, IdempotencyHeader, Limit, RouteGroup, who
from frontdesk.model import Role

Ulid = Annotated[str, PathParameter(max_length=26)]


class LearningRoutes(RouteGroup):
    """Corrected intents, which become examples for all messages: at once, or when they are reviewed."""

    path = "/learnt-corrections"
    tags = ("Messages",)

    @route("GET", "/", Role.SUPERVISOR, "Corrected intents")
    async def list_all(self, limit: Limit = 50, cursor: Cursor = "") -> Listed[LearntCorrectionAnswer]:
        """Of each message the last one, the newest first."""
        return show_page(await self.services.messages.learning.page(limit, cursor), LearntCorrectionAnswer)

    @route("POST", "/{correction_id:str}/teach", Role.SUPERVISOR, "Learn from a correction", status_code=200)
    async def teach(
        self,
        request: Asked,
        correction_id: Ulid,
        idempotency_key: IdempotencyHeader = None,  # any POST takes one; doing it twice changes nothing
    ) -> CorrectionAnswer:
        """Make the message an example of the intent that it was given."""
        return show(await self.services.messages.learning.teach(correction_id, who(request)), CorrectionAnswer)

    @route("POST", "/{correction_id:str}/forget", Role.SUPERVISOR, "Forget what a correction taught", status_code=200)
    async def forget(
        self,
        request: Asked,
        correction_id: Ulid,
        idempotency_key: IdempotencyHeader = None,  # any POST takes one; doing it twice changes nothing
    ) -> CorrectionAnswer:
        """Take the example back; the message itself stays as it was corrected."""
        return show(await self.services.messages.learning.forget(correction_id, who(request)), CorrectionAnswer)
