"""SAP Business Rules (Build Process Automation decisions), which can name the route of a message.

POST …/rules-service/rest/v2/rule-services; see docs/reference/connectors/sap_rules.md.
"""

from collections.abc import Callable, Mapping
from typing import Any

from typing_extensions import override

from frontdesk.connectors.answers import client_token, refusal
from frontdesk.connectors.settings import SapRules as RulesSettings
from frontdesk.connectors.settings import pairs
from frontdesk.interfaces import Http, HttpAnswer, Invalid
from frontdesk.interfaces.rules import RemoteDecider
from frontdesk.interfaces.tokens import KeptToken

NAME = "sap_rules"
PATH = "/rules-service/rest/v2/rule-services"


class SapRules(RemoteDecider):
    """SAP Business Rules as the rules service that is asked."""

    name = NAME

    def __init__(
        self, http: Http, token_http: Http | None, token_path: str, account: RulesSettings, seconds: Callable[[], float]
    ) -> None:
        """`http` leads to the runtime, `token_http` to the token service; without it `http` itself signs in.

        Raises Invalid for settings.
        """
        self._http, self._account = http, account
        self._token: KeptToken | None = None
        if token_http is not None:
            self._token = client_token(token_http, token_path, account.client_id, account.client_secret, seconds, NAME)
        self._vocabulary = pairs(account.vocabulary, "connectors.rules.vocabulary", str)
        self._answer = account.answer.split(".")
        if not account.service_id:
            raise Invalid("connectors.rules.service_id is missing", "connectors.rules.service_id")

    @override
    async def route(self, facts: Mapping[str, Any]) -> str:
        """Raises ConnectorFailed, NoAnswer."""
        body = {
            "RuleServiceId": self._account.service_id,
            "RuleServiceRevision": self._account.revision,
            "Vocabulary": [{theirs: facts.get(ours, "") for theirs, ours in self._vocabulary.items()}],
        }
        answer = await self._send(body)
        if not answer.ok:
            raise refusal(NAME, answer)
        return _route(answer.json(), self._answer)

    async def _send(self, body: Mapping[str, Any]) -> HttpAnswer:
        async def send(token: str) -> HttpAnswer:
            headers = {"authorization": f"Bearer {token}"} if token else {}
            return await self._http.send("POST", PATH, json=body, headers=headers)

        return await (self._token.answered(send) if self._token else send(""))


def _route(body: Any, path: list[str]) -> str:
    """The value at `path` in the first result; no route where there is no result."""
    results = body.get("Result") if isinstance(body, dict) else None
    found = results[0] if isinstance(results, list) and results else None
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""
