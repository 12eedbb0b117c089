"""Handing messages in, reading what became of them, correcting it."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, insert, select

from frontdesk.storage.schema.interactions import audio_recording, inbound_message
from frontdesk.wiring.container import Container
from tests.edges.rest.conftest import Desk, JsonClient

MESSAGES = "/api/v1/messages"
BROKEN = "My washing machine does not start any more and shows error E12. Please repair it."


async def count(container: Container) -> int:
    counted = select(func.count()).select_from(inbound_message)
    return int(await container.database.read(lambda c: c.execute(counted).scalar_one()))


async def test_a_message_is_accepted_with_a_reference_before_it_is_analysed(
    client: JsonClient, container: Container
) -> None:
    answer = await client.post(MESSAGES, json={"text": BROKEN})
    assert answer.status_code == 202
    receipt = answer.json()
    assert answer.headers["location"] == f"/api/v1/interactions/{receipt['reference']}"
    assert len(receipt["reference"]) == 8
    assert (receipt["sequence"], receipt["duplicate"]) == (1, False)
    read = (await client.get(f"{MESSAGES}/{receipt['message']}")).json()
    assert (read["message"]["text"], read["analysis"]) == (BROKEN, None)


async def test_a_handled_message_tells_its_analysis_decision_and_effects(desk: Desk) -> None:
    receipt = await desk.say(BROKEN)
    read = await desk.get(f"/messages/{receipt['message']}")
    assert read["analysis"]["intent"] == "TI"
    assert read["decision"]["actions"]
    assert {effect["state"] for effect in read["effects"]} == {"done"}
    assert await desk.get(f"/messages/{receipt['message']}/analyses") == [read["analysis"]]
    assert await desk.get(f"/decisions/{read['decision']['id']}") == read["decision"]
    assert await desk.get(f"/effects/{read['effects'][0]['key']}") == read["effects"][0]


async def test_the_same_provider_id_is_stored_once(client: JsonClient, container: Container) -> None:
    first = await client.post(MESSAGES, json={"text": "Hello", "provider_id": "p1"})
    second = await client.post(MESSAGES, json={"text": "Hello", "provider_id": "p1"})
    assert (first.status_code, second.status_code) == (202, 200)
    assert second.json() == first.json() | {"duplicate": True}
    assert await count(container) == 1


async def test_the_same_words_without_any_key_are_a_repetition_and_with_one_they_are_not(client: JsonClient) -> None:
    said = {"text": "Hello", "sender": {"address": "maya@example.com"}}
    first, second = await client.post(MESSAGES, json=said), await client.post(MESSAGES, json=said)
    assert (first.status_code, second.status_code) == (202, 200)
    assert second.json() == first.json() | {"duplicate": True}
    assert (await client.post(MESSAGES, json=said, headers={"Idempotency-Key": "1"})).status_code == 202
    assert (await client.post(MESSAGES, json=said | {"provider_id": "1"})).status_code == 202


async def test_fifty_posts_of_one_provider_id_at_once_store_one_message(
    client: JsonClient, container: Container
) -> None:
    posts = (client.post(MESSAGES, json={"text": "Hello", "provider_id": "p1"}) for _ in range(50))
    answers = await asyncio.gather(*posts)
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [202]
    assert len({answer.json()["message"] for answer in answers}) == 1
    assert await count(container) == 1


async def test_a_message_joins_the_interaction_that_it_names(client: JsonClient) -> None:
    first = (await client.post(MESSAGES, json={"text": "It is broken"})).json()
    second = (await client.post(MESSAGES, json={"text": "Still", "interaction": first["reference"]})).json()
    assert (second["reference"], second["sequence"]) == (first["reference"], 2)


async def test_an_unknown_interaction_is_refused_by_name(client: JsonClient) -> None:
    answer = await client.post(MESSAGES, json={"text": "Hello", "interaction": "AAAAAAAA"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "interaction"


@pytest.mark.parametrize(
    "text",
    [
        "שלום, המכונה לא עובדת",
        "a\u0301\u0327e\u0301 \u202eabc",
        "👩🏽\u200d🔧 kaputt 🔥",
        "<script>alert(1)</script> & <b>x</b>",
        "x" * 99_999,
    ],
    ids=["right to left", "combining", "emoji", "html", "very long"],
)
async def test_any_text_comes_back_as_it_was_sent(desk: Desk, text: str) -> None:
    receipt = (await desk.client.post(MESSAGES, json={"text": text})).json()
    assert (await desk.get(f"/messages/{receipt['message']}"))["message"]["text"] == text


async def test_characters_that_no_database_holds_are_replaced_and_the_rest_is_kept(desk: Desk) -> None:
    receipt = (await desk.client.post(MESSAGES, json={"text": "before\x00after"})).json()
    assert (await desk.get(f"/messages/{receipt['message']}"))["message"]["text"] == "before\ufffdafter"


async def test_a_correction_stands_beside_the_analysis_and_teaches_the_next_one(
    desk: Desk, container: Container
) -> None:
    receipt = await desk.say(BROKEN)
    path = f"/messages/{receipt['message']}"
    answer = await desk.client.post(f"/api/v1{path}/corrections", json={"field": "intent", "value": "WR"})
    assert answer.status_code == 201
    read = await desk.get(path)
    assert read["analysis"]["intent"] == "TI"
    assert [(each["was"], each["becomes"]) for each in read["corrections"]] == [("TI", "WR")]
    assert await desk.get(f"{path}/corrections") == read["corrections"]
    assert (await desk.get(f"/interactions/{receipt['reference']}"))["intent"] == "WR"
    assert (BROKEN, "WR") in (await container.configuration.codes.catalogue()).learned


async def test_an_entity_is_corrected_with_all_its_values(desk: Desk) -> None:
    receipt = await desk.say(f"{BROKEN} My order is 4500012345.")
    path = f"/messages/{receipt['message']}/corrections"
    for field, value in (("order_no", "4500012346, 4500012347"), ("order_no", ""), ("tracking_no", "1Z999AA10123")):
        answer = await desk.client.post(f"/api/v1{path}", json={"field": field, "value": value})
        assert answer.status_code == 201, answer.text
    kept = [(each["field"], each["was"], each["becomes"]) for each in await desk.get(path)]
    assert kept == [
        ("order_no", "4500012345", "4500012346, 4500012347"),
        ("order_no", "4500012346, 4500012347", ""),
        ("tracking_no", "", "1Z999AA10123"),
    ]
    refused = await desk.client.post(f"/api/v1{path}", json={"field": "id", "value": "1"})
    assert refused.status_code == 400


async def test_only_the_last_word_on_an_intent_is_learned(desk: Desk, container: Container) -> None:
    receipt = await desk.say(BROKEN)
    for value in ("WR", "PI", ""):
        await desk.client.post(f"{MESSAGES}/{receipt['message']}/corrections", json={"field": "intent", "value": value})
        learned = [
            intent for text, intent in (await container.configuration.codes.catalogue()).learned if text == BROKEN
        ]
        assert learned == ([value] if value else [])


@pytest.mark.parametrize(
    ("field", "value"),
    [("intent", "nope"), ("message_type", ""), ("sentiment", "Angry"), ("language", "klingon!"), ("title", " ")],
)
async def test_a_correction_must_make_sense(desk: Desk, field: str, value: str) -> None:
    receipt = await desk.say(BROKEN)
    answer = await desk.client.post(
        f"{MESSAGES}/{receipt['message']}/corrections", json={"field": field, "value": value}
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "value")


async def test_what_is_not_analysed_yet_cannot_be_corrected(client: JsonClient) -> None:
    receipt = (await client.post(MESSAGES, json={"text": BROKEN})).json()
    answer = await client.post(f"{MESSAGES}/{receipt['message']}/corrections", json={"field": "intent", "value": "WR"})
    assert (answer.status_code, "not been analysed yet" in answer.json()["detail"]) == (409, True)


async def test_the_recording_of_a_phone_message_can_be_heard(client: JsonClient, container: Container) -> None:
    receipt = (await client.post(MESSAGES, json={"text": "Hello"})).json()
    missing = await client.get(f"{MESSAGES}/{receipt['message']}/audio")
    row = {
        "id": receipt["message"],
        "message_id": receipt["message"],
        "media_type": "audio/ogg",
        "content": b"\x00sound",
    }
    await container.database.write(
        lambda c: c.execute(insert(audio_recording), [row | {"created_at": datetime.now(UTC)}]).rowcount
    )
    heard = await client.get(f"{MESSAGES}/{receipt['message']}/audio")
    assert (missing.status_code, heard.content, heard.headers["content-type"]) == (404, b"\x00sound", "audio/ogg")
    assert heard.headers["content-disposition"] == 'attachment; filename="recording"'


@pytest.mark.parametrize("path", ["", "/analyses", "/corrections", "/audio"])
async def test_what_is_not_there_is_not_found(client: JsonClient, path: str) -> None:
    answer = await client.get(f"{MESSAGES}/01ARZ3NDEKTSV4RRFFQ69G5FAV{path}")
    assert (answer.status_code, "01ARZ3NDEKTSV4RRFFQ69G5FAV" in answer.json()["detail"]) == (404, True)
