"""Which back ends there are follows from the settings; what is missing is named at start."""

from typing import Any

import msgspec
import pytest

from frontdesk.connectors.fsm import Fsm
from frontdesk.connectors.service_desk import ServiceDesk
from frontdesk.interfaces import Invalid
from frontdesk.outgoing import Outgoing
from frontdesk.settings.loading import load
from frontdesk.settings.sections import Settings
from frontdesk.wiring.back_ends import back_ends
from frontdesk.wiring.container import Container, now

FSM = {"url": "http://127.0.0.1:9", "client_id": "a", "client_secret": "b", "account_id": "1", "company_id": "1"}
SAP = {"url": "http://127.0.0.1:9", "user": "me", "password": "x"}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def settings(tables: dict[str, Any]) -> Settings:
    loaded = load(environment={})
    return msgspec.convert({**msgspec.to_builtins(loaded), "connectors": tables}, Settings)


def set_up(tables: dict[str, Any], container: Container, outgoing: Outgoing) -> Any:
    return back_ends(
        settings(tables), outgoing, ServiceDesk(container.work.calls, now), container.knowledge.order_book, now
    )


async def test_without_settings_there_are_the_built_in_service_desk_and_order_book(
    container: Container, outgoing: Outgoing
) -> None:
    found = set_up({}, container, outgoing)
    assert {name: kinds for each in found.services.systems for name, kinds in [(each.name, each.actions)]} == {
        "order_book": ("order_status",),
        "service_desk": ("create_service_call", "remark_service_call"),
    }
    assert isinstance(found.action_handlers["create_service_call"], ServiceDesk)


async def test_each_back_end_with_an_address_carries_out_its_action(container: Container, outgoing: Outgoing) -> None:
    tables = {"fsm": FSM, "service_calls": "fsm", "s4": SAP, "service_cloud": SAP, "webhook": {"secret": SECRET}}
    found = set_up(tables, container, outgoing)
    assert set(found.action_handlers) == {
        *("create_service_call", "remark_service_call", "order_status", "update_case", "notify_webhook")
    }
    assert isinstance(found.fsm, Fsm)


@pytest.mark.parametrize(
    ("tables", "named"),
    [
        ({"service_calls": "fsm"}, "connectors.fsm.url"),
        ({"fsm": {**FSM, "account_id": ""}}, "connectors.fsm.account_id"),
        ({"fsm": {**FSM, "priorities": "H"}}, "connectors.fsm.priorities"),
        ({"s4": {**SAP, "user": ""}}, "connectors.s4.user"),
        ({"service_cloud": {**SAP, "user": ""}}, "connectors.service_cloud.user"),
        ({"webhook": {"targets": "crm=https://crm.example/"}}, "connectors.webhook.secret"),
        ({"rules": {"url": "http://127.0.0.1:9"}}, "connectors.rules.token_url"),
        ({"rules": {"url": "http://127.0.0.1:9", "token_url": "http://127.0.0.1:9/t"}}, "connectors.rules.service_id"),
    ],
)
async def test_a_setting_that_is_missing_is_named(
    tables: dict[str, Any], named: str, container: Container, outgoing: Outgoing
) -> None:
    with pytest.raises(Invalid) as error:
        set_up(tables, container, outgoing)
    assert error.value.field == named


def test_secrets_are_not_shown() -> None:
    assert "hush" not in repr(settings({"fsm": {**FSM, "client_secret": "hush"}, "s4": {**SAP, "password": "hush"}}))
    assert "hush" not in repr(settings({"fsm": {**FSM, "client_secret": "hush"}}).connectors.fsm)
