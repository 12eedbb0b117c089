"""Reply templates: sandboxed Jinja2 texts in several languages, checked when they are stored."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import msgspec
import yaml
from jinja2 import StrictUndefined, Template, meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from frontdesk.interfaces import Invalid
from frontdesk.interfaces.small_templates import render_small, small_environment, small_tree
from frontdesk.model import ENTITY_FIELDS
from frontdesk.model.translatable import tr

FALLBACK_LANGUAGE = "en"
AUTO_REPLY = "AR"
_ENVIRONMENT = small_environment(
    SandboxedEnvironment, undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False
)

# All values that a template may use, with samples: a text that uses anything else is refused. Values of an effect
# (service_call, order, case) are empty while that effect has not been carried out.
SAMPLE_VALUES: dict[str, Any] = {
    **json.loads((files(__package__) / "sample_values.json").read_text("utf-8")),
    "entities": {field: ["4711"] for field in ENTITY_FIELDS},
}
STATED = ("service_call", "order", "case")


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """A text per language. `needs` names the effect whose receipt it states; without it `otherwise` is sent.

    `neutral`: it says no more than that the message arrived and who reads it, so that it is never wrong.
    """

    name: str
    type: str
    texts: Mapping[str, str]
    needs: str = ""
    otherwise: str = ""
    remark: str = ""
    neutral: bool = False

    def render(self, language: str, values: Mapping[str, Any]) -> str:
        """The text in the customer's language, English where there is none. Raises Invalid."""
        return render_text(self.texts.get(language) or self.texts[FALLBACK_LANGUAGE], values, self.name)

    def render_remark(self, values: Mapping[str, Any]) -> str:
        """The note for the team."""
        return render_text(self.remark, values, self.name)


class ReplyTemplates:
    """Templates by name."""

    def __init__(self, templates: Mapping[str, ReplyTemplate]) -> None:
        """Check each text. Raises Invalid that names the template and what is wrong with it."""
        self._templates = templates
        for template in templates.values():
            self._check(template)

    def take(self, templates: Mapping[str, ReplyTemplate]) -> None:
        """Use these from now on. Raises Invalid; the templates in use then stay."""
        self._templates = ReplyTemplates(templates)._templates

    def all(self) -> tuple[ReplyTemplate, ...]:
        """All of them, by name."""
        return tuple(self._templates[name] for name in sorted(self._templates))

    def named(self, name: str) -> ReplyTemplate:
        """The template. Raises Invalid that lists the names there are."""
        if name not in self._templates:
            raise Invalid(
                tr(
                    "there is no reply template {name!r}: use one of {known}",
                    name=name,
                    known=", ".join(sorted(self._templates)),
                )
            )
        return self._templates[name]

    def _check(self, template: ReplyTemplate) -> None:
        if FALLBACK_LANGUAGE not in template.texts:
            raise Invalid(
                tr("reply template {name!r} has no text in English, which all others fall back to", name=template.name)
            )
        for text in (*template.texts.values(), template.remark):
            check_text(text, template.name)
            if stated := needs_of_text(text) - {template.needs}:
                raise Invalid(
                    tr(
                        "reply template {name!r} states {stated} without saying so in needs",
                        name=template.name,
                        stated=", ".join(sorted(stated)),
                    )
                )
        if not template.needs:
            return
        if template.needs not in STATED:
            raise Invalid(
                tr(
                    "reply template {name!r} needs {needs!r}: use one of {known}",
                    name=template.name,
                    needs=template.needs,
                    known=", ".join(STATED),
                )
            )
        if self.named(template.otherwise).needs:
            raise Invalid(
                tr("reply template {name!r}: its otherwise must be a text that needs nothing", name=template.name)
            )


def shipped_templates(own: str = "") -> ReplyTemplates:
    """The templates that ship, and your own, which replace shipped ones of the same name.

    `own` is YAML or JSON: name to `texts` (by language) and, where wanted, the other fields of a ReplyTemplate.
    Raises Invalid that names the template and what is wrong with it.
    """
    raw = json.loads((files("frontdesk.orchestrator") / "rule_sets" / "replies.json").read_text("utf-8"))
    return ReplyTemplates({name: ReplyTemplate(name=name, **fields) for name, fields in raw.items()} | _own(own))


@cache
def known_templates() -> ReplyTemplates:
    """Those that ship."""
    return shipped_templates()


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A template as people write it."""

    texts: dict[str, str]
    type: str = AUTO_REPLY
    needs: str = ""
    otherwise: str = ""
    remark: str = ""
    neutral: bool = False


def _own(text: str) -> dict[str, ReplyTemplate]:
    try:
        written = msgspec.convert(yaml.safe_load(text) or {}, dict[str, _Written])
    except (yaml.YAMLError, msgspec.ValidationError, ValueError, RecursionError) as error:
        raise Invalid(tr("the reply templates cannot be read: {error}", error=error)) from None
    return {name: ReplyTemplate(name, **msgspec.structs.asdict(each)) for name, each in written.items()}


@lru_cache(1000)
def check_text(text: str, name: str = "text") -> None:
    """Check that every branch of a text uses only known values, and that the text renders. Raises Invalid."""
    tree = _parsed(text, name)
    if unknown := meta.find_undeclared_variables(tree) - SAMPLE_VALUES.keys():
        known = ", ".join(sorted(SAMPLE_VALUES))
        raise Invalid(
            tr(
                "reply {name!r}: unknown variable {unknown}: use {known}",
                name=name,
                unknown=", ".join(sorted(unknown)),
                known=known,
            )
        )
    for part in tree.find_all((nodes.Getattr, nodes.Getitem)):
        _check_part(part, name)
    render_text(text, SAMPLE_VALUES, name)


@lru_cache(1000)
def needs_of_text(text: str) -> frozenset[str]:
    """The effects whose receipts a text states."""
    return frozenset(meta.find_undeclared_variables(_parsed(text, "text")) & set(STATED))


def render_text(text: str, values: Mapping[str, Any], name: str = "text") -> str:
    """The text with the values in it. Raises Invalid."""
    try:
        return render_small(_compiled(text), values).strip()
    except Invalid:
        raise
    except Exception as error:  # a template is a program of its author: any error in it is reported to them
        raise Invalid(tr("reply {name!r}: {error}", name=name, error=error)) from None


def _check_part(part: nodes.Node, name: str) -> None:
    """Check that the samples have every part of a value that the text uses, in any branch."""
    if not isinstance(part, nodes.Getattr | nodes.Getitem) or not isinstance(part.node, nodes.Name):
        return
    whole = part.node.name
    key = part.attr if isinstance(part, nodes.Getattr) else getattr(part.arg, "value", None)
    sample = SAMPLE_VALUES.get(whole)
    if isinstance(sample, dict) and key not in sample:
        raise Invalid(
            tr(
                "reply {name!r}: {whole} has no {key}: use one of {known}",
                name=name,
                whole=whole,
                key=key,
                known=", ".join(sorted(sample)),
            )
        )


def _parsed(text: str, name: str) -> nodes.Template:
    try:
        return small_tree(_ENVIRONMENT, text)
    except Invalid as error:
        raise Invalid(tr("reply {name!r}: {error}", name=name, error=error.text)) from None
    except Exception as error:  # see render_text
        raise Invalid(tr("reply {name!r}: {error}", name=name, error=error)) from None


@lru_cache(1000)
def _compiled(text: str) -> Template:
    return _ENVIRONMENT.from_string(small_tree(_ENVIRONMENT, text))
