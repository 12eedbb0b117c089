"""`bin/model-services`: a stand-in for model services, which reads messages with the built-in engine."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from frontdesk.cli.framework.registry import command, root_group
from frontdesk.cli.simulate.commands import serve_simulator
from frontdesk.model import Role

if TYPE_CHECKING:
    from benchmarks.model_services import Reader
    from frontdesk.interfaces import Catalogue, ReaderAnswer


@root_group
def tool() -> None:
    """Services to develop with."""


@command(tool, "model-services", role=Role.ADMIN, example="bin/model-services --port 8105 --script faults.yaml")
@click.option("--port", type=click.IntRange(0, 65535), required=True, help="Port to listen on; 0 takes one.")
@click.option("--latency-ms", type=click.FloatRange(0), default=0, help="Answer after so long.")
@click.option("--script", type=click.Path(dir_okay=False, path_type=Path), help="File (YAML, JSON) with faults.")
@click.option("--key", "keys", multiple=True, help="A key that is good. [default: stand-in-key]")
@click.option("--model", "models", multiple=True, help="A model that exists. [default: every name]")
@click.option(
    "--answers", type=click.Choice(["engine", "canned"]), default="engine", show_default=True, help="By what."
)
def serve(
    port: int, latency_ms: float, script: Path | None, keys: tuple[str, ...], models: tuple[str, ...], answers: str
) -> None:
    """Model services: OpenAI, Azure OpenAI, Anthropic and SAP AI Core, one server with all their addresses.

    Answers that must have a form are made from what the built-in engine reads; canned ones cost next to no time.
    GET /_simulator/requests shows what was asked, PUT /_simulator/script changes the faults.
    """
    from benchmarks.model_services import KEY, LlmSimulator, read_script
    from benchmarks.model_services.sayings import read_nothing

    simulator = LlmSimulator(
        read_script(script) if script else (),
        engine_reader() if answers == "engine" else read_nothing,
        latency_seconds=latency_ms / 1000,
        keys=keys or (KEY,),
        models=models,
    )
    serve_simulator(simulator.answer, port)


def engine_reader() -> "Reader":
    """A reader that asks the built-in engine, with the intents that ship."""
    from frontdesk.cli.files.intent_list import shipped_catalogue
    from frontdesk.providers.builtin import Builtin

    engine, catalogue = Builtin(), shipped_catalogue()

    async def read(text: str) -> dict[str, Any]:
        return reading_of(text, await engine.read(text, catalogue), catalogue)

    return read


def reading_of(text: str, answer: "ReaderAnswer", catalogue: "Catalogue") -> dict[str, Any]:
    """An answer of the engine by the names that models' answers use."""
    names = {intent.code: intent.name for intent in catalogue.intents}
    intent = (answer.intent, names.get(answer.intent, "")) if answer.intent else None
    return {
        "language": answer.language,
        "sentiment": answer.sentiment,
        "sentiment_confidence": answer.sentiment_probability,
        "type": answer.message_type,
        "type_confidence": answer.type_probability,
        "intent": intent,
        "intent_confidence": answer.intent_probability,
        "confidence": answer.intent_probability,
        "title": answer.title,
        "summary": answer.summary,
        "entities": [{"field": each.field, "value": each.value} for each in answer.entities],
        "signals": [
            {"signal": each.name, "value": text[start:end], "confidence": each.probability}
            for each in answer.signals
            for start, end in each.spans
        ],
        "concerns": [
            {
                "intent": (each.intent, names.get(each.intent, "")),
                "type": each.type,
                "value": text[each.start : each.end],
                "confidence": each.probability,
            }
            for each in answer.concerns
            if each.intent
        ],
    }


if __name__ == "__main__":
    tool(["model-services", *sys.argv[1:]], prog_name="bin")
