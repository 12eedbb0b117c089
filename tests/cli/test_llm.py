"""`frontdesk llm` and `frontdesk reanalyse`."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from tests.cli.conftest import Run
from tests.written_pages.use_cases import reference

Invoke = Callable[..., Result]

PRAISE = """
name: praise-finder
version: 1
description: Whether a text praises somebody.
builtin: sentiment
inputs: {type: object, properties: {text: {type: string}}, required: [text], additionalProperties: false}
answer: {type: object, properties: {praises: {type: boolean}}, required: [praises], additionalProperties: false}
user: "Is this praise? {{ text }}"
examples: [{inputs: {text: Well done!}, answer: {praises: true}}]
"""


def test_use_cases_are_listed_asked_compared_and_reported(run: Run, tmp_path: Path) -> None:
    listed = run("llm", "list").stdout
    assert "customer-message-process  2  builtin" in listed
    said = run("llm", "run", "sentiment-analysis", "text=It is broken again, I am angry.")
    assert json.loads(said.stdout)["sentiment"] == "Negative"
    assert said.stderr.startswith("builtin, ")
    (tmp_path / "texts.jsonl").write_text('{"text": "Thank you!"}\n{"text": "It is broken."}\n', "utf-8")
    both = ("--provider", "builtin", "--provider", "builtin")
    tried = run("llm", "try", "sentiment-analysis", "--input", "texts.jsonl", *both).stdout
    assert "2/2" in tried
    assert "builtin and builtin agree on sentiment: 100% of 2" in tried
    reported = [json.loads(line) for line in run("llm", "report", "--by", "use_case", "--json").stdout.splitlines()]
    assert [(line["use_case"], line["calls"]) for line in reported] == [("sentiment-analysis", 5)]


def test_a_new_use_case_is_put_in_force_and_taken_back(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "praise.yaml"
    file.write_text(PRAISE, "utf-8")
    assert run("llm", "put", "praise.yaml").stdout == "praise-finder 1 is in force\n"
    file.write_text(PRAISE.replace("version: 1", "version: 2"), "utf-8")
    assert run("llm", "put", "praise.yaml", "--draft").stdout == "praise-finder 2 is kept\n"
    assert "praise-finder             1" in run("llm", "list").stdout
    assert run("llm", "publish", "praise-finder", "2").returncode == 0
    assert run("llm", "show", "praise-finder").stdout == PRAISE.replace("version: 1", "version: 2")
    refused = run("llm", "put", "praise.yaml")
    assert (refused.returncode, "the next version of praise-finder is 3" in refused.stderr) == (2, True)


def test_without_a_model_there_is_nothing_to_read_again_with(run: Run) -> None:
    refused = run("reanalyse", "--tier", "builtin")
    assert (refused.returncode, "llm.chains" in refused.stderr) == (2, True)
    unknown = run(
        "llm",
        "try",
        "sentiment-analysis",
        "--input",
        "-",
        "--format",
        "jsonl",
        "--provider",
        "nobody",
        feed='{"text": "x"}\n',
    )
    assert (unknown.returncode, "names no configured service" in unknown.stderr) == (2, True)


def test_every_use_case_is_a_command_with_its_inputs_as_options(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "praise.yaml").write_text(PRAISE, "utf-8")
    invoke("llm", "put", "praise.yaml")
    listed = invoke("llm", "ask", "--help").stdout
    assert all(name in listed for name in ("sentiment-analysis", "translation", "praise-finder"))
    shown = invoke("llm", "ask", "translation", "--help").stdout
    assert "--language TEXT" in shown
    assert "frontdesk llm ask translation --text " in shown
    said = invoke("llm", "ask", "sentiment-analysis", "--text", "-", feed="It does not work, I am very angry.")
    assert json.loads(said.stdout)["sentiment"] == "Negative"
    embedded = invoke("llm", "ask", "words-embedding", "--texts", "a kettle", "--texts", "a pot")
    assert len(json.loads(embedded.stdout)["vectors"]) == 2
    missing = invoke("llm", "ask", "sentiment-analysis")
    assert (missing.exit_code, "--text" in missing.stderr) == (2, True)
    unknown = invoke("llm", "ask", "nothing")
    assert (unknown.exit_code, "No such command 'nothing'" in unknown.stderr) == (2, True)


def test_the_page_of_use_cases_is_made_of_them() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "use-cases.md"
    wanted = "run: python -m tests.written_pages.use_cases > docs/reference/use-cases.md"
    assert page.read_text("utf-8") == reference(), wanted
