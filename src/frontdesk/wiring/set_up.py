"""Hands the pages for setting up what they ask, from the container."""

from frontdesk.channels.registry import KINDS
from frontdesk.model.set_up import OutsideSystem
from frontdesk.orchestrator.breaker import WithBreaker
from frontdesk.storage.channels.traffic import StoredTraffic
from frontdesk.storage.insights.accuracy import StoredAccuracy
from frontdesk.storage.pipeline.effect_inbox import StoredEffectInbox
from frontdesk.ui.chat.routes import CHAT
from frontdesk.ui.console.set_up import SetUp
from frontdesk.wiring.container import Container, now

BUILT_IN = "service_desk"


def set_up_of(container: Container) -> SetUp:
    """Everyone that these pages need."""
    return SetUp(
        rules=container.rule_desk,
        effects=container.effect_desk,
        attention=StoredEffectInbox(container.database),
        accuracy=StoredAccuracy(container.database),
        calls=container.llm.calls,
        codes=container.codes,
        catalogue=container.codes,
        engine=container.builtin,
        traffic=StoredTraffic(container.database),
        templates=container.pipeline.templates,
        reply_texts=container.reply_texts,
        use_cases=container.llm.room.use_cases,
        channels=_channels(container),
        back_ends=_back_ends(container),
        open_circuits=container.back_ends.breaker.open_circuits,
        clock=now,
        currency=container.llm.room.prices.currency,
    )


def _channels(container: Container) -> tuple[OutsideSystem, ...]:
    """The chat has no entry in the registry: it needs no vendor, and its pages come for their answers."""
    known = [OutsideSystem(kind.title, kind.code, kind.name in container.channels.channels) for kind in KINDS]
    return (*known, OutsideSystem("Chat", CHAT, bool(container.settings.chat.origins)))


def _back_ends(container: Container) -> tuple[OutsideSystem, ...]:
    actions: dict[str, list[str]] = {}
    for kind, action_handler in container.back_ends.action_handlers.items():
        name = action_handler.name if isinstance(action_handler, WithBreaker) else BUILT_IN
        actions.setdefault(name, []).append(kind)
    return tuple(OutsideSystem(name, "", True, tuple(kinds)) for name, kinds in actions.items())
