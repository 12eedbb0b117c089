"""Connectors against their simulators over real HTTP, on a container whose messages are real."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from frontdesk.model import (
    Action,
    Analysis,
    Case,
    Effect,
    EffectState,
    Entity,
    InboundMessage,
    Interaction,
    Lease,
    Sender,
    Sentiment,
    Status,
    Tier,
)
from frontdesk.outgoing import AddressRules, Limits, Outgoing
from frontdesk.simulators.faults import Faults, Faulty, Simulator
from frontdesk.simulators.serving import Server

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
async def outgoing() -> AsyncIterator[Outgoing]:
    """HTTP that may reach this machine."""
    opened = Outgoing(AddressRules(("127.0.0.1",)))
    yield opened
    await opened.close()


@dataclass
class Running:
    """A simulator that is served."""

    url: str
    faulty: Faulty
    simulator: Any

    def state(self) -> dict[str, Any]:
        return dict(self.simulator.state())

    def fault(self, **shares: float) -> None:
        self.faulty.faults = Faults(**shares)


@pytest.fixture
async def serve() -> AsyncIterator[Any]:
    """Serve simulators until the end of the test."""
    servers: list[Server] = []

    async def begin(simulator: Simulator, seed: int = 7) -> Running:
        faulty = Faulty(simulator, seed=seed)
        server = Server(faulty.answer)
        servers.append(server)
        return Running(await server.start(), faulty, simulator)

    yield begin
    for server in servers:
        await server.close()


PATIENT = Limits(connect=60, first_byte=60, total=60)


def effect(kind: str, key: str = "01KEY:default:1:0", **parameters: Any) -> Effect:
    return Effect(key, "01MESSAGE", 7, "01DECISION", 0, Action(kind, parameters), EffectState.PENDING, 0, AT)


def case(**changes: Any) -> Case:
    message = InboundMessage("01MESSAGE", 7, 1, "WEB", "The oven stays cold", Sender("Kim Doe", "kim@x.example"), AT)
    interaction = Interaction(
        id=7,
        reference="ABCD2345",
        title="The oven stays cold",
        summary="Since Monday the oven stays cold.",
        category="SUP",
        channel="WEB",
        status=Status.IN_PROCESS,
        priority="H",
        created_at=AT,
        updated_at=AT,
        version=3,
        customer_id="100042",
        team="TEC",
    )
    whole = Case(message, interaction, Lease("01WORK", "me", AT), repeated=False, analysis=reading(), recorded=True)
    return replace(whole, interaction=replace(interaction, **changes))


def reading(*entities: Entity) -> Analysis:
    return Analysis(
        id="01ANALYSIS",
        message_id="01MESSAGE",
        run=1,
        tier=Tier.BUILTIN,
        model="builtin",
        language="en",
        sentiment=Sentiment.NEGATIVE,
        sentiment_probability=0.9,
        title="The oven stays cold",
        summary="Since Monday the oven stays cold.",
        message_type="SR",
        type_probability=0.9,
        intent="TI",
        intent_probability=0.9,
        intents=(),
        entities=entities,
        milliseconds=1.0,
        created_at=AT,
    )
