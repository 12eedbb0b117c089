"""The demo data: invented, of many kinds, and acceptable to the check of messages."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from frontdesk.demo import demo_customers, demo_messages
from frontdesk.model import CodeList
from frontdesk.storage.schema.seeds import code_lists
from frontdesk.ticketing.submission import check

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
MESSAGES = demo_messages(NOW)


def test_every_message_passes_the_door() -> None:
    channels = {code.code: True for code in code_lists() if code.list is CodeList.CHANNEL}
    for each in MESSAGES:
        assert check(each.message, channels) == each.message


def test_ids_are_unique_so_that_loading_again_stores_nothing() -> None:
    assert len({each.message.provider_id for each in MESSAGES}) == len(MESSAGES)


def test_messages_come_from_many_channels_and_continue_each_other() -> None:
    assert len({each.message.channel for each in MESSAGES}) >= 10
    threads = Counter(each.thread for each in MESSAGES if each.thread)
    assert len(threads) >= 5
    assert min(threads.values()) >= 2


def test_messages_of_a_thread_come_by_one_channel_and_in_their_order() -> None:
    for thread in {each.thread for each in MESSAGES if each.thread}:
        messages = [each.message for each in MESSAGES if each.thread == thread]
        assert len({message.channel for message in messages}) == 1
        times = [message.received_at for message in messages if message.received_at]
        assert times == sorted(times)


def test_all_were_received_before_now() -> None:
    assert all(each.message.received_at and each.message.received_at < NOW for each in MESSAGES)


def test_addresses_belong_to_nobody() -> None:
    for each in MESSAGES:
        host = each.message.sender.address.rpartition("@")[2] if "." in each.message.sender.address else ""
        assert (
            not host
            or host.endswith(("example.com", "example.org", "example.net"))
            or host == each.message.sender.address.lstrip("@")
        )


def test_customers_named_in_messages_exist() -> None:
    known = {number for number, _ in demo_customers()}
    assert {m.message.sender.customer_no for m in MESSAGES if m.message.sender.customer_no} <= known
