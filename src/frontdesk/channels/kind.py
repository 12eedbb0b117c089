"""How a channel is declared: name, code, settings, and how it is built."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from frontdesk.interfaces import Clock, Http, Invalid
from frontdesk.interfaces.channels import Channel
from frontdesk.interfaces.mail import MailReach

NEEDED, SECRET = "needed", "secret"


class HttpClientFactory(Protocol):
    """Opens a client of the system at an address."""

    def __call__(self, url: str, *, trusted: bool = True, most_bytes: int = 10_000_000) -> Http:
        """`trusted` False refuses internal addresses. Raises Invalid."""
        ...


@dataclass(frozen=True, slots=True)
class ChannelTools:
    """What a channel is handed when it is made. `seconds` only goes forward; `secret` is this installation's."""

    reach: HttpClientFactory
    clock: Clock
    seconds: Callable[[], float]
    mail: MailReach
    public_url: str = ""
    secret: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """One way a customer reaches us.

    `name` is used in addresses, settings and files, `code` is that of the channel list, `title` what people say.
    `settings` are its settings; `build` makes the channel of them. `has_webhook`: its vendor calls us, with at most
    `most_bytes`. `vouches`: who wrote is told by the vendor, who knows it, not by the sender.
    """

    name: str
    code: str
    title: str
    settings: type[msgspec.Struct]
    build: Callable[[Any, ChannelTools], Channel]
    has_webhook: bool = True
    most_bytes: int = 1_000_000
    vouches: bool = False

    def is_on(self, settings: msgspec.Struct) -> bool:
        """Whether it is set up: all that it needs is filled in; one that needs nothing is on unless switched off.

        Raises Invalid that names what is missing where only a part is filled in.
        """
        needed = [each.name for each in msgspec.structs.fields(self.settings) if flag(each, NEEDED)]
        if not needed:
            return bool(getattr(settings, "enabled", True))
        missing = [name for name in needed if not getattr(settings, name)]
        if missing and len(missing) < len(needed):
            setting = f"channels.{self.name}.{missing[0]}"
            raise Invalid(f"{setting} is missing: fill it in, or leave all of channels.{self.name} empty", setting)
        return not missing


def about(text: str) -> msgspec.Meta:
    """A setting that may be left as it is."""
    return msgspec.Meta(description=text)


def needed(text: str) -> msgspec.Meta:
    """A setting without which there is no such channel."""
    return msgspec.Meta(description=text, extra={NEEDED: True})


def needed_secret(text: str) -> msgspec.Meta:
    """A secret without which there is no such channel."""
    return msgspec.Meta(description=text, extra={NEEDED: True, SECRET: True})


def may_be_secret(text: str) -> msgspec.Meta:
    """A secret that may be left empty."""
    return msgspec.Meta(description=text, extra={SECRET: True})


def flag(field: msgspec.structs.FieldInfo, name: str) -> bool:
    """Whether a setting is marked so."""
    return any(meta.extra.get(name, False) for meta in _metas(field) if meta.extra)


def description(field: msgspec.structs.FieldInfo) -> str:
    """What a setting is."""
    return next((meta.description for meta in _metas(field) if meta.description), "")


def _metas(field: msgspec.structs.FieldInfo) -> list[msgspec.Meta]:
    return [meta for meta in getattr(field.type, "__metadata__", ()) if isinstance(meta, msgspec.Meta)]
