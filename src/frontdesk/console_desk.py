"""Hands the console its stores."""

from frontdesk.app import House, new_id, now
from frontdesk.storage.listing import StoredLists
from frontdesk.storage.saved_views import StoredViews
from frontdesk.ui.console.services import ConsoleServices


def console_services(house: House) -> ConsoleServices:
    """What the console's pages read and change in an open house."""
    return ConsoleServices(
        lists=StoredLists(house.database, house.codes),
        views=StoredViews(house.database, now, new_id),
        interactions=house.interactions,
        replies=house.replies,
        readings=house.readings,
        effects=house.effect_desk,
        work=house.work_desk,
        customers=house.customers,
        contacts=house.contacts,
        read_again=house.rereadings.plan_for if _has_model(house) else None,
    )


def _has_model(house: House) -> bool:
    return any(rung != "builtin" for ladder in house.settings.llm.ladders.values() for rung in ladder)
