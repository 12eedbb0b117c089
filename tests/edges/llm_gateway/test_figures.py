"""What Prometheus and a trace collector are told of model calls."""

import subprocess
import sys

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from ulid import ULID

from benchmarks.model_services import Fault, Rule
from frontdesk.interfaces import Invalid
from frontdesk.outgoing.traces import Traces
from frontdesk.simulators.serving import Asked, Told, serving
from tests.edges.llm_gateway.conftest import ASK, Gateway, Open


async def figures(gateway: Gateway) -> str:
    async with gateway.http() as http:
        return (await http.get(f"{gateway.url}/metrics")).text


async def test_calls_are_counted_timed_and_priced(gateway: Gateway) -> None:
    async with gateway.openai() as client:
        await client.chat.completions.create(model="default", messages=ASK)
    async with gateway.http() as http:
        for _ in range(2):
            await http.post("/use-cases/sentiment-analysis", json={"text": "It is cold."})
    told = await figures(gateway)
    chat = 'model="stand-in",outcome="ok",service="main",tier="model",use_case="chat"'
    assert f'frontdesk_model_calls_total{{cached="false",{chat}}} 1.0' in told
    assert 'frontdesk_model_calls_total{cached="true",model="stand-in",outcome="ok"' in told
    assert (
        'frontdesk_model_call_seconds_count{model="stand-in",service="main",tier="model",use_case="chat"} 1.0' in told
    )
    assert 'frontdesk_model_tokens_total{direction="input",model="stand-in",service="main",use_case="chat"}' in told
    assert 'frontdesk_model_cost_total{model="stand-in",service="main",use_case="chat"}' in told
    assert 'frontdesk_model_calls_masked_total{service="main"} 3.0' in told
    assert 'frontdesk_model_circuit_open{service="main"} 0.0' in told


async def test_a_service_that_is_left_alone_is_shown(opened: Open) -> None:
    gateway = await opened(Rule(Fault.UNAUTHORISED), breaker_failures=1)
    async with gateway.http() as http:
        await http.post("/use-cases/translation", json={"text": "Hallo", "language": "English"})
    assert 'frontdesk_model_circuit_open{service="main"} 1.0' in await figures(gateway)


async def test_models_that_callers_make_up_do_not_fill_the_figures(gateway: Gateway) -> None:
    async with gateway.openai() as client:
        for number in range(210):
            await client.chat.completions.create(model=f"main/made-up-{number}", messages=ASK)
    told = await figures(gateway)
    assert 'model="made-up-199"' in told
    assert 'model="made-up-200"' not in told
    assert 'model="other"' in told


async def test_calls_become_spans_with_the_names_of_opentelemetry_and_no_texts(opened: Open) -> None:
    sent: list[bytes] = []

    async def collect(asked: Asked) -> Told:
        sent.append(asked.body)
        return Told(200, b"", {"content-type": "application/x-protobuf"})

    async with serving(collect) as url:
        gateway = await opened(Rule(Fault.SERVER_ERROR, times=1), otlp_endpoint=f"{url}/v1/traces", attempts=2)
        async with gateway.openai() as client:
            raw = await client.chat.completions.with_raw_response.create(model="default", messages=ASK)
        await gateway.container.language_models.close()
    read = [ExportTraceServiceRequest.FromString(body) for body in sent]
    spans = [s for each in read for r in each.resource_spans for scope in r.scope_spans for s in scope.spans]
    assert [span.name for span in spans] == ["chat stand-in"] * 2
    assert [span.status.message for span in spans] == ["server_error", ""]
    values = {each.key: each.value for each in spans[1].attributes}
    assert values["gen_ai.operation.name"].string_value == "chat"
    assert values["gen_ai.usage.input_tokens"].int_value > 0
    assert values["frontdesk.caller"].string_value == "test"
    run = int(ULID.from_str(raw.headers["x-request-id"])).to_bytes(16)
    assert {span.trace_id for span in spans} == {run}
    assert b"kettle" not in b"".join(sent)


async def test_a_collector_that_is_away_disturbs_nobody(opened: Open) -> None:
    gateway = await opened(otlp_endpoint="http://127.0.0.1:9/v1/traces")
    async with gateway.openai() as client:
        whole = await client.chat.completions.create(model="default", messages=ASK)
    assert whole.choices[0].message.content


def test_an_endpoint_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid, match=r"llm\.otlp_endpoint"):
        Traces("collector:4318", "1")


@pytest.mark.slow
def test_without_the_setting_opentelemetry_is_not_even_imported() -> None:
    code = "import frontdesk.wiring.web, sys; print([name for name in sys.modules if name.startswith('opentelemetry')])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
