"""SAP Service Cloud V2: one case for each interaction. See docs/reference/connectors/service_cloud.md.

A case carries the interaction's reference as its externalId, so that an existing case is found before one is created.
A change sends the version that it is based on (If-Match), as the API requires. The filter by externalId is unverified.
"""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from frontdesk.connectors.answers import basic, refusal
from frontdesk.connectors.quoting import subject_of
from frontdesk.interfaces import ActionHandler, ConnectorFailed, Http, HttpAnswer, Invalid
from frontdesk.model import Case, Effect, Receipt

NAME = "service_cloud"
CASES = "/sap/c4c/api/v1/case-service/cases"
MERGE = "application/merge-patch+json"
SUBJECT_LENGTH = 255
PRIORITIES = {"L": "03", "M": "02", "H": "01", "V": "00"}
STATUSES = {"NW": "01", "IP": "02", "AA": "03", "SP": "04", "CL": "05", "RO": "02", "CO": "05"}
CONFLICTS = (409, 412)


class Cases(ActionHandler):
    """The performer of `update_case`."""

    def __init__(self, http: Http, user: str | None, password: str) -> None:
        """`http` leads to the tenant; user None: it signs in itself (a destination). Raises Invalid for settings."""
        if user == "":
            raise Invalid("connectors.service_cloud.user is missing", "connectors.service_cloud.user")
        self._http = http
        self._headers = {**(basic(user, password) if user else {}), "accept": "application/json"}

    @override
    async def find(self, key: str) -> Receipt | None:
        """`perform` itself looks first, and changing twice is like changing once."""
        return None

    @override
    async def perform(self, effect: Effect, case: Case) -> Receipt:
        """Create the interaction's case, or bring the one that is there up to date. Raises ConnectorFailed."""
        reference, fields = case.interaction.reference, _fields(effect, case)
        for _ in range(3):
            known = await self._by_reference(reference)
            answer = await (self._change(known, fields) if known else self._create(reference, fields))
            if answer.status not in CONFLICTS:
                return _receipt(_one(answer))
        raise ConnectorFailed(f"the case of {reference} is being changed all the time")

    async def _by_reference(self, reference: str) -> Mapping[str, Any] | None:
        params = {"$filter": f"externalId eq '{reference}'", "$top": "1"}
        answer = await self._http.send("GET", CASES, params=params, headers=self._headers)
        if not answer.ok:
            raise refusal(NAME, answer)
        body = answer.json()
        if not isinstance(body, dict) or not isinstance(body.get("value"), list):
            raise ConnectorFailed("service_cloud gave an answer without a list")
        return next((each for each in body["value"] if each.get("externalId") == reference), None)

    async def _create(self, reference: str, fields: Mapping[str, Any]) -> HttpAnswer:
        body = {**fields, "externalId": reference}
        return await self._http.send("POST", CASES, json=body, headers=self._headers)

    async def _change(self, known: Mapping[str, Any], fields: Mapping[str, Any]) -> HttpAnswer:
        admin = known.get("adminData") or {}
        headers = {**self._headers, "if-match": str(admin.get("updatedOn", "")), "content-type": MERGE}
        return await self._http.send("PATCH", f"{CASES}/{known['id']}", json=dict(fields), headers=headers)


def _fields(effect: Effect, case: Case) -> dict[str, Any]:
    given, interaction = effect.action.parameters, case.interaction
    fields = {
        "subject": subject_of(case, SUBJECT_LENGTH),
        "priority": given.get("priority") or PRIORITIES.get(interaction.priority),
        "status": given.get("status") or STATUSES.get(interaction.status.value),
        "caseType": given.get("case_type"),
    }
    return {name: value for name, value in fields.items() if value}


def _one(answer: HttpAnswer) -> Mapping[str, Any]:
    if not answer.ok:
        raise refusal(NAME, answer)
    body = answer.json()
    found = body.get("value", body) if isinstance(body, dict) else None
    if not isinstance(found, dict) or "id" not in found:
        raise ConnectorFailed("service_cloud gave an answer without a case")
    return found


def _receipt(found: Mapping[str, Any]) -> Receipt:
    code = str(found.get("displayId") or found["id"])
    detail = {"connector": NAME, "code": code, "id": str(found["id"]), "status": str(found.get("status", ""))}
    return Receipt(code, detail)
