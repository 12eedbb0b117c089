"""The page of one interaction: who sees what of it, and how it goes on."""

import pytest
from httpx import Response

from frontdesk.model import DeliveryState, OutboundMessage
from frontdesk.storage.schema.interactions import inbound_message
from frontdesk.wiring.container import Container, new_id, now
from tests.conftest import Front
from tests.counting import rows_of
from tests.ui.test_submit import submit
from tests.web_client import BASE, HTML, Client, token_in, web_client

pytestmark = pytest.mark.both_databases

BROKEN = "Guten Tag, meine Kaffeemaschine ist kaputt und geht nicht mehr an. Bestellung 4500017342."


async def handled(client: Client, container: Container, text: str = BROKEN) -> str:
    """A message that has gone the whole way; the link to its page."""
    location = (await submit(client, text=text)).headers["location"]
    await container.runner.run_until_idle()
    return location


def reference_in(location: str) -> str:
    return location.removeprefix("/track/").partition("?")[0]


async def read(client: Client, path: str) -> Response:
    return await client.get(path, headers=HTML, follow_redirects=False)


def states(page: Response) -> list[str]:
    return [part.partition('"')[0] for part in page.text.split('data-state="')[1:]]


async def test_the_steps_are_waited_for_and_then_done(customer: Client, container: Container) -> None:
    location = (await submit(customer, text=BROKEN)).headers["location"]
    before = await read(customer, location)
    await container.runner.run_until_idle()
    after = await read(customer, location)
    assert states(before) == ["done", "active"]
    assert "We are reading it" in before.text
    assert states(after) == ["done", "done", "active"]
    assert "A person answers you" in after.text  # the reply has only acknowledged it
    for step in ("Analysed", "Recorded", "Decided", "In-Process"):
        assert step not in before.text + after.text


async def test_the_team_sees_the_steps_and_an_answer_ends_the_wait(
    customer: Client, agent: Client, container: Container
) -> None:
    location = await handled(customer, container)
    assert states(await read(agent, f"/track/{reference_in(location)}")) == ["done"] * 6
    interaction = await container.interactions.records.get(reference_in(location))
    await container.messages.replies.add(interaction, "It is repaired on Monday.", "HA", "Ben", None)
    await container.runner.run_until_idle()
    assert "You have an answer" in (await read(customer, location)).text


async def test_the_customer_reads_the_reply_with_its_service_call(customer: Client, container: Container) -> None:
    page = await read(customer, await handled(customer, container))
    assert "Serviceauftrag SC-000001" in page.text
    assert "Service call SC-000001 opened" in page.text


async def test_the_customer_sees_nothing_that_is_meant_for_the_team(customer: Client, container: Container) -> None:
    location = await handled(customer, container)
    interaction = await container.interactions.records.get(reference_in(location))
    for kind, remark, state in (
        ("IM", "", DeliveryState.SENT),
        ("HA", "a remark for us", DeliveryState.SENT),
        ("HA", "", DeliveryState.FAILED),
    ):
        text = f"text of {kind} {state} {remark}"
        answer = OutboundMessage(
            new_id(), interaction.id, 0, kind, "WEB", "", text, "Ben", now(), remark=remark, state=state
        )
        await container.messages.outbox.draft(answer)
    page = await read(customer, location)
    assert "text of HA sent" in page.text
    for hidden in ("text of IM", "a remark for us\n", "failed", "Service Call Code:", "builtin", "Route:", "<mark>"):
        assert hidden not in page.text, hidden


async def test_the_team_sees_analysis_decision_and_effects(
    customer: Client, agent: Client, container: Container
) -> None:
    location = await handled(customer, container)
    page = await read(agent, f"/track/{reference_in(location)}")
    for shown in ("Understood", "Decided", "Technical issues", "German", "Route:", "Order number</small></mark>"):
        assert shown in page.text, shown
    assert "SC-000001" in page.text


@pytest.mark.parametrize("suffix", ["", "/fragment", "/events"])
@pytest.mark.parametrize("query", ["", "?key=", "?key=AAAAAAAAAAAAAAAAAAAAAAAA", "?key=%00é", "?key=a&key=b"])
async def test_without_the_key_nothing_is_shown(
    customer: Client, container: Container, suffix: str, query: str
) -> None:
    location = await handled(customer, container)
    async with web_client(container) as stranger:
        answer = await read(stranger, f"/track/{reference_in(location)}{suffix}{query}")
    assert answer.status_code in (400, 404)
    assert "Kaffeemaschine" not in answer.text


async def test_the_key_of_one_interaction_opens_no_other(customer: Client, container: Container) -> None:
    first, second = await handled(customer, container), await handled(customer, container, "Another matter")
    async with web_client(container) as stranger:
        answer = await read(stranger, f"/track/{reference_in(first)}?{second.partition('?')[2]}")
        own = await read(stranger, second)
    assert (answer.status_code, own.status_code) == (404, 200)
    assert "Kaffeemaschine" not in answer.text


@pytest.mark.parametrize(
    "reference", ["AAAA0000", "a", "%00", "%F0%9F%94%A5", "A" * 500, "..%2f..", "ÄÄÄÄÄÄÄÄ", "１２３４５６７８"]
)
async def test_what_does_not_exist_looks_like_what_may_not_be_seen(
    customer: Client, agent: Client, reference: str
) -> None:
    for client in (customer, agent):
        answer = await read(client, f"/track/{reference}")
        assert answer.status_code in (400, 404)
        assert answer.headers["content-type"].startswith("text/html")


async def test_the_key_is_kept_for_its_own_page_alone(customer: Client, container: Container) -> None:
    location = await handled(customer, container)
    cookie = (await read(customer, location)).headers["set-cookie"]
    assert f"Path=/track/{reference_in(location)};" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def answer(client: Client, location: str, text: str, form: str = "", **headers: str) -> Response:
    fields = {"text": text, "provider_id": form}
    path = location.partition("?")[0] + "/messages"
    return await client.post(path, data=fields, headers=HTML | headers, follow_redirects=False)


async def test_the_customer_goes_on_in_the_same_interaction(customer: Client, container: Container) -> None:
    location = await handled(customer, container)
    await read(customer, location)
    answered = await answer(customer, location, "Wann kommt der Techniker?")
    assert (answered.status_code, answered.headers["location"]) == (303, location)
    await container.runner.run_until_idle()
    page = await read(customer, location)
    assert page.text.count('class="message in"') == 2
    assert page.text.count("Ada Brightwater") >= 2
    assert states(page) == ["done", "done", "active"]


async def test_an_answer_sent_twice_is_stored_once(customer: Client, container: Container) -> None:
    location = await handled(customer, container)
    await read(customer, location)
    for _ in range(2):
        await answer(customer, location, "Wann kommt der Techniker?", "form")
    assert (await read(customer, location)).text.count('class="message in"') == 2


async def test_nobody_answers_without_the_key_not_even_the_team(
    customer: Client, agent: Client, container: Container
) -> None:
    location = await handled(customer, container)
    async with web_client(container) as stranger:
        assert (await answer(stranger, location, "I am the customer")).status_code == 404
    token = token_in(await read(agent, "/console"))
    assert (await answer(agent, location, "I am the customer", **{"x-csrftoken": token})).status_code == 403
    assert await rows_of(container, inbound_message) == 1


async def test_another_site_cannot_answer_for_the_customer(customer: Client, container: Container) -> None:
    location = await handled(customer, container)
    await read(customer, location)
    assert (await answer(customer, location, "Cancel it", Origin="http://evil.example")).status_code == 403
    assert await rows_of(container, inbound_message) == 1
    assert (await answer(customer, location, "Go on", Origin=BASE)).status_code == 303
    assert await rows_of(container, inbound_message) == 2


async def test_an_empty_answer_is_refused_in_words(customer: Client, container: Container) -> None:
    location = await handled(customer, container)
    await read(customer, location)
    refused = await answer(customer, location, "  ")
    assert refused.status_code == 400
    assert "Text is empty" in refused.text


async def test_work_that_failed_is_told_to_the_team_and_hinted_at_to_the_customer(
    customer: Client, agent: Client, container: Container
) -> None:
    location = (await submit(customer, text=BROKEN)).headers["location"]
    [(_, lease)] = await container.work.queue.claim("test", 1, 30)
    await container.work.queue.fail(lease, "ProviderFailed: the engine is on strike")
    theirs, ours = await read(customer, location), await read(agent, f"/track/{reference_in(location)}")
    assert states(ours) == ["done", "failed", "waiting", "waiting", "waiting", "waiting"]
    assert states(theirs) == ["done", "active"]
    assert "Somebody of our team looks at it." in theirs.text
    assert "on strike" not in theirs.text
    assert "on strike" in ours.text


async def test_a_message_in_parts_is_highlighted_where_things_were_found(front: Front, agent: Client) -> None:
    accepted = await front.say("Order 4500017342 is late 🔥 call +49 30 23125000", name="Ada")
    page = await read(agent, f"/track/{accepted.reference}")
    assert "<mark>4500017342<small" in page.text
