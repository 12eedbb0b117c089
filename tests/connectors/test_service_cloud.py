"""Cases in Service Cloud."""

from dataclasses import replace
from typing import Any

import pytest

from frontdesk.connectors.service_cloud import Cases
from frontdesk.interfaces import NoAnswer
from frontdesk.outgoing import Outgoing
from frontdesk.simulators.service_cloud import ServiceCloud
from tests.connectors.conftest import PATIENT, Running, case, effect


@pytest.fixture
async def running(serve: Any) -> Running:
    return await serve(ServiceCloud("me", "secret"))


@pytest.fixture
def cases(running: Running, outgoing: Outgoing) -> Cases:
    return Cases(outgoing.client(running.url, limits=PATIENT), "me", "secret")


async def test_an_interaction_has_one_case_that_is_brought_up_to_date(cases: Cases, running: Running) -> None:
    first = await cases.perform(effect("update_case"), case())
    second = await cases.perform(effect("update_case", status="05"), case(title="It works again"))
    [kept] = running.state()["cases"]
    assert first.reference == second.reference == kept["displayId"]
    assert (kept["externalId"], kept["subject"], kept["status"]) == ("ABCD2345", "It works again", "05")
    assert kept["priority"] == "01"


async def test_a_case_whose_answer_was_cut_is_not_created_again(cases: Cases, running: Running) -> None:
    running.faulty._chance.seed(0)
    running.simulator.answer, inner = _cut_after_creating(running), running.simulator.answer
    with pytest.raises(NoAnswer):
        await cases.perform(effect("update_case"), case())
    running.simulator.answer = inner
    await cases.perform(effect("update_case"), case())
    assert len(running.state()["cases"]) == 1


def _cut_after_creating(running: Running) -> Any:
    inner = running.simulator.answer

    async def answer(asked: Any) -> Any:
        told = await inner(asked)
        return replace(told, cut_after=0) if asked.method == "POST" else told

    return answer


async def test_a_case_that_somebody_changes_meanwhile_is_read_again(cases: Cases, running: Running) -> None:
    await cases.perform(effect("update_case"), case())
    inner, met = running.simulator._change, []

    def change(asked: Any, kept: dict[str, Any]) -> Any:
        if not met:
            met.append(True)
            kept["adminData"]["updatedOn"] = running.simulator._now()
        return inner(asked, kept)

    running.simulator._change = change
    receipt = await cases.perform(effect("update_case"), case(title="New title"))
    assert receipt.detail["status"] == "02"
    assert running.state()["cases"][0]["subject"] == "New title"
