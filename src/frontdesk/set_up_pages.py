"""Hands the pages for setting up what they ask, out of the house."""

from frontdesk.app import House, now
from frontdesk.channels.registry import KINDS
from frontdesk.interfaces.set_up import Place
from frontdesk.orchestrator.breaker import Guarded
from frontdesk.storage.attention import StoredAttention
from frontdesk.storage.judgements import StoredJudgements
from frontdesk.storage.traffic import StoredTraffic
from frontdesk.ui.chat.routes import CHAT
from frontdesk.ui.console.set_up import SetUp

BUILT_IN = "service_desk"


def set_up_of(house: House) -> SetUp:
    """Everyone that these pages need."""
    return SetUp(
        rules=house.rule_desk,
        effects=house.effect_desk,
        attention=StoredAttention(house.database),
        judgements=StoredJudgements(house.database),
        calls=house.llm.calls,
        codes=house.codes,
        catalogue=house.codes,
        engine=house.builtin,
        traffic=StoredTraffic(house.database),
        templates=house.desk.templates,
        reply_texts=house.reply_texts,
        use_cases=house.llm.room.use_cases,
        channels=_channels(house),
        back_ends=_back_ends(house),
        open_circuits=house.back_ends.breaker.open_circuits,
        clock=now,
        currency=house.llm.room.prices.currency,
    )


def _channels(house: House) -> tuple[Place, ...]:
    """The chat has no entry in the registry: it needs no vendor, and its pages come for their answers."""
    known = [Place(kind.title, kind.code, kind.name in house.channels.channels) for kind in KINDS]
    return (*known, Place("Chat", CHAT, bool(house.settings.chat.origins)))


def _back_ends(house: House) -> tuple[Place, ...]:
    actions: dict[str, list[str]] = {}
    for kind, performer in house.back_ends.performers.items():
        name = performer.name if isinstance(performer, Guarded) else BUILT_IN
        actions.setdefault(name, []).append(kind)
    return tuple(Place(name, "", True, tuple(kinds)) for name, kinds in actions.items())
