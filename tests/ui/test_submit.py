"""The public page: writing a message and finding it again."""

import re

import msgspec
import pytest
from httpx import Response
from markupsafe import escape

from frontdesk.model import NewMessage, Sender
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import Settings
from frontdesk.storage.schema.interactions import inbound_message
from frontdesk.ticketing.submission import storable
from frontdesk.wiring.container import Container, open_container
from tests.counting import rows_of
from tests.web_client import HTML, Client, web_client

FIELDS = {"text": "The oven does not heat", "name": "Ada Brightwater", "email": "ada@example.com"}


async def submit(client: Client, **fields: str) -> Response:
    return await client.post("/messages", data=FIELDS | fields, headers=HTML, follow_redirects=False)


def shown_provider_id(page: Response) -> str:
    found = re.search(r'name="provider_id" value="([^"]*)"', page.text)
    assert found
    return found[1]


async def test_the_start_page_is_open_to_anybody(customer: Client) -> None:
    page = await customer.get("/", headers=HTML)
    assert page.status_code == 200
    assert "How can we help?" in page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"


async def test_a_probe_may_ask_for_the_head_alone(customer: Client) -> None:
    answer = await customer.head("/")
    assert (answer.status_code, answer.content) == (200, b"")


async def test_a_message_leads_to_its_own_page(customer: Client) -> None:
    answer = await submit(customer)
    assert answer.status_code == 303
    page = await customer.get(answer.headers["location"], headers=HTML)
    assert page.status_code == 200
    assert "The oven does not heat" in page.text


async def test_the_same_form_sent_twice_stores_one_message(customer: Client) -> None:
    form = shown_provider_id(await customer.get("/"))
    first, second = await submit(customer, provider_id=form), await submit(customer, provider_id=form)
    assert second.headers["location"] == first.headers["location"] + "&again=true"


async def test_who_goes_back_and_sends_the_same_again_is_told_that_it_is_there(
    customer: Client, container: Container
) -> None:
    first = await submit(customer, provider_id=shown_provider_id(await customer.get("/")))
    again = await submit(customer, provider_id=shown_provider_id(await customer.get("/")))
    assert again.headers["location"] == first.headers["location"] + "&again=true"
    assert "not sent a second time" in (await customer.get(again.headers["location"], headers=HTML)).text
    other = await submit(customer, provider_id=shown_provider_id(await customer.get("/")), text="And the fridge")
    assert "again" not in other.headers["location"]
    assert await rows_of(container, inbound_message) == 2


async def test_who_knows_what_another_wrote_is_not_led_to_it_by_the_same_words(
    customer: Client, container: Container
) -> None:
    first = await submit(customer, provider_id=shown_provider_id(await customer.get("/")))
    customer.cookies.clear()
    again = await submit(customer, provider_id=shown_provider_id(await customer.get("/")))
    assert first.headers["location"].partition("?")[0] != again.headers["location"].partition("?")[0]


async def test_the_same_form_with_another_text_is_another_message(customer: Client) -> None:
    first = await submit(customer, provider_id="form")
    second = await submit(customer, provider_id="form", text="And now the fridge")
    assert first.headers["location"] != second.headers["location"]


async def test_nobody_reaches_anothers_message_by_guessing_its_provider_id(
    customer: Client, container: Container
) -> None:
    theirs = await container.messages.inbox.accept(NewMessage("A secret", "WEB", Sender("Maya"), provider_id="m1"))
    answer = await submit(customer, provider_id="m1")
    assert theirs.reference not in answer.headers["location"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": ""}, "Write your message."),
        ({"text": " \n\u200b "}, "Text is empty"),
        ({"text": "x" * 100_001}, "at most 100,000"),
        ({"name": " "}, "Write your name."),
        ({"name": "x" * 201}, "Name has more than 200"),
        ({"email": "ada"}, "Write your e-mail address"),
        ({"email": "a da@example.com"}, "Write your e-mail address"),
        ({"email": "x" * 320 + "@example.com"}, "E-mail has more than 320"),
        ({"phone": "1" * 41}, "Phone has more than 40"),
        ({"customer_no": "1" * 41}, "Customer number has more than 40"),
    ],
)
async def test_what_is_wrong_is_said_next_to_its_field_and_nothing_is_lost(
    customer: Client, fields: dict[str, str], words: str
) -> None:
    answer = await submit(customer, **fields)
    assert answer.status_code == 400
    assert words in answer.text
    kept = {name: value for name, value in (FIELDS | fields).items() if name not in fields}
    assert all(value in answer.text for value in kept.values())
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> & \"quotes\" 'too'",
        "مرحبا، الفرن لا يعمل \u202e evil",
        "Z\u0351\u036a\u0309a\u0321lgo 🔥👩‍👩‍👧 broken",
        "a NUL \x00 and a bell \x07 in it",
        "x" * 5000 + " end of a long text",
    ],
)
async def test_any_text_is_kept_whole_and_shown_as_text(customer: Client, text: str) -> None:
    answer = await submit(customer, text=text)
    page = await customer.get(answer.headers["location"], headers=HTML)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert str(escape(storable(text))) in page.text


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"text=\xff\xfe&name=a&email=a@b.c", "application/x-www-form-urlencoded", 303),
        (b"text=%ff%fe%00&name=a&email=a@b.c", "application/x-www-form-urlencoded; charset=utf-8", 303),
        (b"text=%ED%A0%80&name=a&email=a@b.c", "application/x-www-form-urlencoded", 303),
        (b"", "application/x-www-form-urlencoded", 400),
        (b"&&==&;;", "application/x-www-form-urlencoded", 400),
        (b"a=1&" * 1000, "application/x-www-form-urlencoded", 400),
        (b'{"text": "hello"}', "application/json", 415),
        (b"hello", "text/plain", 415),
        (b"x" * 2_000_000, "application/x-www-form-urlencoded", 413),
    ],
)
async def test_odd_bodies_are_taken_or_refused_but_never_an_error_of_ours(
    customer: Client, container: Container, body: bytes, kind: str, status: int
) -> None:
    headers = HTML | {"Content-Type": kind}
    answer = await customer.post("/messages", content=body, headers=headers, follow_redirects=False)
    assert answer.status_code == status
    assert await rows_of(container, inbound_message) == (status == 303)


async def test_line_breaks_are_stored_as_they_were_typed(customer: Client, container: Container) -> None:
    answer = await submit(customer, text="one\r\ntwo\r\n")
    page = await customer.get(answer.headers["location"], headers=HTML)
    assert "one\ntwo\n" in page.text


async def test_a_message_is_found_by_reference_and_address_in_any_case(customer: Client) -> None:
    location = (await submit(customer)).headers["location"]
    reference = location.removeprefix("/track/").partition("?")[0]
    query = {"reference": f" {reference.lower()} ", "email": "ADA@Example.com "}
    answer = await customer.get("/track", params=query, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == location


async def test_who_asks_for_nothing_is_asked_for_what(customer: Client) -> None:
    page = await customer.get("/track", headers=HTML)
    assert page.status_code == 200
    assert "Look up a message" in page.text
    assert "No message fits" not in page.text


async def test_an_unknown_reference_and_a_wrong_address_sound_the_same(customer: Client) -> None:
    location = (await submit(customer)).headers["location"]
    reference = location.removeprefix("/track/").partition("?")[0]
    pages = []
    for query in (
        {"reference": reference, "email": "maya@example.com"},
        {"reference": "AAAA0000", "email": "maya@example.com"},
        {"reference": "A\x00", "email": "\x00"},
        {"reference": reference, "email": ""},
        {"reference": " "},
    ):
        page = await customer.get("/track", params=query, headers=HTML, follow_redirects=False)
        assert page.status_code == 404
        pages.append(page.text)
    assert all("No message fits this reference and e-mail address." in page for page in pages)


async def test_too_many_messages_and_look_ups_are_refused_for_a_while(settings: Settings, builtin: Builtin) -> None:
    security = msgspec.structs.replace(settings.security, submissions_per_minute=2, sign_ins_per_minute=2)
    async with open_container(msgspec.structs.replace(settings, security=security), builtin) as container:
        async with web_client(container) as client:
            statuses = [(await submit(client)).status_code for _ in range(3)]
            last = await client.get("/track?reference=AAAA0000&email=a@b.c", headers=HTML)
            last = await client.get("/track?reference=AAAA0000&email=a@b.c", headers=HTML)
            last = await client.get("/track?reference=AAAA0000&email=a@b.c", headers=HTML)
        assert statuses == [303, 303, 429]
        assert last.status_code == 429
        assert int(last.headers["retry-after"]) > 0
        async with web_client(container, "192.0.2.8") as neighbour:
            assert (await submit(neighbour)).status_code == 303


async def test_there_is_no_help_centre_unless_it_is_switched_on(customer: Client) -> None:
    for path in ("/help", "/help/search?q=x", "/help/sitemap.xml", "/help/contact", "/help/articles/x"):
        assert (await customer.get(path, headers=HTML)).status_code == 404
