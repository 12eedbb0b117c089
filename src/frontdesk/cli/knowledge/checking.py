"""`frontdesk knowledge check`: how well the knowledge base answers questions whose answers are known."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from frontdesk.cli.files.conversations import turns_of
from frontdesk.cli.framework.opening import Container, with_container
from frontdesk.cli.framework.progress import Progress
from frontdesk.cli.framework.registry import command
from frontdesk.cli.framework.showing import as_json
from frontdesk.cli.knowledge.articles import knowledge
from frontdesk.interfaces import Invalid
from frontdesk.model import Role
from frontdesk.model.translatable import tr

if TYPE_CHECKING:
    from frontdesk.answers.checking import CheckResult, Expected


@command(knowledge, "check", role=Role.SUPERVISOR, example="frontdesk knowledge check questions.jsonl")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--internal", is_flag=True, help="Ask as an agent, who is told what internal articles say.")
@click.option("--json", "json_wanted", is_flag=True, help="Print one JSON object instead.")
def check(file: Path, internal: bool, json_wanted: bool) -> None:
    """Ask the questions of FILE and compare what comes with what is expected.

    FILE has JSON lines: {"question", "expects": [ids or addresses of articles] or "none", "language"?, "conversation"?:
    [{"role": "customer" or "service", "text"}] said before it}. Each share is told with its 95 % interval. hit@1 and
    hit@3: a right article is first, or among the first three; MRR: the mean of 1/rank; answered: right answers of the
    questions that have one; wrong: wrong answers of all questions; silent: questions without an answer that got none.
    """
    expected = read_expected(file)
    result = with_container(lambda container: _check(container, expected, internal))
    told = _object(result)
    if json_wanted:
        click.echo(as_json(told))
        return
    for name, value in told.items():
        shown = f"{value:.3f}" if isinstance(value, float) else _shown(value)
        click.echo(f"{name:<9}{shown}")


def read_expected(file: Path) -> "list[Expected]":
    """The questions of a file. Raises Invalid that names the line."""
    from frontdesk.answers.checking import NONE, Expected

    found = []
    for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            wanted = [] if raw["expects"] == NONE else raw["expects"]
            articles = frozenset([wanted] if isinstance(wanted, str) else map(str, wanted))
            before = tuple(turns_of(raw.get("conversation") or []))
            found.append(Expected(str(raw["question"]), articles, str(raw.get("language") or ""), before))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            form = '{"question": …, "expects": [article, …] or "none"}'
            raise Invalid(tr("{file}, line {number} is not {form}", file=file.name, number=number, form=form)) from None
    return found


async def _check(container: Container, expected: "list[Expected]", internal: bool) -> "CheckResult":
    from frontdesk.answers.checking import judged
    from frontdesk.model.analysis import Turn
    from frontdesk.model.answers import Asker
    from frontdesk.model.knowledge import Audience
    from frontdesk.wiring.knowledge import make_missing_vectors

    await make_missing_vectors(container.knowledge, lambda _articles: None)
    audiences = (Audience.INTERNAL, Audience.PUBLIC) if internal else (Audience.PUBLIC,)
    asked = []
    with Progress("questions") as progress:
        for each in expected:
            asker = Asker(audiences, language=each.language)
            turns = [*each.before, Turn("customer", each.question)]
            asked.append((each, await container.answers.answer(turns, asker)))
            progress.add(1)
    collection = (await container.answers.current(audiences)).collection
    return judged(asked, {article.id: article.url for article in collection.articles})


def _object(result: "CheckResult") -> dict[str, Any]:
    shares = {
        "hit@1": result.hit_1,
        "hit@3": result.hit_3,
        "answered": result.answered,
        "wrong": result.wrong,
        "silent": result.silent,
    }
    told: dict[str, Any] = {}
    for name, each in shares.items():
        low, high = each.interval
        told[name] = {"share": round(each.value, 4), "of": each.of, "from": round(low, 4), "to": round(high, 4)}
    return {"hit@1": told["hit@1"], "hit@3": told["hit@3"], "MRR": round(result.mrr, 4), **told}


def _shown(value: dict[str, Any]) -> str:
    return f"{value['share']:.3f} of {value['of']:,}, {value['from']:.3f} to {value['to']:.3f}"
