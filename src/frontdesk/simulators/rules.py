"""SAP Business Rules: one rule service that says the route of a classification, as the sample's does."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from frontdesk.simulators.faults import Simulator
from frontdesk.simulators.serving import Asked, Told, told
from frontdesk.simulators.tokens import Tokens

TOKEN = "/oauth/token"  # noqa: S105 - an address
SERVICES = "/rules-service/rest/v2/rule-services"
ROUTES = {
    "CA": "CRM-Complaint",
    "TI": "TI-Chatbot",
    "DI": "RPA-Bot",
    "PI": "PI-Chatbot",
    "WR": "WR-Chatbot",
    "CI": "AutoReply",
}
KEYS = {"RuleServiceId", "RuleServiceRevision", "Vocabulary"}


class Rules(Simulator):
    """A simulated rules service."""

    name = "rules"

    def __init__(
        self,
        tokens: Tokens,
        service_id: str = "route",
        field: str = "Classification",
        routes: Mapping[str, str] = ROUTES,
    ) -> None:
        """Answers the rule service `service_id` by what `field` of the vocabulary says."""
        self.tokens, self._service_id, self._field, self._routes = tokens, service_id, field, routes
        self._decided = 0

    @override
    def state(self) -> dict[str, Any]:
        """How many decisions were asked for."""
        return {"decided": self._decided, "routes": dict(self._routes)}

    @override
    async def answer(self, asked: Asked) -> Told:
        if asked.path == TOKEN:
            return self.tokens.give(asked)
        if asked.path != SERVICES:
            return told({"error": {"message": "not found"}}, 404)
        if not self.tokens.is_good(asked):
            return told({"error": {"message": "unauthorized"}}, 401)
        if asked.method != "POST":
            return told({"error": {"message": "POST it"}}, 405)
        body = asked.json()
        if wrong := self._wrong(body):
            return told({"error": {"message": wrong}}, 400)
        self._decided += 1
        route = self._routes.get(str(body["Vocabulary"][0][self._field]))
        return told({"Result": [{"Route": {"Action": route}}] if route else []})

    def _wrong(self, body: Any) -> str:
        if not isinstance(body, dict) or body.keys() - KEYS or not isinstance(body.get("Vocabulary"), list):
            return f"the body needs {', '.join(sorted(KEYS))} and nothing else"
        if body.get("RuleServiceId") != self._service_id:
            return f"there is no rule service {body.get('RuleServiceId')}"
        first = body["Vocabulary"][0] if body["Vocabulary"] else None
        if not isinstance(first, dict) or self._field not in first:
            return f"the vocabulary has no {self._field}"
        return ""
