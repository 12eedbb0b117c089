"""A simulated field service for tests, and the settings with which a container uses it."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from frontdesk.settings.sections import Settings
from frontdesk.simulators.faults import Faults, Faulty
from frontdesk.simulators.fsm import Fsm
from frontdesk.simulators.serving import Asked, Server, Told
from frontdesk.simulators.tokens import Tokens

SECRET = {"X-Frontdesk-Secret": "a secret of ours"}


class FieldService:
    """The simulated FSM, and what a technician does there."""

    def __init__(self) -> None:
        self.simulator = Fsm(Tokens("frontdesk", "secret"))
        self.faulty = Faulty(self.simulator)
        self.url = ""

    @property
    def calls(self) -> list[dict[str, Any]]:
        return list(self.simulator.state()["service_calls"])

    def break_once(self, faults: Faults) -> None:
        """Have these faults for one request."""
        whole = self.faulty.answer

        async def answer(asked: Asked) -> Told:
            self.faulty.faults = faults
            self.faulty.answer = whole  # type: ignore[method-assign]
            told = await whole(asked)
            self.faulty.faults = Faults()
            return told

        self.faulty.answer = answer  # type: ignore[method-assign]

    def plan(self) -> str:
        """Plan the first call; its externalId."""
        self.simulator._calls.put({**self.calls[0], "statusName": "Planned"})
        return str(self.calls[0]["externalId"])


@pytest.fixture
async def field() -> AsyncIterator[FieldService]:
    served = FieldService()
    server = Server(lambda asked: served.faulty.answer(asked))
    served.url = await server.start()
    yield served
    await server.close()


def with_fsm(settings: Settings, url: str) -> Settings:
    fsm = msgspec.structs.replace(
        settings.connectors.fsm,
        url=url,
        client_id="frontdesk",
        client_secret="secret",
        account_id="1",
        company_id="1",
        business_partner="WALK-IN",
        webhook_secret=SECRET["X-Frontdesk-Secret"],
    )
    connectors = msgspec.structs.replace(settings.connectors, service_calls="fsm", fsm=fsm)
    return msgspec.structs.replace(settings, connectors=connectors)
