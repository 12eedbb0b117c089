"""Hands the pages for setting up what they ask, out of the house."""

from frontdesk.app import House
from frontdesk.ui.console.set_up import SetUp


def set_up_of(house: House) -> SetUp:
    """Everyone that these pages need."""
    return SetUp(
        rules=house.rule_desk,
        effects=house.effect_desk,
        readings=house.readings,
        codes=house.codes,
        code_entries=house.code_entries,
    )
