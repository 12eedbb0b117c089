"""What the pages are handed, and how their handlers ask for it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from frontdesk.insights.reporting import Report
from frontdesk.interfaces import (
    AuthContext,
    CodeNames,
    Contacts,
    Customers,
    EffectDesk,
    Inbox,
    Interactions,
    NewId,
    PageReader,
    RateLimiter,
    Readings,
    Replies,
    SignIn,
    Thread,
    WorkDesk,
)
from frontdesk.interfaces.console import Attention, History, InteractionLists, Merging, SavedViews
from frontdesk.model import Caller, Role
from frontdesk.orchestrator.explaining import Explanation
from frontdesk.ui.live import Live
from frontdesk.ui.rendering import Pages
from frontdesk.ui.track_keys import TrackKeys

ROLE = "role"
AGENT = {ROLE: Role.AGENT}
WEB = "WEB"
PageRequest = Request[Caller, AuthContext, State]


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that an answer may begin with."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ConsoleServices:
    """Everyone that the console needs.

    `suggest` drafts an answer (empty where none can be); `read_again` makes work of all messages of these interactions,
    None where no language model could read them.
    """

    lists: InteractionLists
    views: SavedViews
    merging: Merging
    attention: Attention
    history: History
    interactions: Interactions
    replies: Replies
    readings: Readings
    effects: EffectDesk
    work: WorkDesk
    customers: Customers
    contacts: Contacts
    explain: Callable[[str], Awaitable[Explanation]]
    suggest: Callable[[Thread, str], Awaitable[str]]
    templates: Callable[[Thread], Sequence[Draft]]
    read_again: Callable[[Sequence[int]], Awaitable[int]] | None


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


Console = NamedDependency[SkipValidation[ConsoleServices]]
Needs = NamedDependency[SkipValidation[PageServices]]
