"""Articles: the list, and one of them with its editor, preview, versions and what differs in them."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect
from markupsafe import Markup

from frontdesk.interfaces import Conflict, Invalid
from frontdesk.knowledge.checking import check_article
from frontdesk.knowledge.differing import differences
from frontdesk.knowledge.entries import new_id
from frontdesk.knowledge.markdown import as_html
from frontdesk.model import Role
from frontdesk.model.knowledge import Article, ArticleFilter, ArticleState, Audience
from frontdesk.model.translatable import tr
from frontdesk.ticketing.submission import storable
from frontdesk.ui.console.set_up import SUPERVISOR, who
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import AGENT, Needs, PageRequest
from frontdesk.ui.thread_view import LANGUAGES

PLACE = "/console/articles"
ONE = f"{PLACE}/article"
ROWS = 40
LABELS = {
    "title": N_("Title"),
    "body": N_("Text"),
    "questions": N_("Questions that it answers"),
    "language": N_("Language"),
    "audience": N_("Audience"),
    "state": N_("State"),
    "url": N_("Address"),
    "products": N_("Products"),
    "tags": N_("Tags"),
    "valid_from": N_("Valid from"),
    "valid_to": N_("Valid to"),
    "owner": N_("Owner"),
    "review_on": N_("Review on"),
    "translation_of": N_("Translation of"),
}
AUDIENCES = {Audience.PUBLIC.value: N_("Public"), Audience.INTERNAL.value: N_("Internal")}
STATES = {ArticleState.PUBLISHED.value: N_("Published"), ArticleState.DRAFT.value: N_("Draft")}
LISTS = {"questions": "\n", "products": ",", "tags": ","}


@get(PLACE, opt=AGENT, include_in_schema=False)
async def articles(
    request: PageRequest,
    services: Needs,
    q: FromQuery[str] = "",
    audience: FromQuery[str] = "",
    status: FromQuery[str] = "",
    language: FromQuery[str] = "",
    due: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Response[str]:
    """Those changed last first."""
    chosen = {"q": storable(q)[:200], "audience": audience, "status": status, "language": language[:10], "due": due}
    today = services.clock().date()
    wanted = ArticleFilter(
        text=chosen["q"],
        audience=(Audience(audience),) if audience in AUDIENCES else (),
        state=(ArticleState(status),) if status in STATES else (),
        language=(chosen["language"],) if language else (),
        review_until=today if due else None,
    )
    page = await services.knowledge.articles.page(wanted, ROWS, cursor[:400])
    labels = await services.knowledge.articles.labels()
    names = [each.name for each in services.knowledge.encoders]
    progress = await services.knowledge.vectors.progress(names)
    context: dict[str, Any] = {
        "rows": [
            {"article": row.article, "updated_at": row.updated_at, "is_due": _is_due(row.article, today)}
            for row in page.rows
        ],
        "chosen": chosen,
        "languages_of": [(code, LANGUAGES.get(code, code)) for code in labels["language"]],
        "audiences": AUDIENCES,
        "states": STATES,
        "more": urlencode({**chosen, "cursor": page.next_cursor}) if page.next_cursor else "",
        "searchable": min(progress.values(), default=(0, 0)),
        "may_write": request.user.role.covers(Role.SUPERVISOR),
    }
    return services.pages.page(request, "console/articles.html", N_("Articles"), context)


@get(ONE, opt=AGENT, include_in_schema=False)
async def article(
    request: PageRequest, services: Needs, id: FromQuery[str] = "", saved: FromQuery[str] = ""
) -> Response[str]:
    """One article; without an id the form of a new one."""
    found = await services.knowledge.articles.get(id) if id else Article("", "", "", version=0)
    return await _page(request, services, found, _values(found), {"saved": bool(saved)})


@post(ONE, opt=SUPERVISOR, include_in_schema=False)
async def save(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """Store it, or show what it would look like."""
    form = await read_form(request)
    try:
        wanted = check_article(_article(form))
        if form.get("what") == "preview":
            return await _page(request, services, wanted, form, {})
        version = _version(form)
        stored, _ = await services.knowledge.articles.put(wanted, who(request), form.get("note", "").strip(), version)
    except (Invalid, Conflict) as error:
        named = error.field if isinstance(error, Invalid) and error.field in LABELS else "title"
        draft = Article(form.get("id", ""), form.get("title", ""), form.get("body", ""), version=_number(form))
        return await _page(request, services, draft, form, {"errors": {named: error.text}}, status=400)
    services.wake()
    return Redirect(f"{ONE}?{urlencode({'id': stored.id, 'saved': '1'})}", status_code=303)


@post(f"{ONE}/remove", opt=SUPERVISOR, include_in_schema=False)
async def remove(request: PageRequest, services: Needs) -> Redirect:
    """Delete it with all its versions."""
    form = await read_form(request)
    await services.knowledge.articles.remove(form.get("id", ""), who(request), _version(form))
    return Redirect(PLACE, status_code=303)


@get(f"{ONE}/difference", opt=AGENT, include_in_schema=False)
async def difference(
    request: PageRequest, services: Needs, id: FromQuery[str], version: FromQuery[int]
) -> Response[str]:
    """What a version changed of the one before."""
    after = await services.knowledge.articles.version(id, version)
    before = await services.knowledge.articles.version(id, version - 1) if version > 1 else None
    context = {
        "after": after,
        "before": before,
        "place": f"{ONE}?{urlencode({'id': id})}",
        "changes": [
            {"label": LABELS[each.field], "pieces": each.pieces}
            for each in (differences(before.article, after.article) if before else ())
        ],
        "shown": Markup(as_html(after.article.body)),  # noqa: S704 - as_html promises that it is safe
    }
    return services.pages.page(request, "console/article_difference.html", N_("Changes"), context)


async def _page(
    request: PageRequest,
    services: Needs,
    found: Article,
    values: dict[str, str],
    more: dict[str, Any],
    status: int = 200,
) -> Response[str]:
    is_there = bool(found.id) and found.version > 0
    context: dict[str, Any] = {
        "article": found,
        "values": values,
        "errors": {},
        "is_new": not is_there,
        "shown": Markup(as_html(found.body)) if found.body else "",  # noqa: S704 - as_html promises that it is safe
        "versions": await services.knowledge.articles.versions(found.id) if is_there else (),
        "translations": await services.knowledge.articles.translations(found) if is_there else (),
        "is_due": _is_due(found, services.clock().date()),
        "audiences": AUDIENCES,
        "states": STATES,
        "spoken": LANGUAGES,
        "may_write": request.user.role.covers(Role.SUPERVISOR),
        "one": ONE,
    }
    title = found.title or N_("New article")
    return services.pages.page(request, "console/article.html", title, context | more, status=status)


def _is_due(article: Article, today: date) -> bool:
    return article.review_on is not None and article.review_on <= today


def _values(article: Article) -> dict[str, str]:
    """An article as the fields of the form."""
    values: dict[str, str] = {}
    for each in fields(article):
        value = getattr(article, each.name)
        if isinstance(value, tuple):
            between = LISTS[each.name]
            value = f"{between} ".join(value) if between == "," else between.join(value)
        values[each.name] = "" if value is None else str(value)
    return values


def _article(form: dict[str, str]) -> Article:
    """The article out of the form. Raises Invalid."""
    lists = {name: _parts(form.get(name, ""), between) for name, between in LISTS.items()}
    title, language = " ".join(form.get("title", "").split()), form.get("language", "").strip()
    return Article(
        id=form.get("id", "").strip() or new_id(title, language),
        title=title,
        body=form.get("body", ""),
        language=language,
        questions=lists["questions"],
        audience=Audience(_one_of(form, "audience", AUDIENCES)),
        url=form.get("url", "").strip(),
        products=lists["products"],
        tags=lists["tags"],
        state=ArticleState(_one_of(form, "state", STATES)),
        valid_from=_day(form, "valid_from"),
        valid_to=_day(form, "valid_to"),
        owner=form.get("owner", "").strip(),
        review_on=_day(form, "review_on"),
        translation_of=form.get("translation_of", "").strip(),
        version=_number(form),
    )


def _parts(text: str, between: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(each.split()) for each in text.split(between) if each.strip()))


def _one_of(form: dict[str, str], name: str, known: Mapping[str, str]) -> str:
    if form.get(name, "") not in known:
        raise Invalid(tr("{field} is one of {known}", field=name, known=", ".join(known)), name)
    return form[name]


def _day(form: dict[str, str], name: str) -> date | None:
    text = form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(tr("{field} is no date like 2026-01-31", field=name), name) from None


def _number(form: dict[str, str]) -> int:
    text = form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _version(form: dict[str, str]) -> int | None:
    """The version that the form was made from; 0 for a new article."""
    return _number(form)


HANDLERS = (articles, article, save, remove, difference)
