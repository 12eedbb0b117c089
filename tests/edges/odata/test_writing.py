"""The contract of changing: create, deep insert, patch, put, delete, ETags, preferences, refusals."""

import base64
from typing import Any

import pytest
from sqlalchemy import select

from frontdesk.model import AuditEvent, Role
from frontdesk.storage.schema.interactions import inbound_message
from frontdesk.wiring.container import Container
from tests.edges.odata.conftest import Odata
from tests.web_client import BASE, add_account, key_of, sign_in

JSON = "application/json;odata.metadata=minimal"


@pytest.mark.both_databases
async def test_a_new_interaction_gets_number_reference_and_defaults(odata: Odata) -> None:
    answer = await odata.ask("POST", "CustomerInteraction", {"ID": 77, "extRef": "MINE", "title": "Hello"})
    assert answer.status_code == 201
    assert answer.headers["location"] == "CustomerInteraction(1)"
    made = answer.json()
    assert made["@odata.context"] == "$metadata#CustomerInteraction/$entity"
    assert made["ID"] == 1
    assert len(made["extRef"]) == 8
    assert made["extRef"].isalnum()
    assert made["extRef"] == made["extRef"].upper()
    codes = [made[name] for name in ("status_code", "priority_code", "category_code", "originChannel_code")]
    assert codes == ["NW", "M", "SUP", "WEB"]
    assert (made["title"], made["numberOfInteractions"], made["createdBy"]) == ("Hello", 1, "key of a admin")


@pytest.mark.both_databases
async def test_an_interaction_with_messages_is_created_whole_and_handled(odata: Odata) -> None:
    messages = [
        {"inboundTextMsg": "My oven stays cold.", "channel_code": "TWT"},
        {"inboundTextMsg": "Please send somebody."},
    ]
    answer = await odata.ask("POST", "CustomerInteraction?$expand=inboundMsgs,outboundMsgs", {"inboundMsgs": messages})
    made = answer.json()
    assert answer.status_code == 201
    assert made["originChannel_code"] == "TWT"
    assert [m["sequence"] for m in made["inboundMsgs"]] == [1, 2]
    assert all(m["sentiment"] for m in made["inboundMsgs"])
    assert made["title"]
    assert made["summary"]
    assert len(made["outboundMsgs"]) == 2


@pytest.mark.both_databases
async def test_an_inbound_message_comes_back_understood_and_answered(odata: Odata) -> None:
    await odata.ask("POST", "Contact", {"name": "Kim Doe", "email": "kim@example.com"})
    await odata.ask("POST", "CustomerInteraction", {"title": "x"})
    body = {
        "interaction_ID": 1,
        "sequence": 9,
        "contact_ID": 1,
        "inboundTextMsg": "Great service, thank you!",
        "channel_code": "WTA",
    }
    answer = await odata.ask("POST", "InboundCustomerMessage", body)
    assert answer.status_code == 201
    assert answer.headers["location"] == "InboundCustomerMessage(sequence=1,interaction_ID=1)"
    made = answer.json()
    assert (made["sequence"], made["contact_ID"], made["channel_code"]) == (1, 1, "WTA")
    assert (made["sentiment"], made["type_code"]) == ("Positive", "CL")
    assert made["summary"]
    [reply] = await odata.rows("InboundCustomerMessage(sequence=1,interaction_ID=1)/outboundServiceMsg")
    assert (reply["type_code"], reply["replyTo_sequence"], reply["replyTo_interaction_ID"]) == ("AR", 1, 1)
    assert reply["processedBy"]
    assert "Kim Doe" in reply["outboundTextMsg"]
    again = await odata.ask("POST", "CustomerInteraction(1)/inboundMsgs", {"inboundTextMsg": "It broke. I am angry."})
    assert again.json()["sequence"] == 2
    assert (await odata.get("CustomerInteraction(1)"))["title"] != "x"


ROUTES = [
    ("My washing machine leaks and shows error E18.", "service call", True),
    ("Great service, thank you so much, you are wonderful!", "kind words", False),
    ("I am angry, your staff was rude to me in the store. This is a complaint.", "department", False),
]


async def test_auto_replies_say_what_their_route_says(odata: Odata, subtests: pytest.Subtests) -> None:
    for text, words, has_code in ROUTES:
        with subtests.test(text):
            made = await odata.say(text)
            [reply] = await odata.rows(f"CustomerInteraction({made['ID']})/outboundMsgs")
            assert words in reply["outboundTextMsg"]
            assert (reply["remark"] or "").startswith("FSM Service Call Code: ") is has_code


async def test_what_was_said_is_stored_although_nobody_handles_it(container: Container, odata: Odata) -> None:
    container.runner.stop()
    answer = await odata.ask("POST", "CustomerInteraction", {"title": "x"})
    late = {"interaction_ID": 1, "inboundTextMsg": "Hello?"}
    answer = await odata.ask("POST", "InboundCustomerMessage", late, Prefer="respond-async")
    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "respond-async"
    assert (answer.json()["inboundTextMsg"], answer.json()["sentiment"]) == ("Hello?", None)
    answer = await odata.ask("POST", "InboundCustomerMessage", late, Prefer="wait=0")
    assert answer.status_code == 201
    assert [m["sequence"] for m in await odata.rows("InboundCustomerMessage")] == [1, 2]


REFUSED: list[tuple[str, str, Any, int, str]] = [
    ("POST", "CustomerInteraction", {"nope": 1}, 400, "nope"),
    ("POST", "CustomerInteraction", {"title": 5}, 400, "title"),
    ("POST", "CustomerInteraction", {"title": "x" * 101}, 400, "title"),
    ("POST", "CustomerInteraction", {"status_code": "??"}, 400, "status_code"),
    ("POST", "CustomerInteraction", {"customer_ID": "none"}, 400, "customer_ID"),
    ("POST", "CustomerInteraction", {"inboundMsgs": [{"inboundTextMsg": "x", "channel_code": "???"}]}, 400, "channel_code"),
    ("POST", "CustomerInteraction", {"inboundMsgs": "x"}, 400, "inboundMsgs"),
    ("POST", "CustomerInteraction", {"messages": []}, 400, "messages"),
    ("POST", "CustomerInteraction", "not json", 400, ""),
    ("POST", "CustomerInteraction", "[]", 400, ""),
    ("POST", "CustomerInteraction", "", 400, ""),
    ("POST", "InboundCustomerMessage", {"interaction_ID": 99, "inboundTextMsg": "x"}, 400, "interaction_ID"),
    ("POST", "InboundCustomerMessage", {"interaction_ID": 1, "contact_ID": 9, "inboundTextMsg": "x"}, 400, "contact_ID"),
    ("POST", "InboundCustomerMessage", {"interaction_ID": 1}, 400, "inboundTextMsg"),
    ("POST", "InboundCustomerMessage", {"interaction_ID": 1, "inboundTextMsg": "  "}, 400, "inboundTextMsg"),
    ("POST", "InboundCustomerMessage", {"inboundTextMsg": "x"}, 400, "interaction_ID"),
    ("POST", "CustomerInteraction(99)/inboundMsgs", {"inboundTextMsg": "x"}, 404, ""),
    ("POST", "Customer", {"ID": "C1", "name": "again"}, 400, ""),
    ("POST", "Customer", {"name": "nobody"}, 400, "ID"),
    ("POST", "Contact", {"name": "x", "customer_ID": "none"}, 400, "customer_ID"),
    ("POST", "Contact", {"name": "x", "email": "kim@example.com"}, 400, ""),
    ("POST", "CustomerInteractionPriority", {"code": "H", "name": "again"}, 400, ""),
    ("POST", "CustomerInteractionStatus", {"code": "ZZ", "name": "new"}, 400, ""),
    ("POST", "InteractionInsight", {}, 405, ""),
    ("POST", "MessageThread", {}, 405, ""),
    ("POST", "CustomerInteraction(1)", {}, 405, ""),
    ("PATCH", "CustomerInteraction", {}, 405, ""),
    ("DELETE", "CustomerInteraction", None, 405, ""),
    ("DELETE", "InteractionInsight(1)", None, 405, ""),
    ("PATCH", "InteractionInsight(1)", {"title": "x"}, 405, ""),
    ("PATCH", "CustomerInteraction(99)", {"title": "x"}, 404, ""),
    ("PUT", "CustomerInteraction(99)", {"title": "x"}, 404, ""),
    ("DELETE", "CustomerInteraction(99)", None, 404, ""),
    ("PATCH", "CustomerInteraction(1)", {"nope": 1}, 400, "nope"),
    ("PATCH", "CustomerInteraction(1)", {"priority_code": "X"}, 400, "priority_code"),
    ("PATCH", "CustomerInteraction(1)", {"status_code": "RO"}, 400, ""),
    ("PATCH", "CustomerInteraction(1)/ID", {"value": 3}, 405, "ID"),
    ("PATCH", "InboundCustomerMessage(sequence=1,interaction_ID=1)", {"inboundTextMsg": "other"}, 400, "inboundTextMsg"),
    ("PATCH", "InboundCustomerMessage(sequence=1,interaction_ID=1)", {"intent_code": "ZZ"}, 400, "intent_code"),
    ("POST", "/cust/CustomerInteractionStatus", {"code": "ZZ"}, 405, ""),
    ("POST", "/cust/OutboundServiceMessage", {"interaction_ID": 1}, 405, ""),
    ("POST", "/agent/CustomerInteraction", {}, 405, ""),
    ("POST", "CustomerInteraction?$filter=ID eq 1", {}, 400, "$filter"),
    ("MERGE", "CustomerInteraction(1)", {}, 405, ""),
    ("GET", "$batch", None, 405, ""),
    ("POST", "$metadata", {}, 405, ""),
]  # fmt: skip


async def test_refusals_are_errors_that_name_the_property(odata: Odata, subtests: pytest.Subtests) -> None:
    await odata.ask("POST", "Customer", {"ID": "C1", "name": "One"})
    await odata.ask("POST", "Contact", {"name": "Kim", "email": "kim@example.com"})
    await odata.say("My oven stays cold.")
    for method, url, body, status, target in REFUSED:
        with subtests.test(f"{method} {url} {str(body)[:60]}"):
            headers = {"Content-Type": "application/json"} if isinstance(body, str) else {}
            answer = await odata.ask(method, url, body, **headers)
            assert answer.status_code == status, answer.text
            error = answer.json()["error"]
            assert (error["code"], answer.headers["content-type"]) == (str(status), JSON)
            assert error["message"]
            assert error.get("target", "") == target
            if target:
                assert error["@Common.numericSeverity"] == 4
            if status == 405:
                assert answer.headers["allow"]
    assert await odata.rows("CustomerInteraction?$select=ID") == [{"@odata.etag": _any(), "ID": 1}]


class _any:  # noqa: N801 - reads as a word
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]  # compared, never kept


@pytest.mark.both_databases
async def test_changes_answer_with_the_row_and_respect_its_etag(odata: Odata) -> None:
    await odata.ask("POST", "CustomerInteraction", {"title": "x", "tags": "a"})
    patched = await odata.ask("PATCH", "CustomerInteraction(1)", {"priority_code": "H", "ID": 5})
    assert (patched.status_code, patched.json()["priority_code"], patched.json()["title"]) == (200, "H", "x")
    tag = patched.headers["etag"]
    assert patched.json()["@odata.etag"] == tag
    stale = await odata.ask("PATCH", "CustomerInteraction(1)", {"title": "late"}, If_Match='W/"1"')
    assert stale.status_code == 412
    fresh = await odata.ask("PUT", "CustomerInteraction(1)", {"title": "new"}, If_Match=tag)
    assert (fresh.status_code, fresh.json()["title"], fresh.json()["tags"]) == (200, "new", None)
    assert (await odata.ask("GET", "CustomerInteraction(1)", If_None_Match=fresh.headers["etag"])).status_code == 304
    one = await odata.ask("PUT", "CustomerInteraction(1)/title", {"value": "one"})
    assert one.json()["value"] == "one"
    assert (await odata.ask("DELETE", "CustomerInteraction(1)/title")).status_code == 204
    assert (await odata.get("CustomerInteraction(1)"))["title"] is None
    minimal = await odata.ask("PATCH", "CustomerInteraction(1)", {"title": "y"}, Prefer="return=minimal")
    assert (minimal.status_code, minimal.headers["preference-applied"]) == (204, "return=minimal")
    assert minimal.headers["odata-entityid"] == "CustomerInteraction(1)"
    gone = await odata.ask("DELETE", "CustomerInteraction(1)", If_Match="*")
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await odata.ask("GET", "CustomerInteraction(1)")).status_code == 404


# Status, the one that is wanted, and those between that the flow asks for.
STATUSES: list[tuple[str, str, list[str]]] = [
    ("NW", "IP", []),
    ("NW", "CO", ["SP"]),
    ("CL", "SP", ["RO"]),
    ("CL", "CO", ["RO", "SP"]),
    ("CO", "CL", ["RO"]),
    ("IP", "CO", ["SP"]),
    ("SP", "AA", ["RO"]),
]


@pytest.mark.both_databases
async def test_a_status_is_reached_through_what_lies_between(odata: Odata) -> None:
    for number, (before, wanted, through) in enumerate(STATUSES, 1):
        await odata.ask("POST", "CustomerInteraction", {"title": "x", "status_code": before})
        url = f"CustomerInteraction({number})"
        changed = await odata.ask("PATCH", url, {"status_code": wanted, "title": "y"})
        assert changed.status_code == 200, changed.text
        assert (changed.json()["status_code"], changed.json()["title"]) == (wanted, "y")
        page = await odata.container.interactions.records.timeline(number, 100)
        changes = [each.item.detail for each in page.rows if isinstance(each.item, AuditEvent)]
        assert [each["status"][1] for each in changes if "status" in each] == [*through, wanted]
    for number, wanted in ((1, "NW"), (1, "RO")):
        refused = await odata.ask("PATCH", f"CustomerInteraction({number})", {"status_code": wanted})
        assert refused.status_code == 400, refused.text


MESSAGE_1 = "InboundCustomerMessage(sequence=1,interaction_ID=1)"
# What can be changed: its URL, and a change of it.
CHANGEABLE: list[tuple[str, dict[str, Any]]] = [
    ("CustomerInteraction(1)", {"title": "new"}),
    (MESSAGE_1, {"sentiment": "Positive"}),
    ("OutboundServiceMessage(sequence=1,interaction_ID=1)", {"remark": "new"}),
    ("AudioMessage(ID=1,inboundCustomerMsg_sequence=1,inboundCustomerMsg_interaction_ID=1)", {"audioData": "T2dnUw=="}),
    ("Contact(1)", {"name": "new"}),
    ("Customer('C1')", {"name": "new"}),
    ("CustomerInteractionCategory('SUP')", {"name": "new"}),
    ("CustomerInteractionChannel('WEB')", {"name": "new"}),
    ("CustomerInteractionStatus('NW')", {"name": "new"}),
    ("CustomerInteractionPriority('M')", {"name": "new"}),
    ("InboundCustomerMessageType('IN')", {"name": "new"}),
    ("OutboundServiceMessageType('AR')", {"name": "new"}),
    ("InboundCustomerMessageIntent(code='TI',IsActiveEntity=true)", {"descr": "new"}),
    ("InboundCustomerMessageIntent(code='TI',IsActiveEntity=false)", {"descr": "newer"}),
]


@pytest.mark.both_databases
async def test_all_that_can_be_changed_has_etags(odata: Odata) -> None:
    await odata.ask("POST", "Customer", {"ID": "C1", "name": "One"})
    await odata.ask("POST", "Contact", {"name": "Kim"})
    await odata.say("The oven stays cold.")
    await odata.ask("POST", "OutboundServiceMessage", {"interaction_ID": 1, "outboundTextMsg": "x", "type_code": "IM"})
    sound = {"inboundCustomerMsg_interaction_ID": 1, "audioData": "UklGRg=="}
    await odata.ask("POST", "AudioMessage", sound)
    for url, change in CHANGEABLE:
        if "IsActiveEntity=false" in url:
            await odata.ask("POST", url.replace("false", "true") + "/TicketingService.draftEdit", {})
        read = await odata.ask("GET", url)
        tag = read.headers["etag"]
        assert read.json()["@odata.etag"] == tag, url
        [name] = change
        drafts = "&$filter=IsActiveEntity eq false" if "IsActiveEntity=false" in url else ""
        listed = await odata.rows(f"{url.partition('(')[0]}?$select={name}{drafts}")
        assert tag in [row["@odata.etag"] for row in listed], url
        assert (await odata.ask("GET", url, If_None_Match=f'W/"x", {tag}')).status_code == 304, url
        assert (await odata.ask("GET", f"{url}/{name}", If_None_Match=tag)).status_code == 304, url
        assert (await odata.ask("PATCH", url, change, If_None_Match="*")).status_code == 412, url
        assert (await odata.ask("PATCH", url, change, If_Match='W/"0"')).status_code == 412, url
        changed = await odata.ask("PATCH", url, change, If_Match=tag)
        assert changed.status_code == 200, changed.text
        assert changed.headers["etag"] != tag, url
        assert (await odata.ask("GET", url, If_None_Match=tag)).status_code == 200, url
        assert (await odata.ask("DELETE", url, If_Match=tag)).status_code == 412, url
    gone = await odata.ask("DELETE", url, If_Match=changed.headers["etag"])
    assert gone.status_code == 204, gone.text


@pytest.mark.both_databases
async def test_an_action_respects_the_etag_of_its_row(odata: Odata) -> None:
    await odata.say("The oven stays cold.")
    tag = (await odata.ask("GET", MESSAGE_1)).headers["etag"]
    await odata.ask("PATCH", MESSAGE_1, {"intent_code": "WR"})
    reply = f"{MESSAGE_1}/TicketingService.reply"
    assert (await odata.ask("POST", reply, {"text": "late"}, If_Match=tag)).status_code == 412
    assert (await odata.ask("POST", reply, {"text": "on time"}, If_Match="*")).status_code == 200


@pytest.mark.both_databases
async def test_references_are_bound_by_url_and_by_nested_key(odata: Odata) -> None:
    await odata.ask("POST", "Customer", {"ID": "C1", "name": "One", "contacts": [{"name": "Kim"}]})
    body = {"customer@odata.bind": "Customer('C1')", "priority": {"code": "V"}}
    made = (await odata.ask("POST", "CustomerInteraction?$expand=customer($expand=contacts)", body)).json()
    assert (made["customer"]["name"], made["customer"]["contacts"][0]["name"]) == ("One", "Kim")
    assert made["priority_code"] == "V"
    cleared = await odata.ask("PATCH", "CustomerInteraction(1)", {"customer_ID": None})
    assert cleared.json()["customer_ID"] is None


@pytest.mark.both_databases
async def test_a_deleted_interaction_leaves_nothing_behind(odata: Odata) -> None:
    await odata.say("My washing machine leaks and shows error E18.")
    await odata.say("Thank you!", 1)
    assert (await odata.ask("DELETE", "InboundCustomerMessage(sequence=2,interaction_ID=1)")).status_code == 204
    assert (await odata.ask("DELETE", "CustomerInteraction(1)")).status_code == 204
    for entity in ("CustomerInteraction", "InboundCustomerMessage", "OutboundServiceMessage", "MessageThread"):
        assert await odata.rows(entity) == []


@pytest.mark.both_databases
async def test_people_correct_what_a_message_was_understood_to_mean(odata: Odata) -> None:
    await odata.say("My oven stays cold.")
    url = "InboundCustomerMessage(sequence=1,interaction_ID=1)"
    answer = await odata.ask(
        "PATCH", url, {"intent_code": "WR", "sentiment": "Negative", "type_code": "QS", "summary": "Cold"}
    )
    assert answer.status_code == 200, answer.text
    found = await odata.get(url)
    assert [found[n] for n in ("intent_code", "intname", "sentiment", "type_code", "summary")] == [
        "WR", "Warranty and returns", "Negative", "QS", "Cold",
    ]  # fmt: skip
    whole = {name: value for name, value in found.items() if not name.startswith("@")}
    assert (await odata.ask("PUT", url, whole)).status_code == 200
    assert await odata.rows("InboundCustomerMessage?$filter=intent/name eq 'Warranty and returns'&$select=sequence")


@pytest.mark.both_databases
async def test_code_lists_people_and_answers_are_edited(odata: Odata) -> None:
    assert (await odata.ask("POST", "CustomerInteractionCategory", {"code": "NEW", "name": "New"})).status_code == 201
    renamed = await odata.ask("PATCH", "CustomerInteractionCategory('NEW')", {"name": "Newer"})
    assert renamed.json()["name"] == "Newer"
    assert (await odata.ask("DELETE", "CustomerInteractionCategory('NEW')")).status_code == 204
    assert (await odata.ask("GET", "CustomerInteractionCategory('NEW')")).status_code == 404
    assert (await odata.ask("POST", "CustomerInteractionCategory", {"code": "NEW", "name": "Again"})).status_code == 201
    made = await odata.ask("POST", "Contact", {"name": "Kim", "twitter": "@kim", "phoneNo": "+4930123456"})
    assert made.json()["twitter"] == "@kim"
    changed = await odata.ask("PATCH", "Contact(1)", {"twitter": None, "slack": "U1"})
    assert [changed.json()[n] for n in ("name", "twitter", "slack", "phoneNo")] == ["Kim", None, "U1", "+4930123456"]
    await odata.say("My oven stays cold.")
    answer = {"interaction_ID": 1, "outboundTextMsg": "We will come.", "type_code": "HA", "remark": "Monday"}
    reply = await odata.ask("POST", "OutboundServiceMessage", answer)
    assert (reply.status_code, reply.json()["sequence"], reply.json()["replyTo_sequence"]) == (201, 2, 1)
    remarked = await odata.ask("PATCH", "OutboundServiceMessage(sequence=2,interaction_ID=1)", {"remark": "Tuesday"})
    assert remarked.json()["remark"] == "Tuesday"
    assert (await odata.ask("DELETE", "OutboundServiceMessage(sequence=2,interaction_ID=1)")).status_code == 204
    assert (await odata.ask("DELETE", "Contact(1)")).status_code == 204


@pytest.mark.both_databases
async def test_recordings_go_in_and_out_as_bytes(odata: Odata) -> None:
    await odata.say("My oven stays cold.")
    sound = b"RIFF\x00\x00\x00\x00WAVE" + bytes(range(256))
    body = {
        "inboundCustomerMsg_sequence": 1,
        "inboundCustomerMsg_interaction_ID": 1,
        "audioData": base64.urlsafe_b64encode(sound).decode(),
    }
    made = await odata.ask("POST", "AudioMessage", body)
    assert (made.status_code, made.json()["ID"]) == (201, 1)
    key = "AudioMessage(ID=1,inboundCustomerMsg_sequence=1,inboundCustomerMsg_interaction_ID=1)"
    for tail in ("/audioData", "/audioData/$value"):
        answer = await odata.ask("GET", f"{key}{tail}", accept="audio/*")
        assert (answer.content, answer.headers["content-type"]) == (sound, "application/octet-stream")
    assert (await odata.ask("PUT", f"{key}/audioData", b"OggS other", Content_Type="audio/ogg")).status_code == 204
    shown = await odata.get(f"{key}?$select=audioData")
    assert base64.urlsafe_b64decode(shown["audioData"]) == b"OggS other"
    expanded = await odata.get("InboundCustomerMessage(sequence=1,interaction_ID=1)?$expand=audio")
    assert (expanded["audio_ID"], expanded["audio"]["ID"]) == (1, 1)
    assert (await odata.ask("DELETE", key)).status_code == 204


@pytest.mark.parametrize("kind", ["audio/x\r\nset-cookie: a=b", "audio/x\nset-cookie: a=b", "audio/\u65e5", "audio/ x"])
async def test_what_is_no_type_of_a_recording_reaches_no_header(odata: Odata, container: Container, kind: str) -> None:
    await odata.say("My oven stays cold.")
    body = {"inboundCustomerMsg_sequence": 1, "inboundCustomerMsg_interaction_ID": 1, "audioData": "AAAA"}
    assert (await odata.ask("POST", "AudioMessage", body)).status_code == 201
    url = "AudioMessage(ID=1,inboundCustomerMsg_sequence=1,inboundCustomerMsg_interaction_ID=1)/audioData"
    put = {"id": "1", "method": "PUT", "url": url, "headers": {"content-type": kind}, "body": "T2dnUw=="}
    [answer] = (await odata.ask("POST", "$batch", {"requests": [put]})).json()["responses"]
    message = await container.database.read(lambda c: c.execute(select(inbound_message.c.id)).scalar())
    heard = await odata.ask("GET", f"/api/v1/messages/{message}/audio")
    assert heard.status_code == 200, (answer, heard.text)
    assert heard.headers["content-type"] in ("audio/ogg", "application/octet-stream")
    assert "set-cookie" not in heard.headers


async def test_roles_decide_who_may_do_what(container: Container, odata: Odata, subtests: pytest.Subtests) -> None:
    await odata.say("My oven stays cold.")
    table: list[tuple[Role, str, str, Any, int]] = [
        (Role.SERVICE, "GET", "$metadata", None, 200),
        (Role.SERVICE, "GET", "CustomerInteraction", None, 403),
        (Role.SERVICE, "POST", "CustomerInteraction", {"inboundMsgs": [{"inboundTextMsg": "Hello there"}]}, 201),
        (Role.SERVICE, "PATCH", "CustomerInteraction(1)", {"title": "x"}, 403),
        (Role.SERVICE, "POST", "/llm-proxy/sentimentAnalyse", {"text": "I love it"}, 200),
        (Role.AGENT, "GET", "CustomerInteraction", None, 200),
        (Role.AGENT, "PATCH", "CustomerInteraction(1)", {"title": "x"}, 200),
        (Role.AGENT, "DELETE", "CustomerInteraction(1)", None, 403),
        (Role.AGENT, "POST", "CustomerInteractionCategory", {"code": "X1", "name": "x"}, 403),
        (Role.CUSTOMER, "GET", "$metadata", None, 403),
        (Role.SUPERVISOR, "DELETE", "CustomerInteraction(1)", None, 204),
    ]
    for role, method, url, body, status in table:
        with subtests.test(f"{role} {method} {url}"):
            odata.headers = await key_of(container, role)
            assert (await odata.ask(method, url, body)).status_code == status
    odata.headers = {}
    nobody = await odata.ask("GET", "Customer")
    assert nobody.status_code == 401
    assert nobody.json()["error"]["code"] == "401"
    assert nobody.headers["www-authenticate"].startswith("Basic")


async def test_browsers_fetch_a_token_before_they_change_anything(container: Container, odata: Odata) -> None:
    await add_account(container, Role.SUPERVISOR)
    await sign_in(odata.client)
    odata.headers = {"Origin": BASE, "Sec-Fetch-Site": "same-origin"}
    refused = await odata.ask("POST", "CustomerInteraction", {}, X_CSRF_Token="Fetch")
    assert (refused.status_code, refused.headers["x-csrf-token"]) == (403, "Required")
    token = (await odata.ask("HEAD", "/admin/", X_CSRF_Token="Fetch")).headers["x-csrf-token"]
    assert (await odata.ask("POST", "CustomerInteraction", {}, X_CSRF_Token=token)).status_code == 201
    assert len((await odata.ask("GET", "CustomerInteraction")).json()["value"]) == 1


async def test_an_api_key_opens_as_bearer_and_as_the_password_of_basic(container: Container, odata: Odata) -> None:
    secret = (await key_of(container, Role.AGENT))["Authorization"].removeprefix("Bearer ")
    basic = base64.b64encode(f"anybody:{secret}".encode()).decode()
    odata.headers = {}
    assert (await odata.ask("GET", "Customer", Authorization=f"Basic {basic}")).status_code == 200
    assert (await odata.ask("GET", "Customer", Authorization="Basic nonsense!")).status_code == 401
    wrong = base64.b64encode(b"anybody:fd_wrong").decode()
    assert (await odata.ask("GET", "Customer", Authorization=f"Basic {wrong}")).status_code == 401
    forged = {"Authorization": f"Basic {basic}", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert (await odata.ask("POST", "CustomerInteraction", **forged)).status_code == 401
    assert (
        await odata.ask("POST", "CustomerInteraction", "{}", Content_Type="text/plain", **forged)
    ).status_code == 401
