"""Renders templates: escaped, in the reader's language, with the values that every page needs."""

import functools
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, Undefined
from litestar import Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from frontdesk.interfaces import AuthContext, CookieChange
from frontdesk.model import Role
from frontdesk.model.identity import NOBODY
from frontdesk.ui.brand import Brand
from frontdesk.ui.languages import LANGUAGES, SOURCE, catalogue, spoken_on, wanted
from frontdesk.ui.navigation import navigation

HTML = "text/html"

# What a browser calls itself holds the names of those that it is like: the first that fits is the one.
PROGRAMS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
# How days are written, and what stands between thousands, where it is not as in English.
DATES = {"de": "%d.%m.%Y", "fr": "%d/%m/%Y", "es": "%d/%m/%Y"}
GROUPED = {"de": ".", "fr": "\N{NARROW NO-BREAK SPACE}", "es": "."}
SYSTEMS = (
    *(("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad")),
    *(("Mac", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")),
)


class Pages:
    """The templates of this package."""

    def __init__(self, version: str, brand: Brand, *, demo: bool = False) -> None:
        """`version` is shown and is part of the addresses of assets; `brand` is whose pages they are.

        The demo has a shop besides.
        """
        self.brand, self.demo = brand, demo
        self._templates = {language: environment(language, version) for language in LANGUAGES}

    def page(
        self,
        connection: ASGIConnection[Any, Any, Any, Any],
        template: str,
        title: str,
        context: dict[str, Any],
        *,
        status: int = 200,
        cookies: Sequence[CookieChange] = (),
        headers: dict[str, str] | None = None,
    ) -> Response[str]:
        """A whole page, or (title empty) a part of one. The title is translated where it is a label."""
        caller = connection.scope.get("user") or NOBODY
        visit = connection.scope.get("auth") or AuthContext()
        about = {
            "page_title": title,
            "brand": self.brand,
            "user": None if caller is NOBODY else caller,
            "csrf_token": visit.csrf_token,
            "navigation": (
                navigation(caller.role, is_narrowed=caller.grant.is_narrowed) if caller.role.covers(Role.AGENT) else ()
            ),
            "path": connection.scope["path"],
            "demo": self.demo,
        }
        spoken, language = spoken_on(template), wanted(connection)
        templates = self._templates[language if language in spoken else SOURCE]
        html = templates.get_template(template).render(about | {"languages": spoken} | context)
        # The same address may show a part of the page to scripts, and another thing to another role.
        varying = {"Vary": "Cookie, Accept-Language"} | (headers or {})
        return Response(html, status_code=status, media_type=HTML, headers=varying, cookies=set_cookies(cookies))


@functools.cache
def environment(language: str, version: str, undefined: type[Undefined] = Undefined) -> Environment:
    """The templates in one language: `_()` and `ngettext()` translate labels, `|translated` names from code lists."""
    templates = Environment(
        loader=PackageLoader("frontdesk.ui"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        auto_reload=False,
        undefined=undefined,
    )
    labels = catalogue(language)
    words = labels.translations
    templates.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    templates.filters |= {
        "when": functools.partial(when, language=language),
        "percent": percent if language == SOURCE else percent_apart,
        "translated": labels.translated,
        "said": labels.said,
        "sentence": sentence,
        "browser": browser,
        "grouped": functools.partial(grouped, mark=GROUPED.get(language, ",")),
    }
    templates.globals |= {
        "version": version,
        "language": language,
        "languages": LANGUAGES,
        "script_labels": labels.scripts,
        "demo": False,
    }
    return templates


def browser(agent: str) -> str:
    """A name that its owner knows a browser by; what it calls itself where we know none."""
    found = (next((name for mark, name in names if mark in agent), "") for names in (PROGRAMS, SYSTEMS))
    return " · ".join(filter(None, found)) or agent


def set_cookies(changes: Sequence[CookieChange]) -> list[Cookie]:
    """Cookie changes as Litestar sends them."""
    return [
        Cookie(
            key=change.name,
            value=change.value,
            max_age=change.seconds,
            path=change.path,
            secure=change.secure,
            httponly=True,
            samesite="lax",
        )
        for change in changes
    ]


def sentence(text: str) -> str:
    """A text that begins and ends as a sentence does."""
    clean = text.strip()
    if not clean:
        return ""
    return clean[:1].upper() + clean[1:] + ("" if clean.endswith((".", "!", "?")) else ".")


def grouped(number: int, mark: str) -> str:
    """1,234 or 1.234."""
    return f"{number:,}".replace(",", mark)


def when(at: datetime, language: str) -> str:
    """A time as plain text, for readers without script."""
    utc = at.astimezone(UTC)
    return f"{utc:{DATES[language]}}, {utc:%H:%M} UTC" if language in DATES else f"{utc.day} {utc:%b %Y, %H:%M} UTC"


def percent(share: float) -> str:
    """0.834 as 83%."""
    return f"{share:.0%}"


def percent_apart(share: float) -> str:
    """0.834 as 83 %, with a space that does not break."""
    return f"{share * 100:.0f}\N{NO-BREAK SPACE}%"
