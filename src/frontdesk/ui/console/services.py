"""What the console's pages are handed beside what every page has."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from litestar.params import Dependency

from frontdesk.interfaces import (
    Contacts,
    Customers,
    EffectDesk,
    Interactions,
    Readings,
    Replies,
    WorkDesk,
)
from frontdesk.interfaces.console import InteractionLists, SavedViews


@dataclass(frozen=True, slots=True)
class ConsoleServices:
    """Everyone that the console needs. `read_again` makes work of all messages of these interactions;
    None where no language model could read them."""

    lists: InteractionLists
    views: SavedViews
    interactions: Interactions
    replies: Replies
    readings: Readings
    effects: EffectDesk
    work: WorkDesk
    customers: Customers
    contacts: Contacts
    read_again: Callable[[Sequence[int]], Awaitable[int]] | None


Console = Annotated[ConsoleServices, Dependency(skip_validation=True)]
