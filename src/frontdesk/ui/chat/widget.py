"""The widget's script, for any web site."""

from litestar import HttpMethod, Response, route

from frontdesk.ui.assets import file_answer
from frontdesk.ui.chat.routes import CROSS_SITE
from frontdesk.ui.services import PageRequest

# A script that is for everybody: other sites may load it, with an integrity attribute too.
FOR_ALL_SITES = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}


@route(
    "/widget.js",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    opt=CROSS_SITE,
    include_in_schema=False,
    sync_to_thread=True,
)
def script(request: PageRequest) -> Response[bytes]:
    """The script."""
    return file_answer(request, "widget.js", FOR_ALL_SITES)
