"""The services of the set-up pages besides those of every page, and what these pages share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from frontdesk.interfaces import CatalogueSource, Clock, CodeLists, EffectDesk, Invalid
from frontdesk.interfaces.set_up import Accuracy, CallReports, EffectInbox, Engine, OutsideSystem, Traffic
from frontdesk.llm.running import UseCases
from frontdesk.model import Role
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.rule_set_service import RuleSetService
from frontdesk.orchestrator.template_service import TemplateService
from frontdesk.orchestrator.templates import ReplyTemplates
from frontdesk.ui.services import ROLE, PageRequest

SUPERVISOR = {ROLE: Role.SUPERVISOR}
ADMIN = {ROLE: Role.ADMIN}
LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class SetUp:
    """Everyone that these pages ask."""

    rules: RuleSetService
    effects: EffectDesk
    attention: EffectInbox
    accuracy: Accuracy
    calls: CallReports
    codes: CodeLists
    catalogue: CatalogueSource
    engine: Engine
    traffic: Traffic
    templates: ReplyTemplates
    reply_texts: TemplateService
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
