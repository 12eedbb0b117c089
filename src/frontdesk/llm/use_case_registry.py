"""The use cases in force: those that ship, replaced by versions that people published."""

import logging
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from frontdesk.interfaces import Clock, Invalid, NotFound
from frontdesk.interfaces.cached import Cached
from frontdesk.interfaces.llm_stores import UseCaseStore
from frontdesk.llm.use_case import UseCase, read_use_case
from frontdesk.model.llm import UseCaseVersion
from frontdesk.model.translatable import tr

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0


@cache
def shipped() -> Mapping[str, UseCase]:
    """The use cases of the package, by name. Raises Invalid when a file is wrong."""
    folder = files("frontdesk.llm") / "use_cases"
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".yaml"))
    found = [(name, read_use_case((folder / name).read_text("utf-8"), name)) for name in names]
    for name, use_case in found:
        if f"{use_case.name}.yaml" != name:
            raise Invalid(
                tr("{file} holds the use case {name}: name the file after it", file=name, name=use_case.name), "name"
            )
    return {use_case.name: use_case for _, use_case in found}


def shipped_text(name: str) -> str:
    """The YAML of a use case of the package. Raises NotFound."""
    if name not in shipped():
        raise NotFound(tr("there is no use case {name} in the package", name=name))
    return (files("frontdesk.llm") / "use_cases" / f"{name}.yaml").read_text("utf-8")


class UseCaseRegistry:
    """Use cases by name. Every process follows publications within two seconds."""

    def __init__(self, store: UseCaseStore, clock: Clock) -> None:
        """Take versions that people made from this store."""
        self._store, self._clock = store, clock
        self._stamp: str | None = None
        self._all = Cached[Mapping[str, UseCase]](LOOK_EVERY)

    async def all(self) -> Mapping[str, UseCase]:
        """All in force, by name."""
        return await self._all.get(self._look)

    async def _look(self) -> Mapping[str, UseCase]:
        stamp, known = await self._store.stamp(), self._all.known
        if known is not None and stamp == self._stamp:
            return known
        found = {**shipped(), **_read(await self._store.published())}
        self._stamp = stamp
        return found

    async def get(self, name: str) -> UseCase:
        """The one in force. Raises NotFound."""
        found = (await self.all()).get(name)
        if found is None:
            raise NotFound(tr("there is no use case {name}", name=name))
        return found

    async def text(self, name: str) -> str:
        """The YAML of the one in force. Raises NotFound."""
        version = (await self.get(name)).version
        kept = {each.version: each.body for each in await self._store.versions(name)}
        return kept[version] if version in kept else shipped_text(name)

    async def versions(self, name: str) -> tuple[UseCaseVersion, ...]:
        """The versions of one that people made, oldest first."""
        return tuple(await self._store.versions(name))

    async def draft(self, text: str, note: str, by: str) -> UseCaseVersion:
        """Store a changed or new use case as its next version; the one in force stays. Raises Invalid."""
        use_case = read_use_case(text)
        kept = await self._store.versions(use_case.name)
        ships = shipped().get(use_case.name)
        newest = max([0, *(v.version for v in kept), *([ships.version] if ships else [])])
        if use_case.version != newest + 1:
            raise Invalid(
                tr(
                    "the next version of {name} is {next}, not {version}",
                    name=use_case.name,
                    next=newest + 1,
                    version=use_case.version,
                ),
                "version",
            )
        made = UseCaseVersion(use_case.name, use_case.version, text, note[:200], by, self._clock())
        await self._store.add(made)
        return made

    async def publish(self, name: str, version: int, by: str) -> None:
        """Put a stored version in force, or the shipped one (0). Raises NotFound."""
        if version == 0 and name not in shipped():
            raise NotFound(tr("the use case {name} does not ship: there is nothing to go back to", name=name))
        await self._store.publish(name, version, by)
        self._all.forget()


def _read(versions: Iterable[UseCaseVersion]) -> Mapping[str, UseCase]:
    """Those that can be read; one that an older release kept and this one refuses must not stop the others."""
    made = {}
    for version in versions:
        try:
            made[version.name] = read_use_case(version.body, f"{version.name} {version.version}")
        except Invalid as error:
            log.error("a published use case is left out: %s", error)
    return made
