"""A field service for measurements: the simulated FSM, which fails and cuts its answers."""

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from frontdesk.simulators.faults import Faults, Faulty
from frontdesk.simulators.fsm import Fsm
from frontdesk.simulators.serving import serving
from frontdesk.simulators.tokens import Tokens

FAULTS = Faults(slow_ms=5, fail_share=0.3, cut_share=0.1)


@dataclass
class FieldService:
    """The simulator and how our processes are told to use it."""

    simulator: Fsm
    faulty: Faulty
    url: str

    @property
    def environment(self) -> dict[str, str]:
        """Settings of a process; short pauses, as the faults are short, too."""
        fsm = {
            "url": self.url,
            "client_id": "frontdesk",
            "client_secret": "secret",
            "account_id": "1",
            "company_id": "1",
            "business_partner": "WALK-IN",
        }
        return {
            "FRONTDESK_CONNECTORS_SERVICE_CALLS": "fsm",
            "FRONTDESK_EFFECTS_LONGEST_DELAY_SECONDS": "5",
            "FRONTDESK_EFFECTS_BREAKER_SECONDS": "1",
            **{f"FRONTDESK_CONNECTORS_FSM_{name.upper()}": value for name, value in fsm.items()},
        }

    @property
    def calls(self) -> list[dict[str, Any]]:
        """All service calls there are."""
        return list(self.simulator.state()["service_calls"])

    @property
    def requests(self) -> int:
        """How many requests came, refused and failed ones too."""
        return self.faulty.count

    def broken_promises(self, opened: Mapping[str, str]) -> dict[str, int]:
        """Compare with the effects that opened calls (key to code): all must be nought."""
        there = Counter(call["externalId"] for call in self.calls)
        codes = {call["externalId"]: call["code"] for call in self.calls}
        return {
            "service_calls_missing": len(opened.keys() - there.keys()),
            "service_calls_twice": sum(count - 1 for count in there.values()),
            "service_calls_of_nobody": len(there.keys() - opened.keys()),
            "service_calls_with_another_code": sum(codes.get(key) != code for key, code in opened.items()),
        }


@contextlib.asynccontextmanager
async def field_service(seed: int) -> AsyncIterator[FieldService]:
    """Serve one for the time of a run."""
    simulator = Fsm(Tokens("frontdesk", "secret", seconds=20))
    faulty = Faulty(simulator, FAULTS, seed)
    async with serving(faulty.answer) as url:
        yield FieldService(simulator, faulty, url)
