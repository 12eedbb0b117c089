"""Annotations of the metadata for tools: labels, lists, charts, what may be changed and aggregated."""

from frontdesk.edges.odata.metadata.terms import ANNOTATION, NAVIGATION, PROPERTY, Member, Notes, Path, Record, Term
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
# What each entity's list and filter bar begin with.
COLUMNS = {
    "CustomerInteraction": "ID title extRef customer_ID category/name originChannel/name status/name createdAt",
    "InteractionInsight": "title summary createdAt priority_code status_code category_code",
    "InboundCustomerMessage": "interaction_ID sequence summary sentiment intent_code channel_code createdAt",
    "OutboundServiceMessage": "interaction_ID sequence outboundTextMsg type_code processedBy createdAt",
    "MessageThread": "createdAt direction name message sentiment intent",
    "Contact": "ID name email phoneNo customer_ID",
    "Customer": "ID name",
    "InboundCustomerMessageIntent": "code name descr",
}
FILTERS = {
    "CustomerInteraction": "ID status_code category_code priority_code summary",
    "InteractionInsight": "ID status_code category_code summary",
    "InboundCustomerMessage": "interaction_ID sentiment intent_code channel_code",
    "OutboundServiceMessage": "interaction_ID type_code",
    "Contact": "name customer_ID",
}
CHARTS = {
    "InteractionInsight": (
        ("chart01", "Column", "priority_code"),
        ("chart02", "Donut", "status_code"),
        ("chart04", "Column", "originChannel_code"),
        ("chart05", "Donut", "category_code"),
        ("chart06", "Column", "category_code"),
        ("chart07", "Line", "customer_ID"),
    ),
    "InboundCustomerMessage": (("chart03", "Column", "intent_code"), ("chart05", "Donut", "sentiment")),
}


def of_type(entity: Entity) -> Notes:
    """About an entity's type: how lists and pages show it."""
    if not entity.title:
        return {}
    listed = COLUMNS.get(entity.name, "").split()
    columns = listed or [name for name, each in entity.properties.items() if not each.hidden]
    first = "title" if "title" in entity.properties else columns[min(1, len(columns) - 1)]
    notes: dict[str, Term] = {
        "UI.HeaderInfo": Record(
            "UI.HeaderInfoType",
            {
                "TypeName": entity.title,
                "TypeNamePlural": entity.titles,
                "Title": _field(first, entity),
                "Description": _field(columns[0], entity),
            },
        ),
        "UI.LineItem": [_field(path, entity) for path in columns],
        "UI.SelectionFields": [Path(name, PROPERTY) for name in FILTERS.get(entity.name, "").split()],
        "UI.FieldGroup#General": Record("UI.FieldGroupType", {"Data": [_field(n, entity) for n in _group(entity)]}),
        "UI.Facets": [
            Record(
                "UI.ReferenceFacet",
                {"ID": "GeneralFacet", "Label": "General", "Target": Path("@UI.FieldGroup#General", ANNOTATION)},
            ),
            *(_facet(way) for way in entity.navigations.values() if way.many and way.owned),
        ],
    }
    if entity.keys:
        notes["UI.Identification"] = [_field(entity.keys[0], entity)]
        notes["Common.SemanticKey"] = [Path(name, PROPERTY) for name in entity.keys if name != "IsActiveEntity"]
    return {**notes, **_charts(entity), **_aggregation(entity)}


def _group(entity: Entity) -> list[str]:
    return [name for name, each in entity.properties.items() if each.shown and not each.hidden and not each.measure]


def _field(path: str, entity: Entity) -> Record:
    start = path.partition("/")[0]
    known: Property | Navigation | None = entity.properties.get(start) or entity.navigations.get(start)
    label = (known.label if known else "") or start
    high = {"UI.Importance": Member("UI.ImportanceType/High")}
    return Record("UI.DataField", {"Label": label, "Value": Path(path)}, high)


def _facet(way: Navigation) -> Record:
    values: dict[str, Term] = {
        "ID": f"{way.name}Facet",
        "Label": way.label or way.name,
        "Target": Path(f"{way.name}/@UI.LineItem", ANNOTATION),
    }
    return Record("UI.ReferenceFacet", values)


def _charts(entity: Entity) -> Notes:
    notes: dict[str, Term] = {}
    for number, (name, kind, by) in enumerate(CHARTS.get(entity.name, ())):
        measure = entity.measures[0]
        chart = Record(
            "UI.ChartDefinitionType",
            {
                "ChartType": Member(f"UI.ChartType/{kind}"),
                "Dimensions": [Path(by, PROPERTY)],
                "DimensionAttributes": [
                    Record(
                        "UI.ChartDimensionAttributeType",
                        {"Dimension": Path(by, PROPERTY), "Role": Member("UI.ChartDimensionRoleType/Category")},
                    )
                ],
                "Measures": [Path(measure, PROPERTY)],
                "MeasureAttributes": [
                    Record(
                        "UI.ChartMeasureAttributeType",
                        {"Measure": Path(measure, PROPERTY), "Role": Member("UI.ChartMeasureRoleType/Axis1")},
                    )
                ],
            },
        )
        if number == 0:
            notes["UI.Chart"] = chart
        notes[f"UI.Chart#{name}"] = chart
        shown: list[Term] = [Path(f"@UI.Chart#{name}", ANNOTATION)]
        notes[f"UI.PresentationVariant#{name}"] = Record("UI.PresentationVariantType", {"Visualizations": shown})
    return notes


def _aggregation(entity: Entity) -> Notes:
    if not entity.measures:
        return {}
    groups = [name for name, each in entity.properties.items() if not each.measure and each.kind is not EdmType.BINARY]
    figures: list[Term] = [
        Record("Aggregation.AggregatablePropertyType", {"Property": Path(name, PROPERTY)}) for name in entity.measures
    ]
    return {
        "Aggregation.ApplySupported": Record(
            "Aggregation.ApplySupportedType",
            {
                "Transformations": list(TRANSFORMATIONS),
                "AggregationMethods": list(METHODS),
                "Rollup": Member("Aggregation.RollupType/None"),
                "PropertyRestrictions": True,
                "GroupableProperties": [Path(name, PROPERTY) for name in groups],
                "AggregatableProperties": figures,
            },
        ),
        **{f"Aggregation.CustomAggregate#{name}": "Edm.Int32" for name in entity.measures},
    }


def of_set(service: ODataService, entity: Entity) -> Notes:
    """About an entity set: what may be done with it."""
    searchable = any(each.searched for each in entity.properties.values())
    notes: dict[str, Term] = {
        "Capabilities.SearchRestrictions": Record("Capabilities.SearchRestrictionsType", {"Searchable": searchable}),
        "Capabilities.CountRestrictions": Record("Capabilities.CountRestrictionsType", {"Countable": True}),
        "Capabilities.TopSupported": True,
        "Capabilities.SkipSupported": True,
    }
    for term, name, may in (
        ("InsertRestrictions", "Insertable", entity.creates),
        ("UpdateRestrictions", "Updatable", entity.changes),
        ("DeleteRestrictions", "Deletable", entity.removes),
    ):
        if not may:
            notes[f"Capabilities.{term}"] = Record(f"Capabilities.{term}Type", {name: False})
    if entity.versioned and entity.changes:
        notes["Core.OptimisticConcurrency"] = []
    if entity.drafted:
        names = {"ActivationAction": "draftActivate", "EditAction": "draftEdit", "PreparationAction": "draftPrepare"}
        actions: dict[str, Term] = {term: f"{service.namespace}.{name}" for term, name in names.items()}
        notes["Common.DraftRoot"] = Record("Common.DraftRootType", actions)
    read_only = [way.name for way in entity.navigations.values() if way.many and not service.target(way).creates]
    if read_only and entity.creates:
        no = {"Insertable": False}
        notes["Capabilities.NavigationRestrictions"] = Record(
            "Capabilities.NavigationRestrictionsType",
            {
                "RestrictedProperties": [
                    Record(
                        "Capabilities.NavigationPropertyRestriction",
                        {
                            "NavigationProperty": Path(name, NAVIGATION),
                            "InsertRestrictions": Record("Capabilities.InsertRestrictionsType", no),
                        },
                    )
                    for name in read_only
                ]
            },
        )
    return notes


def of_property(service: ODataService, entity: Entity, each: Property) -> Notes:
    """About one property."""
    notes: dict[str, Term] = {}
    if each.label:
        notes["Common.Label"] = each.label
    if each.hidden:
        notes["UI.Hidden"] = True
    if each.hidden_filter:
        notes["UI.HiddenFilter"] = True
    if each.written is Written.BY_SERVER:
        notes["Core.Computed"] = True
    if each.written is Written.ONCE:
        notes["Core.Immutable"] = True
    if each.measure:
        notes["Analytics.Measure"] = True
    if each.kind is EdmType.BINARY:
        notes["Core.MediaType"] = "application/octet-stream"
    if each.named_by:
        notes["Common.Text"] = Path(each.named_by)
        notes["Common.Text@UI.TextArrangement"] = Member("UI.TextArrangementType/TextFirst")
    way = next(
        (w for w in entity.navigations.values() if not w.many and w.pairs[0][0] == each.name and w.constrained), None
    )
    if way is not None and len(way.pairs) == 1 and "code" in service.target(way).properties:
        notes["Common.ValueListWithFixedValues"] = True
        notes["Common.ValueList"] = _value_list(each.name, way)
    return notes


def _value_list(name: str, way: Navigation) -> Record:
    return Record(
        "Common.ValueListType",
        {
            "CollectionPath": way.target,
            "Parameters": [
                Record(
                    "Common.ValueListParameterInOut",
                    {"LocalDataProperty": Path(name, PROPERTY), "ValueListProperty": way.pairs[0][1]},
                ),
                Record("Common.ValueListParameterDisplayOnly", {"ValueListProperty": "name"}),
            ],
        },
    )
