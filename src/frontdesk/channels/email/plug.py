"""What the registry knows of e-mail. Light, as every command reads it: the channel is loaded when it is opened."""

from frontdesk.channels.email.knobs import EmailKnobs
from frontdesk.channels.kind import Kind, Tools
from frontdesk.interfaces.channels import Channel

MOST_WEBHOOK_BYTES = 60_000_000


def build(knobs: EmailKnobs, tools: Tools) -> Channel:
    """The channel under these settings. Raises Invalid."""
    from frontdesk.channels.email.channel import Email

    return Email(knobs, tools)


KIND = Kind("email", "EMI", "E-mail", EmailKnobs, build, has_webhook=True, most_bytes=MOST_WEBHOOK_BYTES)
