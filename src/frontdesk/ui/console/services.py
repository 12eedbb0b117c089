"""The services of the console's pages besides those of every page."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from frontdesk.interfaces import (
    Contacts,
    Customers,
    EffectDesk,
    Interactions,
    Readings,
    Replies,
    Thread,
    WorkDesk,
)
from frontdesk.interfaces.console import Attention, History, InteractionLists, Merging, SavedViews
from frontdesk.orchestrator.explaining import Explanation


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


Console = NamedDependency[SkipValidation[ConsoleServices]]
