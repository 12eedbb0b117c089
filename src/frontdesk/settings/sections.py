"""All settings. Bound services come first, then `frontdesk.toml`, then the environment; checked once at start.

`FRONTDESK_SERVER_PORT=8080` sets `port` in `[server]`; `FRONTDESK_PORT` is a short form of it. Every setting is
described in docs/reference/settings.md, which a test compares with this file.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import platformdirs
from msgspec import Meta

from frontdesk.channels.registry import settings_of
from frontdesk.connectors.settings import Connectors
from frontdesk.providers.options import ServiceOptions

Port = Annotated[int, Meta(ge=0, le=65535)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Count = Annotated[int, Meta(ge=1, le=1000)]
Limit = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Days = Annotated[int, Meta(ge=0, le=36_500)]
Money = Annotated[float, Meta(ge=0, le=1_000_000_000)]
Share = Annotated[float, Meta(ge=0, le=1)]
Masking = Literal["off", "on", "strict"]


class Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The web server."""

    host: str = "127.0.0.1"
    port: Port = 8000
    public_url: str = ""
    max_body_bytes: Annotated[int, Meta(ge=1024, le=100_000_000)] = 1_000_000
    connections_per_address: Annotated[int, Meta(ge=0, le=1_000_000)] = 256
    header_seconds: Seconds = 10.0
    body_seconds: Seconds = 30.0


class Storage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The database; an empty url means SQLite in the data folder. `attachment_key` encrypts files that are kept."""

    url: str = ""
    pool_size: Count = 8
    wait_seconds: Annotated[float, Meta(ge=0, le=86_400)] = 0.0
    attachment_key: str = ""


class Work(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How each process works off messages."""

    in_server: bool = True
    slots: Count = 8
    lease_seconds: Seconds = 30.0
    idle_seconds: Seconds = 0.25
    most_attempts: Count = 8
    engine_threads: Annotated[int, Meta(ge=1, le=64)] = 1
    away_minutes: Annotated[int, Meta(ge=1, le=1440)] = 5
    timers_a_minute: Count = 60


class OpenIdConnect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Single sign-on at an OpenID provider; one without an issuer is not there. `roles` and `teams` are by group."""

    issuer: str = ""
    client_id: str = ""
    client_secret: str = ""
    name: str = "single sign-on"
    scopes: str = "openid email profile"
    groups_claim: str = "groups"
    roles: dict[str, str] = {}
    teams: dict[str, str] = {}
    default_role: str = ""
    clock_skew_seconds: Annotated[int, Meta(ge=0, le=300)] = 60


class Security(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Signing in, sessions and limits."""

    session_hours: Annotated[float, Meta(gt=0, le=8760)] = 12.0
    sign_ins_per_minute: Count = 10
    submissions_per_minute: Annotated[int, Meta(ge=1, le=1_000_000)] = 60
    trusted_proxies: int | str = ""
    demo_sign_in: bool = False
    demo_token: str = ""
    xsuaa: dict[str, str] = {}
    idle_minutes: Annotated[int, Meta(ge=0, le=525_600)] = 120
    agents_by_team: bool = False
    origins: str = ""
    second_factor: Literal["optional", "required"] = "optional"
    openid: OpenIdConnect = OpenIdConnect()


class Chat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The chat widget on web sites; `origins` are written with spaces between. `identity_secret` signs user ids."""

    origins: str = ""
    identity_secret: str = ""
    conversation_days: Annotated[int, Meta(ge=1, le=3650)] = 30
    streams_per_place: Count = 50


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
    cached: Money | None = None
    written: Money | None = None


class OutgoingHttp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All HTTP to the outside; lists are written with spaces between."""

    proxy: str = ""
    no_proxy: str = ""
    ca_file: str = ""
    allow_hosts: str = ""


class Llm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Language models: which are asked in which order, and what they are held to."""

    services: dict[str, ServiceOptions] = {}
    chains: dict[str, list[str]] = {}
    masking: Masking = "on"
    masking_of: dict[str, Masking] = {}
    mask_numbers: bool = False
    media: Literal["refuse", "pass"] = "refuse"
    deadline_seconds: Seconds = 20.0
    stretch: Annotated[float, Meta(ge=1, le=1000)] = 1.0
    chat_seconds: Seconds = 60.0
    chat_tokens: Annotated[int, Meta(ge=1, le=1_000_000)] = 4096
    audio_megabytes: Annotated[int, Meta(ge=1, le=1000)] = 25
    attempts: Annotated[int, Meta(ge=1, le=10)] = 2
    breaker_failures: Count = 5
    breaker_seconds: Seconds = 30.0
    reanalyse_seconds: Annotated[float, Meta(ge=0, le=86_400)] = 60.0
    cache_rows: Annotated[int, Meta(ge=0, le=10_000_000)] = 10_000
    cache_megabytes: Annotated[int, Meta(ge=1, le=100_000)] = 64
    cache_personal: bool = False
    budget_per_day: Money = 0.0
    budget_per_month: Money = 0.0
    budgets: dict[str, Budget] = {}
    limits: dict[str, ModelLimits] = {}
    prices: dict[str, ModelPrice] = {}
    store_texts: bool = False
    otlp_endpoint: str = ""


class Effects(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How hard effects are tried, and how long a reply waits for what it states."""

    most_attempts: Count = 20
    longest_delay_seconds: Seconds = 300.0
    patience_seconds: Seconds = 60.0
    breaker_failures: Count = 5
    breaker_seconds: Seconds = 5.0


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What rule sets may do; a rules service elsewhere is set up in `connectors.rules`."""

    extra_routes: str = ""
    replies: str = ""
    remote_seconds: Seconds = 3.0
    least_low: Share = 0.0
    least_medium: Share = 0.6
    least_high: Share = 0.8
    least: dict[str, Share] = {}
    emergency_number: Annotated[str, Meta(pattern=r"^[0-9 +-]{2,20}$")] = "112"
    holidays: str = ""
    learning: Literal["at_once", "reviewed"] = "at_once"


class Odata(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The OData interface."""

    wait_seconds: Annotated[float, Meta(ge=0, le=300)] = 15.0


class ChannelRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all channels share; each channel's own settings are in a section of its name (see channels.registry)."""

    thread_hours: Annotated[float, Meta(ge=0, le=8760)] = 72.0
    most_automatic_answers: Count = 10
    burst_seconds: dict[str, Annotated[float, Meta(ge=0, le=60)]] = msgspec.field(default_factory=lambda: {"CHT": 4.0})
    most_media_bytes: Annotated[int, Meta(ge=1, le=100_000_000)] = 25_000_000
    refused_media: str = "application/x-msdownload application/x-dosexec application/java-archive"
    scanner: str = ""
    scanner_seconds: Seconds = 60.0
    timeout_seconds: Seconds = 15.0


if TYPE_CHECKING:
    Channels = ChannelRules
else:
    Channels = settings_of(ChannelRules)


class RetentionDays(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many days each kind of data is kept; 0: for ever. Its names are those of model.privacy.Category."""

    messages: Days = 0
    attachments: Days = 0
    events: Days = 90
    calls: Days = 0
    audit: Days = 0


class Insights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Figures: the clock that days begin by, and what they should come to."""

    time_zone: str = "UTC"
    target_negative_share: Annotated[float, Meta(ge=0, le=1)] = 0.25
    target_first_answer_seconds: Annotated[float, Meta(gt=0, le=31_536_000)] = 3600.0
    target_close_hours: Annotated[float, Meta(gt=0, le=8760)] = 72.0
    target_automation: Annotated[float, Meta(ge=0, le=1)] = 0.6


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers to questions: what share of all questions may be answered wrongly rather than not at all."""

    wrong_rate: Annotated[float, Meta(gt=0, le=0.2)] = 0.03
    word_with_model: bool = False
    model_seconds: Seconds = 8.0


class Help(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The help centre: public articles for everybody to read at /help."""

    enabled: bool = False


class Branding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the pages of customers are called and look; `logo` is a file."""

    name: Annotated[str, Meta(min_length=1, max_length=60)] = "Frontdesk"
    logo: str = ""
    color: Annotated[str, Meta(pattern="^(#[0-9A-Fa-f]{6})?$")] = ""
    footer: Annotated[str, Meta(max_length=300)] = ""


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
    chat: Chat = Chat()
    rules: Rules = Rules()
    odata: Odata = Odata()
    effects: Effects = Effects()
    connectors: Connectors = Connectors()
    channels: Channels = Channels()
    outgoing: OutgoingHttp = OutgoingHttp()
    llm: Llm = Llm()
    insights: Insights = Insights()
    retention_days: RetentionDays = RetentionDays()
    answers: Answers = Answers()
    help: Help = Help()
    branding: Branding = Branding()
    logging: Logging = Logging()

    @property
    def folder(self) -> Path:
        """Where the database and files are."""
        return Path(self.data).expanduser() if self.data else Path(platformdirs.user_data_dir("frontdesk"))
