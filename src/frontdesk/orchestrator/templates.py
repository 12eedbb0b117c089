"""Reply templates: sandboxed Jinja2 texts in several languages, checked before a customer waits for them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from frontdesk.interfaces import Invalid

FALLBACK_LANGUAGE = "en"
_ENVIRONMENT = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """A text per language. `needs` names the effect whose receipt it states; without it `otherwise` is sent."""

    name: str
    type: str
    texts: Mapping[str, str]
    needs: str = ""
    otherwise: str = ""
    remark: str = ""

    def render(self, language: str, values: Mapping[str, Any]) -> str:
        """The text in the customer's language, English where there is none. Raises Invalid."""
        return _render(self.texts.get(language) or self.texts[FALLBACK_LANGUAGE], values, self.name)

    def render_remark(self, values: Mapping[str, Any]) -> str:
        """The note for the team."""
        return _render(self.remark, values, self.name)


class ReplyTemplates:
    """Templates by name."""

    def __init__(self, templates: Mapping[str, ReplyTemplate]) -> None:
        """Check each text against sample values. Raises Invalid."""
        self._templates = templates
        for template in templates.values():
            for language in template.texts:
                template.render(language, SAMPLE_VALUES)
            template.render_remark(SAMPLE_VALUES)

    def named(self, name: str) -> ReplyTemplate:
        """The template. Raises Invalid that lists the names there are."""
        if name not in self._templates:
            raise Invalid(f"there is no reply template {name!r}: use one of {', '.join(sorted(self._templates))}")
        return self._templates[name]


SAMPLE_VALUES: dict[str, Any] = {
    "reference": "ABCD1234",
    "name": "Kim Doe",
    "title": "The oven stays cold",
    "service_call": {"code": "SC-000001"},
}


def shipped_templates() -> ReplyTemplates:
    """The templates that ship with the default rules."""
    raw = json.loads((files("frontdesk.orchestrator") / "rule_sets" / "replies.json").read_text("utf-8"))
    return ReplyTemplates({name: ReplyTemplate(name=name, **fields) for name, fields in raw.items()})


def _render(text: str, values: Mapping[str, Any], name: str) -> str:
    try:
        return _ENVIRONMENT.from_string(text).render(values).strip()
    except Exception as error:  # a template is somebody's program: whatever fails in it is theirs to mend
        raise Invalid(f"reply template {name!r}: {error}") from None
