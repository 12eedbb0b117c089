"""What the registry knows of e-mail. Light, as every command reads it: the channel is loaded when it is opened."""

from frontdesk.channels.email.settings import EmailSettings
from frontdesk.channels.kind import ChannelKind, ChannelTools
from frontdesk.interfaces.channels import Channel

MOST_WEBHOOK_BYTES = 60_000_000


def build(settings: EmailSettings, tools: ChannelTools) -> Channel:
    """The channel under these settings. Raises Invalid."""
    from frontdesk.channels.email.channel import Email

    return Email(settings, tools)


KIND = ChannelKind("email", "EMI", "E-mail", EmailSettings, build, has_webhook=True, most_bytes=MOST_WEBHOOK_BYTES)
