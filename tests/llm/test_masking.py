"""Personal data never leaves our systems in strict mode, is put back in answers, and a dead detector sends nothing."""

import asyncio
import json
import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.interfaces import ModelFailed
from frontdesk.llm.detecting import DetectionScope, Found, KnownNames, is_iban, passes_luhn
from frontdesk.llm.masking import Masker, Mode, Unmasking, Vault
from frontdesk.llm.streaming import Unfencing
from frontdesk.model import InboundMessage, Sender
from frontdesk.model.llm import Asker
from tests.fakes import ManualClock
from tests.llm.conftest import BuildLlm
from tests.llm.scripted import Scripted, reading, texts_of

PERSONAL = {
    "EMAIL": ["kim.doe@example.com", "j.w+test@mail.example.org", "kim (at) example (dot) com", "ｋｉｍ@example.com"],
    "PHONE": [
        "+49 621 1234567",
        "0621/998877",
        "(0621) 99 88 77",
        "+1 (555) 010-4477",
        "0049 151 23456789",
        "555-010-4477",
    ],
    "ACCOUNT": ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "FR14 2004 1010 0505 0001 3M02 606"],
    "CARD": ["4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005"],
    "ADDRESS": ["Hauptstraße 12a", "Am Alten Markt 3", "221B Baker Street", "68159 Mannheim", "NW1 6XE"],
}
FRAMES = [
    "Please write to {} about my order.",
    "Meine Daten: {}, bitte schnell.",
    "Hello, it is {} as I said. The oven is cold.",
    "{}",
    "Erreichbar bin ich unter {}.\nDie Maschine zeigt E18.",
]


def mask(text: str, mode: Mode = Mode.ON, names: Iterable[str] = (), *, numbers: bool = False) -> tuple[str, Vault]:
    vault = Vault()
    return Masker(numbers=numbers).mask(text, mode, [KnownNames(names)], vault), vault


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in PERSONAL.items() for value in values])
def test_personal_data_is_replaced_and_put_back(kind: str, value: str, frame: str) -> None:
    text = frame.format(value)
    masked, vault = mask(text)
    assert value not in masked
    assert vault.restored(masked) == text


@pytest.mark.parametrize("name", ["Kim Doe", "kim doe", "KIM DOE", "Kim  Doe", "Kim Doe's"])
def test_a_known_name_is_replaced_however_it_is_written(name: str) -> None:
    assert "doe" not in mask(f"The account of {name} is wrong.", names=["Kim Doe"])[0].lower()


@pytest.mark.parametrize(
    "text",
    [
        "Dear Ada Winter, the oven is cold.",
        "Sehr geehrte Frau Winter, der Ofen ist kalt.",
        "The oven is cold.\n\nKind regards\nAda Winter",
        "Der Ofen ist kalt.\nMit freundlichen Grüßen\nAda Winter",
        "My name is Ada Winter and the oven is cold.",
        "Ich heiße Ada Winter, der Ofen ist kalt.",
        "The oven is cold. Thanks,\nada winter",
    ],
)
def test_strict_replaces_names_at_their_usual_places(text: str) -> None:
    assert "winter" not in mask(text, Mode.STRICT)[0].lower()


def test_strict_replaces_every_long_number() -> None:
    masked, _ = mask("Order 4500017, serial A1B2-99887766, call 12 34 56 then, model XR-200.", Mode.STRICT)
    assert not any(number in masked for number in ("4500017", "99887766", "12 34 56"))
    assert "XR-200" in masked


def test_business_numbers_are_replaced_where_that_is_set() -> None:
    text = "Order number 4711-B and Kundennummer: K1002, Rechnung 90012."
    assert mask(text)[0] == text
    masked, _ = mask(text, numbers=True)
    assert not any(number in masked for number in ("4711-B", "K1002", "90012"))


@pytest.mark.parametrize(
    "text",
    [
        "The washing machine WM-2000 shows error E18 since 3 days.",
        "I bought 3 ovens on 12 March 2026 for 1,299.00 EUR at 14:30.",
        "Die Lieferung kam 2 Mal nicht, bitte prüfen Sie das in 5 Tagen.",
        "Is the store open in the summer?",
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    assert mask(text)[0] == text


def test_the_same_value_gets_the_same_placeholder() -> None:
    masked, _ = mask("kim@example.com or KIM@example.com or ada@example.com")
    assert masked == "<EMAIL_1> or <EMAIL_1> or <EMAIL_2>"


def test_a_placeholder_that_the_customer_typed_is_not_given_again() -> None:
    text = "I typed <EMAIL_1> myself, mine is kim@example.com"
    masked, vault = mask(text)
    assert masked == "I typed <EMAIL_1> myself, mine is <EMAIL_2>"
    assert vault.restored(masked) == text


def test_characters_without_width_hide_nothing() -> None:
    assert "1111" not in mask("Card 4111\u200b 1111\u200b 1111 1111")[0]


@pytest.mark.parametrize("seen", ["<EMAIL_1>", "<email_1>", "&lt;EMAIL_1&gt;", "[EMAIL_1]", "< EMAIL_1 >"])
def test_a_placeholder_is_recognised_however_the_model_writes_it(seen: str) -> None:
    _, vault = mask("kim@example.com")
    assert vault.restore({"to": [seen]}) == {"to": ["kim@example.com"]}


def test_a_placeholder_without_its_brackets_is_recognised_where_it_can_be_nothing_else() -> None:
    _, vault = mask("kim@example.com")
    assert vault.restored("EMAIL_1, XEMAIL_1, email_1, EMAIL_12") == "kim@example.com, XEMAIL_1, email_1, EMAIL_12"


def test_originals_in_json_leave_it_json() -> None:
    vault = Vault()
    vault.take("NAME", 'Kim "K"\nDoe')
    text = json.dumps({"<NAME_1>": ["for <NAME_1>", "\u003cNAME_1\u003e"]})
    told = {'Kim "K"\nDoe': ['for Kim "K"\nDoe', 'Kim "K"\nDoe']}
    assert json.loads(vault.restored_document(text)) == json.loads(vault.restored(text, is_json=True)) == told


@given(st.lists(st.integers(1, 7), min_size=1, max_size=40))
def test_a_streamed_answer_is_put_back_wherever_it_is_cut(cuts: list[int]) -> None:
    _, vault = mask("kim@example.com")
    text, stream, place = "Write to <EMAIL_1> or EMAIL_1, if x < y [or not] <b>", Unmasking(vault), 0
    shown = ""
    for cut in cuts:
        shown += stream.feed(text[place : place + cut])
        place += cut
    shown += stream.feed(text[place:]) + stream.rest()
    assert shown == "Write to kim@example.com or kim@example.com, if x < y [or not] <b>"


@given(
    st.lists(st.integers(1, 7), min_size=1, max_size=40), st.sampled_from(["{}", "```json\n{}\n```", "  ```\n{}```\n"])
)
def test_fences_are_taken_off_wherever_a_text_is_cut(cuts: list[int], frame: str) -> None:
    text, stream, place = frame.replace("{}", '{"a": "`b`"}'), Unfencing(), 0
    shown = ""
    for cut in cuts:
        shown += stream.feed(text[place : place + cut])
        place += cut
    shown += stream.feed(text[place:]) + stream.rest()
    assert json.loads(shown) == {"a": "`b`"}


@given(st.text(max_size=300))
def test_any_text_comes_back_as_it_was_but_for_characters_without_width(text: str) -> None:
    try:
        masked, vault = mask(text, Mode.STRICT)
    except ModelFailed:
        return
    visible, _ = Masker().mask(text, Mode.OFF, [], Vault()), None
    assert [c for c in vault.restored(masked) if c.isalnum()] == [c for c in visible if c.isalnum()]


def test_check_digits() -> None:
    assert passes_luhn("4111 1111 1111 1111")
    assert not passes_luhn("4111 1111 1111 1112")
    assert is_iban("DE89 3704 0044 0532 0130 00")
    assert not is_iban("DE88 3704 0044 0532 0130 00")


def canaries() -> list[tuple[InboundMessage, list[str]]]:
    """Messages of made-up people, each with every kind of personal data, and what must not be seen outside."""
    chance = random.Random(7)
    first, last = ["Ada", "Jörg", "Xiulan", "Zoë", "Omar"], ["Winter", "Sommer", "Okafor", "Lindqvist", "D’Angelo"]
    made = []
    for number in range(60):
        name = f"{chance.choice(first)} {chance.choice(last)}"
        picked = {kind: chance.choice(values) for kind, values in PERSONAL.items()}
        order = str(chance.randrange(10**7, 10**8))
        text = (
            f"Hello, my name is {name}. My order {order} is late. Mail me at {picked['EMAIL']} or call "
            f"{picked['PHONE']}. I paid from {picked['ACCOUNT']} with card {picked['CARD']}. "
            f"I live at {picked['ADDRESS']}.\nKind regards\n{name}"
        )
        sender = Sender(name, f"writer{number}@example.net", "+49 30 5550100", "C4711")
        message = InboundMessage(f"{number:026}", 1, 1, "WEB", text, sender, ManualClock()())
        made.append((message, [name, *name.split(), *picked.values(), order, sender.address, sender.phone]))
    return made


async def test_no_personal_string_is_on_the_wire_in_strict_mode(furnished: BuildLlm) -> None:
    service = Scripted(lines=[reading()])
    proxy = furnished(service, mode=Mode.STRICT).proxy
    for message, secrets in canaries():
        sent = len(service.asked)
        analysis = await proxy.analyse(message)
        wire = "\n".join(text for request in service.asked[sent:] for text in texts_of(request))
        assert [secret for secret in secrets if secret in wire] == []
        assert analysis.model == "first/gpt-4o-mini"


async def test_summaries_and_repairs_are_masked_too(furnished: BuildLlm) -> None:
    wrong = "I will write to <EMAIL_1>"
    service = Scripted(lines=[wrong, json.dumps({"title": "t", "summary": "write to <EMAIL_1>"})])
    proxy = furnished(service, mode=Mode.STRICT).proxy
    message, secrets = canaries()[0]
    _, summary = await proxy.summarise([message.text, "I am Ada Winter"], message)
    assert [secret for secret in secrets if secret in service.wire] == []
    assert "@" in summary or "at" in summary


def dies(text: str, names: Iterable[KnownNames], wanted: DetectionScope) -> list[Found]:
    raise MemoryError("the detector was killed")


def never_sees_the_end(text: str, names: Iterable[KnownNames], wanted: DetectionScope) -> list[Found]:
    place = max(number for number, letter in enumerate(text) if letter.islower())
    return [Found("EMAIL", place, place + 1)]


async def test_a_killed_detector_sends_nothing_and_the_engine_answers(
    furnished: BuildLlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Scripted(lines=[reading()])
    models = furnished(service, mode=Mode.STRICT)
    models.room.use_cases._masker._finder = dies  # the one thing that is to be broken
    message, _ = canaries()[0]
    analysis = await models.proxy.analyse(message)
    assert (analysis.tier, service.asked) == ("builtin", [])
    outcome = await models.run("sentiment-analysis", text="kim@example.com")
    assert outcome.failures[0].trouble == "not_masked"


def test_where_there_is_always_something_left_nothing_is_sent() -> None:
    with pytest.raises(ModelFailed, match="nothing was sent"):
        Masker(finder=never_sees_the_end).mask("kim@example.com", Mode.ON, [], Vault())


async def test_personal_data_comes_back_as_entities_with_their_place(furnished: BuildLlm) -> None:
    def named(request: object) -> str:
        assert "kim@example.com" not in str(request)
        return json.dumps({"entities": [{"field": "customer_email", "value": "<EMAIL_1>"}]})

    text = "Write to kim@example.com please"
    outcome = await furnished(Scripted(lines=[named])).run("entity-extraction", Asker("test"), text=text)
    assert outcome.value["entities"] == [{"field": "customer_email", "value": "kim@example.com", "start": 9, "end": 24}]
    assert outcome.masked


@pytest.mark.parametrize("unit", ["a@b.example ", "Kim Doe "])
def test_a_text_full_of_personal_data_is_masked_in_one_go(unit: str) -> None:
    # With a look over the whole text for each find this took minutes.
    vault = Vault()
    masked = Masker().mask(unit * 20_000, Mode.ON, [KnownNames(["Kim Doe"])], vault)
    assert len(vault) == 1
    assert unit.strip() not in masked


async def test_a_long_text_is_masked_while_others_are_served() -> None:
    waits: list[float] = []

    async def other() -> None:
        while not done.is_set():
            before = len(waits)
            await asyncio.sleep(0)
            waits.append(before)

    done = asyncio.Event()
    serving = asyncio.create_task(other())
    masked = await Masker().mask_aside(["kim@example.com " * 5000], Mode.ON, [], Vault())
    done.set()
    await serving
    assert "kim@example.com" not in masked[0]
    assert len(waits) > 1
