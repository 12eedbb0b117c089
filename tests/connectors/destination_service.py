"""SAP BTP's destination service: gives destinations by name, with a fresh token where one signs in by OAuth."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

from frontdesk.simulators.faults import Simulator
from frontdesk.simulators.serving import Asked, Told, told
from frontdesk.simulators.tokens import Tokens

TOKEN = "/oauth/token"
PLACE = "/destination-configuration/v1/destinations/"


@dataclass
class Destinations(Simulator):
    """`issuers` gives tokens of the systems behind destinations that sign in by OAuth."""

    tokens: Tokens
    known: Mapping[str, Mapping[str, Any]]
    issuers: Mapping[str, Tokens] = field(default_factory=dict)
    name: str = "destination"
    asked_for: list[str] = field(default_factory=list)

    @override
    def state(self) -> dict[str, Any]:
        """Which destinations were asked for, in order."""
        return {"asked_for": list(self.asked_for)}

    @override
    async def answer(self, asked: Asked) -> Told:
        if asked.path == TOKEN:
            return self.tokens.give(asked)
        if not self.tokens.is_good(asked):
            return told({"ErrorMessage": "unauthorized"}, 401)
        if asked.method != "GET" or not asked.path.startswith(PLACE):
            return told({"ErrorMessage": "not found"}, 404)
        return self._give(asked.path.removeprefix(PLACE))

    def _give(self, name: str) -> Told:
        self.asked_for.append(name)
        if name not in self.known:
            return told({"ErrorMessage": "Configuration with the specified name was not found"}, 404)
        properties = {"Name": name, "Type": "HTTP", **self.known[name]}
        body: dict[str, Any] = {"owner": {}, "destinationConfiguration": properties}
        if name in self.issuers:
            token = self.issuers[name].new()
            value = {"key": "Authorization", "value": f"Bearer {token}"}
            body["authTokens"] = [{"type": "bearer", "value": token, "http_header": value, "expires_in": "3600"}]
        return told(body)
