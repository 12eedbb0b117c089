"""Loads settings: defaults, a file, the environment, what Cloud Foundry binds; the last one counts."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from frontdesk.interfaces import Invalid
from frontdesk.settings.cloud_foundry import bound_settings, merge
from frontdesk.settings.sections import Settings

PREFIX = "FRONTDESK_"
SHORT = {"PORT": ("server", "port"), "HOST": ("server", "host"), "DATABASE_URL": ("storage", "url")}
FILE = "frontdesk.toml"
# What is written in place of settings that are no more: section, key, words.
REPLACED = (
    (
        "security",
        "trust_proxy",
        "write security.trusted_proxies: how many proxies stand in a row before this server, such as 1 for the former "
        'true, or their networks, such as "10.0.0.0/8"; leave it out for the former false',
    ),
)


def load(file: Path | None = None, data: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from bound services (VCAP_SERVICES), `file` (else ./frontdesk.toml, else the one in the data folder),
    the environment, and `data`; what comes later wins.

    Raises Invalid that names the setting and what it may be.
    """
    environment = os.environ if environment is None else environment
    chosen = str(data) if data else environment.get(f"{PREFIX}DATA", "")
    raw = bound_settings(environment)
    merge(raw, _read(_find(file, chosen)))
    for name, value in environment.items():
        _set_from_environment(raw, name, value)
    if chosen:
        raw["data"] = chosen
    for section, key, instead in REPLACED:
        if isinstance(raw.get(section), dict) and key in raw[section]:
            raise Invalid(f"settings: {section}.{key} is no more: {instead}", f"{section}.{key}")
    try:
        return msgspec.convert(raw, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(f"settings: {error}: see docs/reference/settings.md", "settings") from None


def _find(file: Path | None, data: str) -> Path | None:
    if file is not None:
        if not file.is_file():
            raise Invalid(f"settings file {file} does not exist", "config")
        return file
    places = [Path(FILE), *([Path(data) / FILE] if data else [])]
    return next((place for place in places if place.is_file()), None)


def _read(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise Invalid(f"settings file {file} cannot be read: {error}", "config") from None


def _set_from_environment(raw: dict[str, Any], name: str, value: str) -> None:
    if not name.startswith(PREFIX):
        return
    rest = name.removeprefix(PREFIX)
    if rest in SHORT:
        section, key = SHORT[rest]
    else:
        section, _, key = rest.lower().partition("_")
    if section not in Settings.__struct_fields__ or section == "data" or not key:
        return
    inside = raw.setdefault(section, {})
    for part in getattr(Settings(), section).__struct_fields__:
        if key.startswith(f"{part}_") and isinstance(getattr(getattr(Settings(), section), part), msgspec.Struct):
            inside, key = inside.setdefault(part, {}), key.removeprefix(f"{part}_")
            break
    inside[key] = value
