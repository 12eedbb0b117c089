"""`frontdesk ask`: answers one question from the knowledge base, as a customer or an agent would be answered."""

from pathlib import Path
from typing import Any

import click

from frontdesk.cli.files.conversations import read_conversation
from frontdesk.cli.framework.opening import Container, with_container
from frontdesk.cli.framework.registry import command
from frontdesk.cli.framework.showing import as_json
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import Invalid
from frontdesk.model import Role
from frontdesk.model.analysis import Turn
from frontdesk.model.answers import Answer, Asker
from frontdesk.model.knowledge import Audience
from frontdesk.model.translatable import tr


@command(frontdesk, "ask", role=Role.SERVICE, example='frontdesk ask "How long can I return shoes?" --language en')
@click.argument("question")
@click.option("--json", "json_wanted", is_flag=True, help="Print one JSON object instead.")
@click.option("--language", default="", help="Language of the answer, such as de. [default: the question's]")
@click.option(
    "--as", "as_", default="customer", show_default=True, help="customer, agent, or the proven e-mail address of one."
)
@click.option(
    "--conversation",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='What was said before: a JSON list of {"role": "customer" or "service", "text"}, or one such object a line.',
)
def ask(question: str, json_wanted: bool, language: str, as_: str, conversation: Path | None) -> None:
    """Answer QUESTION from the published articles and orders, with the source; nothing is stored or sent."""
    turns = [*(read_conversation(conversation) if conversation else []), Turn("customer", question)]
    if not question.strip():
        raise Invalid(tr("{field} is empty", field="question"), "question")
    asker = _asker(as_, language)
    answer = with_container(lambda container: _answer(container, turns, asker))
    click.echo(as_json(answer_object(answer)) if json_wanted else _shown(answer))


def answer_object(answer: Answer) -> dict[str, Any]:
    """An answer as JSON."""
    import msgspec

    told: dict[str, Any] = msgspec.to_builtins(answer)
    return told


def _asker(as_: str, language: str) -> Asker:
    if as_ == "agent":
        return Asker((Audience.INTERNAL, Audience.PUBLIC), may_see_orders=True, language=language)
    if as_ == "customer":
        return Asker(language=language)
    if "@" not in as_:
        raise Invalid(tr("--as is {value!r}: give customer, agent or an e-mail address", value=as_), "as")
    return Asker(addresses=(as_,), language=language)


async def _answer(container: Container, turns: list[Turn], asker: Asker) -> Answer:
    from frontdesk.wiring.knowledge import make_missing_vectors

    await make_missing_vectors(container.knowledge, lambda _articles: None)
    return await container.answers.answer(turns, asker)


def _shown(answer: Answer) -> str:
    facts = f"({answer.kind.value}, {answer.confidence:.0%})"
    places = [f"  {each.article} [{each.start}:{each.end}] {each.title}" for each in answer.citations]
    return "\n".join([answer.text, "", facts, *places])
