"""The contract of reading: request -> status, headers, shape; on both databases where SQL does the work."""

from typing import Any

import pytest

from tests.edges.odata.conftest import Odata

LEAK = "My washing machine leaks and shows error E18. Order 4500012345."
PRAISE = "Great service, thank you so much!"
ANGER = "I am angry: the oven is broken again and nobody helps me."


@pytest.fixture
async def desk(odata: Odata) -> Odata:
    """Two customers, a contact, three interactions with four messages, all handled."""
    await odata.ask("POST", "Customer", {"ID": "C1", "name": "Brightwater O'Neil"})
    await odata.ask("POST", "Customer", {"ID": "C2", "name": "100% Ovens_Inc"})
    await odata.ask("POST", "Contact", {"name": "Kim Doe", "email": "kim@example.com", "customer_ID": "C1"})
    await odata.say(LEAK, contact_ID=1, channel_code="TWT")
    await odata.say(PRAISE)
    await odata.say(ANGER)
    await odata.say("It still leaks.", 1, contact_ID=1)
    return odata


# Filter on CustomerInteraction -> the IDs it finds.
FILTERS: list[tuple[str, list[int]]] = [
    ("ID eq 2", [2]),
    ("ID ne 2", [1, 3]),
    ("ID gt 1 and ID le 3", [2, 3]),
    ("ID ge 3 or ID lt 2", [1, 3]),
    ("contains(title,'washing') lt true", [2, 3]),
    ("contains(title,'washing') ge true", [1]),
    ("false lt contains(title,'washing')", [1]),
    ("true gt false", [1, 2, 3]),
    ("null lt true or ID gt null or null le null", []),
    ("not (ID eq 2)", [1, 3]),
    ("ID in (1,3,9)", [1, 3]),
    ("not (ID in (1,3))", [2]),
    ("customer_ID eq 'C1'", [1]),
    ("customer_ID eq null", [2, 3]),
    ("customer_ID ne 'C1'", [2, 3]),
    ("customer ne null", [1]),
    ("customer/name eq 'Brightwater O''Neil'", [1]),
    ("status/name eq 'In-Process' and ID lt 3", [1]),
    ("contains(title,'washing')", [1]),
    ("contains(title,'WASHING')", []),
    ("contains(tolower(title),'washing machine')", [1]),
    ("contains(title,'%')", []),
    ("contains(customer/name,'%')", []),
    ("startswith(title,'Great')", [2]),
    ("endswith(title,'E18')", [1]),
    ("length(title) gt 30", [1, 2, 3]),
    ("length(title) gt 1000", []),
    ("indexof(title,'washing') eq 3", [1]),
    ("substring(title,3,7) eq 'washing'", [1]),
    ("substring(title,3) eq 'washing machine leaks and shows error E18'", [1]),
    ("toupper(substring(title,0,2)) eq 'MY'", [1]),
    ("concat(concat(status_code,'-'),category_code) eq 'SP-SUP'", [2]),
    ("trim(concat('  ',status_code)) eq 'SP'", [2]),
    ("year(createdAt) ge 2024 and month(createdAt) ge 1 and day(createdAt) le 31", [1, 2, 3]),
    ("hour(createdAt) le 23 and minute(createdAt) le 59 and second(createdAt) lt 60", [1, 2, 3]),
    ("fractionalseconds(createdAt) lt 1", [1, 2, 3]),
    ("date(createdAt) ge 2024-01-01 and date(createdAt) le 2999-12-31", [1, 2, 3]),
    ("time(createdAt) ge 00:00:00", [1, 2, 3]),
    ("createdAt lt now()", [1, 2, 3]),
    ("createdAt gt now() sub duration'PT1H'", [1, 2, 3]),
    ("createdAt gt now()", []),
    ("createdAt ge 2024-01-01T00:00:00+02:00", [1, 2, 3]),
    ("createdAt ge 2024-01-01", [1, 2, 3]),
    ("createdAt gt mindatetime() and createdAt lt maxdatetime()", [1, 2, 3]),
    ("ID add 1 eq 3", [2]),
    ("ID mul 2 sub 1 eq 5", [3]),
    ("ID div 2 eq 1", [2, 3]),
    ("ID divby 2 eq 1.5", [3]),
    ("ID mod 2 eq 1", [1, 3]),
    ("ID mod (ID sub ID) eq 1 or ID eq 1", [1]),
    ("-ID eq -2", [2]),
    ("round(ID divby 2) eq 1", [1, 2]),
    ("floor(ID divby 2) eq 1", [2, 3]),
    ("ceiling(ID divby 2) eq 2", [3]),
    ("ID mul 9223372036854775807 gt 1", [1, 2, 3]),
    ("cast(ID,Edm.String) eq '2'", [2]),
    ("inboundMsgs/any()", [1, 2, 3]),
    ("inboundMsgs/any(m:m/sequence eq 2)", [1]),
    ("inboundMsgs/all(m:m/sequence eq 1)", [2, 3]),
    ("inboundMsgs/any(m:m/sentiment eq 'Positive')", [2]),
    ("inboundMsgs/any(m:m/contact/customer/ID eq 'C1')", [1]),
    ("inboundMsgs/any(m:m/outboundServiceMsg/any(o:o/interaction_ID eq m/interaction_ID))", [1, 2, 3]),
    ("inboundMsgs/any(m:m/interaction_ID eq ID and m/sequence eq 2)", [1]),
    ("not inboundMsgs/any(m:m/sequence eq 2)", [2, 3]),
    ("inboundMsgs/$count gt 1", [1]),
    ("inboundMsgs/$count($filter=sequence eq 2) eq 1", [1]),
    ("messages/$count ge 4", [1]),
    ("$it/ID eq 1", [1]),
    ("ID eq @id", [3]),
    ("true", [1, 2, 3]),
    ("contains(title,null)", []),
    ("title eq 'x' or 1 eq 1", [1, 2, 3]),
]  # fmt: skip


@pytest.mark.both_databases
async def test_filters_find_what_they_say(desk: Odata, subtests: pytest.Subtests) -> None:
    for text, wanted in FILTERS:
        with subtests.test(text):
            query = {"$filter": text, "$select": "ID", "$count": "true", "@id": "3"}
            answer = await desk.client.get("/admin/CustomerInteraction", params=query, headers=desk.headers)
            assert answer.status_code == 200, answer.text
            assert [row["ID"] for row in answer.json()["value"]] == wanted
            assert answer.json()["@odata.count"] == len(wanted)


LISTS: list[tuple[str, list[Any]]] = [
    ("CustomerInteraction?$orderby=ID desc&$select=ID", [3, 2, 1]),
    ("CustomerInteraction?$orderby=status/name desc,ID desc&$select=ID&$top=1", [2]),
    ("CustomerInteraction?$orderby=inboundMsgs/$count desc&$top=1&$select=ID", [1]),
    ("CustomerInteraction?$orderby=customer_ID&$select=ID", [2, 3, 1]),
    ("CustomerInteraction?$orderby=customer_ID desc,ID&$select=ID", [1, 2, 3]),
    ("CustomerInteraction?$top=1&$skip=1&$select=ID", [2]),
    ("CustomerInteraction?$top=0&$select=ID", []),
    ("CustomerInteraction?$search=leaks&$select=ID", [1]),
    ('CustomerInteraction?$search="washing machine"&$select=ID', [1]),
    ("CustomerInteraction?$search=WASHING machine&$select=ID", [1]),
    ("CustomerInteraction?$search=washing OR oven&$select=ID", [1, 3]),
    ("CustomerInteraction?$search=oven AND washing&$select=ID", []),
    ("CustomerInteraction?$search=NOT washing&$select=ID", [2, 3]),
    ("CustomerInteraction?$search=(washing OR oven) AND NOT angry&$select=ID", [1]),
    ("CustomerInteraction?$search=%25&$select=ID", []),
    ("CustomerInteraction/$count", [3]),
    ("CustomerInteraction/$count?$filter=ID gt 1", [2]),
    ("CustomerInteraction(1)/inboundMsgs/$count", [2]),
    ("InboundCustomerMessage?$filter=interaction_ID eq 1&$select=sequence", [1, 2]),
    ("CustomerInteraction(1)/inboundMsgs?$filter=sequence gt 1&$select=sequence", [2]),
    ("MessageThread?$filter=interactionID eq 1 and direction eq 'Inbound'&$select=interactionID", [1, 1]),
    ("InteractionInsight?$filter=statname eq 'Solution Provided'&$select=ID", [2]),
    ("InteractionInsight?$filter=riskyear ge 2024 and createdAt ge 2024-01-01&$select=ID", [1, 2, 3]),
]


@pytest.mark.both_databases
async def test_lists_are_sorted_cut_searched_and_counted(desk: Odata, subtests: pytest.Subtests) -> None:
    for url, wanted in LISTS:
        with subtests.test(url):
            answer = await desk.ask("GET", url)
            assert answer.status_code == 200, answer.text
            if "/$count" in url.partition("?")[0]:
                assert [int(answer.text)] == wanted
                continue
            assert [next(v for k, v in r.items() if k[0] != "@") for r in answer.json()["value"]] == wanted


APPLIED: list[tuple[str, list[dict[str, Any]]]] = [
    ("aggregate($count as n)", [{"n": 3}]),
    ("aggregate(numberOfInteractions)", [{"numberOfInteractions": 3}]),
    ("aggregate(ID with sum as s,ID with min as a,ID with max as b,ID with average as c)", [{"s": 6, "a": 1, "b": 3, "c": 2}]),
    ("aggregate(status_code with countdistinct as d)", [{"d": 2}]),
    ("groupby((status_code),aggregate($count as n))", [{"status_code": "IP", "n": 2}, {"status_code": "SP", "n": 1}]),
    ("groupby((status_code))", [{"status_code": "IP"}, {"status_code": "SP"}]),
    ("groupby((category/name),aggregate(numberOfInteractions))", [{"category": {"name": "Support"}, "numberOfInteractions": 3}]),
    ("groupby((status/name,category_code),aggregate($count as n))/filter(n gt 1)", [{"status": {"name": "In-Process"}, "category_code": "SUP", "n": 2}]),
    ("filter(ID gt 1)/groupby((status_code),aggregate($count as n))/orderby(n desc,status_code desc)/top(1)", [{"status_code": "SP", "n": 1}]),
    ("groupby((status_code),aggregate($count as n))/skip(1)", [{"status_code": "SP", "n": 1}]),
    ("concat(aggregate($count as n),groupby((status_code),aggregate($count as n)))", [{"n": 3}, {"status_code": "SP", "n": 1}, {"status_code": "IP", "n": 2}]),
    ("search(washing)/aggregate($count as n)", [{"n": 1}]),
    ("compute(ID mul 2 as double)/aggregate(double with sum as s)", [{"s": 12}]),
    ("groupby((status_code),aggregate($count as n))/aggregate(n with max as most)", [{"most": 2}]),
    ("topcount(1,ID)/aggregate(ID with sum as s)", [{"s": 3}]),
    ("groupby((status_code),aggregate(inboundMsgs/$count as m))", [{"status_code": "IP", "m": 3}, {"status_code": "SP", "m": 1}]),
    ("filter(ID gt 99)/aggregate($count as n,ID with sum as s)", [{"n": 0, "s": None}]),
]  # fmt: skip


@pytest.mark.both_databases
async def test_apply_aggregates(desk: Odata, subtests: pytest.Subtests) -> None:
    for text, wanted in APPLIED:
        with subtests.test(text):
            found = await desk.get(f"CustomerInteraction?$apply={text}&$count=true")
            assert [_plain(row) for row in found["value"]] == wanted
            assert found["@odata.count"] == len(wanted)


@pytest.mark.both_databases
async def test_aggregates_say_that_they_are_decimals_and_can_be_filtered_and_sorted(desk: Odata) -> None:
    url = (
        "CustomerInteraction?$apply=groupby((status_code),aggregate($count as n))&$filter=n gt 0&$orderby=n desc&$top=1"
    )
    assert await desk.rows(url) == [{"status_code": "IP", "n@odata.type": "#Decimal", "n": 2}]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if "@" not in name}


@pytest.mark.both_databases
async def test_expand_nests_with_options_and_counts(desk: Odata) -> None:
    url = (
        "CustomerInteraction?$select=ID&$expand=status($select=name),customer,outboundMsgs/$count,"
        "inboundMsgs($select=sequence;$orderby=sequence desc;$top=1;$count=true;$expand=contact($select=name))"
    )
    first = (await desk.rows(url))[0]
    assert first["status"]["name"] == "In-Process"
    assert first["customer"]["ID"] == "C1"
    assert first["outboundMsgs@odata.count"] == 2
    assert first["inboundMsgs@odata.count"] == 2
    [message] = first["inboundMsgs"]
    assert (message["sequence"], message["contact"]["name"]) == (2, "Kim Doe")


@pytest.mark.both_databases
async def test_expanded_lists_can_be_filtered_searched_and_skipped_for_each_row_apart(desk: Odata) -> None:
    rows = await desk.rows(
        "CustomerInteraction?$expand=inboundMsgs($filter=sequence ge 1;$search=leaks;$skip=1),outboundMsgs/$ref"
    )
    assert [[m["sequence"] for m in row["inboundMsgs"]] for row in rows] == [[2], [], []]
    assert rows[1]["outboundMsgs"] == [{"@odata.id": "OutboundServiceMessage(sequence=1,interaction_ID=2)"}]


@pytest.mark.both_databases
async def test_many_rows_come_in_pages_that_neither_repeat_nor_lose_any(desk: Odata) -> None:
    for number in range(6):
        await desk.ask("POST", "CustomerInteraction", {"title": f"Matter {number}"})
    seen: list[int] = []
    url = "CustomerInteraction?$select=ID&$count=true"
    while url:
        page = await desk.get(url, Prefer="odata.maxpagesize=4")
        assert page["@odata.count"] == 9
        seen += [row["ID"] for row in page["value"]]
        url = page.get("@odata.nextLink", "")
    assert seen == list(range(1, 10))
    nested = await desk.get("CustomerInteraction(1)/messages?$top=3", Prefer="maxpagesize=2")
    assert nested["@odata.nextLink"].startswith("/admin/CustomerInteraction(1)/messages?$top=3&$skiptoken=2")
    last = await desk.get(nested["@odata.nextLink"], Prefer="maxpagesize=2")
    assert len(last["value"]) == 1
    assert "@odata.nextLink" not in last


@pytest.mark.both_databases
async def test_messages_show_what_they_were_understood_to_mean(desk: Odata) -> None:
    first = (await desk.rows("InboundCustomerMessage?$filter=interaction_ID eq 2&$expand=intent,type"))[0]
    assert (first["sentiment"], first["type_code"], first["type"]["name"]) == ("Positive", "CL", "Complement")
    angry = (await desk.rows("InboundCustomerMessage?$filter=interaction_ID eq 3"))[0]
    assert (angry["sentiment"], angry["type_code"]) == ("Negative", "CM")
    leak = await desk.get("InboundCustomerMessage(sequence=1,interaction_ID=1)?$expand=intent")
    assert (leak["type_code"], leak["intent_code"], leak["intname"]) == ("IN", "TI", "Technical issues")
    assert leak["summary"] == "My washing machine leaks and shows error E18"
    assert leak["intent"]["IsActiveEntity"] is True
    thread = await desk.rows("CustomerInteraction(1)/messages")
    assert [(m["direction"], m["sentiment"]) for m in thread[:2]] == [("Inbound", "Neutral"), ("Outbound", "N/A")]
    assert {m["customerID"] for m in thread} == {"C1"}
    plain = (await desk.rows("/cust/InboundCustomerMessage?$expand=intent&$filter=intent/name eq 'Technical issues'"))[
        0
    ]
    assert "IsActiveEntity" not in plain["intent"]


@pytest.mark.both_databases
async def test_a_search_in_100_characters_of_every_alphabet_finds_them(desk: Odata) -> None:
    name = "Grüße 您好 Приве́т 🙂 \\ % _ ' \""
    await desk.ask("POST", "Customer", {"ID": "ü", "name": name})
    query = {"$filter": "name eq '" + name.replace("'", "''") + "'"}
    answer = await desk.client.get("/admin/Customer", params=query, headers=desk.headers)
    assert [row["ID"] for row in answer.json()["value"]] == ["ü"]
    found = await desk.ask("GET", "Customer('%C3%BC')/name/$value")
    assert found.text == name


async def test_rows_are_addressed_in_every_way(desk: Odata, subtests: pytest.Subtests) -> None:
    table: list[tuple[str, int, Any]] = [
        ("CustomerInteraction(3)", 200, 3),
        ("CustomerInteraction(ID=3)", 200, 3),
        ("CustomerInteraction/3", 200, 3),
        ("CustomerInteraction(@k)?@k=3", 200, 3),
        ("InboundCustomerMessage(sequence=1,interaction_ID=3)", 200, 1),
        ("InboundCustomerMessage(interaction_ID=3,sequence=1)", 200, 1),
        ("CustomerInteraction(1)/inboundMsgs(sequence=2,interaction_ID=1)", 200, 2),
        ("CustomerInteraction(1)/inboundMsgs(2)", 200, 2),
        ("CustomerInteraction(3)/ID", 200, 3),
        ("CustomerInteraction(3)/ID/$value", 200, "3"),
        ("CustomerInteraction(1)/customer/name/$value", 200, "Brightwater O'Neil"),
        ("CustomerInteraction(1)/customer/contacts(1)/name/$value", 200, "Kim Doe"),
        ("CustomerInteraction(2)/customer", 204, None),
        ("CustomerInteraction(2)/customer_ID", 204, None),
        ("Customer('C1')", 200, "C1"),
        ("Customer/C1", 200, "C1"),
        ("CustomerInteraction(3)/status", 200, "IP"),
        ("InboundCustomerMessageIntent(code='TI',IsActiveEntity=true)", 200, "TI"),
        ("InboundCustomerMessageIntent('TI')", 200, "TI"),
        ("/cust/InboundCustomerMessageIntent('TI')", 200, "TI"),
        ("CustomerInteraction(99)", 404, None),
        ("CustomerInteraction(99)/inboundMsgs", 404, None),
        ("CustomerInteraction/abc", 404, None),
        ("CustomerInteraction(3)/nope", 404, None),
        ("CustomerInteraction(3)/title/nope", 404, None),
        ("Nope", 404, None),
        ("CustomerInteraction(3)/$count", 404, None),
        ("DraftAdministrativeData", 404, None),
        ("CustomerInteraction('x')", 400, None),
        ("CustomerInteraction(nope=3)", 400, None),
        ("CustomerInteraction(ID=3", 400, None),
        ("CustomerInteraction(99999999999)", 400, None),
        ("InboundCustomerMessage(1)", 400, None),
        ("MessageThread(1)", 404, None),
        ("CustomerInteraction(@k)", 400, None),
    ]
    for url, status, wanted in table:
        with subtests.test(url):
            answer = await desk.ask("GET", url)
            assert answer.status_code == status, answer.text
            if status >= 400:
                assert answer.json()["error"]["code"] == str(status)
            elif url.partition("?")[0].endswith("/$value"):
                assert answer.text == str(wanted)
            elif wanted is not None:
                body = answer.json()
                found = (
                    body["value"] if "value" in body else (body.get("ID") or body.get("code") or body.get("sequence"))
                )
                assert found == wanted


async def test_answers_have_the_headers_and_context_of_the_contract(desk: Odata, subtests: pytest.Subtests) -> None:
    contexts = [
        ("", "$metadata"),
        ("CustomerInteraction", "$metadata#CustomerInteraction"),
        ("CustomerInteraction(1)", "$metadata#CustomerInteraction/$entity"),
        ("CustomerInteraction?$select=ID,title", "$metadata#CustomerInteraction(ID,title)"),
        ("CustomerInteraction(1)/inboundMsgs", "../$metadata#InboundCustomerMessage"),
        ("CustomerInteraction(1)/title", "../$metadata#CustomerInteraction(1)/title"),
        ("CustomerInteraction/$ref", "../$metadata#Collection($ref)"),
    ]
    for url, context in contexts:
        with subtests.test(url):
            answer = await desk.ask("GET", url)
            assert answer.headers["odata-version"] == "4.0"
            assert answer.headers["content-type"] == "application/json;odata.metadata=minimal"
            assert answer.json()["@odata.context"] == context
    bare = await desk.ask("GET", "CustomerInteraction?$count=true", accept="application/json;odata.metadata=none")
    assert {key for key in bare.json() if key != "value"} == {"@odata.count"}
    exact = await desk.ask("GET", "CustomerInteraction?$count=true", accept="application/json;IEEE754Compatible=true")
    assert exact.json()["@odata.count"] == "3"
    sums = "CustomerInteraction?$apply=aggregate(numberOfInteractions)"
    exact = await desk.ask("GET", sums, accept="application/json;odata.metadata=minimal;IEEE754Compatible=true")
    assert exact.json()["value"][0]["numberOfInteractions"] == "3"
    assert "IEEE754Compatible=true" in exact.headers["content-type"]


async def test_documents_come_in_the_form_that_is_asked_for(odata: Odata, subtests: pytest.Subtests) -> None:
    table = [
        ("$metadata", {}, 200, "application/xml"),
        ("$metadata?$format=json", {}, 200, "application/json"),
        ("$metadata?$format=xml", {"accept": "application/json"}, 200, "application/xml"),
        ("$metadata", {"accept": "application/json"}, 200, "application/json"),
        ("Customer?$format=json", {}, 200, "application/json;odata.metadata=minimal"),
        ("Customer?$format=application/json;odata.metadata=none", {}, 200, "application/json;odata.metadata=none"),
        ("Customer", {"accept": "text/html,*/*"}, 200, "application/json;odata.metadata=minimal"),
        ("Customer?$format=atom", {}, 406, "application/json;odata.metadata=minimal"),
        ("Customer", {"accept": "application/atom+xml"}, 406, "application/json;odata.metadata=minimal"),
        ("Customer", {"OData-MaxVersion": "3.0"}, 400, "application/json;odata.metadata=minimal"),
        ("Customer", {"OData-MaxVersion": "4.01"}, 200, "application/json;odata.metadata=minimal"),
        ("Customer?$inlinecount=allpages", {}, 400, "application/json;odata.metadata=minimal"),
    ]
    for url, headers, status, kind in table:
        with subtests.test(f"{url} {headers}"):
            answer = await odata.ask("GET", url, **headers)
            assert (answer.status_code, answer.headers["content-type"]) == (status, kind)
            assert answer.headers["odata-version"] == "4.0"
    for service in ("admin", "cust", "agent", "llm-proxy", "int-ticket", "erp-proxy"):
        document = await odata.get(f"/{service}/")
        assert document["@odata.context"] == "$metadata"
        assert (await odata.ask("GET", f"/{service}/$metadata")).headers["content-type"] == "application/xml"
    names = [each["name"] for each in (await odata.get("/admin"))["value"]]
    assert len(names) == 15
    head = await odata.ask("HEAD", "Customer")
    assert (head.status_code, head.content) == (200, b"")
