"""Lays what was set up on pages over the deployment's settings, entry by entry, so that a broken one harms no other."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from frontdesk.interfaces import FrontdeskError, Invalid
from frontdesk.model.set_up import EntryKind, EntryState, SetUpEntry, SetUpItem
from frontdesk.model.translatable import text_of, tr
from frontdesk.settings.sections import Settings
from frontdesk.settings.set_up_items import Place, item_of, section_of

# Raises Invalid where an item cannot be made of the settings.
Trial = Callable[[Settings, SetUpItem], object]
Key = tuple[EntryKind, str]
NOT_HERE = tr("it is set by the deployment: change it in the settings file or the environment")
_ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Laid:
    """The settings with all entries that can be used, the state of each entry, and why some are broken.

    `addresses` are those that entries name: what comes from pages must not lead into the inside.
    """

    settings: Settings
    stamp: str = ""
    states: Mapping[Key, EntryState] = field(default_factory=dict)
    problems: Mapping[Key, str] = field(default_factory=dict)
    addresses: frozenset[str] = frozenset()

    @property
    def paused(self) -> frozenset[str]:
        """The channels that are left alone."""
        wanted = EntryKind.CHANNEL, EntryState.PAUSED
        return frozenset(name for (kind, name), state in self.states.items() if (kind, state) == wanted)


def lay(settings: Settings, entries: Iterable[SetUpEntry], trial: Trial, stamp: str = "") -> Laid:
    """All entries over the settings. What the deployment sets itself stays as it is."""
    laid, states, problems = settings, dict[Key, EntryState](), dict[Key, str]()
    addresses: set[str] = set()
    for entry in entries:
        key = entry.kind, entry.name
        try:
            item, place = item_of(*key)
            if is_deployed(settings, place):
                states[key] = EntryState.DEPLOYED
                continue
            laid = over(laid, item, place, entry, trial)
        except FrontdeskError as error:
            states[key], problems[key] = EntryState.BROKEN, error.text
        else:
            states[key] = EntryState.PAUSED if entry.paused else EntryState.ON
            addresses |= addresses_in(entry)
    return Laid(_with_chain(laid, settings), stamp, states, problems, frozenset(addresses))


def over(settings: Settings, item: SetUpItem, place: Place, entry: SetUpEntry, trial: Trial) -> Settings:
    """One entry over the settings, tried. Raises Invalid that names the setting, in the words of the form."""
    if entry.problem:
        raise Invalid(entry.problem)
    changed = place.put(settings, section_of(item, place, {**entry.settings, **entry.secrets}))
    if (item.kind, item.name) == (EntryKind.CONNECTOR, "fsm"):
        connectors = msgspec.structs.replace(changed.connectors, service_calls="fsm")
        changed = msgspec.structs.replace(changed, connectors=connectors)
    try:
        trial(changed, item)
    except Exception as error:  # whatever an adapter raises, it must neither stop a start nor harm other entries
        raise Invalid(text_of(error), getattr(error, "field", "").rpartition(".")[2]) from None
    is_left_out = entry.paused and item.kind is EntryKind.MODEL_SERVICE
    return settings if is_left_out else changed


def is_deployed(settings: Settings, place: Place) -> bool:
    """Whether the settings file or the environment sets something of it."""
    section = place.of(settings)
    return section is not None and (place.path[0] == "llm" or section != place.type())


def addresses_in(entry: SetUpEntry) -> set[str]:
    """The addresses that it names."""
    return {address for value in entry.settings.values() for address in _ADDRESS.findall(str(value))}


def _with_chain(laid: Settings, settings: Settings) -> Settings:
    """Where the deployment names no chain, services of pages are asked in the order of their names, then the engine."""
    added = [name for name in laid.llm.services if name not in settings.llm.services]
    if settings.llm.chains or not added:
        return laid
    chains = {"default": [*added, "builtin"]}
    return msgspec.structs.replace(laid, llm=msgspec.structs.replace(laid.llm, chains=chains))
