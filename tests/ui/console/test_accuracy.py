"""Accuracy: who counts as looked at, and how sure a share is."""

import pytest

from frontdesk.interfaces import Invalid
from frontdesk.llm.agreement import Agreement
from frontdesk.model import Role, Tier
from frontdesk.model.llm import ModelCall
from frontdesk.storage.insights.accuracy import StoredAccuracy
from frontdesk.wiring.container import Container, new_id, now
from tests.conftest import Front
from tests.web_client import HTML, add_account, sign_in, web_client

BROKEN = "My coffee machine (order 4500017342) is broken and does not start any more."


@pytest.mark.parametrize(
    ("agreed", "reviewed", "low", "high"),
    # Computed by hand from the formula; 81 of 263 is the example of Newcombe (1998), Statistics in Medicine 17.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.883, 1.0),
    ],
)
def test_the_interval_is_wilsons(agreed: int, reviewed: int, low: float, high: float) -> None:
    found = Agreement(reviewed, agreed).interval()
    assert found == pytest.approx((low, high), abs=0.00006)


def test_of_no_case_nothing_is_known() -> None:
    assert Agreement(0, 0).interval() == (0.0, 1.0)


async def test_what_nobody_looked_at_does_not_count_and_the_last_word_does(front: Front, container: Container) -> None:
    accuracy = StoredAccuracy(container.database)
    corrected, answered, taken_back, _ignored = [await front.say(BROKEN, name=f"N{n}") for n in range(4)]
    await container.messages.readings.correct(corrected.message_id, "intent", "CA", "Ada", None)
    await container.messages.readings.correct(taken_back.message_id, "intent", "CA", "Ada", None)
    await container.messages.readings.correct(taken_back.message_id, "intent", "TI", "Ada", None)
    await container.messages.replies.add(
        await container.interactions.records.get(answered.reference), "Hello", "HA", "Ada", None
    )
    [whole] = await accuracy.of_field("intent", "all", None)
    assert (whole.reviewed, whole.agreed) == (3, 2)
    [of_value] = await accuracy.of_field("intent", "value", None)
    assert (of_value.group, of_value.reviewed, of_value.agreed) == ("TI", 3, 2)
    [sentiment] = await accuracy.of_field("sentiment", "channel", None)
    assert (sentiment.group, sentiment.reviewed, sentiment.agreed) == ("WEB", 3, 3)


async def test_entities_agree_where_no_person_says_otherwise_of_any(front: Front, container: Container) -> None:
    accuracy = StoredAccuracy(container.database)
    wrong, missed, taken_back = [await front.say(BROKEN, name=f"N{n}") for n in range(3)]
    await container.messages.readings.correct(wrong.message_id, "order_no", "4500017343", "Ada", None)
    await container.messages.readings.correct(missed.message_id, "tracking_no", "1Z999AA10123", "Ada", None)
    await container.messages.readings.correct(taken_back.message_id, "order_no", "", "Ada", None)
    await container.messages.readings.correct(taken_back.message_id, "order_no", "4500017342", "Ada", None)
    [whole] = await accuracy.of_field("entities", "all", None)
    assert (whole.reviewed, whole.agreed) == (3, 1)
    [title] = await accuracy.of_field("title", "all", None)
    assert (title.reviewed, title.agreed) == (3, 3)
    with pytest.raises(Invalid):
        await accuracy.of_field("entities", "value", None)


def call() -> ModelCall:
    return ModelCall(
        id=new_id(),
        run_id=new_id(),
        at=now(),
        operation="complete",
        use_case="translation",
        version=1,
        service="azure-main",
        model="small-1",
        tier=Tier.MODEL,
        caller="test",
        message_id="",
        attempt=1,
        outcome="timeout",
        input_tokens=120,
        output_tokens=30,
        cost=2_500,
        priced=True,
        milliseconds=812.0,
        cached=False,
        masked=True,
    )


async def test_the_pages_show_accuracy_and_calls(front: Front, container: Container) -> None:
    told = await front.say(BROKEN)
    await container.messages.readings.correct(told.message_id, "intent", "CA", "Ada", None)
    container.llm.calls.note(call())
    await container.llm.calls.flush()
    await add_account(container, Role.SUPERVISOR)
    async with web_client(container) as client:
        await sign_in(client)
        accuracy = await client.get("/console/accuracy", headers=HTML)
        assert "0% <" in accuracy.text
        assert "Technical issues" in accuracy.text
        for query in ("?field=sentiment&days=30", "?field=x&days=x"):
            assert (await client.get(f"/console/accuracy{query}", headers=HTML)).status_code == 200
        models = await client.get("/console/models?days=", headers=HTML)
        for shown in ("azure-main · small-1", "812 ms", "0.0025", "timeout", "translation"):
            assert shown in models.text
        assert (await client.get("/console/models?days=x", headers=HTML)).status_code == 200
