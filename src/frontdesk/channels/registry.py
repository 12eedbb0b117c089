"""All channels: one line for each. Settings, addresses, pages of the manual and the contract test are made from it."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from frontdesk.channels import (
    in_person,
    instagram,
    line,
    linkedin,
    messenger,
    phone,
    reviews,
    slack,
    sms,
    teams,
    telegram,
    web,
    wechat,
    whatsapp,
    x,
)
from frontdesk.channels.email import plug as email
from frontdesk.channels.kind import ChannelKind, ChannelTools
from frontdesk.interfaces.channels import Channel

KINDS: tuple[ChannelKind, ...] = (
    web.KIND,
    email.KIND,
    whatsapp.KIND,
    messenger.KIND,
    instagram.KIND,
    slack.KIND,
    telegram.KIND,
    x.KIND,
    linkedin.KIND,
    wechat.KIND,
    teams.KIND,
    line.KIND,
    sms.KIND,
    phone.KIND,
    reviews.KIND,
    in_person.KIND,
)


@dataclass(frozen=True, slots=True)
class Open:
    """A channel that is set up."""

    kind: ChannelKind
    channel: Channel


def settings_of(base: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """A settings section with what all channels share (`base`) and one section for each channel."""
    sections = [(kind.name, kind.settings, kind.settings()) for kind in KINDS]
    return msgspec.defstruct("Channels", sections, bases=(base,), frozen=True, forbid_unknown_fields=True)


def open_channels(settings: msgspec.Struct, tools: ChannelTools) -> Mapping[str, Open]:
    """The channels that are set up, by name. Raises Invalid that names a setting."""
    found: dict[str, Open] = {}
    for kind in KINDS:
        mine = getattr(settings, kind.name)
        if kind.is_on(mine):
            found[kind.name] = Open(kind, kind.build(mine, tools))
    return found
