"""The services of the pages, and how handlers get them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import tzinfo

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from frontdesk.interfaces import AuthContext, RateLimiter, SignIn
from frontdesk.model import Caller, Role
from frontdesk.services.parts import Services
from frontdesk.ui.help_articles import HelpCentre
from frontdesk.ui.live import Live
from frontdesk.ui.rendering import Pages
from frontdesk.ui.track_keys import TrackKeys

ROLE = "role"
AGENT = {ROLE: Role.AGENT}
WEB = "WEB"
PageRequest = Request[Caller, AuthContext, State]


@dataclass(frozen=True, slots=True)
class PageServices(Services):
    """The services, and what is only the pages'.

    `wake` is called when something was stored, `apply` when something was set up; `https` makes cookies secure;
    `api_document` is the OpenAPI document.
    """

    pages: Pages
    help: HelpCentre
    door: SignIn
    submissions: RateLimiter
    lookups: RateLimiter
    questions: RateLimiter
    live: Live
    keys: TrackKeys
    wake: Callable[[], None]
    apply: Callable[[], Awaitable[None]]
    https: bool
    api_document: Callable[[PageRequest], bytes]

    @property
    def zone(self) -> tzinfo:
        """The desk's time zone: days of filters and moments of exports are in it."""
        return self.insights.report.service.calendar.zone


Needs = NamedDependency[SkipValidation[PageServices]]
