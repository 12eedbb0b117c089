"""Errors as HTML pages, for browsers."""

from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.connection import ASGIConnection
from litestar.response import Redirect

from frontdesk.model.identity import NOBODY
from frontdesk.ui.languages import N_
from frontdesk.ui.rendering import Pages

# Title and advice; a detail comes with the error itself, except where it would tell more than anybody should know.
WORDS = {
    400: (N_("That cannot be taken"), N_("Go back, change it and send it again.")),
    401: (N_("Sign in first"), ""),
    403: (N_("That is not allowed"), N_("Ask somebody who runs this service if you should be able to do it.")),
    404: (N_("There is no such page"), N_("Check the address, or look your message up on the start page.")),
    405: (N_("That cannot be done here"), N_("Begin at the start page.")),
    409: (N_("That does not fit any more"), N_("Load the page again: somebody else may have changed it.")),
    413: (N_("That is too large"), N_("Send it in smaller parts.")),
    415: (N_("That kind of content is not taken here"), N_("Use the form of the page.")),
    429: (N_("Too many attempts"), N_("Wait a little, then try again.")),
    503: (N_("Not just now"), N_("Try again in a minute.")),
}
UNEXPECTED = (N_("Something went wrong"), N_("It is our mistake, and it has been noted. Try again in a minute."))


def problem_page(
    pages: Pages,
    connection: ASGIConnection[Any, Any, Any, Any],
    status: int,
    detail: str,
    headers: dict[str, str] | None = None,
) -> Response[str] | Redirect:
    """The page of an error. A visitor who is not signed in is sent to the sign-in page and back."""
    if status == 401 and connection.scope.get("method") == "GET" and "hx-request" not in connection.headers:
        wanted = connection.scope["path"]
        if query := connection.scope.get("query_string", b""):
            wanted += "?" + query.decode("latin-1")
        return Redirect(f"/sign-in?next={quote(wanted, safe='/')}", status_code=303)
    caller = connection.scope.get("user") or NOBODY
    if status == 403 and caller.grant.needs_second_factor and connection.scope.get("method") == "GET":
        return Redirect("/account", status_code=303)
    title, advice = WORDS.get(status, UNEXPECTED)
    context = {"status": status, "title": title, "detail": detail, "what_to_do": advice}
    return pages.page(connection, "problem.html", title, context, status=status, headers=headers)


def reads_html(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether an answer should be a page: a browser asks for something that is not the REST interface."""
    return "text/html" in connection.headers.get("accept", "") and not connection.scope["path"].startswith("/api/")
