"""The contract of actions, functions and drafts."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.edges.odata.conftest import Odata

LEAK = "My washing machine leaks and shows error E18. Order 4500012345."


async def act(odata: Odata, url: str, body: Any = None, status: int = 200) -> Any:
    answer = await odata.ask("POST", url, {} if body is None else body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_language_actions_answer_in_the_recorded_shape(odata: Odata) -> None:
    for name in ("sentimentAnalyse", "summarise", "extractEntities", "processCustomerMessage"):
        told = await act(odata, f"/llm-proxy/{name}", {"text": LEAK})
        assert set(told) == {"@odata.context", "data", "created_at", "total_tokens"}
        assert set(told["data"]) == {"sentiment", "title", "summary", "entities"}
        assert isinstance(told["created_at"], int)
    whole = (await act(odata, "/llm-proxy/processCustomerMessage", {"text": LEAK}))["data"]
    assert whole["sentiment"] in ("Positive", "Neutral", "Negative")
    assert whole["title"]
    assert {"field": "order_no", "value": "4500012345"} in whole["entities"]
    told = await act(odata, "/llm-proxy/invokeLLM", {"use_case": "sentiment-analysis", "text": "I love it"})
    assert told["data"]["sentiment"] == "Positive"
    intent = await act(odata, "/llm-proxy/zeroShotClassification", {"text": "The oven does not work, error E18"})
    assert intent == {"@odata.context": "$metadata#Edm.String", "value": "TI"}
    vector = await act(odata, "/llm-proxy/embedding", {"text": "Hello"})
    assert vector["@odata.context"] == "$metadata#Edm.String"
    assert len(json.loads(vector["value"])) > 100


async def test_vector_functions_calculate(odata: Odata, subtests: pytest.Subtests) -> None:
    table: list[tuple[str, Any]] = [
        ("dot(vec1=@a,vec2=@b)?@a=[1,2]&@b=[3,4]", 11),
        ("dot(vec1=[1,2],vec2=[3,4])", 11),
        ("norm(vec=@v)?@v=[3,4]", 5),
        ("cosineSimilarity(vec1=@a,vec2=@b)?@a=[1,0]&@b=[0,1]", 0),
        ("LlmProxyService.norm(vec=[3,4])", 5),
    ]
    for url, wanted in table:
        with subtests.test(url):
            found = await odata.get(f"/llm-proxy/{url}")
            assert found == {"@odata.context": "$metadata#Edm.Double", "value": wanted}
    near = await odata.get("/llm-proxy/similaritySearch(inputVector=@v,intents=@w,limit=1)?@v=[1,0]&@w=[[0,1],[2,0]]")
    assert near["value"] == [{"code": None, "index": 1, "similarity": 1.0}]
    intents = '[{"code":"TI","embedding":"[0,1]"},{"code":"PI","embedding":[2,0]}]'
    near = await odata.get(f"/llm-proxy/similaritySearch(inputVector=[1,0],intents=@w)?@w={intents}")
    assert [each["code"] for each in near["value"]] == ["PI", "TI"]


async def test_operations_refuse_what_they_do_not_take(odata: Odata, subtests: pytest.Subtests) -> None:
    await odata.say(LEAK)
    table: list[tuple[str, str, Any, int]] = [
        ("POST", "/llm-proxy/sentimentAnalyse", {"text": "x", "nope": 1}, 400),
        ("POST", "/llm-proxy/sentimentAnalyse", {}, 400),
        ("POST", "/llm-proxy/sentimentAnalyse", {"text": 5}, 400),
        ("POST", "/llm-proxy/sentimentAnalyse", {"text": " "}, 400),
        ("POST", "/llm-proxy/invokeLLM", {"use_case": "none", "text": "x"}, 404),
        ("POST", "/llm-proxy/invokeLLM", {"use_case": "translation", "text": "x"}, 400),
        ("GET", "/llm-proxy/sentimentAnalyse", None, 405),
        ("POST", "/llm-proxy/dot", {}, 405),
        ("GET", "/llm-proxy/dot(vec1=[1,2])", None, 400),
        ("GET", "/llm-proxy/dot(vec1=[1,2],vec2=[1])", None, 400),
        ("GET", "/llm-proxy/dot(vec1=[1,2],vec2=@b)", None, 400),
        ("GET", '/llm-proxy/dot(vec1=["x"],vec2=[1])', None, 400),
        ("GET", "/llm-proxy/norm(vec=[])", None, 400),
        ("GET", "/llm-proxy/norm(nope=[1])", None, 400),
        ("GET", "/llm-proxy/similaritySearch(inputVector=[1],intents='x')", None, 400),
        ("GET", "/llm-proxy/similaritySearch(inputVector=[1],intents=@v,limit=0)?@v=[[1]]", None, 400),
        ("POST", "/int-ticket/handleMessage", {}, 400),
        ("POST", "/int-ticket/handleMessage", {"message": {}}, 400),
        ("POST", "/erp-proxy/checkDeliveryStatus", {}, 400),
        ("POST", "/erp-proxy/createSupportTicket", {"interaction_ID": 99}, 404),
        ("POST", "InboundCustomerMessage(sequence=9,interaction_ID=1)/TicketingService.reply", {}, 404),
        ("POST", "InboundCustomerMessage(sequence=1,interaction_ID=1)/TicketingService.reply", {"nope": 1}, 400),
        ("POST", "/agent/CustomerInteraction(9)/summarise", {}, 404),
        ("POST", "/agent/CustomerInteraction/summarise", {}, 404),
    ]
    for method, url, body, status in table:
        with subtests.test(f"{method} {url} {body}"):
            answer = await odata.ask(method, url, body)
            assert answer.status_code == status, answer.text
            assert answer.json()["error"]["code"] == str(status)


async def test_tickets_are_routed_handled_and_answered(odata: Odata) -> None:
    second = await act(odata, "/int-ticket/handleMessageV2", {"message": LEAK})
    assert {name: second[name] for name in ("type", "route")} == {"type": "TI", "route": "TI-Chatbot"}
    assert second["fsmcode"].startswith("SC-")
    first = await act(odata, "/int-ticket/handleMessage", {"message": {"inboundTextMsg": "Great service, thank you!"}})
    assert first["route"] == "AutoReply"
    assert "thank you" in first["replyMessage"]
    assert set(first) == {"@odata.context", "type", "route", "replyMessage"}
    assert len(await odata.rows("CustomerInteraction")) == 2


async def test_a_ticket_that_names_its_interaction_is_handled_in_it(odata: Odata) -> None:
    contact = (await odata.ask("POST", "Contact", {"name": "Ada"})).json()["ID"]
    await odata.ask("POST", "CustomerInteraction", {})
    message = {"interaction_ID": 1, "contact_ID": contact, "inboundTextMsg": LEAK}
    first = await act(odata, "/int-ticket/handleMessageV2", {"message": message})
    again = await act(odata, "/int-ticket/handleMessageV2", {"message": message})
    without = await act(odata, "/int-ticket/handleMessageV2", {"message": {"interaction_ID": 1, "contact_ID": contact}})
    assert first == again == without
    assert (first["type"], first["route"], first["fsmcode"][:3]) == ("TI", "TI-Chatbot", "SC-")
    assert [row["ID"] for row in await odata.rows("CustomerInteraction")] == [1]
    said = await odata.rows("InboundCustomerMessage?$orderby=sequence")
    assert [(row["sequence"], row["contact_ID"]) for row in said] == [(1, contact)]
    for wrong, status in (({"interaction_ID": 9, "inboundTextMsg": "x"}, 404), ({"interaction_ID": "x"}, 400)):
        assert (await odata.ask("POST", "/int-ticket/handleMessageV2", {"message": wrong})).status_code == status


async def test_actions_bound_to_interactions_and_messages_work(odata: Odata) -> None:
    await odata.say(LEAK)
    await odata.say("It still leaks, I am angry!", 1)
    await odata.ask("PATCH", "CustomerInteraction(1)", {"title": "x", "summary": "y"})
    told = await act(odata, "/agent/CustomerInteraction(1)/AgentService.processByllm")
    assert told["title"] not in ("x", "")
    assert told["summary"] not in ("y", "")
    assert (await act(odata, "/agent/CustomerInteraction(1)/summarise"))["ID"] == 1
    mood = await act(odata, "/agent/CustomerInteraction(1)/AgentService.sentimentAnalyse")
    assert mood["@odata.context"] == "../$metadata#Edm.String"
    assert mood["value"] in ("Neutral", "Negative")
    message = "InboundCustomerMessage(sequence=2,interaction_ID=1)"
    said = await act(odata, f"{message}/TicketingService.reply", {"text": "We will come on Monday."})
    assert (said["outboundTextMsg"], said["type_code"]) == ("We will come on Monday.", "HA")
    assert (said["replyTo_sequence"], said["replyTo_interaction_ID"]) == (2, 1)
    drafted = await act(odata, f"/agent/{message}/AgentService.reply")
    assert drafted["type_code"] == "AR"
    assert drafted["outboundTextMsg"]


async def test_support_tickets_are_opened_in_the_back_end(odata: Odata) -> None:
    await odata.say(LEAK)
    of_one = await act(odata, "/erp-proxy/createSupportTicket", {"interaction_ID": 1})
    assert (of_one["interaction_ID"], of_one["code"][:3]) == (1, "SC-")
    fresh = await act(odata, "/erp-proxy/createSupportTicket", {"subject": "Broken door"})
    assert (await odata.get(f"CustomerInteraction({fresh['interaction_ID']})"))["title"] == "Broken door"
    assert (await odata.ask("POST", "/erp-proxy/checkDeliveryStatus", {"orderNo": "1"})).status_code == 404


async def test_an_intent_is_edited_beside_the_one_in_use(odata: Odata) -> None:
    active, draft = (f"InboundCustomerMessageIntent(code='TI',IsActiveEntity={flag})" for flag in ("true", "false"))
    begun = await act(odata, f"{active}/TicketingService.draftEdit", {"PreserveChanges": True}, 201)
    assert [begun[n] for n in ("IsActiveEntity", "HasActiveEntity", "HasDraftEntity")] == [False, True, False]
    again = await odata.ask("POST", f"{active}/TicketingService.draftEdit", {"PreserveChanges": True})
    assert again.status_code == 409
    assert (await odata.ask("PATCH", draft, {"name": "Technical trouble"})).json()["name"] == "Technical trouble"
    both = await odata.get(f"{active}?$expand=DraftAdministrativeData,SiblingEntity")
    assert (both["name"], both["HasDraftEntity"]) == ("Technical issues", True)
    assert both["SiblingEntity"]["name"] == "Technical trouble"
    assert both["DraftAdministrativeData"]["DraftIsCreatedByMe"] is True
    ready = await act(odata, f"{draft}/TicketingService.draftPrepare", {"SideEffectsQualifier": ""})
    assert ready["IsActiveEntity"] is False
    done = await act(odata, f"{draft}/TicketingService.draftActivate", None, 201)
    assert (done["name"], done["IsActiveEntity"], done["HasDraftEntity"]) == ("Technical trouble", True, False)
    assert (await odata.ask("GET", draft)).status_code == 404
    assert (await odata.get("/cust/InboundCustomerMessageIntent('TI')"))["name"] == "Technical trouble"


async def test_a_new_intent_begins_as_a_draft_and_can_be_discarded(odata: Odata) -> None:
    made = await odata.ask("POST", "InboundCustomerMessageIntent", {"code": "XX"})
    assert (made.status_code, made.json()["IsActiveEntity"]) == (201, False)
    assert made.headers["location"] == "InboundCustomerMessageIntent(code='XX',IsActiveEntity=false)"
    draft = "InboundCustomerMessageIntent(code='XX',IsActiveEntity=false)"
    nameless = await odata.ask("POST", f"{draft}/TicketingService.draftActivate", {})
    assert (nameless.status_code, nameless.json()["error"]["target"]) == (400, "name")
    assert (await odata.ask("DELETE", draft)).status_code == 204
    whole = {"code": "YY", "name": "Why", "descr": "Asks why", "embedding": "[1,2]", "IsActiveEntity": True}
    active = await odata.ask("POST", "InboundCustomerMessageIntent", whole)
    vector = (await act(odata, "/llm-proxy/embedding", {"text": "Why. Asks why"}))["value"]
    assert [active.json()[n] for n in ("code", "embedding", "IsActiveEntity")] == ["YY", vector, True]
    gone = await odata.ask("DELETE", "InboundCustomerMessageIntent(code='YY',IsActiveEntity=true)")
    assert gone.status_code == 204
    lists = await odata.rows("InboundCustomerMessageIntent?$filter=IsActiveEntity eq false or SiblingEntity ne null")
    assert lists == []


def hostile_urls() -> Iterator[tuple[str, str]]:
    pieces = ["'", '"', "(", ")", "%00", "%ff", "..", "//", "$", ";", "\\", "%27%20or%201=1--", "9" * 40, "x" * 5000]
    for piece in pieces:
        yield "GET", f"/admin/{piece}"
        yield "GET", f"/admin/CustomerInteraction({piece})"
        yield "GET", f"/admin/Customer('{piece}')"
        yield "GET", f"/admin/CustomerInteraction/{piece}/title"
        for option in (
            "$filter",
            "$orderby",
            "$expand",
            "$select",
            "$search",
            "$apply",
            "$top",
            "$skiptoken",
            "$format",
        ):
            yield "GET", f"/admin/CustomerInteraction?{option}={piece}"
        yield "GET", f"/admin/CustomerInteraction?$filter=title eq '{piece}'"
        yield "GET", f"/admin/CustomerInteraction?$filter=contains(title,'{piece}')"
        yield "GET", f"/llm-proxy/norm(vec={piece})"
        yield "POST", f"/admin/{piece}"
        yield "DELETE", f"/admin/Contact({piece})"


BODIES: list[Any] = [
    b"\xff\xfe", b"null", b"5", b'"x"', b"[1]", b"{" * 3000, b'{"title":{"a":1}}', b'{"title":[1]}', b'{"ID":1e400}',
    b'{"title":"\\ud800"}', b'{"title":"\\u0000x"}', b'{"inboundMsgs":[5]}', b'{"inboundMsgs":[{"inboundMsgs":[]}]}',
    b'{"category@odata.bind":5}', b'{"category@odata.bind":"Nope(("}', b'{"category@odata.bind":"Customer(\'x\')"}',
    b'{"customer_ID":""}', b'{"status":5}', b'{"status":{"code":5}}', b'{"interaction_ID":1.5}', b'{"audioData":"***"}',
    b'{"interaction_ID":99999999999}', b'{"":1}', b'{"createdAt":"x"}', b'{"code":"a/b","name":"x"}', b'{"contact_ID":true}',
]  # fmt: skip


async def test_hostile_urls_and_bodies_are_never_our_fault(odata: Odata, subtests: pytest.Subtests) -> None:
    await odata.ask("POST", "CustomerInteraction", {"title": "x"})
    for method, url in hostile_urls():
        try:
            answer = await odata.ask(method, url)
        except Exception as error:  # the client itself does not send what is no URL
            assert "URL" in str(error) or "url" in str(error).lower(), error  # noqa: PT017
            continue
        with subtests.test(f"{method} {url[:80]}"):
            assert answer.status_code < 500, answer.text
    for entity in (await odata.get("/admin"))["value"]:
        for body in BODIES:
            answer = await odata.ask("POST", entity["url"], body, Content_Type="application/json", Prefer="wait=0")
            assert answer.status_code < 500, f"{entity['url']} {body!r}: {answer.text}"
    for body in BODIES:
        answer = await odata.ask("PATCH", "CustomerInteraction(1)", body, Content_Type="application/json")
        assert answer.status_code < 500, f"{body!r}: {answer.text}"
        answer = await odata.ask("POST", "/llm-proxy/invokeLLM", body, Content_Type="application/json")
        assert answer.status_code < 500, f"{body!r}: {answer.text}"
    large = await odata.ask("POST", "CustomerInteraction", b" " * 2_000_000, Content_Type="application/json")
    assert large.status_code == 413
