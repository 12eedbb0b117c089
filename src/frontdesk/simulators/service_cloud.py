"""SAP Service Cloud V2: cases, created and changed with If-Match as the real one wants it."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from typing_extensions import override

from frontdesk.simulators.faults import Simulator
from frontdesk.simulators.memory import Memory
from frontdesk.simulators.serving import Asked, Told, told
from frontdesk.simulators.tokens import basic

CASES = "/sap/c4c/api/v1/case-service/cases"
MERGE = "application/merge-patch+json"
FIELDS = {"subject", "priority", "status", "caseType", "origin", "externalId"}
FILTER = re.compile(r"externalId eq '([^']*)'")
OPTIONS = {"$filter", "$top", "$skip"}


class ServiceCloud(Simulator):
    """A simulated SAP Service Cloud."""

    name = "service-cloud"

    def __init__(self, user: str, password: str, file: Path | None = None) -> None:
        """`file` keeps the cases over restarts."""
        self._login = (user, password)
        self._cases = Memory(file)
        self._last = datetime.fromtimestamp(0, UTC)

    @override
    def state(self) -> dict[str, Any]:
        """All cases."""
        return {"cases": list(self._cases.rows.values())}

    @override
    async def answer(self, asked: Asked) -> Told:
        if basic(asked) != self._login:
            return _refused(401, "unauthorized")
        if asked.path == CASES:
            return {"GET": self._list, "POST": self._create}.get(asked.method, _not_allowed)(asked)
        case = self._cases.rows.get(asked.path.removeprefix(f"{CASES}/"))
        if case is None:
            return _refused(404, "no such case")
        if asked.method == "GET":
            return told({"value": case})
        return self._change(asked, case) if asked.method == "PATCH" else _not_allowed(asked)

    def _list(self, asked: Asked) -> Told:
        if unknown := asked.query.keys() - OPTIONS:
            return _refused(400, f"unknown option {', '.join(sorted(unknown))}")
        rows = list(self._cases.rows.values())
        if "$filter" in asked.query:
            wanted = FILTER.fullmatch(asked.query["$filter"])
            if wanted is None:
                return _refused(400, "only the filter externalId eq '…' is known")
            rows = [row for row in rows if row.get("externalId") == wanted[1]]
        return told({"value": rows[: int(asked.query.get("$top", "100"))]})

    def _create(self, asked: Asked) -> Told:
        body = asked.json()
        if wrong := _wrong(body):
            return _refused(400, wrong)
        if not body.get("subject"):
            return _refused(400, "subject is missing")
        known = body.get("externalId") and self._cases.first("externalId", body["externalId"])
        if known:
            return _refused(409, "a case with this externalId exists")
        now = self._now()
        case = {
            **body,
            "id": str(uuid.uuid4()),
            "displayId": str(8_000_001 + len(self._cases.rows)),
            "status": body.get("status", "01"),
            "adminData": {"createdOn": now, "updatedOn": now},
        }
        self._cases.put(case)
        return told({"value": case}, 201)

    def _change(self, asked: Asked, case: dict[str, Any]) -> Told:
        if asked.headers.get("content-type", "").partition(";")[0] != MERGE:
            return _refused(415, f"send {MERGE}")
        if "if-match" not in asked.headers:
            return _refused(428, "If-Match is missing")
        if asked.headers["if-match"].strip('"') != case["adminData"]["updatedOn"]:
            return _refused(412, "the case was changed meanwhile")
        body = asked.json()
        if wrong := _wrong(body):
            return _refused(400, wrong)
        changed = {**case, **body, "adminData": {**case["adminData"], "updatedOn": self._now()}}
        self._cases.put(changed)
        return told({"value": changed})

    def _now(self) -> str:
        """Always later than before."""
        self._last = max(self._last + timedelta(milliseconds=1), datetime.now(UTC))
        return self._last.isoformat(timespec="milliseconds")


def _wrong(body: Any) -> str:
    if not isinstance(body, dict):
        return "the body is not a JSON object"
    if unknown := body.keys() - FIELDS:
        return f"unknown field {', '.join(sorted(unknown))}"
    return next((f"{name} is not a text" for name, value in body.items() if not isinstance(value, str)), "")


def _not_allowed(_asked: Asked) -> Told:
    return _refused(405, "method not allowed")


def _refused(status: int, message: str) -> Told:
    return told({"error": {"code": str(status), "message": message}}, status)
