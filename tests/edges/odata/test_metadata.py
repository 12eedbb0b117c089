"""Metadata: everything that the SAP sample's own document declares is there, and ours holds together."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import msgspec
import pytest

from frontdesk.edges.odata.catalogue import SERVICES
from frontdesk.edges.odata.metadata.as_json import metadata_json
from frontdesk.edges.odata.metadata.as_xml import EDM, metadata_xml
from frontdesk.model.entities import ODataService
from frontdesk.storage.odata.sources import SOURCES

NAMESPACE = {"e": EDM}
CONTRACT = Path(__file__).parent / "sample_admin_types.json"
ANNOTATED = Path(__file__).parent / "sample_admin_annotations.json"
# Where the sample's annotations are not ours, and why.
NOWHERE, OWN_WORDS, OF_PEOPLE = "its paths lead nowhere", "names a thing of SAP's demo", "ours is a name, no id"
DIFFERENT = {
    "InteractionInsight UI.Chart": NOWHERE,
    "InteractionInsight UI.HeaderInfo": NOWHERE,
    "InteractionInsight UI.Facets": NOWHERE,
    "InteractionInsight UI.FieldGroup#Details": NOWHERE,
    "InteractionInsight UI.DataPoint#chart06": OWN_WORDS,
    "InteractionInsight UI.KPI#chart06": OWN_WORDS,
    "EntityContainer/InteractionInsight UI.KPI#chart06": OWN_WORDS,
    "InteractionInsight/statname Common.Label": "Status",
    "InboundCustomerMessage UI.Chart#chart03": "sap.ovp draws no path over a navigation: intname is the same",
    "OutboundServiceMessage/numberOfOutboundCustomerMsgs Common.Label": "Outbound Customer Msgs",
    **{
        f"MessageThread UI.{kind}#{name}": NOWHERE
        for kind in ("Chart", "PresentationVariant")
        for name in ("chart03", "chart05")
    },
    **{f"EntityContainer/MessageThread UI.PresentationVariant#{name}": NOWHERE for name in ("chart03", "chart05")},
}
# What our document says more, of which the sample's clients need nothing.
MORE = {
    "Aggregation.ApplySupported", "Aggregation.CustomAggregate", "Capabilities.BatchSupport",
    "Capabilities.BatchSupported", "Capabilities.ConformanceLevel", "Capabilities.CountRestrictions",
    "Capabilities.DeleteRestrictions", "Capabilities.FilterRestrictions", "Capabilities.InsertRestrictions",
    "Capabilities.NavigationRestrictions", "Capabilities.UpdateRestrictions",
    "Capabilities.SearchRestrictions", "Capabilities.SkipSupported", "Capabilities.SupportedFormats",
    "Capabilities.TopSupported", "Common.FieldControl", "Common.Label", "Common.SemanticKey", "Common.SideEffects",
    "Common.Text", "Common.ValueList", "Common.ValueListWithFixedValues", "Core.Computed", "Core.Immutable",
    "Core.Links", "Core.MediaType", "Core.OptimisticConcurrency", "UI.Chart", "UI.Facets", "UI.FieldGroup",
    "UI.HeaderInfo", "UI.Hidden", "UI.Identification", "UI.LineItem", "UI.SelectionFields",
}  # fmt: skip


def schema(service: str) -> ElementTree.Element:
    found = ElementTree.fromstring(metadata_xml(SERVICES[service])).find(".//e:Schema", NAMESPACE)
    assert found is not None
    return found


def declared(schema: ElementTree.Element) -> dict[str, dict[str, list[str]]]:
    """Name to keys, properties with types, navigations with types."""
    found = {}
    for kind in schema.findall("e:EntityType", NAMESPACE):
        found[kind.attrib["Name"]] = {
            "keys": [each.attrib["Name"] for each in kind.findall("e:Key/e:PropertyRef", NAMESPACE)],
            "properties": sorted(
                f"{p.attrib['Name']} {p.attrib['Type']} {p.attrib.get('MaxLength', '')} {p.attrib.get('Nullable', '')}"
                for p in kind.findall("e:Property", NAMESPACE)
            ),
            "navigations": sorted(
                f"{n.attrib['Name']} {n.attrib['Type']}" for n in kind.findall("e:NavigationProperty", NAMESPACE)
            ),
        }
    return found


def test_every_type_of_the_sample_is_there_with_its_keys_properties_lengths_and_navigations() -> None:
    ours, theirs = declared(schema("admin")), msgspec.json.decode(CONTRACT.read_bytes())
    assert ours.keys() == theirs.keys()
    for name, wanted in theirs.items():
        assert ours[name]["keys"] == wanted["keys"], name
        missing = set(wanted["properties"]) - set(ours[name]["properties"])
        assert not missing, f"{name}: {missing}"
        assert ours[name]["navigations"] == wanted["navigations"], name


def leaves(element: ElementTree.Element) -> list[str]:
    """The values in an annotation, in their order, without labels and importance."""
    if element.attrib.get("Property") == "Label" or element.attrib.get("Term") == "UI.Importance":
        return []
    name = f"{element.attrib['Property']}=" if "Property" in element.attrib else ""
    kinds = ("Path", "PropertyPath", "AnnotationPath", "EnumMember", "String", "Bool", "Int", "Decimal")
    found = [name + element.attrib[kind] for kind in kinds if kind in element.attrib]
    found += [element.text.strip()] if (element.text or "").strip() else []
    inner = [each for child in element for each in leaves(child)]
    term = element.attrib.get("Term", "")
    return [f"@{term}({' '.join(found + inner)})"] if term == "UI.TextArrangement" else found + inner


def annotated(schema: ElementTree.Element) -> dict[str, list[str]]:
    """The values of every annotation, by target and term."""
    found = {}
    for block in schema.findall("e:Annotations", NAMESPACE):
        for each in block.findall("e:Annotation", NAMESPACE):
            qualifier = f"#{each.attrib['Qualifier']}" if "Qualifier" in each.attrib else ""
            target = block.attrib["Target"].partition(".")[2]
            found[f"{target} {each.attrib['Term']}{qualifier}"] = leaves(each)
    return found


def test_what_the_sample_annotates_is_annotated_alike_and_what_is_more_is_known() -> None:
    ours = annotated(schema("admin"))
    theirs = {
        f"{target} {term}": values.split(" | ")
        for target, terms in msgspec.json.decode(ANNOTATED.read_bytes()).items()
        for term, values in terms.items()
    }
    known = {name: reason for name, reason in DIFFERENT.items() if name in theirs} | {
        name: OF_PEOPLE for name in theirs if name.endswith(" Core.Description")
    }
    assert DIFFERENT.keys() <= known.keys()
    for name, wanted in theirs.items():
        rest = iter(ours.get(name, ()))
        alike = name in ours and all(each in rest for each in wanted if each)
        assert alike is (name not in known), f"{name}: {wanted} is here {ours.get(name)}"
    assert {name.rpartition(" ")[2].partition("#")[0] for name in ours.keys() - theirs.keys()} == MORE


@pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))
def test_what_annotations_point_to_exists(service: ODataService) -> None:
    root = schema(service.path)
    for block in root.findall("e:Annotations", NAMESPACE):
        target = block.attrib["Target"].removeprefix(f"{service.namespace}.").removeprefix("EntityContainer/")
        name = target.partition("(")[2].rstrip(")").removeprefix(f"{service.namespace}.") or target.partition("/")[0]
        if name == "EntityContainer":
            continue
        entity = service.entities[name]
        names = {**entity.properties, **entity.navigations}
        paths = [e.attrib[k] for e in block.iter() for k in ("Path", "PropertyPath") if k in e.attrib]
        paths += [e.text or "" for e in block.iter() if e.tag in (f"{{{EDM}}}PropertyPath", f"{{{EDM}}}Path")]
        for path in paths:
            wanted = path.partition("/")[0]
            assert wanted in names or wanted.startswith("@"), f"{target}: {path}"


@pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))
def test_navigations_lead_to_properties_that_are_there(service: ODataService) -> None:
    for entity in service.entities.values():
        for way in entity.navigations.values():
            target = service.target(way)
            for mine, theirs in way.pairs:
                assert mine in entity.properties, f"{entity.name}.{way.name}"
                assert theirs in target.properties, f"{entity.name}.{way.name}"


@pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))
def test_every_property_has_a_column_and_every_column_a_property(service: ODataService) -> None:
    for entity in service.entities.values():
        assert set(entity.properties) == set(SOURCES.of(entity).columns), entity.name


def test_json_and_xml_declare_the_same(subtests: pytest.Subtests) -> None:
    for path, service in SERVICES.items():
        with subtests.test(path):
            told = msgspec.json.decode(metadata_json(path))
            types = told[service.namespace]
            for name, each in declared(schema(path)).items():
                members = {key for key in types[name] if not key.startswith("$")}
                wanted = {text.partition(" ")[0] for text in each["properties"] + each["navigations"]}
                assert members == wanted
            targets = {block.attrib["Target"] for block in schema(path).findall("e:Annotations", NAMESPACE)}
            assert set(types["$Annotations"]) <= targets


def test_fiori_tools_find_lists_charts_aggregation_and_drafts() -> None:
    document = metadata_xml(SERVICES["admin"])
    for term in (
        "UI.LineItem", "UI.SelectionFields", "UI.HeaderInfo", "UI.Facets", "UI.Chart", "UI.PresentationVariant",
        "Common.Label", "Common.Text", "Common.ValueList", "Common.DraftRoot", "Common.SemanticKey",
        "Analytics.Measure", "Aggregation.ApplySupported", "Capabilities.InsertRestrictions",
        "Capabilities.DeleteRestrictions", "Capabilities.UpdateRestrictions", "Core.Computed",
        "Core.OptimisticConcurrency", "Common.SideEffects", "Common.SemanticObject", "Common.FieldControl",
        "Capabilities.FilterRestrictions", "Capabilities.BatchSupport", "Capabilities.ConformanceLevel", "Core.Links",
    ):  # fmt: skip
        assert f'Term="{term}"' in document, term
