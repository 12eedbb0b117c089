"""Finds every label of the pages: in templates, in Python, in scripts, and the names that ship with the code lists."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from frontdesk.insights.cards import CARDS
from frontdesk.insights.dimensions import DIMENSIONS, SPAN_TITLES, WEEKDAYS
from frontdesk.insights.measures import MEASURES
from frontdesk.insights.periods import PERIODS
from frontdesk.model import ENTITY_FIELDS, DeliveryState, EffectState, Role, Sentiment
from frontdesk.model.channels import EventState
from frontdesk.model.set_up import EntryKind
from frontdesk.model.signals import signal_kinds
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.actions import KINDS
from frontdesk.orchestrator.planning import NOTED
from frontdesk.settings.set_up_items import WORDS, item_of, items
from frontdesk.timing.entries import FIELDS
from frontdesk.ui.first_start import TRADES
from frontdesk.ui.languages import N_
from frontdesk.ui.navigation import GROUPS
from frontdesk.ui.rendering import environment
from frontdesk.ui.thread_view import LANGUAGES, label_of

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "frontdesk"
UI = SOURCE / "ui"
TRANSLATABLE = SOURCE / "model" / "translatable.py"
TEMPLATES = UI / "templates"
SPOKEN = {
    "alt",
    "aria-label",
    "aria-description",
    "label",
    "placeholder",
    "title",
    "text",
    "tooltip",
    "accessible-name",
}
# The packages whose refusals pages show, less what only a start, the command line, OData and the gateway say.
SPEAKING = ("insight_desk.py", "insights", "llm", "orchestrator", "storage", "ticketing", "timing", "ui")
NEVER_ON_A_PAGE = (
    "llm/asking.py", "llm/chat.py", "llm/routes.py", "llm/services.py", "llm/vectors.py",
    "storage/engines/database.py", "storage/engines/hana.py", "storage/odata", "storage/engines/remote.py",
    "storage/opening", "ui/assets.py", "ui/chat",
)  # fmt: skip
REFUSALS = {
    "Invalid", "NotFound", "Conflict", "Stale", "Unavailable", "Refused", "HTTPException", "ClientException",
    "NotFoundException", "PermissionDeniedException",
}  # fmt: skip
# What is the same in every language, or no language at all.
SAME = {"Frontdesk", "script", "Excel", "OData", "REST", "CSV", "XLSX", "PNG", "JSON", "SSE"}


@cache
def labels() -> frozenset[str]:
    """All of them."""
    return frozenset({*in_templates(), *in_python(), *in_scripts(), *names()})


def in_templates() -> Iterator[str]:
    """What `_()`, `gettext()`, `ngettext()` and `{% trans %}` say."""
    yield from of_templates(*(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")))


def of_modules(*names: str) -> Iterator[str]:
    """What `N_()` and `tr()` say in these files of the source."""
    for name in names:
        for node in ast.walk(ast.parse((SOURCE / name).read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("N_", "tr"):
                yield node.args[0].value  # type: ignore[attr-defined]  # they take a literal text


def of_templates(*names: str) -> Iterator[str]:
    """The same of some templates."""
    reader = environment("en", "")
    for path in map(TEMPLATES.joinpath, names):
        for _, _, text in reader.extract_translations(path.read_text()):  # type: ignore[attr-defined]
            yield text[0] if isinstance(text, tuple) else text


def in_python() -> Iterator[str]:
    """What `N_()` marks."""
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == N_.__name__:
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}: N_() takes a literal text"
                yield node.args[0].value


def sentences() -> Iterator[tuple[str, set[str], str]]:
    """The templates that `tr()` is called with, the names that it is given, and where."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == tr.__name__ and path != TRANSLATABLE:
                where = f"{path.relative_to(SOURCE)}:{node.lineno}"
                assert isinstance(node.args[0], ast.Constant), f"{where}: tr() takes a literal template"
                yield node.args[0].value, {str(word.arg) for word in node.keywords}, where


def untranslatable_refusals() -> Iterator[str]:
    """Where a refusal that a page may show is said without `tr()`."""
    for path in SOURCE.rglob("*.py"):
        here = path.relative_to(SOURCE)
        if here.parts[0] in SPEAKING and not str(here).startswith(NEVER_ON_A_PAGE):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _is_plain(node.exc):
                    yield f"{here}:{node.lineno}"


def _is_plain(call: ast.Call) -> bool:
    name = getattr(call.func, "id", "")
    if name not in REFUSALS:
        return False
    given = [*call.args, *(word.value for word in call.keywords if word.arg == "detail")]
    # Litestar's exceptions make a plain text of what they are given without its name.
    loses = name.endswith("Exception") and bool(call.args)
    return bool(given) and (loses or isinstance(given[0], ast.Constant | ast.JoinedStr | ast.BinOp))


def in_scripts() -> Iterator[str]:
    """What `t()` says."""
    for path in (ROOT / "frontend").rglob("*.js"):
        if "node_modules" not in path.parts:
            yield from re.findall(r'\bt\(\s*"((?:[^"\\]|\\.)*)"', path.read_text())


def names() -> Iterator[str]:
    """Names that the code itself gives: codes that ship, fields, actions with what they take, states, roles."""
    for entries in json.loads((SOURCE / "storage" / "code_lists.json").read_text()).values():
        yield from (entry["name"] for entry in entries)
    taken = {name for kind in KINDS.values() for group in (*kind.needs, kind.may) for name in group}
    yield from map(label_of, [*ENTITY_FIELDS, *KINDS, *taken, *NOTED])
    yield from (kind.label for kind in signal_kinds().values())
    for declared in (DIMENSIONS, MEASURES, CARDS):
        yield from (each.title for each in declared.values())
    yield from (*PERIODS.values(), *SPAN_TITLES, *WEEKDAYS, *LANGUAGES.values())
    yield from (each.label for group in GROUPS for each in (group, *group.entries) if each.label)
    yield from (
        words for form in FIELDS.values() for each in form.values() for words in each.values() if len(words) > 1
    )
    for item, _ in (*items().values(), item_of(EntryKind.MODEL_SERVICE, "main")):
        yield from (words for each in item.fields for words in (each.label, each.about) if words)
        yield from (*item.steps, *([item.title] if item.name in WORDS["titles"] else []))
    yield from (each.value.capitalize() for each in EventState)
    yield from (each["label"] for each in TRADES.values())
    yield from (each.value.capitalize() for each in [*DeliveryState, *EffectState, *Sentiment, *Role])


def untranslatable(template: str) -> list[str]:
    """Words that a template says outside `_()`."""
    without = re.sub(r"\{#.*?#\}|\{%-?\s*trans\b.*?endtrans\s*-?%\}", " ", template, flags=re.DOTALL)
    without = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", without, flags=re.DOTALL)
    reader = _Words()
    reader.feed(without)
    return [word for word in reader.found if word not in SAME]


class _Words(HTMLParser):
    """Collects words of text and of attributes that are read or seen; what is not for people is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style", "code")
        for name, value in attrs:
            if name in SPOKEN:
                self.handle_data(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style", "code")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found += re.findall(r"[^\W\d_]{2,}", data)
