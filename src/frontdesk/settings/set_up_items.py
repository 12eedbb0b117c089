"""What can be set up on pages: every channel, connector and model service, with its form made from its own settings."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, get_type_hints

import msgspec
from msgspec import inspect

from frontdesk.channels.kind import NEEDED, SECRET
from frontdesk.channels.registry import KINDS
from frontdesk.connectors.settings import Connectors
from frontdesk.interfaces import Invalid, NotFound
from frontdesk.model.channels import CHAT
from frontdesk.model.set_up import EntryKind, FormField, SetUpItem
from frontdesk.model.translatable import tr
from frontdesk.providers.options import ServiceOptions
from frontdesk.settings.sections import Chat, Settings

WORDS = tomllib.loads(files(__package__).joinpath("set_up.toml").read_text("utf-8"))
_SECRET = re.compile(r"(^|_)(password|secret|token|key)$")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
# What a page may not set: it would hand variables of this process to whatever address the page names.
_ENVIRONMENT = re.compile(r"_env$")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the settings of an item are: the path of their section, and its type."""

    path: tuple[str, ...]
    type: type[msgspec.Struct]

    def of(self, settings: Settings) -> msgspec.Struct | None:
        """The section, None where there is none (a model service of another name)."""
        at: Any = settings
        for name in self.path:
            at = at.get(name) if isinstance(at, dict) else getattr(at, name)
        return at if isinstance(at, msgspec.Struct) else None

    def put(self, settings: Settings, section: msgspec.Struct) -> Settings:
        """The settings with this section in its place."""
        changed: Settings = _put(settings, self.path, section)
        return changed


@cache
def items() -> Mapping[tuple[EntryKind, str], tuple[SetUpItem, Place]]:
    """All but model services, which have names of their own, in the order of lists."""
    return {(item.kind, item.name): (item, place) for item, place in _items()}


def item_of(kind: EntryKind, name: str) -> tuple[SetUpItem, Place]:
    """One item. Raises NotFound, Invalid for a model service that cannot be called so."""
    if kind is not EntryKind.MODEL_SERVICE:
        if (kind, name) not in items():
            raise NotFound(tr("there is no entry {name} of this kind", name=name[:40]))
        return items()[kind, name]
    if not _NAME.fullmatch(name):
        raise Invalid(tr("a name begins with a small letter; small letters, digits, _ and - follow"), "name")
    return _item(kind, name, name, ("llm", "services", name), ServiceOptions, may_pause=True)


def section_of(item: SetUpItem, place: Place, given: Mapping[str, Any]) -> msgspec.Struct:
    """The section of these values, checked as the file's. Raises Invalid that names the setting."""
    known = {each.name for each in item.fields}
    if strange := sorted(given.keys() - known):
        raise Invalid(tr("{setting} is no setting of {title}", setting=strange[0], title=item.title), strange[0])
    for each in item.fields:
        if each.is_needed and not given.get(each.name, each.default):
            raise Invalid(tr("fill this in: {title} cannot be set up without it", title=item.title), each.name)
    try:
        return msgspec.convert(dict(given), place.type, strict=False)
    except msgspec.ValidationError as error:
        said, _, where = str(error).partition(" - at `$.")
        raise Invalid(said, re.split(r"[.\[`]", where)[0]) from None


def values_of(item: SetUpItem, given: Mapping[str, str]) -> dict[str, Any]:
    """Values out of a form's texts: those that differ from their defaults. Raises Invalid that names the field."""
    found = {each.name: _value(each, given[each.name].strip()) for each in item.fields if each.name in given}
    defaults = {each.name: each.default for each in item.fields}
    return {name: value for name, value in found.items() if value != defaults[name]}


def texts_of(item: SetUpItem, values: Mapping[str, Any]) -> dict[str, str]:
    """The values as a form shows them, secrets left out."""
    return {each.name: _text(values.get(each.name, each.default)) for each in item.fields if each.form != "secret"}


def _put(at: Any, path: tuple[str, ...], section: msgspec.Struct) -> Any:
    if not path:
        return section
    if isinstance(at, dict):
        return {**at, path[0]: section}
    return msgspec.structs.replace(at, **{path[0]: _put(getattr(at, path[0]), path[1:], section)})


def _items() -> Iterator[tuple[SetUpItem, Place]]:
    yield _item(EntryKind.CHANNEL, "chat", WORDS["titles"]["chat"], ("chat",), Chat, code=CHAT, needed=("origins",))
    for kind in KINDS:
        more: dict[str, Any] = {
            "address": f"/webhooks/channels/{kind.name}" if kind.has_webhook else "",
            "code": kind.code,
        }
        path = ("channels", kind.name)
        yield _item(EntryKind.CHANNEL, kind.name, kind.title, path, kind.settings, may_pause=True, **more)
    for name, section in get_type_hints(Connectors).items():
        # The destination service tells further addresses, which nobody could guard: the deployment alone names it.
        if isinstance(section, type) and issubclass(section, msgspec.Struct) and name != "destination":
            needed = ("secret", "targets") if name == "webhook" else ("url",)
            address = "/webhooks/fsm" if name == "fsm" else ""
            title = WORDS["titles"][name]
            yield _item(EntryKind.CONNECTOR, name, title, ("connectors", name), section, needed=needed, address=address)


def _item(
    kind: EntryKind,
    name: str,
    title: str,
    path: tuple[str, ...],
    section: type[msgspec.Struct],
    *,
    needed: tuple[str, ...] = (),
    **more: Any,
) -> tuple[SetUpItem, Place]:
    where = ".".join(path[:2])
    info = inspect.type_info(section)
    assert isinstance(info, inspect.StructType)
    found = (_field(each, where, needed) for each in info.fields)
    fields = [each for each in found if each is not None]
    first = WORDS["first"].get(kind if kind is EntryKind.MODEL_SERVICE else name, [])
    order = {each: position for position, each in enumerate(first)}
    fields = [replace(each, is_first=each.is_needed or not first or each.name in order) for each in fields]
    fields.sort(key=lambda each: order.get(each.name, len(order)))
    steps = tuple(WORDS["steps"].get(name, ()))
    return SetUpItem(kind, name, title, tuple(fields), steps=steps, **more), Place(path, section)


def _field(each: inspect.Field, where: str, needed: tuple[str, ...]) -> FormField | None:
    """The field as a form has it; None for what only the settings file can say."""
    kind, about, marks = each.type, WORDS["about"].get(where, {}).get(each.name, ""), {}
    if isinstance(kind, inspect.Metadata):
        about, marks, kind = (kind.extra_json_schema or {}).get("description", about), kind.extra or {}, kind.type
    if _ENVIRONMENT.search(each.name) or isinstance(getattr(kind, "value_type", None), inspect.StructType):
        return None
    is_secret = bool(marks.get(SECRET)) or (bool(_SECRET.search(each.name)) and not each.name.startswith("inbound_p"))
    form = "secret" if is_secret else FORMS.get(type(kind), "text")
    least, most = (getattr(kind, "ge", None), getattr(kind, "le", None))
    choices = tuple(map(str, getattr(kind, "values", ())))
    default = "" if each.required else each.default
    if each.default_factory is not msgspec.NODEFAULT:
        default = each.default_factory()
    is_needed = bool(marks.get(NEEDED)) or each.required or each.name in needed
    label = WORDS["labels"].get(each.name) or each.name.replace("_", " ").capitalize()
    return FormField(each.name, form, label, about, default, choices, is_needed, least=least, most=most)


FORMS = {
    inspect.IntType: "whole",
    inspect.FloatType: "number",
    inspect.BoolType: "yes",
    inspect.LiteralType: "choice",
    inspect.DictType: "pairs",
}


def _value(field: FormField, text: str) -> Any:
    match field.form:
        case "yes":
            return text == "yes"
        case "pairs":
            pairs = (line.partition("=") for line in text.splitlines() if line.strip())
            return {name.strip(): value.strip() for name, _, value in pairs}
        case "whole" | "number" if text:
            return _number(field, text)
    return text or ("" if field.form in ("text", "secret") else field.default)


def _number(field: FormField, text: str) -> float:
    try:
        number = int(text) if field.form == "whole" else float(text.replace(",", "."))
    except ValueError:
        raise Invalid(tr("write a number"), field.name) from None
    if (field.least is not None and number < field.least) or (field.most is not None and number > field.most):
        least, most = field.least if field.least is not None else "…", field.most if field.most is not None else "…"
        raise Invalid(tr("write a number from {least} to {most}", least=least, most=most), field.name)
    return number


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, Mapping):
        return "\n".join(f"{name} = {each}" for name, each in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)
