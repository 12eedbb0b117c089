"""Annotations of the metadata for tools: labels, lists, charts, what may be changed and aggregated.

A value is written as in CSDL JSON: a text, number, flag or list as itself, a path as {"$Path": …} or by its kind, a
member of an enumeration as {"$EnumMember": …}, a record with its "@type" first and what notes it last.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

from frontdesk.model.entities import EdmType, Entity, Navigation, ODataService, Property, Written

VOCABULARIES = {
    "Aggregation": ("Org.OData.Aggregation.V1", "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Aggregation.V1.xml"),
    "Analytics": ("com.sap.vocabularies.Analytics.v1", "https://sap.github.io/odata-vocabularies/vocabularies/Analytics.xml"),
    "Capabilities": ("Org.OData.Capabilities.V1", "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Capabilities.V1.xml"),
    "Common": ("com.sap.vocabularies.Common.v1", "https://sap.github.io/odata-vocabularies/vocabularies/Common.xml"),
    "Core": ("Org.OData.Core.V1", "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1.xml"),
    "UI": ("com.sap.vocabularies.UI.v1", "https://sap.github.io/odata-vocabularies/vocabularies/UI.xml"),
}  # fmt: skip
TRANSFORMATIONS = ("filter", "search", "groupby", "aggregate", "concat", "compute", "orderby", "top", "skip",
                   "topcount", "bottomcount", "identity")  # fmt: skip
METHODS = ("sum", "min", "max", "average", "countdistinct")
_VIEWS: Mapping[str, Any] = tomllib.loads(files(__package__).joinpath("views.toml").read_text("utf-8"))
# What a client reads again after an action.
_CHANGED = {"processByllm": ("title", "summary"), "summarise": ("title", "summary"), "draftActivate": ("embedding",)}
# What stands at a set too, where cards look for it.
OF_CARDS = ("UI.PresentationVariant", "UI.KPI", "UI.SelectionVariant")
HIGH = {"@UI.Importance": {"$EnumMember": "UI.ImportanceType/High"}}
# Term name, with its qualifier after #, to value.
Notes = Mapping[str, Any]


def _view(entity: Entity) -> Mapping[str, Any]:
    return _VIEWS.get(entity.name, {})  # type: ignore[no-any-return]  # a table of the file


def annotated(service: ODataService) -> Iterator[tuple[str, Notes]]:
    """What is annotated, with its annotations."""
    yield f"{service.namespace}.EntityContainer", _VIEWS["container"]
    for entity in service.entities.values():
        name = f"{service.namespace}.{entity.name}"
        yield name, of_type(entity)
        if entity.name not in service.inner:
            yield f"{service.namespace}.EntityContainer/{entity.name}", of_set(service, entity)
        for each in entity.properties.values():
            yield f"{name}/{each.name}", of_property(service, entity, each)
        for way in entity.navigations.values():
            hidden = {"UI.Hidden": True} if way.target in service.inner else {}
            yield f"{name}/{way.name}", {**hidden, **({"Common.Label": way.label} if way.label else {})}
    for operation in service.operations:
        if operation.bound and (changed := _CHANGED.get(operation.name)):
            effects = {"@type": "Common.SideEffectsType", "TargetProperties": [f"in/{name}" for name in changed]}
            bound = f"{service.namespace}.{operation.bound}"
            yield f"{service.namespace}.{operation.name}({bound})", {"Common.SideEffects": effects}


def of_type(entity: Entity) -> Notes:
    """About an entity's type: how lists and pages show it."""
    if not entity.title:
        return {"Common.Label": entity.titles}
    view = _view(entity)
    columns = (
        view["columns"].split()
        if "columns" in view
        else [n for n, each in entity.properties.items() if not each.hidden]
    )
    title = view.get("title") or ("title" if "title" in entity.properties else columns[min(1, len(columns) - 1)])
    groups = {name: text.partition(": ")[::2] for name, text in view.get("groups", {"General": "General: "}).items()}
    details = [way for way in entity.navigations.values() if way.many and way.owned]
    notes: dict[str, Any] = {
        "UI.HeaderInfo": {
            "@type": "UI.HeaderInfoType",
            "TypeName": entity.title,
            "TypeNamePlural": entity.titles,
            "Title": _field(title, entity),
            "Description": _field(view.get("subtitle", columns[0]), entity),
            **({"ImageUrl": view["image"]} if "image" in view else {}),
        },
        "UI.LineItem": _fields(columns, entity),
        **{f"UI.LineItem#{name}": _fields(text.split(), entity) for name, text in view.get("lists", {}).items()},
        "UI.SelectionFields": _properties(view.get("filters", "").split()),
        "UI.Facets": [
            *(_facet(_facet_of(name), label, f"@UI.FieldGroup#{name}") for name, (label, _) in groups.items()),
            *(_facet(f"{way.name}Facet", way.label or way.name, f"{way.name}/@UI.LineItem") for way in details),
        ],
    }
    for name, (_, paths) in groups.items():
        data = _fields(paths.split() or _shown(entity), entity)
        notes[f"UI.FieldGroup#{name}"] = {"@type": "UI.FieldGroupType", "Data": data}
    if entity.keys:
        notes["UI.Identification"] = _fields(entity.keys[:1], entity)
        notes["Common.SemanticKey"] = _properties(name for name in entity.keys if name != "IsActiveEntity")
    return {**notes, **_charts(entity), **_aggregation(entity)}


def _shown(entity: Entity) -> list[str]:
    return [name for name, each in entity.properties.items() if each.shown and not each.hidden and not each.measure]


def _facet_of(group: str) -> str:
    return group.replace("Group", "Facet") if "Group" in group else f"{group}Facet"


def _facet(name: str, label: str, target: str) -> Notes:
    return {"@type": "UI.ReferenceFacet", "ID": name, "Label": label, "Target": {"$AnnotationPath": target}}


def _properties(names: Iterable[str]) -> list[Notes]:
    return [{"$PropertyPath": name} for name in names]


def _fields(paths: Iterable[str], entity: Entity) -> list[Notes]:
    return [_field(path, entity) for path in paths]


def _field(path: str, entity: Entity) -> Notes:
    start = path.partition("/")[0]
    known: Property | Navigation | None = entity.properties.get(start) or entity.navigations.get(start)
    label = (known.label if known else "") or start
    return {"@type": "UI.DataField", "Label": label, "Value": {"$Path": path}, **HIGH}


def _charts(entity: Entity) -> Notes:
    notes: dict[str, Any] = {}
    for name, text in _view(entity).get("charts", {}).items():
        kind, by = text.split()
        dimension, measure = {"$PropertyPath": by}, {"$PropertyPath": entity.measures[0]}
        category = {"$EnumMember": "UI.ChartDimensionRoleType/Category"}
        axis = {"$EnumMember": "UI.ChartMeasureRoleType/Axis1"}
        chart = {
            "@type": "UI.ChartDefinitionType",
            "ChartType": {"$EnumMember": f"UI.ChartType/{kind}"},
            "Dimensions": [dimension],
            "DimensionAttributes": [
                {"@type": "UI.ChartDimensionAttributeType", "Dimension": dimension, "Role": category}
            ],
            "Measures": [measure],
            "MeasureAttributes": [{"@type": "UI.ChartMeasureAttributeType", "Measure": measure, "Role": axis}],
        }
        notes.setdefault("UI.Chart", chart)
        shown = [{"$AnnotationPath": f"@UI.Chart#{name}"}]
        notes[f"UI.Chart#{name}"] = chart
        notes[f"UI.PresentationVariant#{name}"] = {"@type": "UI.PresentationVariantType", "Visualizations": shown}
    return {**notes, **_view(entity).get("notes", {})}


def _aggregation(entity: Entity) -> Notes:
    if not entity.measures:
        return {}
    groups = [name for name, each in entity.properties.items() if not each.measure and each.kind is not EdmType.BINARY]
    figure = "Aggregation.AggregatablePropertyType"
    supported = {
        "@type": "Aggregation.ApplySupportedType",
        "Transformations": list(TRANSFORMATIONS),
        "AggregationMethods": list(METHODS),
        "Rollup": {"$EnumMember": "Aggregation.RollupType/MultipleHierarchies"},
        "PropertyRestrictions": True,
        "GroupableProperties": _properties(groups),
        "AggregatableProperties": [{"@type": figure, "Property": {"$PropertyPath": n}} for n in entity.measures],
    }
    figures = {f"Aggregation.CustomAggregate#{name}": "Edm.Int32" for name in entity.measures}
    return {"Aggregation.ApplySupported": supported, **figures}


def of_set(service: ODataService, entity: Entity) -> Notes:
    """About an entity set: what may be done with it."""
    searchable = any(each.searched for each in entity.properties.values())
    exact = _properties(name for name, each in entity.properties.items() if each.kind is EdmType.BINARY)
    notes: dict[str, Any] = {
        "Capabilities.SearchRestrictions": {"@type": "Capabilities.SearchRestrictionsType", "Searchable": searchable},
        "Capabilities.CountRestrictions": {"@type": "Capabilities.CountRestrictionsType", "Countable": True},
        "Capabilities.TopSupported": True,
        "Capabilities.SkipSupported": True,
        **{term: note for term, note in of_type(entity).items() if term.partition("#")[0] in OF_CARDS},
        "Capabilities.FilterRestrictions": {
            "@type": "Capabilities.FilterRestrictionsType",
            "Filterable": True,
            **({"NonFilterableProperties": exact} if exact else {}),
        },
    }
    for term, name, may in (
        ("InsertRestrictions", "Insertable", entity.creates),
        ("UpdateRestrictions", "Updatable", entity.changes),
        ("DeleteRestrictions", "Deletable", entity.removes),
    ):
        if not may:
            notes[f"Capabilities.{term}"] = {"@type": f"Capabilities.{term}Type", name: False}
    if entity.versioned and entity.changes:
        notes["Core.OptimisticConcurrency"] = []
    if entity.drafted:
        names = {"ActivationAction": "draftActivate", "EditAction": "draftEdit", "PreparationAction": "draftPrepare"}
        actions = {term: f"{service.namespace}.{name}" for term, name in names.items()}
        notes["Common.DraftRoot"] = {"@type": "Common.DraftRootType", **actions}
    read_only = [way.name for way in entity.navigations.values() if way.many and not service.target(way).creates]
    if read_only and entity.creates:
        no = {"@type": "Capabilities.InsertRestrictionsType", "Insertable": False}
        kind = "Capabilities.NavigationPropertyRestriction"
        ways = [
            {"@type": kind, "NavigationProperty": {"$NavigationPropertyPath": n}, "InsertRestrictions": no}
            for n in read_only
        ]
        restricted = {"@type": "Capabilities.NavigationRestrictionsType", "RestrictedProperties": ways}
        notes["Capabilities.NavigationRestrictions"] = restricted
    return notes


def of_property(service: ODataService, entity: Entity, each: Property) -> Notes:
    """About one property."""
    once = each.written is Written.ONCE or (each.name in ("createdAt", "createdBy") and each.kind is not EdmType.DATE)
    flags = {
        "UI.Hidden": each.hidden,
        "UI.HiddenFilter": each.hidden_filter,
        "Core.Computed": each.written is Written.BY_SERVER,
        "Core.Immutable": once,
    }
    notes: dict[str, Any] = {"Common.Label": each.label} if each.label else {}
    notes |= {term: True for term, holds in flags.items() if holds}
    if each.name in entity.keys[:1] and each.kind is EdmType.STRING and entity.creates:
        notes["Common.FieldControl"] = {"$EnumMember": "Common.FieldControlType/Mandatory"}
    elif entity.creates and each.written is Written.BY_SERVER and not each.hidden:
        notes["Common.FieldControl"] = {"$EnumMember": "Common.FieldControlType/ReadOnly"}
    if each.measure:
        notes["Analytics.Measure"] = True
    if each.kind is EdmType.BINARY:
        notes["Core.MediaType"] = "application/octet-stream"
    if each.name in entity.keys and (thing := _view(entity).get("semantic_object")):
        notes |= {"Common.SemanticObject": thing, **_named_by(each.name, "TextOnly")}
    if each.named_by:
        notes |= _named_by(each.named_by, "TextFirst")
    way = next(
        (w for w in entity.navigations.values() if not w.many and w.pairs[0][0] == each.name and w.constrained), None
    )
    if way is not None and len(way.pairs) == 1 and "code" in service.target(way).properties:
        notes["Common.ValueListWithFixedValues"] = True
        notes["Common.ValueList"] = _value_list(each.name, way)
    return notes


def _named_by(path: str, arrangement: str) -> Notes:
    member = {"$EnumMember": f"UI.TextArrangementType/{arrangement}"}
    return {"Common.Text": {"$Path": path}, "Common.Text@UI.TextArrangement": member}


def _value_list(name: str, way: Navigation) -> Notes:
    own = {"LocalDataProperty": {"$PropertyPath": name}, "ValueListProperty": way.pairs[0][1]}
    shown = {"@type": "Common.ValueListParameterDisplayOnly", "ValueListProperty": "name"}
    parameters = [{"@type": "Common.ValueListParameterInOut", **own}, shown]
    return {"@type": "Common.ValueListType", "CollectionPath": way.target, "Parameters": parameters}
