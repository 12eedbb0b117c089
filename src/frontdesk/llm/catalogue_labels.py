"""The configured code lists as prompts and schemas use them: intents by name, the fields of entities, the signals."""

from dataclasses import dataclass

from frontdesk.interfaces import Catalogue, CatalogueSource
from frontdesk.interfaces.cached import Cached
from frontdesk.llm.detecting import KnownNames
from frontdesk.llm.schemas import Lists
from frontdesk.model.analysis import ENTITY_FIELDS as FIELDS
from frontdesk.model.signals import signal_kinds

LOOK_EVERY = 1.0
EXAMPLES_SHOWN = 3
INTENTS, ABOUT_INTENTS, ENTITY_FIELDS = "intents", "about_intents", "entity_fields"
SIGNALS, ABOUT_SIGNALS = "signals", "about_signals"


@dataclass(frozen=True, slots=True)
class LabelLookup:
    """What a catalogue means to prompts: label to code by list, and the names of customers."""

    catalogue: Catalogue
    lists: Lists
    customers: KnownNames


class CatalogueLabels:
    """Keeps the lists of the current catalogue; they are the same object until it changes."""

    def __init__(self, source: CatalogueSource) -> None:
        """Take the catalogue from here."""
        self._source = source
        self._labels = Cached[LabelLookup](LOOK_EVERY)

    async def current(self) -> LabelLookup:
        """The lists, at most a second old. Codes are checked again where an answer is stored."""
        return await self._labels.get(self._look)

    async def _look(self) -> LabelLookup:
        catalogue, known = await self._source.catalogue(), self._labels.known
        if known is not None and known.catalogue is catalogue:
            return known
        return LabelLookup(catalogue, lists_of(catalogue), KnownNames(catalogue.customers))


def lists_of(catalogue: Catalogue) -> Lists:
    """Labels (names, with the code where two share one) to codes; what intents mean, by label.

    Corrected messages, which customers wrote, are no examples here: nothing of them may leave our systems.
    """
    names = [intent.name for intent in catalogue.intents]
    intents: dict[str, str] = {}
    about: dict[str, str] = {}
    for intent in catalogue.intents:
        label = intent.name if names.count(intent.name) == 1 and intent.name else f"{intent.name} ({intent.code})"
        intents[label] = intent.code
        shown = "; ".join(f'"{" ".join(text.split())}"' for text in intent.examples[:EXAMPLES_SHOWN])
        about[label] = " ".join(filter(None, [intent.description, f"Examples: {shown}" if shown else ""]))
    return {
        INTENTS: intents,
        ABOUT_INTENTS: about,
        ENTITY_FIELDS: {name: name for name in sorted(FIELDS)},
        SIGNALS: {name: name for name in signal_kinds()},
        ABOUT_SIGNALS: {name: kind.description for name, kind in signal_kinds().items()},
    }
