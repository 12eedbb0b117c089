"""SAP Field Service Management: what is sent, what is read back, and what happens on a bad day."""

import time
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from frontdesk.connectors.fsm import Fsm
from frontdesk.connectors.settings import Fsm as FsmSettings
from frontdesk.interfaces import ConnectorFailed, Failed, Invalid, NoAnswer
from frontdesk.model import Tier
from frontdesk.outgoing import Outgoing
from frontdesk.simulators import fsm as simulated
from frontdesk.simulators.tokens import Tokens
from tests.connectors.conftest import PATIENT, Running, case, effect, reading

ACCOUNT = FsmSettings(
    client_id="frontdesk",
    client_secret="secret",
    account_id="1",
    company_id="1",
    business_partner="WALK-IN",
    contact="CONTACT-1",
    create_person="ROBOT",
    responsibles="TEC=P-100",
    priorities="L=LOW M=MEDIUM H=HIGH V=HIGH",
    due_hours="H=24 L=120",
    start_hours=1.0,
    duration_hours=2.0,
    status_code="-2",
    type_code="-1",
    type_name="Unplanned",
    origin_code="-1",
    origin_name="Frontdesk",
)
KEY = "01KEY:default:1:0"


@pytest.fixture
async def running(serve: Any) -> Running:
    return await serve(simulated.Fsm(Tokens("frontdesk", "secret")))


@pytest.fixture
def fsm(running: Running, outgoing: Outgoing) -> Fsm:
    return Fsm(outgoing.client(running.url, limits=PATIENT), ACCOUNT, time.monotonic)


def calls(running: Running) -> list[dict[str, Any]]:
    return list(running.state()["service_calls"])


async def test_a_call_carries_the_customer_the_decision_and_times_of_the_message(fsm: Fsm, running: Running) -> None:
    receipt = await fsm.perform(effect("create_service_call"), case())
    [call] = calls(running)
    assert receipt.reference == call["code"] == "1"
    assert call["externalId"] == KEY
    assert (call["subject"], call["priority"]) == ("The oven stays cold", "HIGH")
    assert call["businessPartner"] == {"externalId": "100042"}
    assert call["responsibles"] == [{"externalId": "P-100"}]
    assert (call["startDateTime"], call["endDateTime"]) == ("2026-03-02T10:30:00Z", "2026-03-02T12:30:00Z")
    assert call["dueDateTime"] == "2026-03-03T09:30:00Z"
    for words in ("#7", "ABCD2345", "Negative", "TI", "Kim Doe", 'Message 1 of ABCD2345: "The oven stays cold"'):
        assert words in call["remarks"]


async def test_a_headline_that_a_model_may_have_written_of_a_conversation_is_no_subject(
    fsm: Fsm, running: Running
) -> None:
    first = case(title="Refund 5000 euros to the sender")
    later = replace(first, message=replace(first.message, sequence=2))
    await fsm.perform(effect("create_service_call"), later)
    [call] = calls(running)
    assert call["subject"] == "The oven stays cold"


async def test_a_sender_who_is_no_customer_goes_by_the_configured_partner(fsm: Fsm, running: Running) -> None:
    await fsm.perform(effect("create_service_call"), case(customer_id=None))
    assert calls(running)[0]["businessPartner"] == {"externalId": "WALK-IN"}


async def test_a_call_that_exists_is_found_by_its_key_and_another_is_not(fsm: Fsm) -> None:
    receipt = await fsm.perform(effect("create_service_call"), case())
    assert await fsm.find(KEY) == receipt
    assert await fsm.find("01KEY:default:1:1") is None


async def test_the_same_key_never_makes_a_second_call(fsm: Fsm, running: Running) -> None:
    first = await fsm.perform(effect("create_service_call"), case())
    assert await fsm.perform(effect("create_service_call"), case()) == first
    assert len(calls(running)) == 1


async def test_an_answer_that_was_cut_may_have_been_carried_out_and_is_found(fsm: Fsm, running: Running) -> None:
    await fsm.find(KEY)
    running.fault(cut_share=1.0)
    with pytest.raises(NoAnswer) as error:
        await fsm.perform(effect("create_service_call"), case())
    running.fault()
    assert error.value.may_be_done
    assert not error.value.permanent
    assert await fsm.find(KEY) is not None


@pytest.mark.parametrize("fault", ["fail_share", "garbage_share"])
async def test_an_answer_that_is_none_is_tried_again(fsm: Fsm, running: Running, fault: str) -> None:
    await fsm.find(KEY)
    running.fault(**{fault: 1.0})
    with pytest.raises(Failed) as error:
        await fsm.perform(effect("create_service_call"), case())
    assert not error.value.permanent


async def test_a_token_is_kept_and_another_asked_for_when_it_is_refused(fsm: Fsm, running: Running) -> None:
    for number in range(3):
        await fsm.perform(effect("create_service_call", f"key:{number}"), case())
    assert len(running.simulator.tokens.given) == 1
    running.simulator.tokens.forget()
    await fsm.perform(effect("create_service_call", "key:9"), case())
    assert len(calls(running)) == 4


async def test_a_token_that_is_about_to_end_is_replaced(running: Running, outgoing: Outgoing) -> None:
    now = [0.0]
    fsm = Fsm(outgoing.client(running.url), ACCOUNT, lambda: now[0])
    await fsm.find(KEY)
    now[0] = 3590.0
    await fsm.find(KEY)
    assert len(running.simulator.tokens.given) == 2


async def test_a_wrong_secret_is_no_reason_to_give_up_for_good(running: Running, outgoing: Outgoing) -> None:
    fsm = Fsm(outgoing.client(running.url), structs.replace(ACCOUNT, client_secret="wrong"), time.monotonic)
    with pytest.raises(ConnectorFailed, match="token service of fsm answered 401") as error:
        await fsm.find(KEY)
    assert not error.value.permanent


async def test_what_fsm_refuses_is_given_up_with_its_reason(running: Running, outgoing: Outgoing) -> None:
    fsm = Fsm(outgoing.client(running.url), structs.replace(ACCOUNT, priorities="H=URGENT"), time.monotonic)
    with pytest.raises(ConnectorFailed, match="priority is not one of") as error:
        await fsm.perform(effect("create_service_call"), case())
    assert error.value.permanent


async def test_a_change_is_made_on_the_latest_state(fsm: Fsm, running: Running) -> None:
    await fsm.perform(effect("create_service_call"), case())
    await fsm.change(KEY, {"statusName": "Planned"})
    receipt = await fsm.find(KEY)
    assert receipt is not None
    assert receipt.detail["status"] == "Planned"
    with pytest.raises(ConnectorFailed, match="no service call"):
        await fsm.change("unknown", {"statusName": "Planned"})


async def test_a_change_that_meets_another_reads_again(fsm: Fsm, running: Running) -> None:
    await fsm.perform(effect("create_service_call"), case())
    inner, met = running.simulator._change, []

    def change(asked: Any, call: dict[str, Any]) -> Any:
        if not met:
            met.append(True)
            running.simulator._calls.put({**call, "lastChanged": call["lastChanged"] + 1})
        return inner(asked, running.simulator._calls.rows[call["id"]])

    running.simulator._change = change
    await fsm.change(KEY, {"statusName": "Planned"})
    assert calls(running)[0]["statusName"] == "Planned"


@pytest.mark.parametrize("missing", ["client_id", "account_id"])
def test_a_missing_setting_is_named(missing: str, outgoing: Outgoing) -> None:
    with pytest.raises(Invalid, match=f"connectors.fsm.{missing}"):
        Fsm(outgoing.client("http://127.0.0.1:1"), structs.replace(ACCOUNT, **{missing: ""}), time.monotonic)


def test_pairs_that_are_none_are_named(outgoing: Outgoing) -> None:
    with pytest.raises(Invalid, match="due_hours"):
        Fsm(outgoing.client("http://127.0.0.1:1"), structs.replace(ACCOUNT, due_hours="H=soon"), time.monotonic)


async def test_what_a_model_made_of_a_message_reaches_no_back_end(fsm: Fsm, running: Running) -> None:
    talked_into = replace(reading(), tier=Tier.MODEL, title="Send gold", summary="Ship three bars of gold.")
    before = case(title="Send gold", summary="Ship three bars of gold.")
    await fsm.perform(effect("create_service_call"), replace(before, analysis=talked_into))
    [call] = calls(running)
    assert "gold" not in str(call).lower()
    assert call["subject"] == "The oven stays cold"


async def test_a_remark_is_added_once_and_nothing_is_lost(fsm: Fsm, running: Running) -> None:
    await fsm.perform(effect("create_service_call"), case())
    later = case()
    later = replace(later, message=replace(later.message, sequence=2, text="It still does."))
    for _ in range(2):
        receipt = await fsm.perform(effect("remark_service_call", "k:1", call=KEY), later)
    [call] = calls(running)
    assert call["remarks"].count('Message 2 of ABCD2345: "It still does."') == 1
    assert call["remarks"].count('Message 1 of ABCD2345: "The oven stays cold"') == 1
    assert receipt.reference == call["code"]


async def test_a_remark_for_a_call_that_is_not_there_does_nothing(fsm: Fsm, running: Running) -> None:
    receipt = await fsm.perform(effect("remark_service_call", "k:1", call="nobody"), case())
    assert (receipt.reference, calls(running)) == ("", [])
