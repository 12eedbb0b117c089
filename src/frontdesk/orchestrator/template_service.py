"""Reply templates that people change: stored beside those that ship, and used by every process within two seconds."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

import msgspec

from frontdesk.interfaces import Invalid, NotFound
from frontdesk.interfaces.cached import Cached
from frontdesk.interfaces.small_templates import LONGEST_TEXT
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.templates import ReplyTemplate, ReplyTemplates

log = logging.getLogger(__name__)

CACHE_SECONDS = 1.0
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class TemplateStore(Protocol):
    """Stores the changed templates as one text."""

    async def read(self) -> str:
        """Empty where nothing was changed."""
        ...

    async def write(self, change: Callable[[str], str], what: Mapping[str, Any], by: str) -> str:
        """Read, change and store in one transaction, with a line in the journal; the answer is what is stored."""
        ...


class TemplateService:
    """Changes the templates that rules and replies use."""

    def __init__(self, templates: ReplyTemplates, store: TemplateStore) -> None:
        """`templates` are those in use, as they ship or a file says; they are brought up to date."""
        self.templates, self._store = templates, store
        self._shipped = {each.name: each for each in templates.all()}
        self._changes = Cached[str](CACHE_SECONDS)
        self._taken = ""

    async def follow(self) -> None:
        """Take in what was changed in any process; asks at most once a second."""
        self._take(await self._changes.get(self._store.read))

    async def named(self, name: str) -> ReplyTemplate:
        """The one in use. Raises NotFound."""
        await self.follow()
        found = next((each for each in self.templates.all() if each.name == name), None)
        if found is None:
            raise NotFound(tr("there is no reply template {name}", name=name[:40]))
        return found

    def changed(self) -> tuple[ReplyTemplate, ...]:
        """Those that are others than as they ship, as they were followed last."""
        return tuple(each for each in self.templates.all() if self._shipped.get(each.name) != each)

    def is_shipped(self, name: str) -> bool:
        """Whether the template ships, so that it can be reset."""
        return name in self._shipped

    async def put(self, name: str, texts: Mapping[str, str], by: str, type: str = "AR") -> ReplyTemplate:
        """Store the texts of a new or existing template; what it needs stays. Raises Invalid that names the error."""
        if not _NAME.fullmatch(name):
            raise Invalid(tr("a name is made of small letters, digits and underscores, at most 40"), "name")
        await self.follow()
        known = next((each for each in self.templates.all() if each.name == name), ReplyTemplate(name, type, {}))
        kept = {language: text.strip() for language, text in texts.items() if text.strip()}
        if too_long := next((language for language, text in kept.items() if len(text) > LONGEST_TEXT), ""):
            raise Invalid(tr("a text has at most {most:,} characters", most=LONGEST_TEXT), f"text_{too_long}")
        changed = replace(known, texts=kept)
        ReplyTemplates({each.name: each for each in self.templates.all()} | {name: changed})
        await self._change(name, {"type": changed.type, "texts": kept}, by)
        return changed

    async def reset(self, name: str, by: str) -> None:
        """Reset a template to the shipped texts. Raises NotFound if it does not ship."""
        if name not in self._shipped:
            raise NotFound(
                tr("the reply template {name} does not ship: there is nothing to go back to", name=name[:40])
            )
        await self._change(name, None, by)

    async def _change(self, name: str, value: Mapping[str, Any] | None, by: str) -> None:
        def change(text: str) -> str:
            every = _parsed(text)
            every.pop(name, None)
            return msgspec.json.encode(every | ({name: dict(value)} if value else {})).decode()

        text = await self._store.write(change, {"template": name}, by)
        self._changes.put(text)
        self._take(text)

    def _take(self, text: str) -> None:
        if text == self._taken:
            return
        every = dict(self._shipped)
        for name, value in _parsed(text).items():
            known = every.get(name, ReplyTemplate(name, str(value.get("type", "AR")), {}))
            every[name] = replace(known, texts=dict(value["texts"]))
        try:
            self.templates.take(every)
        except Invalid as error:  # an older release may have stored what this one refuses: replies must go on
            log.error("changed reply templates are left out: %s", error)
        self._taken = text


def _parsed(text: str) -> dict[str, Any]:
    found = msgspec.json.decode(text) if text else {}
    return dict(found)
