"""The same done to many interactions, and undone: one that refuses does not stop the others."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from frontdesk.interfaces import Conflict, Invalid, NotFound, Stale
from frontdesk.model import Change, Interaction
from frontdesk.services.parts import Services
from frontdesk.ticketing.changes import check_change

MOST = 200
TRIES = 5
Doing = Callable[[Interaction], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Done:
    """The references of those it was done to, why others refused, and when it began, by which it is undone."""

    done: tuple[str, ...]
    refused: Mapping[str, str]
    at: datetime


async def do_to(services: Services, reference: str, doing: Doing) -> Interaction:
    """Do it to one; where the pipeline was faster, look at it again. The interaction as it was before.

    Raises Stale after TRIES, and what `doing` does.
    """
    for attempt in range(TRIES):
        interaction = await services.interactions.records.get(reference)
        try:
            await doing(interaction)
            break
        except Stale:
            if attempt == TRIES - 1:
                raise
    return interaction


async def do_to_all(services: Services, references: Iterable[str], doing: Doing) -> Done:
    """Do it to each."""
    at, done, refused = services.clock(), list[str](), dict[str, str]()
    for reference in references:
        try:
            await do_to(services, reference, doing)
            done.append(reference)
        except (Conflict, Invalid, NotFound) as error:
            refused[reference] = error.text
    return Done(tuple(done), refused, at)


async def changing(services: Services, make: Callable[[Interaction], Change], by: str) -> Doing:
    """Sets what `make` says, if ticketing allows it."""
    lists = await services.configuration.codes.all()

    async def do(interaction: Interaction) -> object:
        change = check_change(interaction, make(interaction), lists)
        return await services.interactions.records.change(interaction, change, by)

    return do


def undoing(services: Services, since: datetime, by: str) -> Doing:
    """Takes back what this person changed last, if that was since then."""
    return lambda interaction: services.interactions.records.undo(interaction, since, by)
