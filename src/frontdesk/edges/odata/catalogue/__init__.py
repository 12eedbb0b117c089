"""What each service offers: the entity model, declared once in services.toml and entities.toml."""

import tomllib
from dataclasses import replace
from importlib.resources import files
from typing import Any

import msgspec

from frontdesk.model.entities import EdmType, Entity, ODataService, Operation, Parameter, Structure

DRAFT = "DraftAdministrativeData"
_EDM = "Edm."


def _read(file: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(files(__package__).joinpath(file).read_text("utf-8"))


def _entity(name: str, written: dict[str, Any]) -> Entity:
    parts = {
        key: {part: {"name": part, **given} for part, given in written.get(key, {}).items()}
        for key in ("properties", "navigations")
    }
    return msgspec.convert({"name": name, **written, **parts}, Entity)


def _service(path: str, written: dict[str, Any]) -> ODataService:
    drafts = written.get("drafts", False)
    return ODataService(
        path,
        written["namespace"],
        _ENTITIES if drafts else _without_drafts(written["writable"]) if "writable" in written else {},
        tuple(_operation(**each) for each in written.get("operations", ())),
        tuple(
            Structure(name, {part: _kind(kind) for part, kind in parts.items()})
            for name, parts in written.get("structures", {}).items()
        ),
        frozenset({DRAFT} if drafts else ()),
    )


def _without_drafts(writable: list[str]) -> dict[str, Entity]:
    plain = {name: _plain(each) for name, each in _ENTITIES.items() if name != DRAFT}
    return {name: each if name in writable else each.read_only() for name, each in plain.items()}


def _plain(entity: Entity) -> Entity:
    """The entity without what only drafts need: hidden properties, links between drafts, values fixed for them."""
    if entity.drafted:
        shown = {name: each for name, each in entity.properties.items() if not each.hidden}
        return replace(entity, keys=entity.keys[:1], properties=shown, navigations={})
    ways = {name: replace(way, fixed=()) for name, way in entity.navigations.items()}
    return replace(entity, navigations=ways)


def _operation(parameters: Any = (), gives: str | None = None, **more: Any) -> Operation:
    return Operation(
        parameters=msgspec.convert(parameters, tuple[Parameter, ...]), gives=_kind(gives) if gives else None, **more
    )


def _kind(name: str) -> EdmType | str:
    return EdmType(name.removeprefix(_EDM)) if name.startswith(_EDM) else name


_ENTITIES = {name: _entity(name, written) for name, written in _read("entities.toml").items()}
SERVICES: dict[str, ODataService] = {path: _service(path, written) for path, written in _read("services.toml").items()}
