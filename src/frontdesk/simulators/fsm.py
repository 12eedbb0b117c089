"""SAP Field Service Management: tokens and service calls of the Data API v4, checked as the real one checks them.

Facts: docs/reference/connectors/fsm.md. What is assumed there about refusals is assumed here too.
"""

import time
import uuid
from pathlib import Path
from typing import Any

from typing_extensions import override

from frontdesk.simulators.faults import Simulator
from frontdesk.simulators.memory import Memory
from frontdesk.simulators.serving import Asked, Told, told
from frontdesk.simulators.tokens import Tokens

TOKEN = "/api/oauth2/v2/token"  # noqa: S105 - an address
CALLS = "/api/data/v4/ServiceCall"
BY_EXTERNAL_ID = f"{CALLS}/externalId/"
NEEDED_HEADERS = ("x-client-id", "x-client-version", "x-account-id", "x-company-id", "x-request-id")
PRIORITIES = ("LOW", "MEDIUM", "HIGH")
REFERENCES = ("businessPartner", "contact", "createPerson")
TEXTS = ("subject", "remarks", "statusCode", "statusName", "typeCode", "typeName", "originCode", "originName")
TIMES = ("startDateTime", "endDateTime", "dueDateTime")
FIELDS = {"externalId", "priority", "responsibles", "id", "lastChanged", *REFERENCES, *TEXTS, *TIMES}
SUBJECT_LENGTH = 255


class Fsm(Simulator):
    """A simulated SAP Field Service Management."""

    name = "fsm"

    def __init__(self, tokens: Tokens, account: str = "1", company: str = "1", file: Path | None = None) -> None:
        """`file` keeps the service calls over restarts."""
        self.tokens, self._account, self._company = tokens, account, company
        self._calls = Memory(file)
        self._changed = 0

    @override
    def state(self) -> dict[str, Any]:
        """All service calls."""
        return {"service_calls": list(self._calls.rows.values())}

    @override
    async def answer(self, asked: Asked) -> Told:
        if asked.path == TOKEN:
            return self.tokens.give(asked)
        if not (asked.path == CALLS or asked.path.startswith(f"{CALLS}/")):
            return _refused(404, "NOT_FOUND", f"there is no {asked.path}")
        if not self.tokens.is_good(asked):
            return _refused(401, "UNAUTHORIZED", "the token is unknown or has expired")
        return self._misaddressed(asked) or self._carry_out(asked)

    def _misaddressed(self, asked: Asked) -> Told | None:
        if missing := [name for name in NEEDED_HEADERS if not asked.headers.get(name)]:
            return _refused(400, "HEADER_MISSING", f"header {', '.join(missing)} is missing")
        if (asked.headers["x-account-id"], asked.headers["x-company-id"]) != (self._account, self._company):
            return _refused(403, "FORBIDDEN", "this client does not belong to that account and company")
        name, _, version = asked.query.get("dtos", "").partition(".")
        if name != "ServiceCall" or not version.isdigit():
            return _refused(400, "DTOS_MISSING", "dtos=ServiceCall.VERSION is missing")
        if unknown := asked.query.keys() - {"dtos", "useExternalIds", "forceUpdate"}:
            return _refused(400, "BAD_QUERY", f"unknown parameter {', '.join(sorted(unknown))}")
        return None

    def _carry_out(self, asked: Asked) -> Told:
        if asked.path == CALLS:
            return self._create(asked) if asked.method == "POST" else _refused(405, "METHOD", "POST it")
        call = self._find(asked.path)
        if call is None:
            return _refused(404, "NOT_FOUND", "there is no such service call")
        if asked.method == "GET":
            return _shown(call)
        return self._change(asked, call) if asked.method == "PATCH" else _refused(405, "METHOD", "GET or PATCH it")

    def _find(self, path: str) -> dict[str, Any] | None:
        if path.startswith(BY_EXTERNAL_ID):
            return self._calls.first("externalId", path.removeprefix(BY_EXTERNAL_ID))
        return self._calls.rows.get(path.removeprefix(f"{CALLS}/"))

    def _create(self, asked: Asked) -> Told:
        body = asked.json()
        by_external_ids = asked.query.get("useExternalIds") == "true"
        if wrong := _wrong(body, by_external_ids):
            return _refused(400, "VALIDATION", wrong)
        if missing := [name for name in ("subject", "businessPartner") if not body.get(name)]:
            return _refused(400, "VALIDATION", f"{', '.join(missing)} is missing")
        external_id = body.get("externalId")
        if external_id and self._calls.first("externalId", external_id) is not None:
            return _refused(409, "DUPLICATE", f"a service call with externalId {external_id} exists")
        code = str(len(self._calls.rows) + 1)
        call = {**body, "id": uuid.uuid4().hex.upper(), "code": code, "lastChanged": self._now()}
        self._calls.put(call)
        return _shown(call, 201)

    def _change(self, asked: Asked, call: dict[str, Any]) -> Told:
        body = asked.json()
        if wrong := _wrong(body, asked.query.get("useExternalIds") == "true"):
            return _refused(400, "VALIDATION", wrong)
        if asked.query.get("forceUpdate") != "true" and body.get("lastChanged") != call["lastChanged"]:
            return _refused(409, "CONFLICT", f"lastChanged is {call['lastChanged']}: read it again")
        kept = {name: call[name] for name in ("id", "code", "externalId") if name in call}
        changed = {**call, **body, **kept, "lastChanged": self._now()}
        self._calls.put(changed)
        return _shown(changed)

    def _now(self) -> int:
        """Milliseconds, always more than before."""
        self._changed = max(self._changed + 1, int(time.time() * 1000))
        return self._changed


def _wrong(body: Any, by_external_ids: bool) -> str:
    """What is wrong with a service call, empty when nothing is."""
    if not isinstance(body, dict):
        return "the body is not a JSON object"
    if unknown := body.keys() - FIELDS:
        return f"unknown field {', '.join(sorted(unknown))}"
    if body.get("priority", "LOW") not in PRIORITIES:
        return f"priority is not one of {', '.join(PRIORITIES)}"
    if len(str(body.get("subject", ""))) > SUBJECT_LENGTH:
        return f"subject is longer than {SUBJECT_LENGTH}"
    if texts := [name for name in TEXTS if not isinstance(body.get(name, ""), str)]:
        return f"{texts[0]} is not a text"
    if times := [name for name in TIMES if name in body and not _is_time(body[name])]:
        return f"{times[0]} is not a time like 2026-01-31T12:00:00Z"
    return _wrong_references(body, by_external_ids)


def _wrong_references(body: dict[str, Any], by_external_ids: bool) -> str:
    responsibles = body.get("responsibles", [])
    if not isinstance(responsibles, list):
        return "responsibles is not a list"
    for name, value in [*((n, body[n]) for n in REFERENCES if n in body), *(("responsibles", r) for r in responsibles)]:
        good = isinstance(value, dict) and set(value) == {"externalId"} if by_external_ids else isinstance(value, str)
        if not good:
            return f"{name} is not {'an object with externalId' if by_external_ids else 'an id'}"
    return ""


def _is_time(value: Any) -> bool:
    try:
        time.strptime(str(value), "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return False
    return True


def _shown(call: dict[str, Any], status: int = 200) -> Told:
    return told({"data": [{"serviceCall": call}]}, status)


def _refused(status: int, error: str, message: str) -> Told:
    return told({"error": error, "message": message}, status)
