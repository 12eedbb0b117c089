"""Reply templates."""

import pytest

from frontdesk.interfaces import Invalid
from frontdesk.orchestrator.rules import default_rules
from frontdesk.orchestrator.templates import SAMPLE_VALUES, ReplyTemplate, ReplyTemplates, shipped_templates

LANGUAGES = {"en", "de", "fr", "es"}


def test_every_template_that_the_rules_name_exists_in_all_languages() -> None:
    content = default_rules().content
    rows = next(n["content"]["rules"] for n in content["nodes"] if n["type"] == "decisionTableNode")
    for name in {row["reply"].strip("'") for row in rows if row["reply"]}:
        assert set(shipped_templates().named(name).texts) >= LANGUAGES


def test_an_unknown_language_gets_english() -> None:
    template = shipped_templates().named("received")
    assert template.render("ja", SAMPLE_VALUES) == template.render("en", SAMPLE_VALUES)


def test_an_unknown_variable_is_refused_when_templates_are_loaded() -> None:
    with pytest.raises(Invalid, match="unknown variable shoe_size"):
        ReplyTemplates({"x": ReplyTemplate("x", "AR", {"en": "Your shoe size is {{ shoe_size }}."})})


@pytest.mark.parametrize(
    "text", ["{{ name.__class__.__mro__ }}", "{{ ''.__class__ }}", "{% for x in range(10**9) %}{{ x }}{% endfor %}"]
)
def test_a_template_cannot_leave_its_sandbox(text: str) -> None:
    with pytest.raises(Invalid):
        ReplyTemplates({"x": ReplyTemplate("x", "AR", {"en": text})})


def test_a_template_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(Invalid, match=r"use one of .*compliment"):
        shipped_templates().named("nonsense")


OWN = """
recall:
  texts: {en: "About the recall: {{ reference }}.", de: "Zum Rückruf: {{ reference }}."}
received:
  texts: {en: "We have it: {{ reference }}."}
"""


def test_templates_of_the_house_are_added_and_come_before_those_that_ship() -> None:
    templates = shipped_templates(OWN)
    assert templates.named("recall").render("de", SAMPLE_VALUES) == "Zum Rückruf: ABCD1234."
    assert templates.named("received").render("fr", SAMPLE_VALUES) == "We have it: ABCD1234."
    assert templates.named("compliment").texts == shipped_templates().named("compliment").texts


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        ("x: {texts: {en: '{{ shoe_size }}'}}", "unknown variable shoe_size"),
        ("x: {texts: {de: 'Hallo'}}", "no text in English"),
        ("x: {texts: {en: '{{ service_call.code }}'}}", "without saying so in needs"),
        ("x: {texts: {en: a}, needs: service_call, otherwise: nobody}", "no reply template 'nobody'"),
        ("x: {text: a}", "unknown field `text`"),
        ("x: {type: AR}", "missing required field `texts`"),
        ("x: {texts: {en: a}, colour: red}", "colour"),
        ("x: [", "cannot be read"),
        ("- x", "cannot be read"),
        ("x: {texts: {en: '{% if %}'}}", "x"),
    ],
)
def test_a_template_of_the_house_that_cannot_work_is_refused_at_start(own: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        shipped_templates(own)
