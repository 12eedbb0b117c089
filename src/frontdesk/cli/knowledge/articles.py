"""`frontdesk knowledge`: articles from files and web sites, in and out again."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from frontdesk.cli.framework.opening import Container, all_rows, with_container
from frontdesk.cli.framework.progress import Progress
from frontdesk.cli.framework.registry import FAILURE, command, group
from frontdesk.cli.framework.showing import as_json, print_table
from frontdesk.cli.root import frontdesk
from frontdesk.model import Role
from frontdesk.model.knowledge import Article, ArticleFilter, ArticleState, Audience

if TYPE_CHECKING:
    from frontdesk.cli.knowledge.sources import Gathered
    from frontdesk.knowledge.entries import Defaults
    from frontdesk.storage.knowledge.importing import ImportResult

BY = "command line"
AUDIENCES = [each.value for each in Audience]
STATES = [each.value for each in ArticleState]


@group(frontdesk, "knowledge")
def knowledge() -> None:
    """Articles that answer questions: import, export, list, show."""


@command(knowledge, "import", role=Role.SUPERVISOR, example="frontdesk knowledge import help-pages/")
@click.argument("place", metavar="FILE|FOLDER|URL")
@click.option("--language", help="Of articles that do not say theirs. [default: what the text is written in]")
@click.option("--audience", type=click.Choice(AUDIENCES), default=AUDIENCES[0], show_default=True, help="If not said.")
@click.option("--state", type=click.Choice(STATES), default=STATES[1], show_default=True, help="If not said.")
@click.option("--later", is_flag=True, help="Leave the vectors of passages to the server or worker.")
@click.pass_context
def import_(ctx: click.Context, place: str, language: str | None, audience: str, state: str, later: bool) -> None:
    """Store articles, again and again: what has not changed stays, what has gets a new version, what is gone is named.

    \b
    Markdown, text   with fields of an article as front matter (YAML) if you like
    HTML             the main part of the page, as Markdown
    DOCX, PDF        their text, as Markdown
    CSV, JSONL       one article or question a line; - reads JSONL from standard input
    URL              the pages that a site map (https://…/sitemap.xml) names

    Fields of lines and front matter: id, title, question or questions, body or answer, language, audience (public,
    internal), url, products, tags, state (draft, published), valid_from, valid_to, owner, review_on, translation_of. In
    CSV, bars stand between the parts of a list. Bad files and lines are named on standard error, the rest goes in, and
    the exit code is 1.
    """
    gathered, done = with_container(
        lambda c: _import(c, place, language, Audience(audience), ArticleState(state), later)
    )
    for line in (*gathered.left_out, *gathered.problems, *(f"gone: {each}" for each in done.gone)):
        click.echo(line, err=True)
    counts = {
        "added": len(done.added),
        "changed": len(done.changed),
        "unchanged": len(done.unchanged),
        "gone": len(done.gone),
        "refused": len(gathered.problems),
    }
    click.echo(", ".join(f"{count:,} {name}" for name, count in counts.items()))
    if gathered.problems:
        ctx.exit(FAILURE)


@command(knowledge, "export", role=Role.SUPERVISOR, example="frontdesk knowledge export articles.jsonl")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True), default="-")
def export(file: str) -> None:
    """Write all articles as JSON lines that `knowledge import` takes, to a file or standard output."""
    lines = [as_json(article_object(each)) for each in with_container(_all)]
    text = "".join(f"{line}\n" for line in lines)
    if file == "-":
        sys.stdout.write(text)
    else:
        Path(file).write_text(text, "utf-8")
    click.echo(f"{len(lines):,} exported", err=True)


@command(knowledge, "list", role=Role.AGENT, example="frontdesk knowledge list --text warranty --language de")
@click.option("--text", default="", help="With these words.")
@click.option("--language", multiple=True, help="Only in it.")
@click.option("--audience", type=click.Choice(AUDIENCES), multiple=True, help="Only for it.")
@click.option("--state", type=click.Choice(STATES), multiple=True, help="Only in it.")
@click.option("--json", "plain", is_flag=True, help="One JSON object a line.")
def list_(text: str, language: tuple[str, ...], audience: tuple[str, ...], state: tuple[str, ...], plain: bool) -> None:
    """List articles, those changed last first."""
    wanted = ArticleFilter(
        text=text, language=language, audience=tuple(map(Audience, audience)), state=tuple(map(ArticleState, state))
    )
    articles = with_container(lambda container: _all(container, wanted))
    if plain:
        click.echo("".join(f"{as_json(article_object(each))}\n" for each in articles), nl=False)
        return
    rows = [(each.id, each.language, each.audience.value, each.state.value, each.title) for each in articles]
    print_table(rows, none="no articles: store some with 'frontdesk knowledge import'")


@command(knowledge, "show", role=Role.AGENT, example="frontdesk knowledge show returns --version 2")
@click.argument("article")
@click.option("--version", type=click.IntRange(1), help="As it was. [default: the newest]")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
def show(article: str, version: int | None, plain: bool) -> None:
    """Print an article."""

    async def read(container: Container) -> Article:
        if version is None:
            return await container.knowledge.articles.get(article)
        return (await container.knowledge.articles.version(article, version)).article

    found = with_container(read)
    if plain:
        click.echo(as_json(article_object(found)))
        return
    facts = f"{found.id} · version {found.version} · {found.language} · {found.audience.value} · {found.state.value}"
    click.echo("\n".join([found.title, facts, *(f"? {each}" for each in found.questions), "", found.body]))


@command(knowledge, "vectors", role=Role.SUPERVISOR, example="frontdesk knowledge vectors")
def vectors() -> None:
    """Make the vectors of passages that are missing; a server or worker does the same in the background."""

    async def make(container: Container) -> Any:
        await _make_vectors(container)
        return await container.knowledge.vectors.progress([each.name for each in container.knowledge.encoders])

    for name, (done, every) in with_container(make).items():
        click.echo(f"{name}: {done:,} of {every:,} articles")


def article_object(article: Article) -> dict[str, Any]:
    """An article as `knowledge import` takes it, without what is empty."""
    import msgspec

    told: dict[str, Any] = msgspec.to_builtins(article)
    return {name: value for name, value in told.items() if value}


async def _import(
    container: Container, place: str, language: str | None, audience: Audience, state: ArticleState, later: bool
) -> "tuple[Gathered, ImportResult]":
    from frontdesk.cli.knowledge.sources import gather, source_name
    from frontdesk.knowledge.entries import Defaults, digest_of
    from frontdesk.storage.knowledge.importing import Imported

    defaults = Defaults(language_reader(language), audience, state)
    gathered = await _site(container, place, defaults) if re.match("https?://", place) else gather(place, defaults)
    given = [Imported(each, digest_of(each)) for each in gathered.articles.values()]
    done = await container.knowledge.articles.take_in(source_name(place), given, BY)
    if not later:
        await _make_vectors(container)
    return gathered, done


async def _site(container: Container, url: str, defaults: "Defaults") -> "Gathered":
    from frontdesk.cli.knowledge.site_map import gather_site

    return await gather_site(url, lambda origin: container.outgoing.client(origin, trusted=False), defaults)


async def _make_vectors(container: Container) -> None:
    from frontdesk.wiring.knowledge import make_missing_vectors

    with Progress("articles") as progress:
        await make_missing_vectors(container.knowledge, progress.add)


async def _all(container: Container, wanted: ArticleFilter | None = None) -> list[Article]:
    articles, which = container.knowledge.articles, wanted or ArticleFilter()
    return [row.article for row in await all_rows(lambda most, at: articles.page(which, most, at))]


def language_reader(language: str | None) -> Any:
    """Says the language of a text; the one that was named, for every text."""
    if language:
        return lambda _text: language
    from frontdesk.wiring.knowledge import language_of

    return language_of()
