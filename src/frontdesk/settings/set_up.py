"""Setting up on pages: what there is, what the deployment sets, what people set, and every change of that."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from typing_extensions import override

from frontdesk.interfaces import Conflict, Invalid
from frontdesk.interfaces.set_up import SetUp
from frontdesk.model.set_up import EntryKind, EntryState, SetUpEntry, SetUpItem
from frontdesk.model.translatable import tr
from frontdesk.settings.laying import NOT_HERE, Laid, Trial, is_deployed, lay, over
from frontdesk.settings.sections import Settings
from frontdesk.settings.set_up_items import item_of, items, texts_of, values_of
from frontdesk.storage.configuration.set_up import StoredSetUp

FORGET, TO = ".forget", ".to"
# How the names of settings end that say where secrets go: a stored one is not sent to another place unseen.
PLACES = ("url", "host")
# Stands for a secret that is not there yet while all else is checked: what nearly every vendor could have chosen.
TO_FOLLOW = "whsec_" + "c2VjcmV0" * 8
# Uses an item of these settings once; the entry is what the page says of it, and where a test message goes.
Probe = Callable[[Settings, SetUpItem, SetUpEntry, str], Awaitable[str]]


class SetUpService(SetUp):
    """Over what is stored; `deployed` are the deployment's own settings."""

    def __init__(self, deployed: Settings, stored: StoredSetUp, trial: Trial, probe: Probe) -> None:
        """`trial` makes an item of settings without using it, `probe` uses it."""
        self._deployed, self._stored, self._trial, self._probe = deployed, stored, trial, probe
        self.stamp, self.entries = stored.stamp, stored.all

    async def laid(self) -> Laid:
        """The settings that count now."""
        stamp = await self._stored.stamp()  # first: a change meanwhile is then looked at once more
        return lay(self._deployed, await self._stored.all(), self._trial, stamp)

    @override
    async def items(self, kind: EntryKind | None = None) -> Sequence[SetUpItem]:
        entries = {(each.kind, each.name): each for each in await self._stored.all()}
        services = [(EntryKind.MODEL_SERVICE, name) for name in self._deployed.llm.services]
        keys = dict.fromkeys([*items(), *services, *(key for key in entries if key[0] is EntryKind.MODEL_SERVICE)])
        laid = lay(self._deployed, entries.values(), self._trial)
        return [self._shown(*key, entries.get(key), laid) for key in keys if kind in (None, key[0])]

    @override
    async def item(self, kind: EntryKind, name: str) -> SetUpItem:
        entry = await self._entry(kind, name)
        return self._shown(kind, name, entry, lay(self._deployed, [entry], self._trial))

    @override
    async def save(self, kind: EntryKind, name: str, given: Mapping[str, str], version: int, by: str) -> None:
        entry = replace(await self._given(kind, name, given), version=version)
        await self._keep(entry, by)

    async def put(self, entry: SetUpEntry, by: str, missing: Sequence[str] = ()) -> None:
        """Store an entry that comes from a file, where `missing` secrets are to follow. Raises as `save`."""
        version = (await self._entry(entry.kind, entry.name)).version
        await self._keep(replace(entry, version=version), by, dict.fromkeys(missing, TO_FOLLOW))

    @override
    async def pause(self, kind: EntryKind, name: str, paused: bool, by: str) -> None:
        entry = await self._entry(kind, name)
        if not entry.version or not item_of(kind, name)[0].may_pause:
            raise Conflict(tr("save it first"))
        await self._stored.put(replace(entry, paused=paused), by)

    @override
    async def remove(self, kind: EntryKind, name: str, by: str) -> None:
        await self._stored.remove(kind, name, by)

    @override
    async def test(self, kind: EntryKind, name: str, given: Mapping[str, str]) -> str:
        item, place = item_of(kind, name)
        if is_deployed(self._deployed, place):
            return await self._probe(self._deployed, item, SetUpEntry(kind, name, {}), given.get(TO, ""))
        entry = await self._given(kind, name, given)
        settings = over(self._deployed, item, place, replace(entry, paused=False), self._trial)
        return await self._probe(settings, item, entry, given.get(TO, ""))

    async def _keep(self, entry: SetUpEntry, by: str, to_follow: Mapping[str, str] | None = None) -> None:
        item, place = item_of(entry.kind, entry.name)
        if is_deployed(self._deployed, place):
            raise Conflict(NOT_HERE)
        whole = replace(entry, secrets={**entry.secrets, **(to_follow or {})})
        over(self._deployed, item, place, whole, self._trial)
        await self._stored.put(entry, by)

    async def _entry(self, kind: EntryKind, name: str) -> SetUpEntry:
        found = (each for each in await self._stored.all() if (each.kind, each.name) == (kind, name))
        return next(found, SetUpEntry(kind, name, {}))

    async def _given(self, kind: EntryKind, name: str, given: Mapping[str, str]) -> SetUpEntry:
        """The entry that a form's texts make of the one that is stored. Raises NotFound, Invalid."""
        item, entry = item_of(kind, name)[0], await self._entry(kind, name)
        typed = values_of(item, given)
        secret = {each.name for each in item.fields if each.form == "secret"}
        kept = {name: words for name, words in entry.secrets.items() if not given.get(f"{name}{FORGET}")}
        secrets = kept | {name: typed[name] for name in secret & typed.keys()}
        plain = {name: value for name, value in typed.items() if name not in secret}
        places = {each.name for each in item.fields if each.name.endswith(PLACES)}
        if any(plain.get(each) != entry.settings.get(each) for each in places) and (left := kept.keys() - typed.keys()):
            raise Invalid(tr("an address is another: enter this secret again, so that it goes nowhere else"), min(left))
        return replace(entry, settings=plain, secrets=secrets, problem="")

    def _shown(self, kind: EntryKind, name: str, entry: SetUpEntry | None, laid: Laid) -> SetUpItem:
        item, place = item_of(kind, name)
        key = kind, name
        if is_deployed(self._deployed, place):
            return _with(item, msgspec.to_builtins(place.of(self._deployed)), state=EntryState.DEPLOYED)
        if entry is None or not entry.version:
            is_there = kind is EntryKind.CHANNEL and not any(each.is_needed for each in item.fields)
            return _with(item, {}, state=EntryState.ON if is_there else EntryState.OFF)
        more = {"version": entry.version, "by": entry.by, "at": entry.at, "problem": laid.problems.get(key, "")}
        return _with(item, {**entry.settings, **entry.secrets}, state=laid.states[key], **more)


def _with(item: SetUpItem, values: Mapping[str, Any], **more: Any) -> SetUpItem:
    held = frozenset(each.name for each in item.fields if each.form == "secret" and values.get(each.name))
    return replace(item, values=texts_of(item, values), held=held, **more)
