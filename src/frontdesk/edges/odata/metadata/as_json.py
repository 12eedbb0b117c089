"""The metadata document in JSON (OData CSDL JSON 4.01, which may be asked for with $format=json)."""

from functools import lru_cache
from typing import Any

import msgspec

from frontdesk.edges.odata.metadata.annotations import VOCABULARIES, annotated
from frontdesk.model.entities import EdmType, Entity, Navigation, ODataService, Operation, Property

Json = dict[str, Any]
CONTAINER = "EntityContainer"
PRECISION = 7


@lru_cache(16)
def metadata_json(path: str) -> bytes:
    """The whole document of the service at a path."""
    from frontdesk.edges.odata.catalogue import SERVICES

    service = SERVICES[path]
    document: Json = {
        "$Version": "4.0",
        "$Reference": {
            address: {"$Include": [{"$Namespace": namespace, "$Alias": alias}]}
            for alias, (namespace, address) in VOCABULARIES.items()
        },
        "$EntityContainer": f"{service.namespace}.EntityContainer",
        service.namespace: {**types(service), "$Annotations": _annotations(service)},
    }
    return msgspec.json.encode(document)


def types(service: ODataService) -> Json:
    """The container, types and operations of a service by their names."""
    schema: Json = {CONTAINER: _container(service)}
    for entity in service.entities.values():
        schema[entity.name] = _type(service, entity)
    for structure in service.structures:
        parts = {
            name: _typed(service, kind, structure.name == "Reading" and name == "entities")
            for name, kind in structure.parts.items()
        }
        schema[structure.name] = {"$Kind": "ComplexType", **parts}
    for operation in service.operations:
        schema.setdefault(operation.name, []).append(_operation(service, operation))
    return schema


def _container(service: ODataService) -> Json:
    container: Json = {"$Kind": "EntityContainer"}
    for entity in service.entities.values():
        if entity.name in service.inner:
            continue
        bound = {w.name: w.target for w in entity.navigations.values() if w.target not in service.inner}
        container[entity.name] = {"$Collection": True, "$Type": f"{service.namespace}.{entity.name}"} | (
            {"$NavigationPropertyBinding": bound} if bound else {}
        )
    for operation in service.operations:
        if not operation.bound:
            kind = "$Function" if operation.is_function else "$Action"
            container[operation.name] = {kind: f"{service.namespace}.{operation.name}"}
    return container


def _type(service: ODataService, entity: Entity) -> Json:
    found: Json = {"$Kind": "EntityType"}
    if entity.keys:
        found["$Key"] = list(entity.keys)
    found |= {each.name: _property(each) for each in entity.properties.values()}
    return found | {way.name: _navigation(service, way) for way in entity.navigations.values()}


def _property(each: Property) -> Json:
    found: Json = {}
    if each.kind is not EdmType.STRING:
        found["$Type"] = f"Edm.{each.kind}"
    if each.nullable:
        found["$Nullable"] = True
    if each.length:
        found["$MaxLength"] = each.length
    if each.kind is EdmType.MOMENT:
        found["$Precision"] = PRECISION
    if each.default is not None:
        found["$DefaultValue"] = each.default
    return found


def _navigation(service: ODataService, way: Navigation) -> Json:
    found: Json = {"$Kind": "NavigationProperty", "$Type": f"{service.namespace}.{way.target}"}
    found |= {"$Collection": True} if way.many else {"$Nullable": True}
    if way.partner:
        found["$Partner"] = way.partner
    if way.target in service.inner:
        found["$ContainsTarget"] = True
    if not way.many and way.constrained:
        found["$ReferentialConstraint"] = dict(way.pairs)
    if way.many and way.owned:
        found["$OnDelete"] = "Cascade"
    return found


def _typed(service: ODataService, kind: EdmType | str, many: bool, nullable: bool = True) -> Json:
    name = f"Edm.{kind}" if isinstance(kind, EdmType) else f"{service.namespace}.{kind}"
    found: Json = {} if name == "Edm.String" else {"$Type": name}
    return found | ({"$Collection": True} if many else {"$Nullable": True} if nullable else {})


def _operation(service: ODataService, operation: Operation) -> Json:
    found: Json = {"$Kind": "Function" if operation.is_function else "Action"}
    told: list[Json] = []
    if operation.bound:
        found["$IsBound"] = True
        if operation.gives == operation.bound:
            found["$EntitySetPath"] = "in"
        told.append({"$Name": "in", "$Type": f"{service.namespace}.{operation.bound}"})
    told += [
        {"$Name": each.name} | _typed(service, each.structure or each.kind, each.many, each.nullable)
        for each in operation.parameters
    ]
    if told:
        found["$Parameter"] = told
    if operation.gives is not None:
        found["$ReturnType"] = _typed(service, operation.gives, operation.gives_many)
    return found


def _annotations(service: ODataService) -> Json:
    return {
        target: {f"@{term}": _value(given) for term, given in notes.items()}
        for target, notes in annotated(service)
        if notes
    }


def _value(given: Any) -> Any:
    """A value without the kind of a path or member, which only XML says."""
    if isinstance(given, list):
        return [_value(each) for each in given]
    if not isinstance(given, dict) or "$Path" in given:
        return given
    if "@type" in given:
        return {name: _value(each) for name, each in given.items()}
    [(kind, text)] = given.items()
    return text.rpartition("/")[2] if kind == "$EnumMember" else text
