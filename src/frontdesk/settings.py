"""Every knob: read from `frontdesk.toml`, then from the environment, checked once at start.

`FRONTDESK_SERVER_PORT=8080` sets `port` in `[server]`; `FRONTDESK_PORT` is a short form of it. Every knob is
described in docs/reference/settings.md, which a test holds against this file.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import platformdirs
from msgspec import Meta

from frontdesk.interfaces import Invalid

Port = Annotated[int, Meta(ge=0, le=65535)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Count = Annotated[int, Meta(ge=1, le=1000)]
Limit = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Money = Annotated[float, Meta(ge=0, le=1_000_000_000)]
Masking = Literal["off", "on", "strict"]


class Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The web server."""

    host: str = "127.0.0.1"
    port: Port = 8000
    public_url: str = ""
    max_body_bytes: Annotated[int, Meta(ge=1024, le=100_000_000)] = 1_000_000


class Storage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The database; an empty url means SQLite in the data folder."""

    url: str = ""
    pool_size: Count = 8


class Work(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How each process works off messages."""

    in_server: bool = True
    slots: Count = 8
    lease_seconds: Seconds = 30.0
    idle_seconds: Seconds = 0.25
    most_attempts: Count = 8
    engine_threads: Annotated[int, Meta(ge=1, le=64)] = 1


class Security(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Signing in, sessions and limits."""

    session_hours: Annotated[float, Meta(gt=0, le=8760)] = 12.0
    sign_ins_per_minute: Count = 10
    submissions_per_minute: Annotated[int, Meta(ge=1, le=1_000_000)] = 60
    trust_proxy: bool = False
    demo_sign_in: bool = False


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be spent on models, in units of the price table's currency; 0 sets no limit."""

    per_day: Money = 0.0
    per_month: Money = 0.0


class ModelLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all processes together may ask of one model service; 0 sets no limit."""

    requests_per_minute: Limit = 0
    tokens_per_minute: Limit = 0
    concurrency: Limit = 0


class ModelPrice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The price of a million tokens."""

    input: Money
    output: Money = 0.0


class Llm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Language models: which are asked in which order, and what they are held to."""

    ladders: dict[str, list[str]] = {}
    masking: Masking = "on"
    masking_of: dict[str, Masking] = {}
    mask_numbers: bool = False
    deadline_seconds: Seconds = 20.0
    attempts: Annotated[int, Meta(ge=1, le=10)] = 2
    breaker_failures: Count = 5
    breaker_seconds: Seconds = 30.0
    cache_rows: Annotated[int, Meta(ge=0, le=10_000_000)] = 10_000
    cache_megabytes: Annotated[int, Meta(ge=1, le=100_000)] = 64
    cache_personal: bool = False
    budget_per_day: Money = 0.0
    budget_per_month: Money = 0.0
    budgets: dict[str, Budget] = {}
    limits: dict[str, ModelLimits] = {}
    prices: dict[str, ModelPrice] = {}
    store_texts: bool = False


class Logging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is logged."""

    level: Annotated[str, Meta(pattern="^(DEBUG|INFO|WARNING|ERROR)$")] = "INFO"
    access: bool = False


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of a process."""

    data: str = ""
    server: Server = Server()
    storage: Storage = Storage()
    work: Work = Work()
    security: Security = Security()
    llm: Llm = Llm()
    logging: Logging = Logging()

    @property
    def folder(self) -> Path:
        """Where the database and files are."""
        return Path(self.data).expanduser() if self.data else Path(platformdirs.user_data_dir("frontdesk"))


PREFIX = "FRONTDESK_"
SHORT = {"PORT": ("server", "port"), "HOST": ("server", "host"), "DATABASE_URL": ("storage", "url")}
FILE = "frontdesk.toml"


def load(file: Path | None = None, data: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from `file` (else ./frontdesk.toml, else the one in the data folder), the environment, and `data`.

    Raises Invalid that names the setting and what it may be.
    """
    environment = os.environ if environment is None else environment
    chosen = str(data) if data else environment.get(f"{PREFIX}DATA", "")
    raw = _read(_find(file, chosen))
    for name, value in environment.items():
        _set_from_environment(raw, name, value)
    if chosen:
        raw["data"] = chosen
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
    if section in Settings.__struct_fields__ and section != "data" and key:
        raw.setdefault(section, {})[key] = value
