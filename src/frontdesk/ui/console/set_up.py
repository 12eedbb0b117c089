"""What the pages for setting up are handed besides what all pages have, and what they have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from frontdesk.interfaces import Clock, Engine, Invalid
from frontdesk.llm.running import UseCases
from frontdesk.model import Role
from frontdesk.model.set_up import OutsideSystem
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.rule_desk import RuleDesk
from frontdesk.orchestrator.template_desk import TemplateDesk
from frontdesk.orchestrator.templates import ReplyTemplates
from frontdesk.storage.channels.traffic import StoredTraffic
from frontdesk.storage.configuration.codes import StoredCodes
from frontdesk.storage.insights.accuracy import StoredAccuracy
from frontdesk.storage.llm.calls import StoredCalls
from frontdesk.storage.pipeline.effect_inbox import StoredEffectInbox
from frontdesk.storage.pipeline.effects import StoredEffectDesk
from frontdesk.ui.services import ROLE, PageRequest

SUPERVISOR = {ROLE: Role.SUPERVISOR}
ADMIN = {ROLE: Role.ADMIN}
LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class SetUp:
    """Everyone that these pages ask."""

    rules: RuleDesk
    effects: StoredEffectDesk
    attention: StoredEffectInbox
    accuracy: StoredAccuracy
    calls: StoredCalls
    codes: StoredCodes
    catalogue: StoredCodes
    engine: Engine
    traffic: StoredTraffic
    templates: ReplyTemplates
    reply_texts: TemplateDesk
    use_cases: UseCases
    channels: tuple[OutsideSystem, ...]
    back_ends: tuple[OutsideSystem, ...]
    open_circuits: Callable[[], Mapping[str, float]]
    clock: Clock
    currency: str


NeedsSetUp = NamedDependency[SkipValidation[SetUp]]


def who(request: PageRequest) -> str:
    """The caller as it is noted with what they do."""
    return request.user.name or request.user.id


def number_in(fields: dict[str, str], name: str, most: int = LARGEST_NUMBER) -> int:
    """A whole number from 1 out of a form. Raises Invalid."""
    text = fields.get(name, "").strip()
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:12]) <= most:
        raise Invalid(tr("{field} is a whole number from 1 to {most:,}", field=name, most=most), name)
    return int(text)
