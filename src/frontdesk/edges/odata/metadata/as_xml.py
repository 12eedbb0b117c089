"""The metadata document in XML (OData CSDL XML 4.0): the types as they are declared in JSON, and the annotations."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import quoteattr

from frontdesk.edges.odata.metadata.annotations import VOCABULARIES, Notes, annotated
from frontdesk.edges.odata.metadata.as_json import CONTAINER, Json, types
from frontdesk.model.entities import ODataService

EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
EDM = "http://docs.oasis-open.org/odata/ns/edm"
_PRIMITIVES: Mapping[type, str] = {bool: "Bool", int: "Int", str: "String"}


def _element(name: str, inner: "Iterator[str] | list[str] | None" = None, **attributes: object) -> Iterator[str]:
    told = "".join(f" {key}={quoteattr(_plain(given))}" for key, given in attributes.items() if given is not None)
    children = list(inner or ())
    if not children:
        yield f"<{name}{told}/>"
        return
    yield f"<{name}{told}>"
    yield from (f"  {line}" for line in children)
    yield f"</{name}>"


def _plain(given: object) -> str:
    return str(given).lower() if isinstance(given, bool) else str(given)


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
    lines: list[str] = []
    for name, each in types(service).items():
        if isinstance(each, list):  # the overloads of an operation
            lines += (line for overload in each for line in _operation(name, overload))
        else:
            lines += _container(each) if name == CONTAINER else _structured(name, each)
    lines += (line for target, notes in annotated(service) for line in _notes(target, notes))
    return _element("Schema", lines, Namespace=service.namespace, xmlns=EDM)


def _members(each: Json) -> list[tuple[str, Json]]:
    return [(name, part) for name, part in each.items() if not name.startswith("$")]


def _container(container: Json) -> Iterator[str]:
    lines: list[str] = []
    for name, each in _members(container):
        if "$Type" in each:
            bound = _pairs("NavigationPropertyBinding", "Path", "Target", each.get("$NavigationPropertyBinding", {}))
            lines += _element("EntitySet", bound, Name=name, EntityType=each["$Type"])
        else:
            [(kind, operation)] = each.items()
            lines += _element(f"{kind[1:]}Import", None, **{"Name": name, kind[1:]: operation})
    return _element(CONTAINER, lines, Name=CONTAINER)


def _structured(name: str, each: Json) -> Iterator[str]:
    keys = [line for key in each.get("$Key", ()) for line in _element("PropertyRef", Name=key)]
    lines = list(_element("Key", keys)) if keys else []
    for member, part in _members(each):
        pairs = part.get("$ReferentialConstraint", {})
        inner = list(_pairs("ReferentialConstraint", "Property", "ReferencedProperty", pairs))
        if "$OnDelete" in part:
            inner += _element("OnDelete", Action=part["$OnDelete"])
        lines += _element(part.get("$Kind", "Property"), inner, Name=member, **_facets(part))
    return _element(each["$Kind"], lines, Name=name)


def _pairs(name: str, left: str, right: str, pairs: Mapping[str, str]) -> Iterator[str]:
    for one, other in pairs.items():
        yield from _element(name, None, **{left: one, right: other})


def _facets(each: Json) -> dict[str, object]:
    """The type of a member, parameter or answer, and what narrows it; in XML all may be null that do not deny it."""
    kind = each.get("$Type", "Edm.String")
    denied = None if each.get("$Nullable") or each.get("$Kind") == "NavigationProperty" else False
    facets = ("MaxLength", "Precision", "DefaultValue", "Partner", "ContainsTarget")
    told = {name: each.get(f"${name}") for name in facets}
    return {"Type": f"Collection({kind})" if each.get("$Collection") else kind, **told, "Nullable": denied}


def _operation(name: str, each: Json) -> Iterator[str]:
    lines: list[str] = []
    bound, path = each.get("$IsBound"), each.get("$EntitySetPath")
    for place, parameter in enumerate(each.get("$Parameter", ())):
        facets = _facets(parameter) | ({"Nullable": None} if bound and not place else {})  # as the sample has it
        lines += _element("Parameter", None, Name=parameter["$Name"], **facets)
    if "$ReturnType" in each:
        lines += _element("ReturnType", None, **_facets(each["$ReturnType"]))
    return _element(each["$Kind"], lines, Name=name, IsBound=bound, EntitySetPath=path)


def _notes(target: str, notes: Notes) -> Iterator[str]:
    lines = [
        line
        for term, given in notes.items()
        if "@" not in term
        for line in _note(term, given, {t.partition("@")[2]: v for t, v in notes.items() if t.startswith(f"{term}@")})
    ]
    if lines:
        yield from _element("Annotations", lines, Target=target)


def _note(term: str, given: Any, about: Notes) -> Iterator[str]:
    name, _, qualifier = term.partition("#")
    attributes, inner = _value(given)
    for inner_term, inner_value in about.items():
        inner += _note(inner_term, inner_value, {})
    return _element("Annotation", inner, Term=name, Qualifier=qualifier or None, **attributes)


def _value(given: Any) -> tuple[dict[str, object], list[str]]:
    """A value as attributes, or as elements."""
    if isinstance(given, list):
        return {}, list(_element("Collection", [line for each in given for line in _item(each)]))
    if not isinstance(given, dict):
        return {_PRIMITIVES[type(given)]: given}, []
    if "@type" in given:
        return {}, list(_record(given))
    return {kind[1:]: text for kind, text in given.items()}, []


def _item(given: Any) -> Iterator[str]:
    """A value within a collection, which is an element of its own."""
    attributes, inner = _value(given)
    if inner:
        yield from inner
        return
    [(name, text)] = attributes.items()
    escaped = str(text).replace("&", "&amp;").replace("<", "&lt;")
    yield f"<{name}>{escaped}</{name}>"


def _record(given: Notes) -> Iterator[str]:
    lines: list[str] = []
    for name, each in given.items():
        if name.startswith("@"):
            lines += _note(name[1:], each, {}) if name != "@type" else ()
        else:
            attributes, inner = _value(each)
            lines += _element("PropertyValue", inner, Property=name, **attributes)
    return _element("Record", lines, Type=given["@type"])
