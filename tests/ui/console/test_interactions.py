"""The list of interactions as a page: the address holds the filter, views are kept, many are changed at once."""

import csv
import html
import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from frontdesk.model import NewMessage, Role, Sender, Status
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.storage.schema.interactions import interaction
from frontdesk.ui.console.exporting import defused
from frontdesk.ui.console.list_query import ListQuery
from frontdesk.wiring.container import Container, open_container
from tests.conftest import Front
from tests.web_client import HTML, Client, add_account, key_of, sign_in, token_in, web_client

pytestmark = pytest.mark.both_databases

PATH = "/console/interactions"
DAYS = ("2026-01-01", "2026-01-02", "2026-01-03")
MARKUP = '<img src=x onerror="alert(1)">'


def references(page: str) -> list[str]:
    return re.findall(r'id="row-(\w+)"', page)


async def listed(agent: Client, query: str = "") -> list[str]:
    answer = await agent.get(f"{PATH}?{query}")
    assert answer.status_code == 200, answer.text
    return references(answer.text)


async def send(agent: Client, path: str, **fields: str):  # type: ignore[no-untyped-def]
    token = token_in(await agent.get("/console"))
    return await agent.post(path, data=fields | {"_csrf_token": token}, headers=HTML, follow_redirects=False)


async def test_a_list_without_messages_says_how_to_begin(agent: Client) -> None:
    assert "Write the first one." in (await agent.get(PATH)).text


async def test_the_interaction_that_changed_last_comes_first(agent: Client, front: Front) -> None:
    first = await front.say("The oven is broken", name="Maya Thornbury")
    second = await front.say("The fridge is broken", name="Jonas Wiesengrund")
    assert await listed(agent) == [second.reference, first.reference]
    await front.say("And it smells", joins=first.interaction_id)
    assert await listed(agent) == [first.reference, second.reference]
    page = (await agent.get(PATH)).text
    for shown in ("Maya Thornbury", "Technical issues", "In-Process", "Website", "2 messages"):
        assert shown in page, shown


async def test_the_address_holds_text_and_filter(agent: Client, front: Front) -> None:
    oven = await front.say("The oven is broken", name="Maya Thornbury")
    thanks = await front.say("Thank you so much, the fridge is wonderful!", name="Jonas Wiesengrund")
    assert await listed(agent, "q=oven+thornbury") == [oven.reference]
    assert await listed(agent, "sentiment=Positive") == [thanks.reference]
    assert await listed(agent, "sentiment=Positive&sentiment=Negative&q=fridge") == [thanks.reference]
    assert await listed(agent, "since=2001-01-01&until=2001-01-02") == []
    page = (await agent.get(f"{PATH}?sentiment=Positive&q=fridge")).text
    assert 'href="/console/interactions?q=fridge"' in page
    assert '<input type="checkbox" name="sentiment" value="Positive" checked>' in page


async def test_the_next_page_goes_on_where_this_one_ends(agent: Client, container: Container) -> None:
    said = [(await container.messages.inbox.accept(NewMessage(f"Message {n}", "WEB"))).reference for n in range(120)]
    seen, path = [], PATH
    while path:
        page = (await agent.get(path)).text
        seen += references(page)
        following = re.search(r'href="([^"]*)" rel="next"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert sorted(seen) == sorted(said)
    count = (await agent.get(f"{PATH}/count")).text
    assert "120 interactions" in count


@pytest.mark.parametrize(
    "query",
    [
        "status=XX", "sentiment=angry", "confidence=9", "since=yesterday", "until=0000-00-00", "sort=sideways",
        "since=9999-12-31", "customer=" + "9" * 500, "q=" + "x" * 20_000, "status=%00", "q=%ff%fe", "%", "&&&=", "a=b",
        "status=" + "&status=".join(map(str, range(400))), "tier=nobody", "q=%22", "q=%F0%9F%92%A5", "opened_since=NaN",
    ],
)  # fmt: skip
async def test_no_address_is_too_strange(agent: Client, container: Container, query: str) -> None:
    await container.messages.inbox.accept(NewMessage("hello", "WEB"))
    for path in (PATH, f"{PATH}/rows", f"{PATH}/count", f"{PATH}/export.csv"):
        assert (await agent.get(f"{path}?{query}")).status_code == 200, path


async def test_what_makes_no_sense_in_an_address_is_told(agent: Client) -> None:
    page = (await agent.get(f"{PATH}?sentiment=angry&since=yesterday")).text
    assert "makes no sense" in page
    assert "sentiment, since" in page


async def test_a_cursor_that_is_none_is_told_on_a_page(agent: Client) -> None:
    answer = await agent.get(f"{PATH}?cursor=xyz", headers=HTML)
    assert answer.status_code == 400
    assert "begin without it" in answer.text


def test_a_query_comes_back_as_it_was_written() -> None:
    query = "q=a+b&status=NW&status=IP&confidence=low&tier=model&customer=77&since=2026-01-02&sort=-priority"
    read = ListQuery.read(query)
    assert ListQuery.read(read.address()) == read
    assert sorted(read.address().split("&")) == sorted(query.split("&"))


@pytest.mark.parametrize("path", ["", "/rows", "/count", "/events", "/export.csv", "/export.xlsx"])
async def test_the_list_is_closed_to_others(customer: Client, container: Container, path: str) -> None:
    assert (await customer.get(PATH + path)).status_code == 401
    assert (await customer.get(PATH + path, headers=await key_of(container, Role.SERVICE))).status_code == 403


async def test_what_a_customer_wrote_is_text_wherever_it_shows(agent: Client, front: Front) -> None:
    await front.say(f"{MARKUP} the oven is broken", name=MARKUP, address=MARKUP)
    for path in (PATH, f"{PATH}/rows", f"{PATH}?{urlencode({'q': MARKUP})}", "/console"):
        assert MARKUP not in (await agent.get(path)).text, path


async def test_many_are_assigned_tagged_and_closed_at_once(agent: Client, front: Front, container: Container) -> None:
    said = [await front.say(f"The oven {n} is broken") for n in range(3)]
    chosen = " ".join(each.reference for each in said[:2])
    for fields in ({"do": "assign", "team": "WAR"}, {"do": "tag", "tag": "vip"}, {"do": "close"}):
        answer = await send(agent, f"{PATH}/bulk", references=chosen, back="q=oven", **fields)
        assert answer.headers["location"].startswith(f"{PATH}?q=oven&undo=")
    changed = [await container.interactions.records.get(each.reference) for each in said]
    assert [each.status for each in changed[:2]] == [Status.CLOSED] * 2
    assert [(each.team, each.tags) for each in changed[:2]] == [("WAR", "vip")] * 2
    assert changed[2].status is not Status.CLOSED
    assert await listed(agent, "q=vip") == [said[1].reference, said[0].reference]


async def test_one_that_refuses_does_not_stop_the_others(agent: Client, front: Front, container: Container) -> None:
    said = [await front.say(f"The oven {n} is broken") for n in range(2)]
    await send(agent, f"{PATH}/bulk", references=said[0].reference, do="close")
    before = await container.interactions.records.get(said[0].reference)
    assert before.status is Status.CLOSED
    both = f"{said[0].reference} {said[1].reference} NOSUCHXX ???"
    page = await send(agent, f"{PATH}/bulk", references=both, do="assign", team="nobody")
    assert page.status_code == 200 or page.status_code == 201
    assert page.text.count("is not in use") == 2
    assert "There is no interaction NOSUCHXX." in page.text


async def test_reading_again_is_refused_in_words_where_no_model_could_read(agent: Client, front: Front) -> None:
    said = await front.say("The oven is broken")
    answer = await send(agent, f"{PATH}/bulk", references=said.reference, do="read")
    assert "No language model is there to read with" in answer.text


async def test_a_message_is_planned_to_be_read_again_once(front: Front, container: Container) -> None:
    said = await front.say("The oven is broken")
    assert await container.work.rereadings.plan_for([said.interaction_id]) == 1
    assert await container.work.rereadings.plan_for([said.interaction_id]) == 0


@pytest.mark.parametrize("fields", [{"do": "explode"}, {"do": "tag", "tag": " , "}, {}])
async def test_a_form_that_says_nothing_to_do_is_refused_in_words(agent: Client, fields: dict[str, str]) -> None:
    answer = await send(agent, f"{PATH}/bulk", references="AAAA0000", **fields)
    assert answer.status_code == 400


async def test_nothing_is_changed_without_the_token_of_the_page(agent: Client, front: Front) -> None:
    said = await front.say("The oven is broken")
    before = await front.container.interactions.records.get(said.reference)
    answer = await agent.post(f"{PATH}/bulk", data={"references": said.reference, "do": "close"}, headers=HTML)
    assert answer.status_code == 403
    assert await front.container.interactions.records.get(said.reference) == before


async def test_a_view_is_kept_shared_and_removed(agent: Client, container: Container) -> None:
    answer = await send(agent, "/console/views", name="My ovens", query="q=oven&bogus=1", shared="yes")
    assert answer.headers["location"] == f"{PATH}?q=oven"
    await add_account(container, email="ben@example.com")
    async with web_client(container) as other:
        await sign_in(other, "ben@example.com")
        page = (await other.get(PATH)).text
        assert "My ovens" in page
        assert "Remove view My ovens" not in page
        view = re.search(r"/console/views/(\w+)/remove", (await agent.get(PATH)).text)
        assert view
        assert (await send(other, f"/console/views/{view[1]}/remove")).status_code == 404
    await send(agent, f"/console/views/{view[1]}/remove")
    assert "My ovens" not in (await agent.get(PATH)).text


async def test_a_view_without_a_name_is_refused_in_words(agent: Client) -> None:
    answer = await send(agent, "/console/views", name="  ", query="q=oven")
    assert answer.status_code == 400
    assert "1 to 60 characters" in answer.text


async def test_an_export_holds_what_the_list_shows_in_its_order(agent: Client, front: Front) -> None:
    await front.say("The oven is broken", name="Maya Thornbury")
    second = await front.say("The fridge is broken, naïve façade", name="Jonas Wiesengrund")
    third = await front.say("The fridge smells", name="=HYPERLINK(1)")
    query = "q=fridge&sort=created"
    answer = await agent.get(f"{PATH}/export.csv?{query}", headers={"Accept-Language": "de"})
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["Referenz"] for row in rows] == [second.reference, third.reference] == await listed(agent, query)
    assert rows[1]["Kunde"] == "'=HYPERLINK(1)"
    assert rows[0]["Kanal"] == "Website"


async def test_a_workbook_holds_the_same_and_no_formula(agent: Client, front: Front) -> None:
    await front.say("The fridge smells", name="=HYPERLINK(1)")
    answer = await agent.get(f"{PATH}/export.xlsx")
    book = zipfile.ZipFile(io.BytesIO(answer.content))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=HYPERLINK(1)" in sheet + (
        book.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in book.namelist() else ""
    )


async def test_moments_of_exports_and_days_of_filters_are_those_of_the_desk(
    migrated_folder: Path, builtin: Builtin
) -> None:
    settings = load(data=migrated_folder, environment={"FRONTDESK_INSIGHTS_TIME_ZONE": "Pacific/Auckland"})
    async with open_container(settings, builtin) as container, web_client(container) as client:
        await add_account(container, Role.ADMIN)
        await sign_in(client)
        await container.messages.inbox.accept(NewMessage("It is broken", "WEB"))
        half_past_midnight_there = datetime(2026, 1, 1, 11, 30, tzinfo=UTC)
        row = update(interaction).values(created_at=half_past_midnight_there)
        await container.database.write(lambda c: c.execute(row))
        found = {day: (await client.get(f"{PATH}/export.csv?opened_since={day}&opened_until={day}")) for day in DAYS}
        assert [len(each.content.decode().splitlines()) for each in found.values()] == [1, 2, 1]
        kept = found[DAYS[1]]
        [line] = csv.DictReader(io.StringIO(kept.content.decode("utf-8-sig")))
        assert line["Opened (Pacific/Auckland)"] == "2026-01-02 00:30:00"
        plain = await client.get(f"{PATH}/export.csv?bom=false")
        assert (kept.content[:3], plain.content[:9]) == (b"\xef\xbb\xbf", b"Reference")
        rows = "/api/v1/insights/rows"
        asked = "measure=interactions&since=2026-01-02&until=2026-01-03"
        assert b"2026-01-02 00:30:00" in (await client.get(f"{rows}/csv?{asked}&bom=false")).content
        for path in (f"{PATH}/export.xlsx", f"{rows}/xlsx?{asked}"):
            book = zipfile.ZipFile(io.BytesIO((await client.get(path)).content))
            texts = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
            assert "Opened (Pacific/Auckland)" in texts
            # 2026-01-02 00:30 as a spreadsheet counts days, in a cell that is a number with a format.
            assert re.search(r'<c r="[A-Z]+2" s="[1-9]"><v>46024\.0208', texts), path
        audit = await client.get(f"/console/audit/export.csv?since={datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}")
        assert audit.text.count("\n") == 1
        csvs = ("/console/rules/1/table.csv", "/api/v1/rule-sets/1/table", "/api/v1/insights/figures/csv")
        kinds = [each.headers["content-type"] for each in [kept, audit, *[await client.get(path) for path in csvs]]]
        assert set(kinds) == {"text/csv; charset=utf-8"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_begins_a_formula(text: str) -> None:
    assert defused(text) == f"'{text}"


def test_numbers_stay_numbers() -> None:
    assert (defused(-1.5), defused(None), defused("plain")) == ("-1.5", "", "plain")


async def test_the_old_desk_leads_to_the_console(agent: Client) -> None:
    assert (await agent.get("/desk", follow_redirects=False)).headers["location"] == "/console"
    found = await agent.get("/desk?query=late order", follow_redirects=False)
    assert found.headers["location"] == f"{PATH}?q=late+order"


async def test_a_sender_with_an_address_alone_is_listed(agent: Client, container: Container) -> None:
    said = await container.messages.inbox.accept(NewMessage("hello", "WEB", Sender(address="zoe@example.org")))
    assert await listed(agent, "q=zoe%40example.org") == [said.reference]


async def test_the_navigation_counts_what_is_to_be_done_and_the_list_shows_it(agent: Client, front: Front) -> None:
    mine, other = [await front.say("The oven is broken", name=name) for name in ("Maya", "Jonas")]
    await send(agent, f"{PATH}/{mine.reference}/claim")
    assert await listed(agent, "view=mine") == [mine.reference]
    assert await listed(agent, "view=waiting") == [mine.reference, other.reference]
    told = (await agent.get("/console/views/count", headers={"hx-current-url": f"http://x{PATH}?view=mine"})).text
    assert 'data-turn="1"' in told
    assert re.findall(r'view=(\w+)"( aria-current="true")?>', told)[0] == ("mine", ' aria-current="true"')
    assert re.findall(r'class="number">(\d+)', told)[:3] == ["1", "1", "2"]


async def test_opening_marks_read_and_leaving_it_for_later_does_not(agent: Client, front: Front) -> None:
    said = await front.say("The oven is broken")
    unread = f'id="row-{said.reference}" class="unread"'
    assert unread in (await agent.get(PATH)).text
    await agent.get(f"{PATH}/{said.reference}")
    assert unread not in (await agent.get(PATH)).text
    assert await listed(agent, "view=waiting") == [said.reference]
    await send(agent, f"{PATH}/{said.reference}/unread")
    assert unread in (await agent.get(PATH)).text


async def test_what_was_done_to_many_is_undone(agent: Client, front: Front, container: Container) -> None:
    records = container.interactions.records
    said = [await front.say(f"The oven {n} is broken") for n in range(2)]
    before = [await records.get(each.reference) for each in said]
    chosen = " ".join(each.reference for each in said)
    for fields in (
        {"do": "close"},
        {"do": "own", "assignee": "Ada"},
        {"do": "status", "status": "SP"},
        {"do": "priority", "priority": "V"},
        {"do": "snooze", "until": "1d"},
    ):
        answer = await send(agent, f"{PATH}/bulk", references=chosen, **fields)
        page = (await agent.get(answer.headers["location"])).text
        assert "2 interactions were changed." in page
        at = re.search(r'name="at" value="([^"]+)"', page)
        assert at
        undone = await send(agent, f"{PATH}/bulk/undo", references=chosen, at=html.unescape(at[1]))
        assert undone.headers["location"] == PATH
        after = [await records.get(each.reference) for each in said]
        kept = {"version": 0, "updated_at": before[0].updated_at, "modified_by": ""}
        assert [replace(each, **kept) for each in after] == [replace(each, **kept) for each in before]
    again = await send(agent, f"{PATH}/bulk/undo", references=chosen, at="2999-01-01T00:00:00+00:00")
    assert again.text.count("cannot be undone any more") == 2
    assert (await send(agent, f"{PATH}/bulk/undo", references=chosen, at="now")).status_code == 400
