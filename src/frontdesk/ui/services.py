"""The services of the pages, and how handlers get them."""

from collections.abc import Callable
from dataclasses import dataclass

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from frontdesk.insights.reporting import Report
from frontdesk.interfaces import AuthContext, CodeNames, Inbox, NewId, PageReader, RateLimiter, SignIn
from frontdesk.model import Caller
from frontdesk.ui.console.services import ConsoleServices
from frontdesk.ui.live import Live
from frontdesk.ui.rendering import Pages
from frontdesk.ui.track_keys import TrackKeys

ROLE = "role"
WEB = "WEB"
PageRequest = Request[Caller, AuthContext, State]


@dataclass(frozen=True, slots=True)
class PageServices:
    """Everyone that pages need. `wake` is called when a message was stored; `https` makes cookies secure."""

    pages: Pages
    reader: PageReader
    codes: CodeNames
    insights: Report
    inbox: Inbox
    door: SignIn
    submissions: RateLimiter
    lookups: RateLimiter
    live: Live
    keys: TrackKeys
    wake: Callable[[], None]
    new_id: NewId
    https: bool
    console: ConsoleServices


Needs = NamedDependency[SkipValidation[PageServices]]
