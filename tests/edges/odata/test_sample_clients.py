"""What SAP's own clients asked, as recorded, and what they expect."""

from datetime import UTC, datetime
from typing import Any

import pytest

from frontdesk.cli.transfer.importing import Intake
from frontdesk.model import Role
from tests.edges.odata.conftest import Odata
from tests.web_client import key_of

LEAK = "My washing machine leaks and shows error E18. Order 4500012345."
INTENT = "InboundCustomerMessageIntent(code='TI',IsActiveEntity={})"


async def test_what_is_made_deep_is_answered_deep(odata: Odata) -> None:
    body = {"title": "Leak", "inboundMsgs": [{"inboundTextMsg": LEAK}, {"inboundTextMsg": "And it smells."}]}
    made = await odata.ask("POST", "CustomerInteraction", body)
    assert made.json()["@odata.context"] == "$metadata#CustomerInteraction/$entity"
    assert [each["inboundTextMsg"] for each in made.json()["inboundMsgs"]] == [LEAK, "And it smells."]
    narrow = await odata.ask("POST", "CustomerInteraction?$select=ID&$expand=outboundMsgs", body)
    assert "inboundMsgs" not in narrow.json()


async def test_a_deep_update_changes_makes_and_removes_rows(odata: Odata) -> None:
    await odata.say(LEAK)
    await odata.say("And it smells.", 1)
    rows = [{"sequence": 2, "summary": "It smells"}, {"inboundTextMsg": "And it is loud."}]
    told = await odata.ask("PATCH", "CustomerInteraction(1)", {"category_code": "QNA", "inboundMsgs@delta": rows})
    assert (told.status_code, told.json()["category_code"]) == (200, "QNA"), told.text
    assert [(each["sequence"], each["summary"]) for each in told.json()["inboundMsgs"]][1] == (2, "It smells")
    assert [each["sequence"] for each in told.json()["inboundMsgs"]] == [1, 2, 3]
    told = await odata.ask("PATCH", "CustomerInteraction(1)", {"inboundMsgs": [{"sequence": 2}, {"sequence": 3}]})
    assert [each["sequence"] for each in told.json()["inboundMsgs"]] == [2, 3]
    agent = await key_of(odata.container, Role.AGENT)
    refused = await odata.ask("PATCH", "CustomerInteraction(1)", {"category_code": "PRD", "inboundMsgs": []}, **agent)
    assert (refused.status_code, len(await odata.rows("InboundCustomerMessage"))) == (403, 2)
    assert (await odata.get("CustomerInteraction(1)"))["category_code"] == "QNA"


async def test_deep_changes_that_make_no_sense_are_refused(odata: Odata) -> None:
    await odata.say(LEAK)
    for body in (
        {"inboundMsgs": [{"sequence": "x"}]},
        {"inboundMsgs@delta": None},
        {"inboundMsgs@delta": [{"sequence": 9}]},
        {"inboundMsgs": [{"sequence": 1}, {"sequence": 1}]},
        {"messages": []},
        {"messages@delta": [{}]},
    ):
        answer = await odata.ask("PATCH", "CustomerInteraction(1)", body)
        assert (answer.status_code, len(await odata.rows("InboundCustomerMessage"))) == (400, 1), answer.text
    requests = [
        {"id": "1", "atomicityGroup": "g", "method": "POST", "url": "CustomerInteraction", "body": {}},
        {"id": "2", "atomicityGroup": "g", "method": "PATCH", "url": "$1", "body": {"inboundMsgs": [{"summary": "x"}]}},
    ]
    told = await odata.ask("POST", "$batch", {"requests": requests})
    assert [each["status"] for each in told.json()["responses"]] == [501]


async def test_drafts_show_only_where_they_are_asked_for(odata: Odata) -> None:
    before = len(await odata.rows("InboundCustomerMessageIntent"))
    await odata.ask("POST", f"{INTENT.format('true')}/TicketingService.draftEdit", {})
    await odata.ask("POST", "InboundCustomerMessageIntent", {"code": "XX"})
    for url in ("", "?$filter=code ne 'XY'&$select=code,IsActiveEntity"):
        assert len(await odata.rows(f"InboundCustomerMessageIntent{url}")) == before, url
    assert (await odata.get("InboundCustomerMessageIntent/$count")) == before
    [grouped] = await odata.rows("InboundCustomerMessageIntent?$apply=aggregate($count as n)")
    assert grouped["n"] == before
    own = "IsActiveEntity eq false or SiblingEntity/IsActiveEntity eq null"
    assert len(await odata.rows(f"InboundCustomerMessageIntent?$filter={own}")) == before + 1
    assert (await odata.ask("GET", INTENT.format("false"))).status_code == 200


async def test_the_embedding_of_an_intent_is_computed(odata: Odata) -> None:
    draft = INTENT.format("false")
    await odata.ask("POST", f"{INTENT.format('true')}/TicketingService.draftEdit", {})
    changed = await odata.ask("PATCH", draft, {"name": "Trouble", "embedding": "[1,2]"})
    assert (changed.status_code, changed.json()["embedding"]) == (200, None)
    done = await odata.ask("POST", f"{draft}/TicketingService.draftActivate", {})
    assert done.json()["embedding"].startswith("[")
    assert len(done.json()["embedding"]) > 100
    again = await odata.ask("PATCH", INTENT.format("true"), {"descr": "Something is broken", "embedding": "[1,2]"})
    assert again.json()["embedding"] not in ("[1,2]", done.json()["embedding"])


async def test_language_tags_ignore_case(odata: Odata, subtests: pytest.Subtests) -> None:
    await odata.say(LEAK)
    key = "InboundCustomerMessage(sequence=1,interaction_ID=1)"
    for sent, kept in (("DE", "de"), ("PT-br", "pt-BR"), ("zh-hant", "zh-Hant")):
        with subtests.test(sent):
            assert (await odata.ask("PATCH", key, {"language": sent})).json()["language"] == kept
    assert (await odata.ask("PATCH", key, {"language": "German"})).status_code == 400


async def test_an_interaction_that_was_imported_began_when_the_customer_wrote(odata: Odata) -> None:
    fields = {"text": LEAK, "channel": "EMI", "provider_id": "m1", "received_at": "2022-03-04T05:06:07Z"}
    await Intake(odata.container, {"EMI": True}).put(fields)
    [row] = await odata.rows("CustomerInteraction")
    assert row["createdAt"].startswith("2022-03-04T05:06:07")
    assert (await odata.rows("InteractionInsight"))[0]["riskyear"] == 2022
    by_year = await odata.rows("InteractionInsight?$apply=groupby((riskyear),aggregate(numberOfInteractions))")
    assert [(each["riskyear"], each["numberOfInteractions"]) for each in by_year] == [(2022, 1)]
    late = {**fields, "provider_id": "m2", "received_at": "2999-01-01T00:00:00Z"}
    await Intake(odata.container, {"EMI": True}).put(late)
    years = [row["createdAt"][:4] for row in await odata.rows("CustomerInteraction?$orderby=ID")]
    assert int(years[1]) <= datetime.now(UTC).year


async def test_answers_in_the_thread_say_of_what_kind_they_are_and_to_which_intent(odata: Odata) -> None:
    await odata.say(LEAK)
    rows = await odata.rows("MessageThread?$filter=interactionID eq 1&$orderby=direction")
    said = [(row["direction"], row["sentiment"], row["summary"], row["intent"]) for row in rows]
    assert said[0][0] == "Inbound"
    assert said[-1] == ("Outbound", "N/A", "Auto Reply", "Technical issues")


async def test_a_property_that_was_set_is_answered_as_a_property(odata: Odata) -> None:
    await odata.say(LEAK)
    told = await odata.ask("PUT", "CustomerInteraction(1)/title", {"value": "Leak"})
    assert (told.status_code, told.json()["value"]) == (200, "Leak")
    assert told.json()["@odata.context"] == "../$metadata#CustomerInteraction(1)/title"
    assert (await odata.ask("DELETE", "CustomerInteraction(1)/tags")).status_code == 204


async def test_a_batch_in_parts_is_answered_in_json_where_that_is_wanted(odata: Odata) -> None:
    part = "--b\r\nContent-Type: application/http\r\n{}\r\nGET {} HTTP/1.1\r\n\r\n\r\n"
    body = part.format("Content-ID: a\r\n", "Customer") + part.format("", "Nothing") + "--b--\r\n"
    sent = {"Content-Type": "multipart/mixed;boundary=b"}
    told = await odata.ask("POST", "$batch", body, Accept="application/json", **sent)
    assert [(each["id"], each["status"]) for each in told.json()["responses"]] == [("a", 200), ("2", 404)]
    for accepted in ("multipart/mixed", "multipart/mixed, application/json", "*/*"):
        told = await odata.ask("POST", "$batch", body, Accept=accepted, **sent)
        assert told.headers["content-type"].startswith("multipart/mixed"), accepted


async def test_paths_in_select_expand_what_they_lead_through(odata: Odata) -> None:
    await odata.ask("POST", "Customer", {"ID": "C1", "name": "Ada"})
    await odata.ask("POST", "CustomerInteraction", {"customer_ID": "C1"})
    told = await odata.get("CustomerInteraction(1)?$select=ID,customer/name,status/name")
    assert (told["customer"]["name"], told["status"]["name"]) == ("Ada", "New")
    assert "ID" not in told["customer"]
    assert "title" not in told
    both = await odata.get("CustomerInteraction(1)?$select=customer/name&$expand=customer($select=ID)")
    assert (both["customer"]["ID"], "name" in both["customer"]) == ("C1", False)
    assert (await odata.ask("GET", "CustomerInteraction?$select=customer/nope")).status_code == 400


async def test_rollup_adds_totals(odata: Odata, subtests: pytest.Subtests) -> None:
    for category in ("SUP", "SUP", "QNA"):
        await odata.ask("POST", "CustomerInteraction", {"category_code": category})
    figures = "aggregate(numberOfInteractions with sum as n)"
    table = {
        f"groupby((rollup($all,category_code)),{figures})": [("QNA", 1), ("SUP", 2), (None, 3)],
        f"groupby((status_code,rollup($all,category_code)),{figures})": [("QNA", 1), ("SUP", 2), (None, 3)],
        f"groupby((rollup(status_code,category_code)),{figures})": [("QNA", 1), ("SUP", 2), (None, 3)],
        f"filter(category_code eq 'SUP')/groupby((rollup($all,category_code)),{figures})": [("SUP", 2), (None, 2)],
    }
    for apply, wanted in table.items():
        with subtests.test(apply):
            rows = await odata.rows(f"CustomerInteraction?$apply={apply}")
            found = [(row.get("category_code"), row["n"]) for row in rows]
            assert sorted(found, key=str) == sorted(wanted, key=str)


async def test_references_are_set_added_and_taken_away(odata: Odata) -> None:
    for key in ("C1", "C2"):
        await odata.ask("POST", "Customer", {"ID": key, "name": key})
    await odata.ask("POST", "CustomerInteraction", {"customer_ID": "C1"})
    await odata.ask("POST", "Contact", {"name": "Ada"})
    link = "CustomerInteraction(1)/customer/$ref"
    assert (await odata.ask("PUT", link, {"@odata.id": "Customer('C2')"})).status_code == 204
    assert (await odata.get("CustomerInteraction(1)"))["customer_ID"] == "C2"
    assert (await odata.ask("DELETE", link)).status_code == 204
    assert (await odata.get("CustomerInteraction(1)"))["customer_ID"] is None
    assert (await odata.ask("POST", "Customer('C1')/contacts/$ref", {"@odata.id": "Contact(1)"})).status_code == 204
    assert [each["ID"] for each in await odata.rows("Customer('C1')/contacts")] == [1]
    for method, url, body, status in (
        ("PUT", link, {"@odata.id": "Contact(1)"}, 400),
        ("PUT", link, {"@odata.id": "Customer('C9')"}, 400),
        ("PUT", link, {}, 400),
        ("POST", link, {"@odata.id": "Customer('C2')"}, 405),
        ("PUT", "/agent/CustomerInteraction(1)/customer/$ref", {"@odata.id": "Customer('C2')"}, 405),
    ):
        assert (await odata.ask(method, url, body)).status_code == status, (method, url, body)


async def test_metadata_has_an_etag(odata: Odata) -> None:
    first = await odata.ask("GET", "$metadata")
    again = await odata.ask("GET", "$metadata", If_None_Match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert (await odata.ask("GET", "/cust/$metadata")).headers["etag"] != first.headers["etag"]


async def test_full_metadata_names_types_and_links(odata: Odata) -> None:
    await odata.say(LEAK)
    told = await odata.ask(
        "GET", "CustomerInteraction?$expand=inboundMsgs", Accept="application/json;odata.metadata=full"
    )
    assert "odata.metadata=full" in told.headers["content-type"]
    [row] = told.json()["value"]
    wanted: dict[str, Any] = {
        "@odata.type": "#TicketingService.CustomerInteraction",
        "@odata.id": "CustomerInteraction(1)",
        "@odata.editLink": "CustomerInteraction(1)",
        "customer@odata.navigationLink": "CustomerInteraction(1)/customer",
        "createdAt@odata.type": "#DateTimeOffset",
        "ID@odata.type": "#Int32",
    }
    assert {name: row.get(name) for name in wanted} == wanted
    assert row["inboundMsgs"][0]["@odata.id"] == "InboundCustomerMessage(sequence=1,interaction_ID=1)"


async def test_answers_carry_messages_for_people(odata: Odata) -> None:
    told = await odata.ask(
        "POST", "CustomerInteraction", {"inboundMsgs": [{"inboundTextMsg": LEAK}]}, Prefer="respond-async"
    )
    assert told.status_code == 202
    assert '"numericSeverity":2' in told.headers["sap-messages"]
    await odata.say("Are you there?", 1)
    message = "InboundCustomerMessage(sequence=1,interaction_ID=1)/TicketingService.reply"
    assert "SENT" in (await odata.ask("POST", message, {"text": "We come on Monday."})).headers["sap-messages"]
