"""Canned answers and macros: kept by who may, and used in an interaction."""

from frontdesk.interfaces import Conflict, Invalid
from frontdesk.model import Caller, Interaction, Role
from frontdesk.model.desk import Macro
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.templates import check_text
from frontdesk.services.changing_many import changing, do_to
from frontdesk.services.parts import Services
from frontdesk.ticketing.changes import CHANGES, change_of

MOST = 1000


async def keep(services: Services, wanted: Macro, by: Caller) -> Macro:
    """Keep one. Raises Invalid (nothing in it, an unknown change or variable), Conflict (not theirs to change)."""
    if not wanted.name.strip() or not (wanted.text.strip() or wanted.changes):
        raise Invalid(tr("a macro needs a name, and a text or something that it changes"), "name")
    if unknown := wanted.changes.keys() - CHANGES:
        known = ", ".join(sorted(CHANGES))
        raise Invalid(tr("a macro cannot change {unknown}: use {known}", unknown=min(unknown), known=known), "changes")
    check_text(wanted.text, wanted.name)
    there = await services.configuration.macros.of(by.id)
    for each in (*(each for each in there if each.id == wanted.id), wanted):
        _require(each, by)
    if len(there) >= MOST:
        raise Conflict(tr("you see {most} macros, which is the most: remove one first", most=MOST))
    await services.configuration.macros.put(wanted, by.id)
    return wanted


async def remove(services: Services, macro_id: str, by: Caller) -> None:
    """Forget one. Raises NotFound, Conflict (not theirs)."""
    _require(await services.configuration.macros.named(macro_id, by.id), by)
    await services.configuration.macros.remove(macro_id)


async def use(services: Services, macro: Macro, reference: str, by: Caller, reply: str | None = None) -> Interaction:
    """Change the interaction, and add the text to the caller's draft (None: the one that is kept).

    Raises NotFound, Conflict, Invalid.
    """
    thread = await services.interactions.pages.thread(reference)
    if macro.changes:
        name, now = by.name or by.id, services.clock()
        doing = await changing(services, lambda it: change_of(macro.changes, it, now, name), name)
        await do_to(services, reference, doing)
    found = await services.interactions.records.get(reference)
    if macro.text and thread is not None:
        before = (await services.interactions.personal.of(found.id, by)).reply if reply is None else reply
        text = next((each.text for each in services.messages.drafting.filled(thread, [macro])), macro.text)
        await services.interactions.personal.change(found.id, by, reply=f"{before}\n\n{text}".strip())
    return found


def _require(macro: Macro, by: Caller) -> None:
    if macro.owner != by.id and (macro.owner or not by.role.covers(Role.SUPERVISOR)):
        raise Conflict(tr("only supervisors change what others use too: keep one of your own"))
