"""The page of one interaction: what it shows, and what the team does on it."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from frontdesk.model import AudioRecording, Identity, NewMessage, Role, Sender, Status
from frontdesk.model.knowledge import Article, Audience
from frontdesk.model.thread import Thread
from frontdesk.storage.interactions.pages import StoredPages
from frontdesk.storage.schema.interactions import audio_recording, correction, taken_suggestion
from frontdesk.wiring.container import Container, new_id, now
from frontdesk.wiring.knowledge import make_missing_vectors
from tests.conftest import Front
from tests.web_client import HTML, Client, add_account, key_of, sign_in, token_in, web_client

PATH = "/console/interactions"
MARKUP = '<img src=x onerror="alert(1)">'
BROKEN = "My washing machine leaks and shows error E18. Order 4500012345."


async def read(agent: Client, reference: str, part: str = "") -> str:
    answer = await agent.get(f"{PATH}/{reference}{part}", headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


async def send(client: Client, path: str, **fields: str):  # type: ignore[no-untyped-def]
    token = token_in(await client.get("/console"))
    return await client.post(path, data=fields | {"_csrf_token": token}, headers=HTML, follow_redirects=False)


async def test_the_page_shows_what_was_said_read_decided_and_done(agent: Client, front: Front) -> None:
    said = await front.say(BROKEN, name="Kim Doe", address="kim@example.org")
    page = await read(agent, said.reference)
    for shown in (
        "Kim Doe", "4500012345<small>Order number</small></mark>", "Technical issues", "builtin", "SC-000001",
        "Create service call", "Technical issue", "Understood", "Why", "Actions", " ms", "Send and close",
    ):  # fmt: skip
        assert shown in page, shown
    assert "<html" not in await read(agent, said.reference, "/fragment")


async def test_what_a_customer_wrote_is_text_wherever_it_shows(
    agent: Client, front: Front, container: Container
) -> None:
    await container.people.customers.add("77", MARKUP, None)
    said = await front.say(f"{MARKUP} it is broken {MARKUP}", name=MARKUP, address=MARKUP, customer_no="77")
    await send(agent, f"{PATH}/{said.reference}/change", customer_id="77", title=MARKUP, tags=MARKUP)
    for path in (f"{PATH}/{said.reference}", "/console/history", "/console/customers/77", "/console", PATH):
        answer = await agent.get(path, headers=HTML)
        assert answer.status_code == 200
        assert "<img src=x" not in answer.text, path


@pytest.mark.parametrize("reference", ["NOSUCHXX", "x", "%00", "é" * 8, "A" * 500])
async def test_an_unknown_reference_is_told_on_a_page(agent: Client, reference: str) -> None:
    answer = await agent.get(f"{PATH}/{reference}", headers=HTML)
    assert answer.status_code == 404
    assert "no interaction" in answer.text


async def test_an_answer_goes_to_the_customer_and_a_memo_stays(
    agent: Client, front: Front, container: Container
) -> None:
    said = await front.say(BROKEN)
    answer = await send(agent, f"{PATH}/{said.reference}/reply", text="We will call you.", type="HA")
    assert answer.headers["location"] == f"{PATH}/{said.reference}"
    await send(agent, f"{PATH}/{said.reference}/reply", text="Be gentle with them.", type="IM")
    await front.container.runner.run_until_idle()
    page = await read(agent, said.reference)
    assert "We will call you." in page
    assert "Answer by Human Agent · Sent" in page
    assert re.search(r'class="message out memo".*Be gentle', page, re.DOTALL)


async def test_an_empty_answer_is_refused_in_words(agent: Client, front: Front) -> None:
    said = await front.say(BROKEN)
    answer = await send(agent, f"{PATH}/{said.reference}/reply", text="  ")
    assert answer.status_code == 400
    assert "an answer has 1 to" in answer.text.lower()


async def test_only_what_somebody_changed_is_set(agent: Client, front: Front, container: Container) -> None:
    said = await front.say(BROKEN)
    fields = {
        "priority": "L",
        "was_priority": "L",
        "team": "WAR",
        "was_team": "TEC",
        "status": "CL",
        "was_status": "IP",
    }
    await send(agent, f"{PATH}/{said.reference}/change", **fields)
    matter = await container.interactions.records.get(said.reference)
    assert (matter.priority, matter.team, matter.status) == ("M", "WAR", Status.CLOSED)
    await send(agent, f"{PATH}/{said.reference}/change", status="RO", was_status="CL")
    assert (await container.interactions.records.get(said.reference)).status is Status.RE_OPENED


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "NW"}, "cannot become"),
        ({"status": "XX"}, "not known"),
        ({"team": "nobody"}, "not in use"),
        ({"customer_id": "12345678901"}, "1 to 10 characters"),
        ({"customer_id": "404"}, "no customer 404"),
        ({"title": "x" * 101}, "at most 100 characters"),
    ],
)
async def test_a_change_that_cannot_be_is_refused_in_words(
    agent: Client, front: Front, fields: dict[str, str], words: str
) -> None:
    said = await front.say(BROKEN)
    answer = await send(agent, f"{PATH}/{said.reference}/change", **fields)
    assert answer.status_code in (400, 409)
    assert words in answer.text


async def test_a_correction_stands_beside_what_was_read(agent: Client, front: Front, container: Container) -> None:
    said = await front.say(BROKEN)
    await send(agent, f"/console/messages/{said.message_id}/correct", field="intent", value="WR")
    await send(agent, f"/console/messages/{said.message_id}/correct", field="language", value="de")
    page = await read(agent, said.reference)
    assert "Warranty and returns" in page
    assert "corrected by Ada Brightwater, was Technical issues" in page
    assert [each.intent for each in await container.messages.readings.analyses(said.message_id)] == ["TI"]
    assert (await container.interactions.records.get(said.reference)).intent == "WR"


async def test_texts_and_entities_are_corrected_in_place_and_what_was_missed_is_added(
    agent: Client, front: Front
) -> None:
    said = await front.say(f"{BROKEN} My order is 4500012345.")
    before = await read(agent, said.reference)
    assert f'id="correct-{said.message_id}-order_no"' in before
    assert '<option value="tracking_no">' in before
    for field, value in (("title", "Oven <E18>"), ("order_no", ""), ("tracking_no", "1Z999AA10123")):
        await send(agent, f"/console/messages/{said.message_id}/correct", field=field, value=value)
    page = await read(agent, said.reference)
    assert "Oven &lt;E18&gt;" in page
    assert "Not named" in page
    assert "corrected by Ada Brightwater, was 4500012345" in page
    assert 'value="1Z999AA10123"' in page
    assert '<option value="tracking_no">' not in page


@pytest.mark.parametrize("fields", [{"field": "intent", "value": "XX"}, {"field": "id", "value": "1"}, {}])
async def test_a_correction_that_makes_no_sense_is_refused(agent: Client, front: Front, fields: dict[str, str]) -> None:
    said = await front.say(BROKEN)
    answer = await send(agent, f"/console/messages/{said.message_id}/correct", **fields)
    assert answer.status_code == 400
    assert await front.container.database.read(lambda c: c.execute(select(correction)).first()) is None


async def test_what_became_of_an_earlier_message_is_told_when_it_is_asked_for(agent: Client, front: Front) -> None:
    said = await front.say(BROKEN)
    await front.say("And it smells of smoke", joins=said.interaction_id)
    page = await read(agent, said.reference)
    assert f'id="reading-{said.message_id}"' not in page
    assert f'data-fetch="/console/messages/{said.message_id}/reading"' in page
    part = (await agent.get(f"/console/messages/{said.message_id}/reading")).text
    for shown in (f'id="reading-{said.message_id}"', "Technical issues", "4500012345", "Create service call", "</dl>"):
        assert shown in part, shown
    assert "<html" not in part
    assert (await agent.get("/console/messages/none/reading", headers=HTML)).status_code == 404


async def test_what_the_machine_did_is_folded_and_what_people_did_is_not(agent: Client, front: Front) -> None:
    said = await front.say(BROKEN)
    await send(agent, f"{PATH}/{said.reference}/change", team="WAR", was_team="TEC", tags="vip", was_tags="")
    await send(agent, f"/console/messages/{said.message_id}/correct", field="intent", value="WR")
    lines = re.findall(r'<li class="event" id="[^"]*">(.*?)</li>\n', await read(agent, said.reference), re.DOTALL)
    folded, changed, corrected = (" ".join(re.sub("<[^>]*>", "", line).split()) for line in lines)
    assert "3 automatic steps" in folded
    assert "Create service call: SC-000001" in folded
    assert changed.startswith("Ada Brightwater · Changed: Warranty · Tags · vip")
    assert corrected.startswith("Ada Brightwater · Corrected: Intent · WR")


async def test_the_rules_say_row_by_row_why(agent: Client, front: Front) -> None:
    said = await front.say(BROKEN)
    why = (await agent.get(f"/console/messages/{said.message_id}/why")).text
    assert "decided" in why
    assert "did not fit" in why


async def test_two_interactions_become_one_and_both_references_lead_there(
    agent: Client, customer: Client, front: Front, container: Container
) -> None:
    first = await front.say(BROKEN, address="kim@example.org")
    other = await front.say("One more thing: it smells of smoke", address="kim@example.org")
    other_link = await track_link(container, other.reference)
    answer = await send(agent, f"{PATH}/{first.reference}/merge", other=other.reference.lower())
    assert answer.headers["location"] == f"{PATH}/{first.reference}"
    page = await read(agent, first.reference)
    assert "smells of smoke" in page
    moved = await agent.get(f"{PATH}/{other.reference}", follow_redirects=False)
    assert moved.headers["location"] == f"{PATH}/{first.reference}"
    assert f'id="row-{other.reference}"' not in (await agent.get(PATH)).text
    assert "smells of smoke" in (await customer.get(other_link)).text
    later = await front.say("And it hums", joins=other.interaction_id, address="kim@example.org")
    assert (later.reference, later.sequence) == (first.reference, 3)


async def test_a_customer_does_not_see_what_somebody_else_wrote_after_a_merge(
    agent: Client, customer: Client, front: Front, container: Container
) -> None:
    first = await front.say(BROKEN, address="kim@example.org")
    other = await front.say("My secret is 42", address="lou@example.org")
    link = await track_link(container, other.reference)
    await send(agent, f"{PATH}/{first.reference}/merge", other=other.reference)
    page = await customer.get(link, headers=HTML)
    assert page.status_code == 200
    assert "My secret is 42" in page.text
    assert "washing machine" not in page.text.lower()
    assert "kim@example.org" not in page.text


async def test_what_may_belong_to_another_is_merged_with_one_click(
    agent: Client, front: Front, container: Container
) -> None:
    first = await front.say(BROKEN, address="kim@example.org")
    claim = NewMessage("Any news?", "WEB", Sender("Lou", "lou@example.org"), joins=first.interaction_id)
    other = await container.messages.inbox.accept(replace(claim, if_participant=True))
    await container.runner.run_until_idle()
    page = (await agent.get(f"{PATH}/{other.reference}", headers=HTML)).text
    assert 'id="belongs"' in page
    assert first.reference in page
    assert "Sender not proven" in page
    await send(agent, f"{PATH}/{first.reference}/merge", other=other.reference)
    page = (await agent.get(f"{PATH}/{first.reference}", headers=HTML)).text
    assert 'id="not-opener"' in page
    assert page.index("lou@example.org") < page.index("did not open this interaction")
    opener = next(m for m in (await thread_of(container, first.reference)).messages if m.sender.address[0] == "k")
    await send(agent, f"{PATH}/{first.reference}/reply", text="We come.", type="HA", to=opener.id)
    answers = (await thread_of(container, first.reference)).answers
    assert next(a for a in answers if a.text == "We come.").recipient == "kim@example.org"


async def thread_of(container: Container, reference: str) -> Thread:
    thread = await StoredPages(container.database).thread(reference)
    assert thread is not None
    return thread


@pytest.mark.parametrize("twice", [False, True])
async def test_what_cannot_be_merged_is_refused_in_words(agent: Client, front: Front, twice: bool) -> None:
    first, other = await front.say(BROKEN), await front.say("One more thing")
    wanted = first.reference
    if twice:
        await send(agent, f"{PATH}/{first.reference}/merge", other=other.reference)
        wanted = other.reference
    answer = await send(agent, f"{PATH}/{first.reference}/merge", other=wanted)
    assert answer.status_code == 409


async def test_a_suggestion_comes_later_and_says_when_there_is_none(agent: Client, front: Front) -> None:
    said = await front.say(BROKEN)
    assert "No suggestion" in await read(agent, said.reference, "/suggestion")


async def test_the_assistants_answer_is_offered_with_its_source_and_what_is_sent_is_compared(
    agent: Client, front: Front, container: Container
) -> None:
    known = Article(
        "returns", "Returning shoes", "Shoes go back within 30 days.", questions=("How long can I return shoes?",)
    )
    inside = replace(known, id="inside", audience=Audience.INTERNAL, body="Shoes go back within 90 days, secretly.")
    for each in (known, inside):
        await container.knowledge.articles.put(each, "Kim")
    await make_missing_vectors(container.knowledge, lambda _: None)
    said = await front.say("How long can I return shoes?")
    offered = await read(agent, said.reference, "/suggestion")
    assert "The assistant would answer" in offered
    assert 'href="/console/articles/article?id=returns"' in offered
    assert "secretly" not in offered
    words = "Shoes go back within 30 days."
    for text, origin in ((words, "answer"), ("Hello! Shoes go back within 30 long days.", "answer"), (words, "")):
        await send(agent, f"{PATH}/{said.reference}/reply", text=text, suggested=words, origin=origin)
    rows = select(taken_suggestion.c.origin, taken_suggestion.c.words, taken_suggestion.c.edited)
    kept = await container.database.read(lambda c: [tuple(row) for row in c.execute(rows.order_by("edited"))])
    assert kept == [("answer", 6, 0), ("answer", 6, 2)]


async def test_templates_are_filled_in_for_this_customer(agent: Client, front: Front) -> None:
    said = await front.say(BROKEN, name="Kim Doe")
    page = await read(agent, said.reference)
    assert re.search(r'<option value="Hello Kim Doe[^"]*SC-000001', page)


async def test_a_call_can_be_heard(agent: Client, customer: Client, front: Front, container: Container) -> None:
    said = await front.say(BROKEN, channel="PHC")
    sound = AudioRecording(new_id(), said.message_id, "audio/wav", now(), b"RIFF")
    row = {name: getattr(sound, name) for name in sound.__slots__}
    await container.database.write(lambda c: c.execute(audio_recording.insert(), [row]).rowcount)
    page = await read(agent, said.reference)
    address = f"/console/messages/{said.message_id}/audio"
    assert f'<audio controls preload="none" src="{address}"' in page
    answer = await agent.get(address)
    assert (answer.content, answer.headers["content-type"]) == (b"RIFF", "audio/wav")
    assert answer.headers["content-disposition"] == 'attachment; filename="recording"'
    assert (await customer.get(address)).status_code == 401


async def test_effects_are_settled_by_supervisors_alone(agent: Client, front: Front, container: Container) -> None:
    await front.say(BROKEN)
    assert (await send(agent, "/console/settle", key="x", do="retry")).status_code == 403
    await add_account(container, Role.SUPERVISOR, "sue@example.com")
    async with web_client(container) as boss:
        await sign_in(boss, "sue@example.com")
        assert (await send(boss, "/console/settle", key="x", do="retry")).status_code == 404
        assert (await send(boss, "/console/settle", key="x", do="explode")).status_code == 400
        assert (await send(boss, "/console/work", id="x", do="retry")).status_code == 404


@pytest.mark.parametrize("part", ["", "/fragment", "/events", "/suggestion"])
async def test_the_page_is_closed_to_others(customer: Client, front: Front, container: Container, part: str) -> None:
    said = await front.say(BROKEN)
    assert (await customer.get(f"{PATH}/{said.reference}{part}")).status_code == 401
    assert (
        await customer.get(f"{PATH}/{said.reference}{part}", headers=await key_of(container, Role.SERVICE))
    ).status_code == 403


async def test_home_names_what_needs_a_person(agent: Client, front: Front, container: Container) -> None:
    await front.say("This is outrageous, the oven is broken and I need it urgently!", name="Kim Doe")
    page = (await agent.get("/console")).text
    for shown in (
        "Waiting for a person",
        "Failed actions",
        "Oldest unanswered",
        "Negative and urgent",
        "More than usual",
    ):
        assert shown in page, shown
    assert "<html" not in (await agent.get("/console/fragment")).text


async def test_history_is_filtered_by_customer_and_sentiment(agent: Client, front: Front, container: Container) -> None:
    await container.people.customers.add("77", "Blauwal GmbH", None)
    await front.say("The oven is broken and I am angry", name="Kim", customer_no="77", address="kim@example.org")
    await front.say("Thank you so much, everything is wonderful!", name="Lou")
    everything = (await agent.get("/console/history")).text
    assert "oven is broken" in everything
    assert "everything is wonderful" in everything
    happy = (await agent.get("/console/history?sentiment=Positive")).text
    assert "oven is broken" not in happy
    assert "everything is wonderful" in happy
    theirs = (await agent.get("/console/history?customer=77&sentiment=bogus")).text
    assert "oven is broken" in theirs
    assert "everything is wonderful" not in theirs
    assert (await agent.get("/console/history?cursor=x", headers=HTML)).status_code == 400


async def test_a_customers_page_holds_contacts_interactions_and_moods(
    agent: Client, front: Front, container: Container
) -> None:
    await container.people.customers.add("77", "Blauwal GmbH", None)
    said = await front.say(
        "The oven is broken", name="Kim", customer_no="77", address="kim@example.org", identity=Identity.SIGNED_IN
    )
    page = (await agent.get("/console/customers/77")).text
    for shown in ("Blauwal GmbH", "kim@example.org", said.reference, "Sentiment over time", 'class="negative"'):
        assert shown in page, shown
    assert (await agent.get("/console/customers/404", headers=HTML)).status_code == 404


async def track_link(container: Container, reference: str) -> str:
    """The link that a customer got."""
    from frontdesk.ui.track_keys import TrackKeys

    return TrackKeys(await container.people.accounts.secret()).link(reference)


async def test_what_was_written_is_still_there_when_one_comes_back(agent: Client, front: Front) -> None:
    said = await front.say(BROKEN)
    here = f"{PATH}/{said.reference}"
    await send(agent, f"{here}/mine", text="Dear Ms <b>Thornbury</b>")
    await send(agent, f"{here}/mine")  # only says that somebody is there
    assert "Dear Ms &lt;b&gt;Thornbury&lt;/b&gt;</textarea>" in (await agent.get(here)).text
    await send(agent, f"{here}/reply", text="Dear Ms Thornbury", type="HA")
    assert "</b&gt;</textarea>" not in (await agent.get(here)).text


async def test_it_is_set_aside_until_a_time_or_an_answer_and_brought_back(agent: Client, front: Front) -> None:
    said = await front.say(BROKEN)
    for until, words in (("1d", "Snoozed until <time"), ("answer", "Snoozed until the customer answers")):
        assert (await send(agent, f"{PATH}/{said.reference}/snooze", until=until)).status_code == 303
        assert words in await read(agent, said.reference)
    await send(agent, f"{PATH}/{said.reference}/snooze", until="")
    assert 'id="snoozed"' not in await read(agent, said.reference)
    assert (await send(agent, f"{PATH}/{said.reference}/snooze", until="never")).status_code == 400


async def test_who_was_overtaken_is_shown_what_came_and_may_send_anyway(
    agent: Client, front: Front, container: Container
) -> None:
    said = await front.say(BROKEN)
    here = f"{PATH}/{said.reference}"
    assert f'name="seen" form="composer" value="{said.message_id}"' in await read(agent, said.reference)
    await front.say("It works <i>now</i>.", joins=said.interaction_id)
    refused = await send(agent, f"{here}/reply", text="Come at nine", type="HA", seen=said.message_id)
    assert (refused.status_code, "It works &lt;i&gt;now&lt;/i&gt;." in refused.text) == (409, True)
    assert "Come at nine</textarea>" in await read(agent, said.reference)  # nothing is lost
    assert (await send(agent, f"{here}/reply", text="Come at nine", type="HA")).status_code == 303
