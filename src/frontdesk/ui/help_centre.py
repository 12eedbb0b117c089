"""The help centre: public articles for everybody to read, search and judge; and a way to a person."""

import mimetypes
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from markupsafe import Markup

from frontdesk.interfaces import TooMany
from frontdesk.knowledge.markdown import as_html
from frontdesk.model.analysis import Turn
from frontdesk.model.answers import Answer, AnswerKind, Asker
from frontdesk.model.knowledge import Article, ArticleFilter, Audience
from frontdesk.ticketing.submission import MOST_CHARACTERS, storable
from frontdesk.ui.forms import SMALL, read_form
from frontdesk.ui.help_articles import Shown
from frontdesk.ui.languages import N_, wanted
from frontdesk.ui.services import Needs, PageRequest
from frontdesk.ui.submit import ANYONE
from frontdesk.ui.thread_view import LANGUAGES

PLACE = "/help"
ONE = f"{PLACE}/articles/{{article_id:str}}"
TITLE = N_("Help centre")
LONGEST, MOST_FOUND, FEW, LIKELY = 200, 20, 3, 3
KEPT = {"Cache-Control": "public, max-age=300"}


@get(PLACE, opt=ANYONE, include_in_schema=False)
async def start(
    request: PageRequest,
    services: Needs,
    q: FromQuery[str] = "",
    tag: FromQuery[str] = "",
    product: FromQuery[str] = "",
) -> Response[str]:
    """All articles by subject and product, those of one of them, or those that a search finds."""
    shown, text = await _shown(services), storable(q).strip()[:LONGEST]
    mine = shown.in_language(wanted(request))
    subjects, products = shown.by(mine, lambda each: each.tags), shown.by(mine, lambda each: each.products)
    listed = subjects.get(tag, []) if tag else products.get(product, []) if product else None
    context = {
        "q": text,
        "tag": tag[:LONGEST],
        "product": shown.products.get(product, product[:LONGEST]),
        "found": await _found(request, services, shown, text) if text else listed,
        "subjects": subjects,
        "others": [each for each in mine if not each.tags],
        "products": {number: shown.products.get(number, number) for number in products},
        "is_empty": not shown.articles,
    }
    return _page(request, services, "help.html", TITLE, PLACE, context)


@get(f"{PLACE}/search", opt=ANYONE, include_in_schema=False)
async def search(request: PageRequest, services: Needs, q: FromQuery[str] = "") -> Response[str]:
    """Articles with all words of what is being typed, as a part of the page."""
    text = storable(q).strip()[:LONGEST]
    found = await _with_words(request, services, await _shown(services), text) if text else []
    return services.pages.page(request, "_help_found.html", "", {"found": found, "path_of": _path})


@get(ONE, opt=ANYONE, include_in_schema=False)
async def article(
    request: PageRequest, services: Needs, article_id: FromPath[str], voted: FromQuery[str] = ""
) -> Response[str]:
    """One article."""
    shown = await _shown(services)
    here = _one(shown, article_id)
    body, spoken = as_html(here.body), shown.translations(here)
    context = {
        "article": here,
        "body": Markup(body),  # noqa: S704 - as_html promises that it is safe
        "translations": [each for each in spoken if each.id != here.id],
        "in_own_language": next((e for e in spoken if e.language[:2] == wanted(request) != here.language[:2]), None),
        "names": LANGUAGES,
        "products": {number: shown.products.get(number, number) for number in here.products},
        "linked_data": _linked_data(here, body),
        "voted": bool(voted),
    }
    return _page(request, services, "help_article.html", here.title, _path(here), context)


@post(f"{ONE}/helpful", opt=ANYONE, request_max_body_size=SMALL, include_in_schema=False)
async def vote(request: PageRequest, services: Needs, article_id: FromPath[str]) -> Redirect:
    """Count whether the version that was read helped."""
    here = _one(await _shown(services), article_id)
    fields = await read_form(request)
    services.lookups.admit(f"help:{request.auth.place}")
    if fields.get("version") == str(here.version):
        on = services.clock().date()
        await services.knowledge.votes.add(here.id, here.version, on, helped=fields.get("helped") == "yes")
    return Redirect(f"{_path(here)}?voted=1#helpful", status_code=303)


@get(f"{PLACE}/contact", opt=ANYONE, include_in_schema=False)
async def contact(request: PageRequest, services: Needs) -> Response[str]:
    """The form: a question first."""
    await _shown(services)
    return _page(request, services, "help_contact.html", N_("Contact us"), f"{PLACE}/contact", {"text": ""})


@post(f"{PLACE}/contact", opt=ANYONE, include_in_schema=False)
async def likely(request: PageRequest, services: Needs) -> Response[str]:
    """What probably answers it, and the form to send it all the same."""
    shown, text = await _shown(services), (await read_form(request)).get("text", "").strip()[:MOST_CHARACTERS]
    answer = await _answer(request, services, text)
    used = _known(shown, (each.article for each in answer.used)) if answer else []
    context = {
        "text": text,
        "answer": answer if answer and answer.kind is AnswerKind.ANSWERED else None,
        "sources": _known(shown, (each.article for each in answer.citations)) if answer else [],
        "articles": shown.in_language(wanted(request), used)[:LIKELY],
        "provider_id": services.new_id(),
    }
    return _page(request, services, "help_contact.html", N_("Contact us"), f"{PLACE}/contact", context)


@get(f"{PLACE}/sitemap.xml", opt=ANYONE, include_in_schema=False)
async def sitemap(request: PageRequest, services: Needs) -> Response[str]:
    """All articles for search engines (sitemaps.org)."""
    shown = await _shown(services)
    paths = [PLACE, *(_path(each) for each in shown.articles.values())]
    lines = "".join(f"<url><loc>{escape(_address(request, services, path))}</loc></url>\n" for path in paths)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return Response(f"{head}{lines}</urlset>\n", media_type="application/xml", headers=KEPT)


@get("/brand/brand.css", opt=ANYONE, include_in_schema=False)
async def style(services: Needs) -> Response[str]:
    """The colour of the brand as a style sheet: pages allow no styles within themselves."""
    return Response(services.pages.brand.css, media_type="text/css", headers=KEPT)


@get("/brand/logo", opt=ANYONE, include_in_schema=False, sync_to_thread=True)
def logo(services: Needs) -> Response[bytes]:
    """The picture of the brand."""
    file = Path(services.pages.brand.logo).expanduser()
    kind = mimetypes.guess_type(file.name)[0] or ""
    if not kind.startswith("image/") or not file.is_file():
        raise NotFoundException
    return Response(file.read_bytes(), media_type=kind, headers=KEPT)


async def _shown(services: Needs) -> Shown:
    if not services.help.enabled:
        raise NotFoundException
    return await services.help.shown()


def _one(shown: Shown, article_id: str) -> Article:
    if article_id not in shown.articles:
        raise NotFoundException
    return shown.articles[article_id]


def _known(shown: Shown, ids: Iterable[str]) -> list[Article]:
    return [shown.articles[each] for each in dict.fromkeys(ids) if each in shown.articles]


async def _with_words(request: PageRequest, services: Needs, shown: Shown, text: str) -> Sequence[Article]:
    """Those with the words in their title or questions come first."""
    on = shown.state[1]
    page = await services.knowledge.articles.page(ArticleFilter(text, (Audience.PUBLIC,), on=on), 2 * MOST_FOUND)
    words = text.casefold().split()

    def missing(each: Article) -> int:
        head = " ".join((each.title, *each.questions)).casefold()
        return sum(word not in head for word in words)

    known = sorted(_known(shown, (row.article.id for row in page.rows)), key=missing)
    return shown.in_language(wanted(request), known)[:MOST_FOUND]


async def _found(request: PageRequest, services: Needs, shown: Shown, text: str) -> Sequence[Article]:
    """By words; where these find few, also by meaning."""
    found = await _with_words(request, services, shown, text)
    if len(found) >= FEW or not (answer := await _answer(request, services, text)):
        return found
    near = shown.in_language(wanted(request), _known(shown, (each.article for each in answer.used)))
    return list({each.id: each for each in (*found, *near)}.values())[: max(FEW, len(found))]


async def _answer(request: PageRequest, services: Needs, text: str) -> Answer | None:
    """What answers it for anybody; None for no text, and for who asks too much, as this takes time."""
    try:
        services.questions.admit(request.auth.place)
    except TooMany:
        return None
    return await services.answers.answer([Turn("customer", text)], Asker()) if text else None


def _linked_data(here: Article, body: str) -> dict[str, Any]:
    """The article as search engines read it (schema.org/FAQPage)."""
    answer = {"@type": "Answer", "text": body}
    asked = [{"@type": "Question", "name": each, "acceptedAnswer": answer} for each in here.questions or (here.title,)]
    return {"@context": "https://schema.org", "@type": "FAQPage", "inLanguage": here.language, "mainEntity": asked}


def _path(article: Article) -> str:
    return f"{PLACE}/articles/{quote(article.id, safe='')}"


def _address(request: PageRequest, services: Needs, path: str) -> str:
    return (services.help.public_url or str(request.base_url).rstrip("/")) + path


def _page(
    request: PageRequest, services: Needs, template: str, title: str, path: str, context: dict[str, Any]
) -> Response[str]:
    more = {"canonical": _address(request, services, path), "path_of": _path}
    return services.pages.page(request, template, title, more | context)


HANDLERS = (start, search, article, vote, contact, likely, sitemap, style, logo)
