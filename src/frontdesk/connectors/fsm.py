"""SAP Field Service Management: service calls by the Data API v4. See docs/reference/connectors/fsm.md.

A call carries the effect's key as its externalId, so that an existing call is found before a second one is created. We
assume that FSM refuses a second call with the same externalId (409); then the existing call is looked up.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from typing_extensions import override

from frontdesk.connectors.answers import client_token, refusal
from frontdesk.connectors.quoting import NOT_OPENED, quoted, subject_of
from frontdesk.connectors.settings import Fsm as FsmSettings
from frontdesk.connectors.settings import pairs
from frontdesk.interfaces import ActionHandler, ConnectorFailed, Http, HttpAnswer, Invalid
from frontdesk.model import Case, Effect, Receipt
from frontdesk.orchestrator.actions import REMARK_SERVICE_CALL

NAME = "fsm"
CLIENT_VERSION = "1"
TOKEN_PATH = "/api/oauth2/v2/token"  # noqa: S105 - an address
CALLS = "/api/data/v4/ServiceCall"
CONFLICT, NOT_FOUND = 409, 404
SUBJECT_LENGTH = 255


class Fsm(ActionHandler):
    """The performer of `create_service_call` and `remark_service_call`."""

    def __init__(
        self, http: Http, account: FsmSettings, seconds: Callable[[], float], *, signs_in: bool = True
    ) -> None:
        """`http` leads to the cluster; `seconds` is a clock that only goes forward. Raises Invalid for settings.

        `signs_in` False: `http` itself sends credentials, account and company (a destination).
        """
        self._http, self._account = http, account
        token = client_token(http, TOKEN_PATH, account.client_id, account.client_secret, seconds, NAME)
        self._token = token if signs_in else None
        self._responsibles = pairs(account.responsibles, "connectors.fsm.responsibles", str)
        self._priorities = pairs(account.priorities, "connectors.fsm.priorities", str)
        self._due_hours = pairs(account.due_hours, "connectors.fsm.due_hours", float)
        for name in ("client_id", "client_secret", "account_id", "company_id"):
            if signs_in and not getattr(account, name):
                raise Invalid(f"connectors.fsm.{name} is missing", f"connectors.fsm.{name}")

    @override
    async def find(self, key: str) -> Receipt | None:
        """The service call with this key as its externalId."""
        call = await self._read(key)
        return _receipt(call) if call else None

    @override
    async def perform(self, effect: Effect, case: Case) -> Receipt:
        """Open a service call, or add a remark to one. Raises ConnectorFailed, NoAnswer."""
        if effect.action.kind == REMARK_SERVICE_CALL:
            return await self._remark(str(effect.action.parameters["call"]), quoted(case))
        answer = await self._send("POST", CALLS, self._written(effect.key, case))
        if answer.status == CONFLICT and (known := await self.find(effect.key)):
            return known
        return _receipt(_call_of(answer))

    async def change(self, key: str, fields: Mapping[str, Any]) -> Receipt:
        """Set fields of a call; tried again if somebody else changes the call meanwhile. Raises ConnectorFailed."""
        for _ in range(3):
            call = await self._read(key)
            if call is None:
                raise ConnectorFailed(f"fsm has no service call {key}", permanent=True)
            body = {**fields, "id": call["id"], "lastChanged": call["lastChanged"]}
            answer = await self._send("PATCH", f"{CALLS}/{call['id']}", body)
            if answer.status != CONFLICT:
                return _receipt(_call_of(answer))
        raise ConnectorFailed(f"the service call {key} is being changed all the time")

    async def _remark(self, key: str, remark: str) -> Receipt:
        """Add a remark once. A call that nobody has opened yet is left to whoever opens it."""
        call = await self._read(key)
        if call is None:
            return Receipt("", NOT_OPENED)
        remarks = str(call.get("remarks") or "")
        if remark in remarks:
            return _receipt(call)
        return await self.change(key, {"remarks": f"{remarks}\n\n{remark}".strip()})

    async def _read(self, key: str) -> dict[str, Any] | None:
        answer = await self._send("GET", f"{CALLS}/externalId/{quote(key, safe='')}")
        return None if answer.status == NOT_FOUND else _call_of(answer)

    async def _send(self, method: str, path: str, body: Any = None) -> HttpAnswer:
        """Send one request; it is repeated with a new token if the old one is refused (tokens can be revoked)."""
        params = {"dtos": f"ServiceCall.{self._account.dto_version}", "useExternalIds": "true"}

        async def send(token: str) -> HttpAnswer:
            return await self._http.send(method, path, json=body, params=params, headers=self._headers(token))

        return await (self._token.answered(send) if self._token else send(""))

    def _headers(self, token: str) -> dict[str, str]:
        headers = {
            "authorization": f"Bearer {token}" if token else "",
            "x-client-id": self._account.client_id,
            "x-client-version": CLIENT_VERSION,
            "x-account-id": self._account.account_id,
            "x-company-id": self._account.company_id,
            "x-request-id": uuid.uuid4().hex,
        }
        return {name: value for name, value in headers.items() if value}

    def _written(self, key: str, case: Case) -> dict[str, Any]:
        account, interaction = self._account, case.interaction
        partner = interaction.customer_id or account.business_partner
        if not partner:
            raise ConnectorFailed(
                "the sender is no known customer and connectors.fsm.business_partner is empty", permanent=True
            )
        responsible = self._responsibles.get(interaction.team)
        call = {
            "externalId": key,
            "subject": subject_of(case, SUBJECT_LENGTH),
            "remarks": remarks_of(case),
            "priority": self._priorities.get(interaction.priority),
            "statusCode": account.status_code,
            "typeCode": account.type_code,
            "typeName": account.type_name,
            "originCode": account.origin_code,
            "originName": account.origin_name,
            "businessPartner": _external(partner),
            "contact": _external(account.contact),
            "createPerson": _external(account.create_person),
            "responsibles": [_external(responsible)] if responsible else None,
            **self._times(case),
        }
        return {name: value for name, value in call.items() if value}

    def _times(self, case: Case) -> dict[str, str]:
        """Earliest start and end after the receipt of the message; the due time by priority, never earlier."""
        received = case.message.received_at
        start = received + timedelta(hours=self._account.start_hours)
        end = start + timedelta(hours=self._account.duration_hours)
        times = {"startDateTime": _time(start), "endDateTime": _time(end)}
        hours = self._due_hours.get(case.interaction.priority)
        if hours is not None:
            times["dueDateTime"] = _time(max(end, received + timedelta(hours=hours)))
        return times


def remarks_of(case: Case) -> str:
    """The remarks for a technician, in the order of the sample."""
    interaction, analysis, sender = case.interaction, case.analysis, case.message.sender
    parts = [f"Interaction #{interaction.id}.", f"ExtRefNo: {interaction.reference}."]
    if analysis is not None:
        parts += [f"Sentiment: {analysis.sentiment}.", f"Intent: {analysis.intent or 'none'}."]
        parts += [f"{entity.field}: {entity.value}." for entity in analysis.entities]
    if told := ", ".join(filter(None, (sender.name, sender.phone, sender.address))):
        parts.append(f"Contact: {told}.")
    return " ".join([*parts, quoted(case)])


def _call_of(answer: HttpAnswer) -> dict[str, Any]:
    """The service call in an answer. Raises ConnectorFailed, NoAnswer."""
    if not answer.ok:
        raise refusal(NAME, answer)
    try:
        call = answer.json()["data"][0]["serviceCall"]
        return {**call, "id": str(call["id"]), "code": str(call["code"]), "lastChanged": call["lastChanged"]}
    except (LookupError, TypeError):
        raise ConnectorFailed("fsm gave an answer without a service call") from None


def _receipt(call: Mapping[str, Any]) -> Receipt:
    detail = {"connector": NAME, "code": call["code"], "id": call["id"], "status": _status(call)}
    return Receipt(str(call["code"]), detail)


def _status(call: Mapping[str, Any]) -> str:
    return str(call.get("statusName") or call.get("statusCode") or "")


def _external(reference: str) -> dict[str, str] | None:
    return {"externalId": reference} if reference else None


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
