"""The metadata document in XML (OData CSDL XML 4.0)."""

from collections.abc import Iterator
from functools import lru_cache
from xml.sax.saxutils import quoteattr

from frontdesk.edges.odata.metadata.annotations import VOCABULARIES, of_property, of_set, of_type
from frontdesk.edges.odata.metadata.terms import (
    AnnotationPath,
    Member,
    NavigationPath,
    Notes,
    Path,
    PropertyPath,
    Record,
    Term,
)
from frontdesk.model.entities import EdmType, Entity, Navigation, ODataService, Operation, Property, Structure

EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
EDM = "http://docs.oasis-open.org/odata/ns/edm"
PRECISION = 7


def _element(name: str, inner: "Iterator[str] | list[str] | None" = None, **attributes: object) -> Iterator[str]:
    told = "".join(f" {key}={quoteattr(str(given))}" for key, given in attributes.items() if given is not None)
    children = list(inner or ())
    if not children:
        yield f"<{name}{told}/>"
        return
    yield f"<{name}{told}>"
    yield from (f"  {line}" for line in children)
    yield f"</{name}>"


def metadata_xml(service: ODataService) -> str:
    """The whole document of a service."""
    return _document(service.path)


@lru_cache(16)
def _document(path: str) -> str:
    from frontdesk.edges.odata.catalogue import SERVICES

    service = SERVICES[path]
    body = [*_references(), *_element("edmx:DataServices", _schema(service))]
    root = _element("edmx:Edmx", body, Version="4.0", **{"xmlns:edmx": EDMX})
    return '<?xml version="1.0" encoding="utf-8"?>\n' + "\n".join(root) + "\n"


def _references() -> Iterator[str]:
    for alias, (namespace, address) in VOCABULARIES.items():
        include = _element("edmx:Include", Alias=alias, Namespace=namespace)
        yield from _element("edmx:Reference", include, Uri=address)


def _schema(service: ODataService) -> Iterator[str]:
    lines = [*_element("EntityContainer", _container(service), Name="EntityContainer")]
    for entity in service.entities.values():
        lines += _type(service, entity)
    for structure in service.structures:
        lines += _structure(service, structure)
    for operation in service.operations:
        lines += _operation(service, operation)
    lines += _all_notes(service)
    return _element("Schema", lines, Namespace=service.namespace, xmlns=EDM)


def _container(service: ODataService) -> Iterator[str]:
    for entity in service.entities.values():
        if entity.name in service.inner:
            continue
        bound = [
            line
            for way in entity.navigations.values()
            if way.target not in service.inner
            for line in _element("NavigationPropertyBinding", Path=way.name, Target=way.target)
        ]
        yield from _element("EntitySet", bound, Name=entity.name, EntityType=f"{service.namespace}.{entity.name}")
    for operation in service.operations:
        if not operation.bound:
            kind = "Function" if operation.is_function else "Action"
            name = f"{service.namespace}.{operation.name}"
            told: dict[str, object] = {kind: name}
            yield from _element(f"{kind}Import", None, Name=operation.name, **told)


def _type(service: ODataService, entity: Entity) -> Iterator[str]:
    lines: list[str] = []
    if entity.keys:
        keys = [line for name in entity.keys for line in _element("PropertyRef", Name=name)]
        lines += _element("Key", keys)
    for each in entity.properties.values():
        lines += _property(each)
    for way in entity.navigations.values():
        lines += _navigation(service, way)
    return _element("EntityType", lines, Name=entity.name)


def _property(each: Property) -> Iterator[str]:
    default = str(each.default).lower() if isinstance(each.default, bool) else each.default
    return _element(
        "Property",
        Name=each.name,
        Type=f"Edm.{each.kind}",
        MaxLength=each.length or None,
        Precision=PRECISION if each.kind is EdmType.MOMENT else None,
        Nullable=None if each.nullable else "false",
        DefaultValue=default,
    )


def _navigation(service: ODataService, way: Navigation) -> Iterator[str]:
    target = f"{service.namespace}.{way.target}"
    inner: list[str] = []
    if not way.many and way.constrained:
        for mine, theirs in way.pairs:
            inner += _element("ReferentialConstraint", Property=mine, ReferencedProperty=theirs)
    if way.many and way.owned:
        inner += _element("OnDelete", Action="Cascade")
    contains = "true" if way.target in service.inner else None
    kind = f"Collection({target})" if way.many else target
    return _element(
        "NavigationProperty", inner, Name=way.name, Type=kind, Partner=way.partner or None, ContainsTarget=contains
    )


def _structure(service: ODataService, structure: Structure) -> Iterator[str]:
    lines: list[str] = []
    for name, kind in structure.parts.items():
        lines += _element(
            "Property", Name=name, Type=type_name(service, kind, structure.name == "Reading" and name == "entities")
        )
    return _element("ComplexType", lines, Name=structure.name)


def type_name(service: ODataService, kind: EdmType | str, many: bool = False) -> str:
    """A type as CSDL names it."""
    name = f"Edm.{kind}" if isinstance(kind, EdmType) else f"{service.namespace}.{kind}"
    return f"Collection({name})" if many else name


def _operation(service: ODataService, operation: Operation) -> Iterator[str]:
    lines: list[str] = []
    if operation.bound:
        lines += _element("Parameter", Name="in", Type=f"{service.namespace}.{operation.bound}")
    for each in operation.parameters:
        nullable = None if each.nullable else "false"
        lines += _element("Parameter", Name=each.name, Type=type_name(service, each.kind, each.many), Nullable=nullable)
    if operation.gives is not None:
        lines += _element("ReturnType", Type=type_name(service, operation.gives, operation.gives_many))
    bound = "true" if operation.bound else None
    same = "in" if operation.bound and operation.gives == operation.bound else None
    kind = "Function" if operation.is_function else "Action"
    return _element(kind, lines, Name=operation.name, IsBound=bound, EntitySetPath=same)


def _all_notes(service: ODataService) -> Iterator[str]:
    for entity in service.entities.values():
        name = f"{service.namespace}.{entity.name}"
        yield from _notes(name, of_type(entity))
        if entity.name not in service.inner:
            yield from _notes(f"{service.namespace}.EntityContainer/{entity.name}", of_set(service, entity))
        for each in entity.properties.values():
            yield from _notes(f"{name}/{each.name}", of_property(service, entity, each))
        for way in entity.navigations.values():
            if way.label:
                yield from _notes(f"{name}/{way.name}", {"Common.Label": way.label})


def _notes(target: str, notes: Notes) -> Iterator[str]:
    lines = [
        line
        for term, given in notes.items()
        if "@" not in term
        for line in _note(term, given, {t.partition("@")[2]: v for t, v in notes.items() if t.startswith(f"{term}@")})
    ]
    if lines:
        yield from _element("Annotations", lines, Target=target)


def _note(term: str, given: Term, about: Notes) -> Iterator[str]:
    name, _, qualifier = term.partition("#")
    attributes, inner = _value(given)
    for inner_term, inner_value in about.items():
        inner += _note(inner_term, inner_value, {})
    return _element("Annotation", inner, Term=name, Qualifier=qualifier or None, **attributes)


def _value(given: Term) -> tuple[dict[str, object], list[str]]:
    """A value as attributes, or as elements."""
    if isinstance(given, bool):
        return {"Bool": str(given).lower()}, []
    if isinstance(given, int):
        return {"Int": given}, []
    if isinstance(given, str):
        return {"String": given}, []
    if isinstance(given, Member):
        return {"EnumMember": given.name}, []
    for kind, name in _PATHS.items():
        if isinstance(given, kind):
            return {name: given.path}, []  # type: ignore[union-attr]  # each of them has a path
    if isinstance(given, Record):
        return {}, list(_record(given))
    assert not isinstance(given, Path | PropertyPath | NavigationPath | AnnotationPath)
    return {}, list(_element("Collection", [line for each in given for line in _item(each)])) or ["<Collection/>"]


_PATHS: dict[type, str] = {
    Path: "Path",
    PropertyPath: "PropertyPath",
    NavigationPath: "NavigationPropertyPath",
    AnnotationPath: "AnnotationPath",
}


def _item(given: Term) -> Iterator[str]:
    """A value within a collection, which is an element of its own."""
    attributes, inner = _value(given)
    if inner:
        yield from inner
        return
    [(name, text)] = attributes.items()
    escaped = str(text).replace("&", "&amp;").replace("<", "&lt;")
    yield f"<{name}>{escaped}</{name}>"


def _record(given: Record) -> Iterator[str]:
    lines: list[str] = []
    for name, each in given.values.items():
        attributes, inner = _value(each)
        lines += _element("PropertyValue", inner, Property=name, **attributes)
    for term, each in given.noted.items():
        lines += _note(term, each, {})
    return _element("Record", lines, Type=given.type)
