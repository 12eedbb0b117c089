"""Reply templates."""

import pytest

from frontdesk.interfaces import Invalid
from frontdesk.interfaces.small_templates import MOST_ROUNDS
from frontdesk.orchestrator.rules import default_rules
from frontdesk.orchestrator.templates import (
    SAMPLE_VALUES,
    ReplyTemplate,
    ReplyTemplates,
    render_text,
    shipped_templates,
)

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


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in range(9000) %}{% for b in range(9000) %}{% endfor %}{% endfor %}",
        "{% for a in name %}{% for b in name %}x{% endfor %}{% endfor %}",
        "{% for a in [[1]] recursive %}{{ loop(a) }}{% endfor %}",
        "{{ 'a' * 300000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%300000000d' % 1 }}",
        "{{ name.ljust(300000000) }}",
        "{{ name | center(300000000) }}",
        "{{ name | indent(300000000) }}",
        "{{ name | replace('', name) }}",
        "{{ '%300000000d' | format(1) }}",
        "{{ 1.5 | round(300000000) }}",
        "{% set a = name ~ name %}{{ a }}",
        "{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}",
        "{% set ns = namespace(x='a') %}",
        "{{ lipsum(n=100000) }}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ name }}" * 3000,
    ],
)
def test_a_template_that_could_run_long_or_grow_large_is_refused_in_words(text: str) -> None:
    with pytest.raises(Invalid, match="reply 'x'"):
        ReplyTemplates({"x": ReplyTemplate("x", "AR", {"en": text})})


def test_a_loop_goes_over_so_many_entries_and_a_text_has_an_end() -> None:
    many = {**SAMPLE_VALUES, "entities": {"order_no": [str(n) for n in range(100_000)]}}
    once = "{% for each in entities.order_no %}{{ loop.index }},{% endfor %}"
    assert ReplyTemplate("x", "AR", {"en": once}).render("en", many).count(",") == MOST_ROUNDS
    assert render_text("{{ entities.order_no | join(', ') }}", many).count(", ") == MOST_ROUNDS - 1
    with pytest.raises(Invalid, match="grows longer"):
        render_text("{% for each in entities.order_no %}" + "x" * 1000 + "{% endfor %}", many)
    with pytest.raises(Invalid, match="grows longer"):
        render_text("{{ (" + "entities.order_no | join" + ") | join(name) | join(name) }}", many | {"name": "x" * 5000})


def test_a_template_may_use_values_conditions_a_loop_and_filters() -> None:
    text = (
        "{% if order.blocked or not name %}-{% elif name == 'Kim Doe' %}{{ name|upper }}{{ name[:3] ~ '!' }}"
        "{% endif %}{% for each in entities.order_no if each is defined %}{{ each }}{% if not loop.last %}, {% endif %}"
        "{% endfor %}{{ (title|default('none'))|first }}{{ 'a' if entities.order_no|length > 0 else 'b' }}"
    )
    assert render_text(text, SAMPLE_VALUES) == "KIM DOEKim!4711Ta"


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
