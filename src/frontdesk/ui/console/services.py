"""What the console's pages are handed beside what every page has."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from frontdesk.model.thread import Thread
from frontdesk.orchestrator.explaining import Explanation
from frontdesk.storage.interactions.attention import StoredAttention
from frontdesk.storage.interactions.history import StoredHistory
from frontdesk.storage.interactions.interactions import StoredInteractions
from frontdesk.storage.interactions.listing import StoredLists
from frontdesk.storage.interactions.merging import StoredMerging
from frontdesk.storage.interactions.readings import StoredReadings
from frontdesk.storage.interactions.views import StoredViews
from frontdesk.storage.people.contacts import StoredContacts
from frontdesk.storage.people.customers import StoredCustomers
from frontdesk.storage.pipeline.effects import StoredEffectDesk
from frontdesk.storage.pipeline.replies import StoredReplies
from frontdesk.storage.pipeline.work_desk import StoredWorkDesk


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

    lists: StoredLists
    views: StoredViews
    merging: StoredMerging
    attention: StoredAttention
    history: StoredHistory
    interactions: StoredInteractions
    replies: StoredReplies
    readings: StoredReadings
    effects: StoredEffectDesk
    work: StoredWorkDesk
    customers: StoredCustomers
    contacts: StoredContacts
    explain: Callable[[str], Awaitable[Explanation]]
    suggest: Callable[[Thread, str], Awaitable[str]]
    templates: Callable[[Thread], Sequence[Draft]]
    read_again: Callable[[Sequence[int]], Awaitable[int]] | None


Console = NamedDependency[SkipValidation[ConsoleServices]]
