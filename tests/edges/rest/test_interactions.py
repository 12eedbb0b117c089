"""Lists of interactions, changing one, its timeline, answering."""

from typing import Any

import pytest

from frontdesk.interfaces import DeliveryFailed
from frontdesk.model import Lease, OutboundMessage, Receipt, Work
from frontdesk.storage.interactions.merging import StoredMerging
from frontdesk.wiring.container import Container, now
from frontdesk.workflows.one_step import deliver_reply
from tests.edges.rest.conftest import Desk, JsonClient

pytestmark = pytest.mark.both_databases

INTERACTIONS = "/api/v1/interactions"
BROKEN = "My washing machine does not start any more and shows error E12. Please repair it."


async def hand_in(client: JsonClient, number: int, **more: Any) -> list[str]:
    bodies = ({"text": f"Message {each}", **more} for each in range(number))
    return [(await client.post("/api/v1/messages", json=body)).json()["reference"] for body in bodies]


async def pages(client: JsonClient, path: str, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while True:
        page = (await client.get(path, params=query)).json()
        rows += page["items"]
        if page["next"] is None:
            return rows
        query["cursor"] = page["next"]


@pytest.mark.parametrize("sort", ["updated", "-updated", "created", "-created", "id", "-id", "status"])
async def test_pages_together_are_the_whole_list_in_its_order(client: JsonClient, sort: str) -> None:
    references = await hand_in(client, 7)
    listed = [row["reference"] for row in await pages(client, INTERACTIONS, sort=sort, limit=3)]
    assert listed == (references[::-1] if sort.startswith("-") or sort == "status" else references)


async def test_what_was_merged_is_listed_as_well(client: JsonClient, container: Container) -> None:
    one, other = [await container.interactions.records.get(each) for each in await hand_in(client, 2)]
    await StoredMerging(container.database, now).merge(one, other, "ada")
    listed = {row["reference"]: row["status"] for row in await pages(client, INTERACTIONS, sort="id")}
    assert listed == {one.reference: "NW", other.reference: "CL"}


async def test_what_arrives_while_one_turns_pages_neither_repeats_nor_hides_anything(client: JsonClient) -> None:
    references = await hand_in(client, 4)
    first = (await client.get(INTERACTIONS, params={"sort": "-id", "limit": 2})).json()
    await hand_in(client, 3)
    rest = await pages(client, INTERACTIONS, sort="-id", limit=2, cursor=first["next"])
    assert [row["reference"] for row in first["items"] + rest] == references[::-1]


async def test_filters_may_be_given_several_times(client: JsonClient) -> None:
    await hand_in(client, 1, channel="WEB")
    await hand_in(client, 1, channel="EMI")
    await hand_in(client, 1, channel="SMS")
    listed = (await client.get(f"{INTERACTIONS}?channel=EMI&channel=SMS&status=NW")).json()["items"]
    assert {row["channel"] for row in listed} == {"EMI", "SMS"}


async def test_a_list_is_searched_and_filtered_by_how_its_messages_read(desk: Desk) -> None:
    oven = await desk.say("The oven (order 4500012345) is broken and does not start, please send somebody")
    bike = await desk.say("Wo bleibt meine Lieferung? Das Fahrrad sollte schon gestern kommen.")
    whole = [oven["reference"], bike["reference"]]

    async def found(**query: Any) -> list[str]:
        return [row["reference"] for row in await pages(desk.client, INTERACTIONS, sort="id", limit=1, **query)]

    assert await found(q="4500012345") == await found(q="broken ove") == await found(q='"not start"') == whole[:1]
    assert await found(q="-oven") == await found(language="de") == await found(q="FAHRRAD") == whole[1:]
    assert await found(q="nowhere") == await found(q="???") == await found(q="fahrrad", language="en") == []
    assert await found(tier="builtin", q="  ") == await found(confidence=["low", "medium", "high"]) == whole
    assert await found(tier="model") == await found(opened_since="2100-01-01T00:00:00Z") == []
    assert await found(opened_until="2100-01-01T00:00:00Z") == whole
    for wrong in ({"confidence": "sure"}, {"q": "\x00"}, {"q": "x" * 201}, {"opened_since": "2026-01-31T12:00:00"}):
        assert (await desk.client.get(INTERACTIONS, params=wrong)).status_code == 400


async def test_times_filter_by_the_last_change(client: JsonClient) -> None:
    [reference] = await hand_in(client, 1)
    at = (await client.get(f"{INTERACTIONS}/{reference}")).json()["updated_at"]
    found = (await client.get(INTERACTIONS, params={"since": at})).json()["items"]
    assert [row["reference"] for row in found] == [reference]
    assert (await client.get(INTERACTIONS, params={"until": at})).json()["items"] == []
    assert (await client.get(INTERACTIONS, params={"since": "2026-01-01T00:00:00"})).status_code == 400


@pytest.mark.parametrize("cursor", ["x", "WyIxIiwyXQ", "bnVsbA", "W10", "é", "A" * 401, "WyItdXBkYXRlZCIsIngiLDFd"])
async def test_a_cursor_of_ones_own_making_is_refused(client: JsonClient, cursor: str) -> None:
    [reference] = await hand_in(client, 1)
    for path in (INTERACTIONS, f"{INTERACTIONS}/{reference}/timeline", "/api/v1/customers", "/api/v1/effects"):
        answer = await client.get(path, params={"cursor": cursor})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "cursor")


async def test_a_change_needs_the_etag_of_what_it_changes(client: JsonClient) -> None:
    [reference] = await hand_in(client, 1)
    path = f"{INTERACTIONS}/{reference}"
    etag = (await client.get(path)).headers["etag"]
    assert (await client.patch(path, json={"priority": "H"})).status_code == 428
    changed = await client.patch(path, json={"priority": "H"}, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["priority"]) == (200, "H")
    assert changed.headers["etag"] != etag
    assert (await client.patch(path, json={"priority": "L"}, headers={"If-Match": etag})).status_code == 412
    assert (await client.patch(path, json={"priority": "L"}, headers={"If-Match": "*"})).json()["priority"] == "L"


async def test_a_known_etag_is_answered_without_the_body(client: JsonClient) -> None:
    [reference] = await hand_in(client, 1)
    etag = (await client.get(f"{INTERACTIONS}/{reference}")).headers["etag"]
    answer = await client.get(f"{INTERACTIONS}/{reference}", headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


async def test_the_status_moves_only_along_its_flow(client: JsonClient) -> None:
    [reference] = await hand_in(client, 1)
    headers = {"If-Match": "*"}
    refused = await client.patch(f"{INTERACTIONS}/{reference}", json={"status": "CO"}, headers=headers)
    assert refused.status_code == 409
    closed = await client.patch(f"{INTERACTIONS}/{reference}", json={"status": "CL"}, headers=headers)
    assert closed.json()["closed_at"] is not None


@pytest.mark.parametrize(
    "change", [{"category": "X"}, {"priority": ""}, {"team": "X"}, {"status": "X"}, {"customer_id": "C9"}, {"id": 9}]
)
async def test_what_is_not_in_a_list_is_refused_by_name(client: JsonClient, change: dict[str, Any]) -> None:
    [reference] = await hand_in(client, 1)
    answer = await client.patch(f"{INTERACTIONS}/{reference}", json=change, headers={"If-Match": "*"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, next(iter(change)))


async def test_the_timeline_tells_everything_in_order_page_by_page(desk: Desk) -> None:
    reference = (await desk.say(BROKEN))["reference"]
    whole = (await desk.get(f"/interactions/{reference}/timeline"))["items"]
    assert {"inbound", "analysis", "decision", "effect", "outbound", "audit_event"} == {each["kind"] for each in whole}
    assert whole[0]["inbound"]["text"] == BROKEN
    assert [each["at"] for each in whole] == sorted(each["at"] for each in whole)
    for limit in (1, 3):
        assert await pages(desk.client, f"{INTERACTIONS}/{reference}/timeline", limit=limit) == whole


async def test_service_calls_are_listed_with_their_code(desk: Desk) -> None:
    reference = (await desk.say(BROKEN))["reference"]
    [call] = await desk.get(f"/interactions/{reference}/service-calls")
    assert call["code"].startswith("SC-")


async def test_an_answer_of_the_team_is_sent_by_the_channel_of_the_customers_last_message(desk: Desk) -> None:
    receipt = await desk.say("Hello", channel="EMI", sender={"address": "ann@example.org"})
    path = f"{INTERACTIONS}/{receipt['reference']}/replies"
    answer = await desk.client.post(path, json={"text": "We come tomorrow."})
    assert answer.status_code == 201
    assert (answer.json()["channel"], answer.json()["recipient"]) == ("EMI", "ann@example.org")
    await desk.container.runner.run_until_idle()
    timeline = (await desk.get(f"/interactions/{receipt['reference']}/timeline"))["items"]
    [reply] = [each["outbound"] for each in timeline if each.get("outbound", {}).get("type") == "HA"]
    assert (reply["state"], reply["reply_to"]) == ("sent", receipt["message"])


async def test_a_memo_is_never_sent(desk: Desk) -> None:
    receipt = await desk.say("Hello", sender={"address": "ann@example.org"})
    path = f"{INTERACTIONS}/{receipt['reference']}/replies"
    memo = (await desk.client.post(path, json={"text": "Call her first.", "type": "IM"})).json()
    assert (memo["type"], memo["recipient"]) == ("IM", "")
    assert await desk.container.work.queue.counts() == {"open": 0, "failed": 0}


async def test_a_reply_that_the_channel_refuses_for_good_waits_for_a_person(desk: Desk, container: Container) -> None:
    class Broken:
        code = "*"

        async def send(self, message: OutboundMessage) -> Receipt:
            raise DeliveryFailed("the customer blocked us", permanent=True)

    reference = (await desk.say("Hello"))["reference"]
    reply = (await desk.client.post(f"{INTERACTIONS}/{reference}/replies", json={"text": "Yes?"})).json()
    [(work, lease)] = await container.work.queue.claim("test", 1, 30)
    with pytest.raises(DeliveryFailed):
        await deliver_reply(work, lease, False, container.messages.replies, {"*": Broken()})
    assert isinstance(work, Work)
    assert isinstance(lease, Lease)
    assert (await container.messages.replies.load(reply["id"])).error == "the customer blocked us"


async def test_an_empty_reply_is_refused(client: JsonClient) -> None:
    [reference] = await hand_in(client, 1)
    answer = await client.post(f"{INTERACTIONS}/{reference}/replies", json={"text": " \n"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "text")


@pytest.mark.parametrize("path", ["", "/timeline", "/service-calls"])
async def test_what_is_not_there_is_not_found(client: JsonClient, path: str) -> None:
    answer = await client.get(f"{INTERACTIONS}/AAAAAAAA{path}")
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no interaction AAAAAAAA")


async def test_who_claims_first_is_the_owner_until_it_is_given_back(client: JsonClient) -> None:
    [reference] = await hand_in(client, 1)
    one = f"{INTERACTIONS}/{reference}"
    mine = await client.post(f"{one}/claim", headers={"x-caller": "ada"})
    late = await client.post(f"{one}/claim", headers={"x-caller": "kim"})
    assert (mine.status_code, mine.json()["assignee"]) == (200, "ada")
    assert (late.status_code, late.json()["detail"]) == (409, f"ada has taken interaction {reference}")
    await client.patch(one, json={"assignee": ""}, headers={"If-Match": mine.headers["etag"]})
    assert (await client.post(f"{one}/claim", headers={"x-caller": "kim"})).json()["assignee"] == "kim"


async def test_views_are_listed_and_counted_as_the_caller_has_them(client: JsonClient) -> None:
    mine, _ = await hand_in(client, 2)
    headers = {"x-caller": "ada"}
    await client.post(f"{INTERACTIONS}/{mine}/claim", headers=headers)
    rows = (await client.get(INTERACTIONS, params={"view": "mine"}, headers=headers)).json()["items"]
    assert [row["reference"] for row in rows] == [mine]
    counts = (await client.get(f"{INTERACTIONS}/counts", headers=headers)).json()
    assert (counts["turn"], counts["mine"], counts["unassigned"], counts["waiting"]) == (1, 1, 1, 2)
    assert (await client.get(INTERACTIONS, params={"view": "theirs"})).status_code == 400


async def test_somebody_marks_for_themselves_what_they_have_read(client: JsonClient) -> None:
    [reference] = await hand_in(client, 1)
    mine = f"{INTERACTIONS}/{reference}/mine"
    for unread in (False, True):
        told = await client.patch(mine, json={"unread": unread}, headers={"x-caller": "ada"})
        assert (told.status_code, told.json()["unread"]) == (200, unread)
    await client.patch(mine, json={"unread": False}, headers={"x-caller": "ada"})
    assert (await client.get(mine, headers={"x-caller": "kim"})).json()["unread"] is True


async def test_a_draft_is_kept_until_it_is_sent(client: JsonClient) -> None:
    [reference] = await hand_in(client, 1)
    mine, ada = f"{INTERACTIONS}/{reference}/mine", {"x-caller": "ada"}
    await client.patch(mine, json={"reply": "Dear", "memo": "Ask"}, headers=ada)
    others = (await client.get(mine, headers={"x-caller": "kim"})).json()
    assert (others["reply"], others["others"]) == ("", [{"name": "ada", "writing": True}])
    await client.post(f"{INTERACTIONS}/{reference}/replies", json={"text": "Dear all", "type": "IM"}, headers=ada)
    kept = (await client.get(mine, headers=ada)).json()
    assert (kept["reply"], kept["memo"]) == ("Dear", "")


async def test_what_is_set_aside_comes_back_when_its_time_has_passed(client: JsonClient) -> None:
    [reference] = await hand_in(client, 1)
    one = f"{INTERACTIONS}/{reference}"

    async def set_aside(until: str) -> int:
        return (await client.patch(one, json={"snoozed_until": until}, headers={"If-Match": "*"})).status_code

    async def counted() -> list[str]:
        views = ("snoozed", "unassigned")
        found = [(await client.get(INTERACTIONS, params={"view": view})).json()["items"] for view in views]
        return [view for view, rows in zip(views, found, strict=True) if rows]

    assert (await set_aside("9999-12-31T23:00:00-12:00"), await counted()) == (200, ["snoozed"])
    assert (await set_aside("0001-01-01T00:00:00+12:00"), await counted()) == (200, ["unassigned"])
    assert await set_aside("2026-01-01T12:00:00") == 400


async def test_an_answer_that_the_customer_overtook_is_sent_only_anyway(client: JsonClient) -> None:
    first = (await client.post("/api/v1/messages", json={"text": "Where is it?"})).json()
    await client.post("/api/v1/messages", json={"text": "It came.", "interaction": first["reference"]})
    answer = {"text": "It comes tomorrow.", "seen": first["message"]}
    replies = f"{INTERACTIONS}/{first['reference']}/replies"
    refused = await client.post(replies, json=answer)
    assert (refused.status_code, refused.json()["detail"].split(":")[0]) == (409, "the customer wrote again meanwhile")
    assert (await client.post(replies, json=answer | {"type": "IM"})).status_code == 201
    assert (await client.post(replies, json=answer | {"seen": ""})).status_code == 201


async def test_many_are_changed_and_what_was_is_undone_unless_it_was_changed_again(client: JsonClient) -> None:
    one, other = await hand_in(client, 2)
    wanted = {"references": [one, other, "NOSUCHXX"], "change": {"status": "CL", "assignee": "ada"}}
    told = (await client.post(f"{INTERACTIONS}/changes", json=wanted)).json()
    assert (told["done"], list(told["refused"])) == ([one, other], ["NOSUCHXX"])
    await client.patch(f"{INTERACTIONS}/{other}", json={"status": "RO"}, headers={"If-Match": "*", "x-caller": "kim"})
    undo = {"references": told["done"], "at": told["at"]}
    undone = (await client.post(f"{INTERACTIONS}/changes/undo", json=undo)).json()
    assert (undone["done"], list(undone["refused"])) == ([one], [other])
    again = (await client.get(f"{INTERACTIONS}/{one}")).json()
    assert (again["status"], again["waiting_on"], again["closed_at"]) == ("NW", "us", None)
    assert again["waiting_since"] is not None
    assert (await client.post(f"{INTERACTIONS}/changes", json={"references": [], "change": {}})).status_code == 400
