"""Hands the pages for setting up what they ask, out of the house."""

from frontdesk.app import House, now
from frontdesk.storage.attention import StoredAttention
from frontdesk.storage.judgements import StoredJudgements
from frontdesk.ui.console.set_up import SetUp


def set_up_of(house: House) -> SetUp:
    """Everyone that these pages need."""
    return SetUp(
        rules=house.rule_desk,
        effects=house.effect_desk,
        attention=StoredAttention(house.database),
        judgements=StoredJudgements(house.database),
        calls=house.llm.calls,
        codes=house.codes,
        code_entries=house.code_entries,
        clock=now,
        currency=house.llm.room.prices.currency,
    )
