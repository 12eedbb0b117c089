"""Use cases down the chain: what callers get, whatever models say."""

import json
from collections.abc import Awaitable

import pytest

from frontdesk.interfaces import ErrorKind, Invalid, ModelFailed, NotFound
from frontdesk.llm.running import CallPolicy
from frontdesk.model import Tier
from tests.llm.conftest import ASKER, BuildLlm
from tests.llm.scripted import Scripted, answer, failed, texts_of

GOOD = '{"sentiment": "Negative", "confidence": 0.9}'
TEXT = "The parcel came too late and was broken."


async def test_a_good_answer_says_who_gave_it_and_what_it_took(furnished: BuildLlm) -> None:
    outcome = await furnished(Scripted(lines=[GOOD])).run("sentiment-analysis", text=TEXT)
    assert outcome.value == {"sentiment": "Negative", "confidence": 0.9}
    assert (outcome.tier, outcome.service, outcome.model) == (Tier.MODEL, "first", "gpt-4o-mini")
    assert (outcome.input_tokens, outcome.output_tokens, outcome.cost, outcome.retries) == (100, 20, 27, 0)


@pytest.mark.parametrize(
    "said",
    [
        f"```json\n{GOOD}\n```",
        f"Here you are:\n{GOOD}\nAnything else?",
        '{"sentiment": "Negative", "confidence": 0.9,}',
        f"<think>{{hm}} not sure</think>{GOOD}",
        f"\ufeff{GOOD}",
    ],
)
async def test_an_answer_in_another_dress_is_read_at_the_first_attempt(furnished: BuildLlm, said: str) -> None:
    service = Scripted(lines=[said])
    assert (await furnished(service).run("sentiment-analysis", text=TEXT)).value["sentiment"] == "Negative"
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("wrong", "trouble"),
    [
        (answer('{"sentiment": "Angry", "confidence": 0.9}'), "wrong_schema"),
        (answer('{"sentiment": "Negative"}'), "wrong_schema"),
        (answer('{"sentiment": "Negative", "confidence": 0.9, "action": "refund"}'), "wrong_schema"),
        (answer("[]"), "wrong_schema"),
        (answer("It is negative."), "not_json"),
        (answer('{"sentiment": NaN}'), "not_json"),
        (answer('{"sentiment": "Negative", "confi'), "cut_off"),
        (answer('{"sentiment": "Negative", "confi', "length"), "cut_off"),
        (answer("", "length"), "cut_off"),
    ],
)
async def test_a_wrong_answer_is_repaired_once_by_saying_what_was_wrong(
    furnished: BuildLlm, wrong: object, trouble: str
) -> None:
    service = Scripted(lines=[wrong, GOOD])  # type: ignore[list-item]
    models = furnished(service)
    outcome = await models.run("sentiment-analysis", text=TEXT)
    assert (outcome.value["sentiment"], outcome.retries) == ("Negative", 1)
    assert service.asked[1].body["messages"][-1]["role"] == "user"
    assert "cannot be used" in texts_of(service.asked[1])[-1]
    assert [call.outcome for call in await models.recorded()] == [trouble, "ok"]


async def test_a_second_wrong_answer_leads_to_the_next_route(furnished: BuildLlm) -> None:
    first, second = Scripted("first", ["nonsense"]), Scripted("second", [GOOD])
    outcome = await furnished(first, second).run("sentiment-analysis", text=TEXT)
    assert (outcome.service, len(first.asked)) == ("second", 2)
    assert [(each.route, each.trouble) for each in outcome.failures] == [("first/gpt-4o-mini", "not_json")]


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        (answer("", "content_filter"), "content_filter"),
        (answer(GOOD, "content_filter"), "content_filter"),
        (answer("I cannot help with that.", "refusal"), "refused"),
        (answer("I'm sorry, but I can't help with that."), "refused"),
        (answer("Es tut mir leid, dabei kann ich nicht helfen."), "refused"),
        (failed(ErrorKind.CONTENT_FILTER, permanent=True), "content_filter"),
        (failed(ErrorKind.UNAUTHORISED, permanent=True), "unauthorised"),
        (failed(ErrorKind.BAD_REQUEST, permanent=True), "bad_request"),
    ],
)
async def test_what_a_repetition_cannot_help_leads_to_the_next_route_at_once(
    furnished: BuildLlm, said: object, trouble: str
) -> None:
    first, second = Scripted("first", [said]), Scripted("second", [GOOD])  # type: ignore[list-item]
    outcome = await furnished(first, second).run("sentiment-analysis", text=TEXT)
    assert (len(first.asked), outcome.service) == (1, "second")
    assert outcome.failures[0].trouble == trouble


@pytest.mark.parametrize("trouble", [ErrorKind.SERVER_ERROR, ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT, ErrorKind.EMPTY])
async def test_a_passing_trouble_is_tried_again_on_the_same_route(furnished: BuildLlm, trouble: ErrorKind) -> None:
    service = Scripted(lines=[failed(trouble), GOOD])
    outcome = await furnished(service).run("sentiment-analysis", text=TEXT)
    assert (outcome.service, outcome.retries, outcome.tier) == ("first", 1, Tier.MODEL)


async def test_a_service_that_names_a_time_is_asked_again_then(furnished: BuildLlm) -> None:
    service = Scripted(lines=[failed(ErrorKind.RATE_LIMITED, after_seconds=0.05), GOOD])
    assert (await furnished(service).run("sentiment-analysis", text=TEXT)).retries == 1


async def test_a_service_that_wants_to_be_left_alone_for_longer_than_there_is_time_is_passed_over(
    furnished: BuildLlm,
) -> None:
    first, second = Scripted("first", [failed(ErrorKind.RATE_LIMITED, after_seconds=90)]), Scripted("second", [GOOD])
    outcome = await furnished(first, second).run("sentiment-analysis", text=TEXT)
    assert (len(first.asked), outcome.service) == (1, "second")


async def test_a_hanging_service_uses_only_its_share_of_the_time(furnished: BuildLlm) -> None:
    first, second = Scripted("first", [GOOD], seconds=30), Scripted("second", [GOOD])
    policy = CallPolicy(deadline=4, attempts=1)
    outcome = await furnished(first, second, policy=policy).run("sentiment-analysis", text=TEXT)
    assert (outcome.service, outcome.failures[0].trouble) == ("second", "timeout")


async def test_a_mistake_in_a_services_file_leads_to_the_next_route(furnished: BuildLlm) -> None:
    first, second = Scripted("first", [ZeroDivisionError()]), Scripted("second", [GOOD])
    outcome = await furnished(first, second, policy=CallPolicy(attempts=1)).run("sentiment-analysis", text=TEXT)
    assert outcome.service == "second"


async def test_with_every_model_down_the_built_in_engine_answers(furnished: BuildLlm) -> None:
    down = Scripted(lines=[failed(ErrorKind.UNREACHABLE)])
    outcome = await furnished(down).run("sentiment-analysis", text=TEXT)
    assert (outcome.tier, outcome.value["sentiment"], outcome.masked) == (Tier.BUILTIN, "Negative", False)


async def test_with_no_route_left_the_error_says_why_for_each(furnished: BuildLlm) -> None:
    down = Scripted(lines=[failed(ErrorKind.UNREACHABLE)])
    models = furnished(down, chains={"default": ["first", "person"]})
    with pytest.raises(
        ModelFailed, match="first/gpt-4o-mini: scripted unreachable; person: a person has to look"
    ) as caught:
        await models.run("translation", text="Hallo", language="English")
    assert caught.value.trouble is ErrorKind.NEEDS_PERSON


async def test_what_the_engine_cannot_do_is_no_answer(furnished: BuildLlm) -> None:
    with pytest.raises(ModelFailed, match="cannot do this"):
        await furnished().run("translation", text="Hallo", language="English")


async def test_an_error_never_repeats_what_the_model_or_the_customer_said(furnished: BuildLlm) -> None:
    service = Scripted(lines=['{"sentiment": "SECRET WORDS", "confidence": 2}'])
    models = furnished(service, chains={"default": ["first"]})
    with pytest.raises(ModelFailed) as caught:
        await models.run("sentiment-analysis", text="SECRET TEXT")
    assert "SECRET" not in str(caught.value)


async def test_a_breaker_leaves_a_broken_service_alone(furnished: BuildLlm) -> None:
    first, second = Scripted("first", [failed(ErrorKind.SERVER_ERROR)]), Scripted("second", [GOOD])
    models = furnished(
        first, second, breaker_failures=2, breaker_seconds=60.0, policy=CallPolicy(attempts=1, caches=False)
    )
    outcomes = [await models.run("sentiment-analysis", text=TEXT) for _ in range(4)]
    assert len(first.asked) == 2
    assert [outcome.failures[0].trouble for outcome in outcomes] == ["server_error"] * 2 + ["breaker_open"] * 2


@pytest.mark.parametrize("trouble", [ErrorKind.RATE_LIMITED, ErrorKind.UNAUTHORISED])
async def test_one_refusal_shuts_out_nobody_and_those_of_a_model_only_that_model(
    furnished: BuildLlm, trouble: ErrorKind
) -> None:
    refusal = ModelFailed(trouble, "no", permanent=True, after_seconds=60.0)
    service = Scripted("first", [*[refusal] * 5, GOOD])
    chains = {"default": ["first/large"], "other": ["first/small"]}
    models = furnished(service, chains=chains, policy=CallPolicy(attempts=1, caches=False))
    for _ in range(5):
        assert await trouble_of(models.run("sentiment-analysis", text=TEXT)) == trouble
    assert await trouble_of(models.run("sentiment-analysis", text=TEXT)) == ErrorKind.BREAKER_OPEN
    small = models.room.chains.named("other")
    assert (await models.room.use_cases.run("sentiment-analysis", {"text": TEXT}, ASKER, small)).model == "small"


async def test_what_is_about_one_question_never_opens_a_circuit(furnished: BuildLlm) -> None:
    service = Scripted("first", [*[failed(ErrorKind.CONTENT_FILTER)] * 9, GOOD])
    models = furnished(service, chains={"default": ["first"]}, policy=CallPolicy(attempts=1, caches=False))
    for _ in range(9):
        assert await trouble_of(models.run("sentiment-analysis", text=TEXT)) == ErrorKind.CONTENT_FILTER
    assert (await models.run("sentiment-analysis", text=TEXT)).failures == ()


async def trouble_of(asking: Awaitable[object]) -> ErrorKind:
    with pytest.raises(ModelFailed) as caught:
        await asking
    return caught.value.trouble


async def test_entities_cite_their_place_or_are_dropped(furnished: BuildLlm) -> None:
    named = [
        {"field": "order_no", "value": "4500 0017"},
        {"field": "order_no", "value": "999"},
        {"field": "customer_name", "value": "ADA  winter"},
    ]
    service = Scripted(lines=[json.dumps({"entities": named})])
    text = "Order 45000017 of Ada Winter: where is it?"
    outcome = await furnished(service, mode="off").run("entity-extraction", text=text)
    assert [(e["field"], e["value"]) for e in outcome.value["entities"]] == [
        ("order_no", "45000017"),
        ("customer_name", "Ada Winter"),
    ]
    assert all(text[e["start"] : e["end"]] == e["value"] for e in outcome.value["entities"])


async def test_titles_and_summaries_are_cut_at_a_word(furnished: BuildLlm) -> None:
    long = json.dumps({"title": "word " * 30, "summary": "word " * 100})
    value = (await furnished(Scripted(lines=[long])).run("text-summarisation", text=TEXT)).value
    assert len(value["title"]) <= 100
    assert value["title"].endswith("word…")
    assert len(value["summary"]) <= 300


async def test_an_intent_is_chosen_by_name_and_comes_back_as_a_code(furnished: BuildLlm) -> None:
    def choose(request: object) -> str:
        names = request.schema["properties"]["intent"]["enum"]  # type: ignore[attr-defined]
        return json.dumps({"intent": names[0], "confidence": 0.9})

    models = furnished(Scripted(lines=[choose]))
    outcome = await models.run("intent-classification", text=TEXT)
    use_case = await models.room.registry.get("intent-classification")
    assert use_case.lists == {"intents"}
    assert outcome.value["intent"] in {"TI", "DI", "CO", "PI", "WR", "SI", "OI"} or len(outcome.value["intent"]) <= 4


async def test_the_same_text_is_answered_from_the_cache(furnished: BuildLlm) -> None:
    service = Scripted(lines=[GOOD])
    models = furnished(service)
    await models.run("sentiment-analysis", text=TEXT)
    again = await models.run("sentiment-analysis", text=f"  {TEXT}\n")
    assert (again.cached, again.value["sentiment"], again.cost, len(service.asked)) == (True, "Negative", 0, 1)


async def test_the_cache_tells_models_and_texts_apart(furnished: BuildLlm) -> None:
    service = Scripted(lines=[GOOD])
    models = furnished(service)
    await models.run("sentiment-analysis", text=TEXT)
    await models.run("sentiment-analysis", text=TEXT.upper())
    other = (models.room.chains.route("first/gpt-4o"),)
    await models.room.use_cases.run("sentiment-analysis", {"text": TEXT}, ASKER, other)
    assert len(service.asked) == 3


async def test_answers_to_texts_with_personal_data_are_not_remembered(furnished: BuildLlm) -> None:
    service = Scripted(lines=[GOOD])
    models = furnished(service)
    for _ in range(2):
        await models.run("sentiment-analysis", text="Write to kim@example.com, it is late.")
    assert len(service.asked) == 2


async def test_with_masking_off_a_text_with_personal_data_is_not_remembered_either(furnished: BuildLlm) -> None:
    service = Scripted(lines=[GOOD])
    models = furnished(service, mode="off", policy=CallPolicy(caches_personal=True))
    for _ in range(2):
        await models.run("sentiment-analysis", text="Write to kim@example.com, it is late.")
    assert len(service.asked) == 2


async def test_inputs_that_do_not_fit_are_refused_before_anything_is_asked(furnished: BuildLlm) -> None:
    service = Scripted(lines=[GOOD])
    models = furnished(service)
    for inputs in ({}, {"text": ""}, {"text": 1}, {"text": "x", "more": 1}, {"text": "x" * 20_001}):
        with pytest.raises(Invalid):
            await models.room.use_cases.run("sentiment-analysis", inputs, ASKER)
    with pytest.raises(NotFound):
        await models.run("no-such-thing", text=TEXT)
    assert service.asked == []


async def test_embeddings_come_from_the_services_embedding_model_or_the_engine(furnished: BuildLlm) -> None:
    outcome = await furnished(Scripted(), chains={"default": ["first", "builtin"]}).run(
        "words-embedding", texts=["a", "b"]
    )
    assert (outcome.model, outcome.value) == ("text-embedding-3-small", {"size": 2, "vectors": [[1.0, 0.0]] * 2})
    local = await furnished().run("words-embedding", texts=["a text"])
    assert (local.tier, local.value["size"]) == (Tier.BUILTIN, 512)


async def test_a_recording_goes_only_to_a_service_with_masking_off(furnished: BuildLlm) -> None:
    chain = {"default": ["first/whisper"]}
    audio = {"audio": "aGVsbG8=", "media_type": "audio/wav"}
    assert (await furnished(Scripted(), mode="off", chains=chain).run("speech-transcription", **audio)).value == {
        "text": "hello",
        "language": "en",
        "seconds": 1.5,
    }
    with pytest.raises(ModelFailed, match="sound cannot be masked"):
        await furnished(Scripted(), chains=chain).run("speech-transcription", **audio)
