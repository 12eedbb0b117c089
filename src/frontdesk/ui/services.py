"""What the pages are handed, and how their handlers ask for it."""

from collections.abc import Callable
from dataclasses import dataclass

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from frontdesk.insights.reporting import Report
from frontdesk.interfaces import AuthContext, NewId, RateLimiter, SignIn
from frontdesk.model import Caller
from frontdesk.storage.configuration.codes import StoredCodes
from frontdesk.storage.interactions.pages import StoredPages
from frontdesk.storage.pipeline.accepting import StoredInbox
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
    reader: StoredPages
    codes: StoredCodes
    insights: Report
    inbox: StoredInbox
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
