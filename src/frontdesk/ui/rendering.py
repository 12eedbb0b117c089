"""Turns templates into answers: everything escaped, and what every page needs put in."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, PackageLoader
from litestar import Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from frontdesk.interfaces import CookieChange, Visit
from frontdesk.model.identity import NOBODY

HTML = "text/html"


class Pages:
    """The templates of this package."""

    def __init__(self, version: str) -> None:
        """`version` is shown and is part of the addresses of assets."""
        self._version = version
        self._templates = Environment(loader=PackageLoader("frontdesk.ui"), autoescape=True, auto_reload=False)
        self._templates.filters |= {"when": when, "percent": percent}

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
        """A whole page, or (title empty) a part of one."""
        caller = connection.scope.get("user") or NOBODY
        visit = connection.scope.get("auth") or Visit()
        about = {
            "page_title": title,
            "user": None if caller is NOBODY else caller,
            "csrf_token": visit.csrf_token,
            "version": self._version,
        }
        html = self._templates.get_template(template).render(about | context)
        # The same address may show a part of the page to scripts and another thing to another role.
        varying = {"Vary": "Cookie"} | (headers or {})
        return Response(html, status_code=status, media_type=HTML, headers=varying, cookies=set_cookies(cookies))


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


def when(at: datetime) -> str:
    """A time as plain text, for readers without script."""
    utc = at.astimezone(UTC)
    return f"{utc.day} {utc:%b %Y, %H:%M} UTC"


def percent(share: float) -> str:
    """0.834 as 83%."""
    return f"{share:.0%}"
