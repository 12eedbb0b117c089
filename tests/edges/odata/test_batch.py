"""The contract of $batch, in both forms; change sets are carried out whole or not at all."""

from typing import Any

import pytest

from tests.edges.odata.conftest import Odata

KIND = "multipart/mixed; boundary=outer"


def part(request: str, body: str = "", content_id: str = "") -> str:
    head = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
    head += f"Content-ID: {content_id}\r\n" if content_id else ""
    kind = "Content-Type: application/json\r\n" if body else ""
    return f"{head}\r\n{request} HTTP/1.1\r\n{kind}\r\n{body}\r\n"


def outer(*parts: str) -> str:
    return "".join(f"--outer\r\n{each}" for each in parts) + "--outer--\r\n"


def change_set(*parts: str) -> str:
    inner = "".join(f"--inner\r\n{each}" for each in parts)
    return f"Content-Type: multipart/mixed; boundary=inner\r\n\r\n{inner}--inner--\r\n"


async def send(odata: Odata, *parts: str, **headers: str) -> Any:
    answer = await odata.ask("POST", "$batch", outer(*parts), Content_Type=KIND, **headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("multipart/mixed;boundary=")
    return answer.text


def statuses(text: str) -> list[int]:
    return [int(line.split()[1]) for line in text.splitlines() if line.startswith("HTTP/1.1 ")]


async def test_a_batch_reads_and_changes_in_order(odata: Odata) -> None:
    text = await send(
        odata,
        part("GET Customer"),
        change_set(part("POST Customer", '{"ID":"C1","name":"One"}', "1"), part("PATCH $1", '{"name":"Uno"}', "2")),
        part("GET /admin/Customer('C1')"),
        part("GET http://127.0.0.1:8000/admin/Customer/$count"),
    )
    assert statuses(text) == [200, 201, 200, 200, 200]
    assert text.count("Content-ID: ") == 2
    assert '"name":"Uno"' in text


async def test_a_change_may_hang_on_what_an_earlier_one_made(odata: Odata) -> None:
    text = await send(
        odata,
        change_set(
            part("POST CustomerInteraction", '{"title":"x"}', "new"),
            part("POST $new/inboundMsgs", '{"inboundTextMsg":"My oven stays cold."}', "m"),
        ),
    )
    assert statuses(text) == [201, 201]
    [message] = await odata.rows("InboundCustomerMessage")
    assert (message["interaction_ID"], message["sequence"]) == (1, 1)


async def test_a_change_set_with_a_mistake_changes_nothing(odata: Odata) -> None:
    text = await send(
        odata,
        change_set(
            part("POST Customer", '{"ID":"C1","name":"One"}', "1"),
            part("POST Customer", '{"ID":"C1","name":"Two"}', "2"),
        ),
        part("GET Customer"),
    )
    assert statuses(text) == [400]
    assert await odata.rows("Customer") == []


async def test_a_batch_ends_at_the_first_error_unless_it_is_to_go_on(odata: Odata) -> None:
    parts = [part("GET Customer('none')"), part("GET Customer"), part("GET Nope"), part("GET Customer/$count")]
    assert statuses(await send(odata, *parts)) == [404]
    assert statuses(await send(odata, *parts, Prefer="odata.continue-on-error")) == [404, 200, 404, 200]


async def test_a_json_batch_does_the_same(odata: Odata) -> None:
    requests: list[dict[str, Any]] = [
        {"id": "r", "method": "GET", "url": "Customer/$count"},
        {"id": "a", "atomicityGroup": "g", "method": "POST", "url": "Customer", "body": {"ID": "C1", "name": "One"}},
        {"id": "b", "atomicityGroup": "g", "method": "PATCH", "url": "$a", "body": {"name": "Uno"}, "dependsOn": ["a"]},
        {"id": "c", "method": "GET", "url": "/admin/Customer('C1')", "dependsOn": ["g"]},
        {"id": "d", "method": "GET", "url": "$a/contacts"},
    ]
    answer = await odata.ask("POST", "$batch", {"requests": requests})
    assert answer.status_code == 200
    told = {each["id"]: each for each in answer.json()["responses"]}
    assert {key: each["status"] for key, each in told.items()} == {"r": 200, "a": 201, "b": 200, "c": 200, "d": 200}
    assert told["r"]["body"] == "0"
    assert told["c"]["body"]["name"] == "Uno"
    assert told["a"]["headers"]["location"] == "Customer('C1')"
    assert told["b"]["atomicityGroup"] == "g"


async def test_what_depends_on_a_failure_fails_too(odata: Odata) -> None:
    requests = [
        {"id": "1", "method": "GET", "url": "Customer('none')"},
        {"id": "2", "method": "GET", "url": "Customer", "dependsOn": ["1"]},
        {"id": "3", "method": "GET", "url": "Customer"},
    ]
    answer = await odata.ask("POST", "$batch", {"requests": requests}, Prefer="continue-on-error")
    assert [each["status"] for each in answer.json()["responses"]] == [404, 424, 200]


async def test_an_action_alone_in_a_change_set_is_called(odata: Odata) -> None:
    await odata.say("My oven stays cold.")
    action = "POST InboundCustomerMessage(sequence=1,interaction_ID=1)/TicketingService.reply"
    text = await send(odata, change_set(part(action, '{"text":"We will come."}')))
    assert statuses(text) == [200]
    two = change_set(part(action, "{}"), part("PATCH CustomerInteraction(1)", '{"title":"x"}'))
    assert statuses(await send(odata, two)) == [501]


async def test_batches_that_are_none_are_refused_in_words(odata: Odata, subtests: pytest.Subtests) -> None:
    table: list[tuple[Any, str]] = [
        ("", KIND),
        ("nonsense", KIND),
        ("--outer\r\n\r\n", KIND),
        ("--outer\r\nContent-Type: text/plain\r\n\r\nx\r\n--outer--\r\n", KIND),
        (outer("Content-Type: application/http\r\n\r\nnonsense\r\n"), KIND),
        (outer(part("GET Customer")), "multipart/mixed"),
        (outer(change_set(part("GET Customer"))), KIND),
        (outer(*[part("GET Customer")] * 300), KIND),
        ("{}", "application/json"),
        ('{"requests":[{"id":"1","method":"GET"}]}', "application/json"),
        ('{"requests":[{"id":"1","method":"GET","url":"x"},{"id":"1","method":"GET","url":"x"}]}', "application/json"),
        ("[" * 5000, "application/json"),
    ]
    for body, kind in table:
        with subtests.test(str(body)[:40]):
            answer = await odata.ask("POST", "$batch", body, Content_Type=kind)
            assert answer.status_code == 400, answer.text
            assert answer.json()["error"]["message"]
    assert (await odata.ask("POST", "$batch", "x", Content_Type="text/plain")).status_code == 415
    nested = await send(odata, part("POST $batch", "{}"), Prefer="continue-on-error")
    assert statuses(nested) == [400]
    outside = await send(odata, part("GET /cust/Customer"), part("TRACE Customer"), Prefer="continue-on-error")
    assert statuses(outside) == [404, 405]
