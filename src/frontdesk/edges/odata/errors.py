"""OData errors: one form for everything that is refused, after OData JSON Format 4.0, 19."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar.exceptions import HTTPException

from frontdesk.edges.problems import problem_of
from frontdesk.interfaces import Conflict, FrontdeskError, Invalid, KeyReused, Stale

SEVERE = 4


class ODataError(FrontdeskError):
    """A request that is not carried out, with the status that says so; `target` names the part at fault."""

    def __init__(
        self, message: str, status: int = 400, target: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        """Say what is wrong and what to do."""
        super().__init__(message)
        self.status, self.target, self.headers = status, target, dict(headers or {})


def error_of(error: Exception, path: str) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers of an exception. An unexpected one is logged under an id that the answer names."""
    if isinstance(error, ODataError):
        return error.status, body_of(error.status, str(error), error.target), dict(error.headers)
    if isinstance(error, Conflict | KeyReused) and not isinstance(error, Stale):
        # A duplicate or a status that may not follow: the sample's clients know 400 for both.
        return 400, body_of(400, str(error)), {}
    target = error.field if isinstance(error, Invalid) else ""
    problem, headers = problem_of(error, path)
    if isinstance(error, HTTPException) and problem.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="frontdesk", charset="UTF-8", Bearer realm="frontdesk"'
    return problem.status, body_of(problem.status, str(problem.detail or problem.title), target), headers


def body_of(status: int, message: str, target: str = "") -> bytes:
    """The body of an error."""
    inner: dict[str, Any] = {"code": str(status), "message": message}
    if target:
        inner["target"] = target
        inner["@Common.numericSeverity"] = SEVERE
    return msgspec.json.encode({"error": inner})
